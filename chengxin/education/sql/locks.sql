-- name: public_page
-- What the public may see of the pages: those that are published now, not past their day, not closed by a restriction on them or above
-- them, and of cases those that an editor confirmed lead to nobody. Drafts and their history aren't in it. Read with the owner's rights.
CREATE OR REPLACE VIEW public_page WITH (security_barrier) AS
    SELECT p.id, p.path::text, p.depth, substr(p.url_path, length(h.url_path) + 1)::text AS address, p.title::text,
           coalesce(nullif(p.seo_title, ''), p.title)::text AS heading, k.kind, k.summary, k.summary_en, k.body, k.facts, k.link,
           coalesce(k.day, (coalesce(p.first_published_at, p.latest_revision_created_at, 'epoch') AT TIME ZONE 'Asia/Shanghai')::date) AS day,
           (p.last_published_at AT TIME ZONE 'Asia/Shanghai')::date AS changed
    FROM wagtailcore_page p
    JOIN wagtailcore_site s ON s.is_default_site
    JOIN wagtailcore_page h ON h.id = s.root_page_id AND starts_with(p.path, h.path)
    JOIN LATERAL (
        SELECT 'home' AS kind, n.summary, n.summary_en, n.body, '[]'::jsonb AS facts, '' AS link, NULL::date AS day
            FROM pages_homepage n WHERE n.page_ptr_id = p.id
        UNION ALL SELECT 'section', n.summary, n.summary_en, n.body, '[]'::jsonb, '', NULL FROM pages_sectionpage n WHERE n.page_ptr_id = p.id
        UNION ALL SELECT 'news', n.summary, n.summary_en, n.body, jsonb_build_array(jsonb_build_array('日期', n.day)), '', n.day
            FROM pages_newspage n WHERE n.page_ptr_id = p.id
        UNION ALL SELECT 'policy', n.summary, n.summary_en, n.body,
                (SELECT jsonb_agg(jsonb_build_array(f.word, f.told) ORDER BY f.place) FROM (VALUES
                    (1, '文号', nullif(n.number, '')), (2, '发布机关', n.organ), (3, '发布日期', n.issued_on::text),
                    (4, '施行日期', n.in_force_on::text), (5, '失效日期', n.ended_on::text)) AS f (place, word, told) WHERE f.told IS NOT NULL),
                n.link, n.issued_on
            FROM pages_policypage n WHERE n.page_ptr_id = p.id
        UNION ALL SELECT 'guide', n.summary, n.summary_en, n.body, jsonb_build_array(jsonb_build_array('写给', n.audience)), '', NULL
            FROM pages_guidepage n WHERE n.page_ptr_id = p.id
        UNION ALL SELECT 'case', n.summary, n.summary_en, n.body, '[]'::jsonb, '', NULL
            FROM pages_casepage n WHERE n.page_ptr_id = p.id AND n.nobody_recognised
    ) k ON true
    WHERE p.live AND NOT p.expired AND (p.expire_at IS NULL OR now() < p.expire_at)
      AND NOT EXISTS (SELECT FROM wagtailcore_pageviewrestriction r JOIN wagtailcore_page a ON a.id = r.page_id
                      WHERE starts_with(p.path, a.path));

-- name: public_picture
-- The pictures that stand in those pages, in the one size that is shown: nothing of any other, however its file is called.
CREATE OR REPLACE VIEW public_picture WITH (security_barrier) AS
    SELECT DISTINCT ON (r.file) r.image_id AS number, r.file::text, r.width, r.height, f.content
    FROM public_page p
    CROSS JOIN LATERAL jsonb_array_elements(p.body) b
    JOIN wagtailimages_rendition r ON r.image_id::text = b -> 'value' ->> 'image' AND r.filter_spec = 'max-1200x1200'
    JOIN pages_file f ON f.name = r.file
    WHERE b ->> 'type' = 'picture';

-- name: public_redirect
-- Where pages that were moved are now: at a published page, or an address.
CREATE OR REPLACE VIEW public_redirect WITH (security_barrier) AS
    SELECT r.old_path::text AS path, coalesce(p.address, nullif(r.redirect_link, ''))::text AS target
    FROM wagtailredirects_redirect r LEFT JOIN public_page p ON p.id = r.redirect_page_id
    WHERE p.id IS NOT NULL OR r.redirect_link <> '';

