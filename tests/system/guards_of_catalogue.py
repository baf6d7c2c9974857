"""What guards the catalogue's process, object by object and clause by clause."""

from tests.system import cataloguing as c
from tests.system import editing as e
from tests.system.attacks import Attack, change_wholly
from tests.system.guards import APPEND, Clause, Guard, holds, trigger
from tests.system.keys import tries
from tests.system.who import as_one

NOT_THEIRS, TURN, OTHERS = "whose it isn't", "out of turn", "nobody reviews what they drafted"
WAITS, AS_IT_IS, DRAWN = "waits for a consultation", "stays as it is", "drawn up by"
SEALED, DIFFERS, LACKS = "takes nothing in", "differs from what was approved", "lack bases, purposes or fields"
NEVER, AT_SERVER, NOT_APPROVED = "changes in nothing else", "loaded at the server", "isn't approved"
PERSONS = "two signatures are of two persons"
COLUMNS, ADVERSE, PUBLIC, REPEATS = (
    "differ from its content",
    "rules for adverse records",
    "says so",
    "other level has already",
)
FURTHER = "goes further than it"
CENTRE, SECOND, FELL = "at the credit centre", "second officer", "didn't fall away"
PUT = c.drafted(c.POSITIVE, "submit", then=lambda stage, draft: c.put(stage, draft, code="B"))


def settles(table: str, attack: Attack) -> tuple[str, Guard]:
    """The trigger that has what was entered count: without it what should stand doesn't."""
    name = "days_settled"
    return f"trigger {table}.{name}", Guard(attack, f"DROP TRIGGER {name} ON {table}", lets=True)


