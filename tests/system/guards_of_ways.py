"""What guards the ways in."""

from tests.system import handing_in as h
from tests.system import recalling as r
from tests.system.guards import Clause, Guard, holds, trigger

GUARDS: dict[str, Guard] = dict((
    holds("records_batch", "batch_channel_known", h.enters(channel="letter")),
    holds("records_batch", "batch_client_iff_api", h.enters(channel="page", client="c-abc")),
    holds("records_batch", "batch_repeat_key_length", h.enters(repeat_key=b"short")),
    trigger("records_version", "version_withdrawn_by_its_own", h.withdraw_anothers, "by its own provider alone"),
))  # fmt: skip
CAUSE = "AND records_cause_of(v.state) = what"
CLAUSES: dict[str, Clause] = {
    "own item: own": Clause(
        "own_item", "n.provider_id = (SELECT s.organisation FROM identity_speaker() s)", "true", h.ask_for_anothers_number
    ),
    "withdrawals: own provider": Clause(
        "guard_withdrawals", "o.provider_id <> b.provider_id", "false", h.withdraw_anothers, "by its own provider alone"
    ),
    "withdrawals: set aside too": Clause(
        "guard_withdrawals", "f.state IN ('withdrawn', 'revoked')", "f.state = 'withdrawn'", h.revoke_anothers, "by its own provider alone"
    ),
    "withdrawals: announced": Clause("guard_withdrawals", "ELSE f.version > 1 AND", "ELSE false AND", h.withdraw_silently),
    "withdrawals: repaired is no correction": Clause(
        "cause_of", "WHEN state IN ('repaired', 'sealed') THEN state", "", h.tell_of_a_repair_as_a_correction),
    "recall: of what was withdrawn": Clause("recall_batch", CAUSE, "", h.tell_of_what_stands),
    "recall: of what was corrected": Clause("recall_batch", CAUSE, "", h.tell_of_a_withdrawal_as_a_correction),
    "recall: of what stood before": Clause("recall_batch", "seen.version < p.below", "true", h.tell_of_the_last_version),
    "recall: whoever was answered": Clause("recall_batch", "AND e.outcome = 'answered'", "", h.tell_whoever_was_refused),
    "recall: of organisations": Clause("recall_batch", "EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation) AND", "",
                                       h.tell_a_person_who_read_their_own),
    "recall: of one's own records": Clause("own_recalls", "AND c.subject_id IN (SELECT identity_held_by(identity_person_speaking()))", "",
                                           h.sees_who_was_told_of_anothers),
}  # fmt: skip
SEEN_BEFORE = """AND EXISTS (SELECT FROM unnest(e.record_ids, e.versions) AS seen (record_id, version)
                  WHERE seen.record_id = m.record_id AND seen.version < m.from_version)"""
NEWEST = """AND NOT EXISTS (SELECT FROM records_version n WHERE n.subject_id = v.subject_id AND n.record_id = v.record_id AND n.version > v.version)"""  # noqa: E501  # as it stands there
MOVED_TO_OTHERS = "m.step_id = step AND m.from_subject IS NOT NULL AND EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation)"  # noqa: E501  # as it stands there
CLAUSES |= {
    "recall of what moved: announced": Clause("guard_withdrawals", "THEN f.state = 'moved'", "THEN false", r.move_silently),
    "recall of what moved: what stood before": Clause("recall_moved", SEEN_BEFORE, "", r.tell_whoever_read_after_the_move),
    "recall of what moved: whoever was answered": Clause(
        "recall_moved", "AND e.outcome = 'answered'", "", r.tell_whoever_was_refused_of_a_move),
    "recall of what moved: of organisations": Clause("recall_moved", MOVED_TO_OTHERS, "m.step_id = step AND m.from_subject IS NOT NULL",
                                                     r.tell_a_person_of_a_move),
    "recall of what expired: whose day came": Clause("recall_expired", "v.shown_until = last_day AND", "", r.tell_of_what_shows),
    "recall of what expired: not ahead": Clause("recall_expired", "AND last_day <= (moment AT TIME ZONE 'Asia/Shanghai')::date", "",
                                                r.tell_of_what_will_expire),
    "recall of what expired: the newest": Clause("recall_expired", NEWEST, "", r.tell_of_an_old_version),
    "recall of what expired: whoever was answered": Clause(
        "recall_expired", "AND e.outcome = 'answered'", "", r.tell_whoever_was_refused_of_expiry),
    "recall of a dispute: nothing else": Clause("recall_marked", "what IN ('disputed', 'dispute-ended') AND", "", r.mark_as_something_else),
    "recall of a dispute: whoever was answered": Clause("recall_marked", "AND e.outcome = 'answered'", "", r.mark_for_whoever_was_refused),
    "recall of a dispute: of organisations": Clause(
        "recall_marked", "AND EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation)", "", r.mark_for_a_person),
    "recall of what expired: of organisations": Clause(
        "recall_expired", "AND EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation)", "", r.expire_for_a_person),
    "recall of what expired: announced once": Clause("announce_expiry", "l.last + 1", "NULL", r.announce_twice),
}  # fmt: skip
SOUND = {
    "recall-of-a-withdrawal": h.tell_whoever_read,
    "recall-of-a-move": r.tell_of_a_move,
    "recall-of-an-expiry": r.tell_of_an_expiry,
    "recall-of-a-dispute": r.tell_of_a_dispute,
}
