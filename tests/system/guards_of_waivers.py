"""What guards the waivers of questions, object by object and clause by clause."""

from tests.people import MARKET
from tests.system import waiving as v
from tests.system.guards import APPEND, Clause, Guard, check, holds, policy, row_security, trigger

ASKED, OFFICER, QUESTION, ENDS = (
    "what was not asked",
    "by an officer of the provider",
    "nothing but a question",
    "within its term",
)
TAKEN_BACK, OVER, GIVER = "taken back once", "over already", "by whoever gave it or at the credit centre"
GUARDS: dict[str, Guard] = dict((
    trigger(v.TABLE, "waiver_guarded", v.waives(row_number=9), ASKED),
    trigger(v.TABLE, "waiver_end_guarded", v.changes("until = until + 1000"), TAKEN_BACK),
    trigger(v.TABLE, "waiver_append_only", v.delete_one, APPEND),
    holds(v.TABLE, "waiver_taken_back_by_somebody_for_a_reason", v.end_for_nothing),
    policy(v.TABLE, "centre_waiver", v.centre_sees),
    policy(v.TABLE, "own_waiver", v.own_sees),
    policy(v.TABLE, "every_waiver", v.worker_sees),
    row_security(v.TABLE, v.other_sees),
    holds(v.TABLE, "waiver_has_reason", v.waives(reason="")),
    holds(v.TABLE, "waiver_digest_keyed", v.past_the_guard(digest=b"x")),
    check("records_finding", "finding_digest_keyed", id=9001, digest="\\x00"),
    check("records_finding", "finding_of_rows", id=9001, rows=0),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "waiver: by whoever speaks": Clause("guard_waiver", " AND s.name = u.login", "", v.in_a_colleagues_name, OFFICER),
    "waiver: of the provider": Clause("guard_waiver", " AND u.organisation_id = NEW.provider_id", "", v.centre_waives, OFFICER),
    "waiver: of its own batch": Clause("guard_waiver", " AND b.provider_id = NEW.provider_id", "", v.centre_waives_as_its_own, ASKED),
    "waiver: of the item": Clause("guard_waiver", " AND b.item_id = NEW.item_id", "", v.waive_for_another_item, ASKED),
    "waiver: of the row": Clause("guard_waiver", "f.row_number = NEW.row_number AND ", "", v.waives(row_number=9), ASKED),
    "waiver: of the content": Clause("guard_waiver", " AND f.digest = NEW.digest", "", v.waives(digest=bytes(32)), ASKED),
    "waiver: of the version": Clause("guard_waiver", "AND f.rule_version = NEW.rule_version", "OR false",
                                     v.waives(rule_version=2), ASKED),
    "waiver: a question alone": Clause("guard_waiver", " AND r.severity = 'question'", "",
                                       v.waives(rule=v.REFUSED[0], rule_version=v.REFUSED[1]), QUESTION),
    "waiver: not over": Clause("guard_waiver", "NEW.until <= (NEW.waived_at AT TIME ZONE 'Asia/Shanghai')::date", "false",
                               v.waives(days=0), ENDS),
    "waiver: within the term": Clause("guard_waiver", "t.name = 'waivers'", "false", v.waives(days=400), ENDS),
    "waiver: dated by the database": Clause("guard_waiver", "NEW.waived_at := clock_timestamp();", "", v.date_it_back),
    "waiver end: once": Clause("guard_waiver_end", "OLD.ended_at IS NOT NULL OR", "", v.end_twice, TAKEN_BACK),
    "waiver end: nothing else": Clause("guard_waiver_end", "IS DISTINCT FROM (to_jsonb(OLD)", "IS NOT DISTINCT FROM (to_jsonb(OLD)",
                                       v.ends(more=", reason = 'y'"), TAKEN_BACK),
    "waiver end: while it counts": Clause("guard_waiver_end", "OLD.until <= ", "false AND OLD.until <= ", v.end_what_is_over, OVER),
    "waiver end: by the giver": Clause("guard_waiver_end", "NEW.ended_by_id = OLD.waived_by_id AND", "", v.end_as_a_colleague, GIVER),
    "waiver end: by whoever speaks": Clause("guard_waiver_end", " AND s.name = u.login", "", v.ends(MARKET, "somebody", by="clerk"), GIVER),
    "waiver end: of the provider": Clause("guard_waiver_end", "s.organisation = OLD.provider_id AND", "", v.end_after_leaving, GIVER),
    "waiver end: dated by the database": Clause("guard_waiver_end", "NEW.ended_at := clock_timestamp();", "", v.end_it_long_ago),
    "waiver: own rows": Clause("waiver_rows", "(provider_id = (SELECT s.organisation FROM identity_speaker() s))", "(true)", v.other_sees),
}  # fmt: skip
SOUND = {"taken-back-by-the-giver": v.ends(), "taken-back-at-the-centre": v.centre_ends}
