"""What guards the ways in."""

from tests.system import handing_in as h
from tests.system.guards import Clause, Guard, holds, trigger

GUARDS: dict[str, Guard] = dict((
    holds("records_batch", "batch_channel_known", h.enters(channel="letter")),
    holds("records_batch", "batch_client_iff_api", h.enters(channel="page", client="c-abc")),
    holds("records_batch", "batch_repeat_key_length", h.enters(repeat_key=b"short")),
    trigger("records_version", "version_withdrawn_by_its_own", h.withdraw_anothers, "by its own provider alone"),
))  # fmt: skip
CAUSE = "AND (v.state IN ('withdrawn', 'revoked')) = (what = 'batch')"
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
    "withdrawals: announced": Clause("guard_withdrawals", "FROM fresh f WHERE f.version > 1) c", "FROM fresh f WHERE false) c",
                                     h.withdraw_silently),
    "recall: of what was withdrawn": Clause("recall_batch", CAUSE, "", h.tell_of_what_stands),
    "recall: of what was corrected": Clause("recall_batch", CAUSE, "", h.tell_of_a_withdrawal_as_a_correction),
    "recall: of what stood before": Clause("recall_batch", "seen.version < p.below", "true", h.tell_of_the_last_version),
    "recall: whoever was answered": Clause("recall_batch", "AND e.outcome = 'answered'", "", h.tell_whoever_was_refused),
    "recall: of organisations": Clause("recall_batch", "EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation) AND", "",
                                       h.tell_a_person_who_read_their_own),
    "recall: of one's own records": Clause("own_recalls", "AND c.subject_id IN (SELECT identity_held_by(identity_person_speaking()))", "",
                                           h.sees_who_was_told_of_anothers),
}  # fmt: skip
SOUND = {"recall-of-a-withdrawal": h.tell_whoever_read}