GUARDS: dict[str, Guard] = dict((
    trigger(c.DRAFT, "draft_guarded", c.for_another, "whoever speaks for a department"),
    trigger(c.DRAFT, "draft_append_only", tries(f"DELETE FROM {c.DRAFT} WHERE false", before=()), APPEND),
    trigger(c.ITEM, "draft_item_guarded", PUT, AS_IT_IS),
    trigger(c.ITEM, "draft_item_stays", tries(f"TRUNCATE {c.ITEM}", before=()), APPEND),
    trigger(c.STEP, "step_guarded", c.drafted(c.POSITIVE, then=c.does("publish")), TURN),
    trigger(c.STEP, "step_append_only", tries(f"UPDATE {c.STEP} SET reason = reason", before=()), APPEND),
    trigger(c.COMMENT, "comment_answer_guarded", c.drafted(c.ADVERSE, "submit", "review", "consult", then=c.answers("clerk")), CENTRE),
    trigger(c.COMMENT, "comment_stays", tries(f"DELETE FROM {c.COMMENT} WHERE false", before=()), APPEND),
    trigger(c.EDITION, "edition_guarded", e.heads(of_draft=False), AT_SERVER),
    trigger(c.EDITION, "edition_change_guarded", tries("UPDATE catalogue_edition SET name = 'x'", before=()), NEVER),
    trigger(c.EDITION, "edition_levels_guarded", e.seals("CF-ZRR", e.own("CF-ZRR", share_class="unconditional")), FURTHER),
    trigger(c.EDITION, "edition_stays", tries("DELETE FROM catalogue_edition WHERE false", before=()), APPEND),
    trigger(c.VERSION, "item_version_guarded", e.versions(nature="neutral"), COLUMNS),
    trigger(c.VERSION, "item_version_append_only", tries("UPDATE catalogue_item_version SET name = name", before=()), APPEND),
    trigger("catalogue_field", "field_guarded", e.into_sealed("catalogue_field",
        "item_version_id, position, code, label, label_en, type, length, required, code_list, sensitivity, shown_to"), SEALED),
    trigger("catalogue_code_value", "code_value_guarded", e.into_sealed("catalogue_code_value",
        "edition_id, code_list, value, label, label_en, maps_to, provisional"), SEALED),
    trigger("catalogue_item_basis", "item_basis_guarded", e.into_sealed("catalogue_item_basis", "itemversion_id, article_id"), SEALED),
    trigger("catalogue_item_purpose", "item_purpose_guarded", tries(
        """INSERT INTO catalogue_item_purpose (itemversion_id, purpose_id)
           SELECT v.id, p.id FROM catalogue_item_version v, catalogue_purpose p
           WHERE NOT EXISTS (SELECT FROM catalogue_item_purpose ip WHERE ip.itemversion_id = v.id AND ip.purpose_id = p.id) LIMIT 1""",
        before=()), SEALED),
    *(trigger(f"catalogue_{table}", f"{table}_append_only", tries(f"UPDATE catalogue_{table} SET {column} = {column}", before=()), APPEND)
      for table, column in (("field", "label"), ("code_value", "label"), ("item_basis", "article_id"), ("item_purpose", "purpose_id"))),
    trigger("catalogue_law", "law_guarded", c.enters_law(), CENTRE),
    trigger("catalogue_article", "article_guarded", c.enters_article, CENTRE),
    trigger("catalogue_law", "days_settled", c.stands_though_its_law_ended, ""),
    trigger(c.EVENT, "days_settled", c.stands_though_it_ended, ""),
    trigger(c.EDITION, "days_settled", c.lives_though_its_edition_ended, ""),
    settles("catalogue_item_basis", c.lives_once_it_has_a_basis),
    settles("catalogue_article", c.stands_once_entered),
    settles(c.SUCCESSION, c.stands_by_what_follows),
    trigger(c.EVENT, "law_event_guarded", c.event(by="clerk"), CENTRE),
    trigger(c.EVENT, "law_event_append_only", tries(f"UPDATE {c.EVENT} SET what = what", before=()), APPEND),
    trigger(c.SUCCESSION, "succession_guarded", c.follows(by="officer"), SECOND),
    trigger(c.SUCCESSION, "succession_append_only", change_wholly(c.SUCCESSION, "since"), APPEND),
    holds(c.DRAFT, "draft_has_title", c.rows(c.DRAFT, title="")),
    holds(c.ITEM, "draft_item_change_known", c.rows(c.ITEM, change="move")),
    holds(c.STEP, "step_has_reason", c.rows(c.STEP, reason="")),
    holds(c.STEP, "step_until_iff_consulting", c.rows(c.STEP, until="2027-01-01")),
    holds(c.COMMENT, "comment_says_something", c.rows(c.COMMENT, text="")),
    holds(c.COMMENT, "comment_answered_wholly", c.rows(c.COMMENT, answer="x")),
    holds(c.EVENT, "law_event_kind_known", c.rows(c.EVENT, kind="moved")),
    holds(c.EVENT, "law_event_says_what", c.rows(c.EVENT, source="")),
    holds(c.EVENT, "law_event_names_articles", c.rows(c.EVENT, articles=[])),
    holds(c.EVENT, "law_event_due_after", c.rows(c.EVENT, due_on="2098-01-01")),
    holds(c.SUCCESSION, "succession_by_another", c.rows(c.SUCCESSION, follows_id=c.CITED)),
    holds(c.EDITION, "edition_level_known", c.copies(c.EDITION, id=9001, code="x", level="county")),
    holds(c.EDITION, "edition_validity_ordered", c.copies(c.EDITION, id=9001, code="x", valid_from="1999-01-01", valid_until="1999-01-01")),
    holds(c.VERSION, "item_disclosure_known", c.copies(c.VERSION, id=9001, edition_id=9001, disclosure=["everybody"])),
    holds(c.VERSION, "item_nature_known", c.copies(c.VERSION, id=9001, edition_id=9001, nature="bad")),
))  # fmt: skip

