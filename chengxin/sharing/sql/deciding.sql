-- name: facts
-- What there is to decide a question by, in one row: the organisation where it stands, the purpose with its articles in force, the duties of that
-- purpose for which it stands enrolled with theirs, the officer of ours by that login, and whether there ever was such a duty.
SELECT o.id, o.code, o.name, o.kind,
       p.id, p.code, p.name, p.needs, p.kind, p.organisation_kinds, p.past_view,
       (SELECT jsonb_object_agg(a.ref, format('《%%s》%%s', l.name, a.article))
        FROM catalogue_purpose_basis b
        JOIN catalogue_article a ON a.ref = b.article_id
        JOIN catalogue_law l ON l.code = a.law_id
        WHERE b.purpose_id = p.id
          AND EXISTS (SELECT FROM catalogue_article_days d WHERE d.ref = a.ref AND d.valid_from <= %(today)s AND %(today)s < d.valid_until)),
       (SELECT jsonb_object_agg(d.code, to_jsonb(d) || jsonb_build_object('live', (
                   SELECT jsonb_object_agg(a.ref, format('《%%s》%%s', l.name, a.article))
                   FROM sharing_duty_live v
                   JOIN catalogue_article a ON a.ref = v.basis
                   JOIN catalogue_law l ON l.code = a.law_id
                   WHERE v.duty_id = d.id AND v.valid_from <= %(today)s AND %(today)s < v.valid_until)))
        FROM sharing_duty d
        WHERE d.id IN (SELECT s.duty_id FROM sharing_standing s WHERE s.organisation = %(organisation)s AND s.purpose_id = p.id)),
       (SELECT u.id FROM identity_user u WHERE u.login = %(officer)s AND u.is_active AND u.organisation_id = o.id),
       EXISTS (SELECT FROM sharing_duty d WHERE d.code = %(duty)s)
FROM (SELECT) AS one
LEFT JOIN identity_organisation o ON o.code = %(organisation)s AND identity_organisation_stands(o.id, %(today)s)
LEFT JOIN catalogue_purpose p ON p.code = coalesce(nullif(%(purpose)s, ''), (
    SELECT q.code FROM sharing_duty d JOIN catalogue_purpose q ON q.id = d.purpose_id WHERE d.code = %(duty)s))