-- name: guard_publishing
-- Two pairs of eyes, whatever code publishes: what goes live was approved by an officer who wrote none of it since it was last live, and
-- who isn't the writer under another account. The owner alone sets pages up without. Runs with the caller's rights, so that it knows who
-- calls.
CREATE OR REPLACE FUNCTION pages_guard_publishing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user <> '{owner}' AND NOT pages_approved(NEW.id, NEW.live_revision_id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.live_revision_id END) THEN
        RAISE EXCEPTION 'a page is published by another officer than its writer' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: approved
-- Whether a revision was approved by somebody who wrote none of the page since the revision that was live before. Runs with the owner's
-- rights: which accounts are one person's is nobody's else to know.
CREATE OR REPLACE FUNCTION pages_approved(page integer, published integer, before integer) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM wagtailcore_taskstate t
        JOIN wagtailcore_revision r ON r.id = t.revision_id AND r.object_id = page::text
        WHERE t.revision_id = published AND t.status = 'approved' AND t.finished_by_id IS NOT NULL
          AND NOT EXISTS (
            SELECT FROM wagtailcore_revision w
            WHERE w.object_id = r.object_id AND w.base_content_type_id = r.base_content_type_id
              AND w.id > coalesce(before, 0) AND w.id <= r.id
              AND (w.user_id IS NULL OR w.user_id = t.finished_by_id OR identity_one_person(w.user_id, t.finished_by_id))))
$$;

-- name: guard_publishing_trigger
CREATE OR REPLACE TRIGGER pages_published_by_another AFTER UPDATE OF live, live_revision_id ON wagtailcore_page
    FOR EACH ROW WHEN (NEW.live AND (NOT OLD.live OR NEW.live_revision_id IS DISTINCT FROM OLD.live_revision_id))
    EXECUTE FUNCTION pages_guard_publishing();

-- name: guard_published_insert_trigger
CREATE OR REPLACE TRIGGER pages_not_born_published AFTER INSERT ON wagtailcore_page
    FOR EACH ROW WHEN (NEW.live) EXECUTE FUNCTION pages_guard_publishing();

-- name: pages_grants
REVOKE ALL ON FUNCTION pages_approved(integer, integer, integer), pages_guard_publishing() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pages_approved(integer, integer, integer) TO {editor};
GRANT SELECT ON public_page, public_picture, public_redirect TO {public}, {editor};

-- name: editor_grants
-- The content system's own tables, to the role of the editors' process alone. What groups may do is set up by the owner and only read here.
-- Pages are taken off and never deleted, so that their history stays.
GRANT SELECT, INSERT, UPDATE ON
    wagtailcore_page, wagtailcore_revision, wagtailcore_comment, wagtailcore_commentreply, wagtailcore_pagesubscription,
    wagtailcore_workflowstate, wagtailcore_taskstate, wagtailusers_userprofile, wagtailimages_image, taggit_tag,
    pages_homepage, pages_sectionpage, pages_newspage, pages_policypage, pages_guidepage, pages_casepage TO {editor};
GRANT SELECT, INSERT, UPDATE, DELETE ON
    wagtailcore_referenceindex, wagtailadmin_editingsession, wagtailadmin_formstate, wagtailimages_rendition, wagtailredirects_redirect,
    wagtailsearch_indexentry, taggit_taggeditem, pages_file TO {editor};
GRANT SELECT, INSERT ON wagtailcore_pagelogentry, wagtailcore_modellogentry TO {editor};
GRANT SELECT ON
    wagtailcore_site, wagtailcore_locale, wagtailcore_collection, wagtailcore_collectionviewrestriction,
    wagtailcore_collectionviewrestriction_groups, wagtailcore_pageviewrestriction, wagtailcore_pageviewrestriction_groups,
    wagtailcore_grouppagepermission, wagtailcore_groupcollectionpermission, wagtailcore_groupsitepermission, wagtailcore_workflow, wagtailcore_task,
    wagtailcore_workflowtask, wagtailcore_workflowpage, wagtailcore_workflowcontenttype, wagtailcore_groupapprovaltask,
    wagtailcore_groupapprovaltask_groups, pages_reviewtask, pages_reviewtask_groups,
    wagtailcore_uploadedfile, auth_group, auth_permission, auth_group_permissions,
    django_content_type, django_migrations TO {editor};