REVIEWED, HEARD = ("submit", "review"), ("submit", "review", "consult")
STEP, CONTENT = "guard_draft_step", "WHERE x.content IS DISTINCT FROM w.content"
AT_CENTRE = "SELECT FROM catalogue_speaks(NEW.entered_by_id) s WHERE s.kind = 'centre'"
CLAUSES: dict[str, Clause] = {
    "step: submitted by its own": Clause(STEP, "WHEN 'submit' THEN who.organisation = drafted.organisation_id", "WHEN 'submit' THEN true",
                                         c.drafted(c.POSITIVE, then=c.does("submit", by="officer")), NOT_THEIRS),
    "step: withdrawn by its own": Clause(STEP, "WHEN 'withdraw' THEN who.organisation = drafted.organisation_id",
                                         "WHEN 'withdraw' THEN true",
                                         c.drafted(c.POSITIVE, "submit", then=c.does("withdraw", by="officer")), NOT_THEIRS),
    "step: approved above": Clause(STEP, "who.kind = 'supervisor'\n", "true\n",
                                   c.drafted(c.POSITIVE, *REVIEWED, then=c.does("approve", by="colleague")), NOT_THEIRS),
    "step: reviewed at the centre": Clause(STEP, "ELSE who.kind = 'centre' END", "ELSE true END",
                                           c.drafted(c.POSITIVE, "submit", then=c.does("review", by="approver")), NOT_THEIRS),
    "step: returned from above after review": Clause(STEP, " AND before.kind <> 'submit'", "",
                                                     c.drafted(c.POSITIVE, "submit", then=c.does("return", by="approver")), NOT_THEIRS),
    "step: by whoever speaks": Clause("catalogue_speaks", " AND u.id = officer", "",
                                      c.drafted(c.POSITIVE, "submit", then=c.does("review", by="colleague", speaker="officer")),
                                      NOT_THEIRS),
    "step: by whoever has the right": Clause("catalogue_speaks", "AND r.role = CASE WHEN o.kind IN ('department', 'court') THEN 'clerk'",
                                             "AND true OR r.role = CASE WHEN o.kind IN ('department', 'court') THEN 'clerk'",
                                             c.drafted(c.POSITIVE, "submit", then=c.right_taken_away), NOT_THEIRS),
    "step: in turn": Clause(STEP, "('', 'submit'), ", "('', 'submit'), ('submit', 'approve'), ",
                            c.drafted(c.POSITIVE, "submit", then=c.does("approve")), TURN),
    "step: not reviewed by who began it": Clause(STEP, "NEW.actor_id = drafted.created_by_id", "false",
                                                 c.drafted(c.POSITIVE, "submit", then=c.moved_up("draft", "review")), OTHERS),
    "step: not reviewed by who drafted": Clause(STEP, "i.updated_by_id = NEW.actor_id", "false",
                                                c.drafted(c.POSITIVE, "submit", then=c.moved_up("item", "review")), OTHERS),
    "step: not approved by who submitted": Clause(STEP, "s.actor_id = NEW.actor_id", "false",
                                                  c.drafted(c.POSITIVE, *REVIEWED, then=c.moved_up("submit", "approve")), OTHERS),
    "step: not approved by who reviewed": Clause(STEP, "CASE NEW.kind WHEN 'approve' THEN 'review' END", "NULL",
                                                 c.drafted(c.POSITIVE, *REVIEWED, then=c.moved_up("review", "approve")), OTHERS),
    "step: the reviewer another person": Clause(STEP, "PERFORM identity_refuse_one_person(h.officer, NEW.actor_id)", "PERFORM NULL",
                                                as_one("officer", "clerk", c.drafted(c.POSITIVE, "submit", then=c.does("review"))),
                                                PERSONS),
    "step: than who began it": Clause(STEP, "SELECT drafted.created_by_id AS officer", "SELECT 0::bigint AS officer WHERE false",
                                      as_one("colleague", "officer", c.drafted(
                                          c.POSITIVE, "submit", then=c.moved_up("draft", "review", to="colleague"))), PERSONS),
    "step: than who drafted": Clause(STEP, "catalogue_draft_item i WHERE i.draft_id = NEW.draft_id\n",
                                     "catalogue_draft_item i WHERE false\n",
                                     as_one("colleague", "officer", c.drafted(
                                         c.POSITIVE, "submit", then=c.moved_up("item", "review", to="colleague"))), PERSONS),
    "step: than who submitted": Clause(STEP, "(s.kind = 'submit' OR", "(false OR",
                                       as_one("colleague", "officer", c.drafted(
                                           c.POSITIVE, "submit", then=c.moved_up("submit", "review", to="colleague"))), PERSONS),
    "step: the approver another person than the reviewer": Clause(
        STEP, "OR s.kind = 'review' AND NEW.kind = 'approve'", "OR false",
        as_one("approver", "officer", c.drafted(c.POSITIVE, *REVIEWED, then=c.does("approve"))), PERSONS),
    "succession: by another person": Clause("guard_succession",
                                            "PERFORM identity_refuse_one_person(happened.entered_by_id, NEW.entered_by_id);", "NULL;",
                                            as_one("colleague", "officer", c.follows()), PERSONS),
    "step: of something": Clause(STEP, "NEW.kind = 'submit' AND NOT EXISTS", "false AND NOT EXISTS", c.submits_nothing, "without items"),
    "step: over the same content": Clause(STEP, "NEW.digest <> before.digest", "false",
                                          c.drafted(c.POSITIVE, "submit", then=c.changes_behind), "changed since"),
    "step: thirty days": Clause(STEP, "NEW.kind = 'consult' AND (NEW.until", "false AND (NEW.until",
                                c.drafted(c.ADVERSE, *REVIEWED, then=c.does("consult", until="2026-11-30")), "shorter than may be"),
    "step: heard": Clause(STEP, "before.kind = 'review' AND catalogue_draft_burdens(NEW.draft_id)", "false",
                          c.drafted(c.ADVERSE, *REVIEWED, then=c.does("approve")), WAITS),
    "step: heard before all see": Clause("draft_burdens", " OR i.definition -> 'disclosure' ? 'public'", "",
                                         c.drafted({**c.POSITIVE, "disclosure": ["public"]}, *REVIEWED, then=c.does("approve")), WAITS),
    "step: heard to the end": Clause(STEP, "before.until >= today", "false",
                                     c.drafted(c.ADVERSE, *HEARD, then=c.does("approve")), WAITS),
    "step: answered": Clause(STEP, "AND c.answered_at IS NULL", "AND false",
                             c.drafted(c.ADVERSE, *HEARD, then=c.approves_unanswered), WAITS),
    "step: under the law as it was": Clause(STEP, "e.entered_at >", "false AND e.entered_at >",
                                            c.drafted(c.POSITIVE, *REVIEWED, then=c.law_changes_first("approve")), "changed since"),
    "draft: by a department": Clause("guard_draft", "AND s.kind IN ('department', 'court')", "", c.by_the_centre, "department or court"),
    "item: by its own": Clause("guard_draft_item", "s.organisation = drafting AND", "", c.drafted(c.POSITIVE, then=c.put_by), DRAWN),
    "item: keeps its place": Clause("guard_draft_item", "(NEW.draft_id, NEW.code) IS DISTINCT FROM (OLD.draft_id, OLD.code)", "false",
                                    c.drafted(c.POSITIVE, then=c.rewrites_the_key), AS_IT_IS),
    "comment: answered once": Clause("guard_comment_answer", "OR OLD.answered_at IS NOT NULL", "",
                                     c.drafted(c.ADVERSE, *HEARD, then=c.answers(again=True)), "changed in nothing else"),
    "comment: in time": Clause("comment_on_draft", "AND today <= last.until", "", c.drafted(c.ADVERSE, *HEARD, then=c.comes_too_late)),
    "comment: in measure": Clause("comment_on_draft", "c.at > clock_timestamp() - interval '1 hour'", "false",
                                  c.drafted(c.ADVERSE, *HEARD, then=c.comes_once_too_often)),
    "edition: sealed when whole": Clause("guard_edition", "NEW.sealed_at IS NOT NULL", "false",
                                         e.heads(role="owner", of_draft=False, sealed_at=c.AT), "when it is whole"),
    "edition: of an approved draft": Clause("guard_edition", ") = 'approve'", ") IS NOT NULL", e.heads(REVIEWED), NOT_APPROVED),
    "edition: provincial": Clause("guard_edition", "NEW.level = 'provincial' AND", "", e.heads((*REVIEWED, "approve"), level="national"),
                                  NOT_APPROVED),
    "edition: not of the past": Clause("guard_edition", "NEW.valid_from >= (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date", "true",
                                       e.heads((*REVIEWED, "approve"), valid_from="2026-01-01"), NOT_APPROVED),
    "edition: published": Clause("guard_edition_change", "s.kind = 'publish' AND", "", e.publishes(published=False), "not all of its way"),
    "edition: no item more": Clause("guard_edition_change", "WHERE x.content IS DISTINCT FROM w.content", "WHERE false",
                                    e.publishes(left="none"), DIFFERS),
    "edition: no item less": Clause("guard_edition_change", CONTENT, "WHERE w.content IS NULL AND false",
                                    e.publishes(left=e.KEPT), DIFFERS),
    "edition: its code lists": Clause("guard_edition_change", CONTENT, "WHERE x.part = 'item' AND false",
                                      e.publishes(spoil="UPDATE catalogue_code_value SET maps_to = 'x' WHERE edition_id = {new}"), DIFFERS),
    "edition: its purposes": Clause("guard_edition_change", "FROM jsonb_array_elements_text(v.definition -> 'purposes') p ORDER BY 1",
                                    "FROM jsonb_array_elements_text(v.definition -> 'purposes') p WHERE false ORDER BY 1",
                                    e.publishes(spoil="DELETE FROM catalogue_item_purpose ip USING catalogue_item_version v "
                                                "WHERE v.id = ip.itemversion_id AND v.edition_id = {new}"), LACKS),
    "edition: ends with the next": Clause("guard_edition_change", "AND NOT (OLD.valid_until IS NULL AND EXISTS (",
                                           "AND NOT (true OR EXISTS (",
                                          e.ends_by_itself, NEVER),
    "item: adverse rules": Clause("guard_item_version", "NEW.nature = 'adverse' AND (", "false AND (",
                                  e.versions(content={"retention_rule": "honour"}, retention_rule="honour"), ADVERSE),
    "item: public by an article": Clause("guard_item_version", "'public' = ANY(NEW.disclosure) AND", "false AND",
                                         e.versions(content={"disclosure": ["public"]}, disclosure=["public"]), PUBLIC),
    "item: repeats no code": Clause("same_content", "one -> 'code' = other -> 'code'\n        OR ", "", e.versions(
        level="provincial", content={**e.own("CF-ZRR"), "code": "CF-ZRR"}, name="x"), REPEATS),
    "item: repeats no name": Clause("same_content", "catalogue_plain_name(one ->> 'name') = catalogue_plain_name(other ->> 'name')",
                                    "false", e.versions(level="provincial", item="X-1", content=e.own("CF-ZRR", name="自然人 行政处罚情况"),
                                               name="自然人 行政处罚情况"), REPEATS),
    "item: repeats no conduct": Clause("same_content",
                                       "catalogue_plain(one ->> 'behaviour') = catalogue_plain(other ->> 'behaviour')", "false",
                                       e.versions(level="provincial", code="XK-ZRR", item="X-1",
                                                  content=e.own("XK-ZRR", behaviour="自然人，依法取得行政许可"), name="x"), REPEATS),
    "item: rests on more": Clause("same_content", "catalogue_collects(one) <@ catalogue_collects(other)", "false",
                                  e.versions(level="provincial", item="X-1", content=e.OWN, name="x"), REPEATS),
    "edition: repeats nothing beside it": Clause(
        "guard_levels", "OR EXISTS (SELECT FROM jsonb_array_elements(n.items) i WHERE catalogue_same(s.definition, i))", "",
        e.seals_both, FURTHER),
    "edition: shown to no more": Clause(
        "wider_content", "WHERE NOT EXISTS (SELECT FROM near WHERE n -> 'disclosure' @> d)", "WHERE false",
        e.seals("RY-BZ", e.own("RY-BZ", disclosure=["government_sharing", "authorised_query"])), FURTHER),
    "edition: shared no wider": Clause(
        "wider_content", "one ->> 'share_class' = 'unconditional' AND", "false AND",
        e.seals("CF-ZRR", e.own("CF-ZRR", share_class="unconditional")), FURTHER),
    "edition: shown no longer": Clause(
        "wider_content", "OR NOT EXISTS (SELECT FROM near WHERE n -> 'display_rule' = one -> 'display_rule')", "",
        e.seals("CF-ZRR", e.own("CF-ZRR", display_rule="serious-list")), FURTHER),
    "edition: kept no longer": Clause(
        "wider_content", "OR NOT EXISTS (SELECT FROM near WHERE n -> 'retention_rule' = one -> 'retention_rule')", "",
        e.seals("RY-BZ", e.own("RY-BZ", retention_rule="volunteer")), FURTHER),
    "edition: admitted no easier": Clause(
        "wider_content", "OR NOT EXISTS (SELECT FROM near WHERE n -> 'admission' = one -> 'admission')", "",
        e.seals("CF-ZRR", e.own("CF-ZRR", admission="court")), FURTHER),
    "edition: nothing told against people": Clause(
        "wider_content", "one ->> 'nature' = 'adverse' AND NOT EXISTS (SELECT FROM near WHERE n ->> 'nature' = 'adverse')\n        OR ", "",
        e.seals("XK-ZRR", e.own("XK-ZRR", nature="adverse", **e.ADVERSE_RULES, bases=[{"ref": "XZXKF-39", "role": "collect"}]),
                national=e.ADVERSE_RULES), FURTHER),
    "edition: held to its own nature": Clause(
        "wider_content", "OR NOT EXISTS (SELECT FROM matter o WHERE o.n -> 'nature' = one -> 'nature')", "",
        e.seals("YZ-MD", e.own("YZ-MD", nature="neutral", retention_rule="honour", admission="plain", display_rule="retention")), FURTHER),
    "law: provisional by hand": Clause("guard_law", "AND to_jsonb(NEW) ->> 'provisional' <> 'true'", "AND false",
                                       c.enters_law("officer", provisional=False), "is provisional"),
    "event: of its own articles": Clause("guard_law_event", "WHERE a.ref IS NULL", "WHERE false", c.event(articles=[c.OTHERS_ARTICLE]),
                                         "articles of another law"),
    "event: since the law began": Clause("guard_law_event", "NEW.on_day <=", "false AND NEW.on_day <=", c.event(on_day="1990-01-01"),
                                         "before the law began"),
    "succession: at the centre": Clause("guard_succession", f"NOT EXISTS ({AT_CENTRE})",
                                        "false", c.follows(by="clerk"), SECOND),
    "succession: of what fell away": Clause("guard_succession", "NOT NEW.article_id = ANY(happened.articles)", "false",
                                            c.follows(article_id="XZCFF-17"), FELL),
    "succession: by what stands": Clause("guard_succession", "NEW.follows_id = ANY(e.articles)", "false",
                                         c.follows(first=(c.OTHERS_ARTICLE,)), FELL),
    "live: not while suspended": Clause("item_live_told", ", coalesce(s.on_day, 'infinity'::date)", "", c.sees_what_is_suspended),
}  # fmt: skip
