"""What guards the ways in."""

from tests.system import handing_in as h
from tests.system.guards import Clause, Guard, holds, trigger

GUARDS: dict[str, Guard] = dict((
    holds("records_batch", "batch_channel_known", h.enters(channel="letter")),
    holds("records_batch", "batch_client_iff_api", h.enters(channel="page", client="c-abc")),
    holds("records_batch", "batch_repeat_key_length", h.enters(repeat_key=b"short")),
    trigger("records_version", "version_withdrawn_by_its_own", h.withdraw_anothers, "by its own provider alone"),
))  # fmt: skip
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
}  # fmt: skip
