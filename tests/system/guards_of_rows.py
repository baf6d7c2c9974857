"""What keeps each organisation's rows to itself, object by object and clause by clause."""

from tests.system import speaking as s
from tests.system.guards import TODAY, Clause, Guard, check, holds, policy, row_security
from tests.system.stage import Stage

REFUSED = "was not sealed for this transaction"
SEAL = "IS DISTINCT FROM sha256(convert_to(encode(sealed, 'hex'), 'UTF8'))"
BACKEND, TIME = "pg_backend_pid() || '/'", "extract(epoch FROM transaction_timestamp())"


def shorten_the_key(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_row_key SET inner_pad = '\\x00'")
    return True


GUARDS: dict[str, Guard] = dict((
    policy(s.BATCH, "own_batch", s.sees_mine(s.BATCH)),
    policy(s.BATCH, "every_batch", s.worker_sees(s.BATCH)),
    policy(s.PROGRESS, "own_progress", s.sees_mine(s.PROGRESS)),
    policy(s.PROGRESS, "every_progress", s.worker_sees(s.PROGRESS)),
    policy(s.FINDING, "own_finding", s.sees_mine(s.FINDING)),
    policy(s.FINDING, "every_finding", s.worker_sees(s.FINDING)),
    policy(s.WAITING, "every_waiting", s.worker_sees(s.WAITING)),
    policy(s.REPLAY, "own_replay", s.sees_mine(s.REPLAY)),
    row_security(s.BATCH, s.sees_theirs(s.BATCH)),
    row_security(s.PROGRESS, s.sees_theirs(s.PROGRESS)),
    row_security(s.FINDING, s.sees_theirs(s.FINDING)),
    row_security(s.WAITING, s.anybody_granted_sees),
    row_security(s.REPLAY, s.sees_theirs(s.REPLAY)),
    check("identity_row_key", "row_key_once", id=2),
    holds("identity_row_key", "row_key_padded", shorten_the_key),
))  # fmt: skip

OWN = "provider_id = (SELECT s.organisation FROM identity_speaker() s)"
CLAUSES: dict[str, Clause] = {
    "speaker: seal": Clause("speaker", SEAL, "IS NULL", s.sees_theirs(s.BATCH, s.claim_without_seal), REFUSED),
    "speaker: backend": Clause("speaker", BACKEND, "'1/'", s.sees_theirs(s.BATCH, s.claim_of_another_backend), REFUSED),
    "speaker: transaction": Clause("speaker", TIME, "'1'", s.sees_theirs(s.BATCH, s.claim_of_another_transaction), REFUSED),
    "batch: own": Clause("batch_rows", OWN, "true", s.sees_theirs(s.BATCH)),
    "progress: own": Clause("progress_rows", "b.id = batch_id", "true", s.sees_theirs(s.PROGRESS)),
    "finding: own": Clause("finding_rows", "b.id = batch_id", "true", s.sees_theirs(s.FINDING)),
    "replay: own": Clause("replay_rows", "asker = (SELECT s.name FROM identity_speaker() s)", "true", s.sees_theirs(s.REPLAY)),
    "coverage: no day to come": Clause("coverage", f"on_day > {TODAY}", "false", s.count_practices_of_tomorrow, "can't be counted"),
    "numbers: own batch": Clause("batch_numbers", f"b.{OWN}", "true", s.read_anothers_numbers),
}  # fmt: skip
