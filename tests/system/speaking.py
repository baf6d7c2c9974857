"""Speaking for an organisation on the stage, rightly and wrongly."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

from tests.people import MARKET, OTHER
from tests.system.attacks import DAY, Attack
from tests.system.checking import CLIENT
from tests.system.stage import Stage, batch

# Batches of two providers, with what hangs on them; the one that attacks speaks for the market authority.
MINE, THEIRS = 7101, 7102
BATCH, PROGRESS, FINDING, WAITING = "records_batch", "records_progress", "records_finding", "records_waiting"
SETTLED, ASKED = "records_refusals_settled", "sharing_batch"
REPLAY, WAIVER, UNDOING = "identity_check_replay", "records_waiver", "records_undoing"
KEY = {
    BATCH: "id",
    PROGRESS: "batch_id",
    FINDING: "batch_id",
    WAITING: "batch_id",
    WAIVER: "batch_id",
    REPLAY: "asker",
    UNDOING: "batch_id",
    SETTLED: "batch_id",
    ASKED: "id",
    "sharing_batch_part": "batch_id",
    "sharing_batch_result": "part_id",
}


def furnish(stage: Stage) -> None:
    """Give two providers a batch each with progress, a finding and a waiting row, two clients a kept answer and a batch of queries."""
    from tests.system.batching import furnish_two  # which speaks by way of this module

    facts = stage.facts
    ((key,),) = stage.run("owner", "SELECT current FROM identity_key_pointers")
    for number, code, asker in ((MINE, MARKET, "clerk"), (THEIRS, OTHER, CLIENT)):
        ((provider,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)
        stage.insert("owner", BATCH, batch(facts, number, provider_id=provider))
        stage.insert("owner", PROGRESS, {"batch_id": number, "phase": "x", "rows": 0, "findings": 0, "at": facts.at})
        stage.insert("owner", FINDING, finding(number))
        stage.insert("owner", WAITING, {"item_id": facts.item, "provider_id": provider, "batch_id": number, "row_number": 2,
                     "rule": "x", "rules": ["x"], "digest": sha256(code.encode()).digest(), "row_sealed": b"x", "key_id": key,
                     "since": facts.at})  # fmt: skip
        stage.insert("owner", REPLAY, replay(stage, asker))
        furnish_two(stage, number, code, asker)
        undo(stage, number, provider)
        _settle(stage, number)
        _waive(stage, number, "clerk" if code == MARKET else "verifier")


def undo(stage: Stage, number: int, provider: int) -> None:
    """Enter an undoing past its trigger, which asks more of it than is here."""
    from tests.system.clerking import undoing  # which speaks by way of this module

    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", f"ALTER TABLE {UNDOING} DISABLE TRIGGER undoing_guarded")
    stage.insert("owner", UNDOING, undoing(stage, batch_id=number, provider_id=provider))
    stage.run("owner", f"ALTER TABLE {UNDOING} ENABLE TRIGGER undoing_guarded")


def _settle(stage: Stage, number: int) -> None:
    """Say that what was refused of a batch is done with, past the trigger, which asks who speaks."""
    ((officer,),) = stage.run("owner", "SELECT id FROM identity_user WHERE login = 'clerk'")
    stage.run("owner", f"ALTER TABLE {SETTLED} DISABLE TRIGGER settled_guarded")
    stage.insert("owner", SETTLED, {"batch_id": number, "settled_by_id": officer, "settled_at": stage.facts.at})
    stage.run("owner", f"ALTER TABLE {SETTLED} ENABLE TRIGGER settled_guarded")


def _waive(stage: Stage, number: int, login: str) -> None:
    """Have an officer of the batch's provider hold to a row in question, past the trigger, which asks who speaks."""
    asked = {"rule": "fine-out-of-range", "rule_version": 1, "row_number": 3, "batch_id": number, "digest": bytes(32)}
    stage.insert("owner", FINDING, {**asked, "field": "", "record_number": ""})
    ((officer, provider),) = stage.run("owner", "SELECT id, organisation_id FROM identity_user WHERE login = %s", login)
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", f"ALTER TABLE {WAIVER} DISABLE TRIGGER waiver_guarded")
    stage.insert("owner", WAIVER, {**asked, "item_id": stage.facts.item, "provider_id": provider, "reason": "x", "waived_by_id": officer,
                 "waived_at": stage.facts.at, "until": stage.facts.today + 30 * DAY})  # fmt: skip
    stage.run("owner", f"ALTER TABLE {WAIVER} ENABLE TRIGGER waiver_guarded")


def finding(number: int) -> dict[str, Any]:
    return {"batch_id": number, "row_number": 2, "rule": "minor", "rule_version": 1, "field": "", "record_number": ""}


def replay(stage: Stage, asker: str) -> dict[str, Any]:
    return {"asker": asker, "key": uuid4().bytes * 2, "request": bytes(32), "answer": "", "at": stage.facts.at}


def moment(stage: Stage) -> str:
    ((text,),) = stage.run(
        "owner", "SELECT pg_backend_pid() || '/' || extract(epoch FROM transaction_timestamp()) || '/'"
    )
    return str(text)


def sealed(stage: Stage, claim: str, at: str = "") -> str:
    """Seal a claim as only a process with the vault's keys can; for another moment where one is given."""
    ((inner, outer),) = stage.run("owner", "SELECT inner_pad, outer_pad FROM identity_row_key")
    message = f"{at or moment(stage)}{claim}".encode()
    return sha256(outer + sha256(inner + message).digest()).hexdigest() + claim


def claim(stage: Stage, text: str) -> None:
    """Set what the application's SQL can set: any text."""
    stage.run("app", "SELECT set_config('cx.speaker', %s, true)", text)


def speak(stage: Stage, code: str = MARKET, name: str = "clerk") -> None:
    claim(stage, sealed(stage, code + name))


def holders(stage: Stage, table: str, role: str = "app") -> set[Any]:
    """Tell whose rows a role sees of those furnished here."""
    found = {row for (row,) in stage.run(role, f"SELECT {KEY[table]} FROM {table}")}
    return found & {MINE, THEIRS, "clerk", CLIENT}


def mine(table: str) -> set[Any]:
    return {"clerk"} if table == REPLAY else {MINE}


def theirs(table: str) -> set[Any]:
    return {CLIENT} if table == REPLAY else {THEIRS}


def furnished(attack: Attack) -> Attack:
    def tried(stage: Stage) -> bool:
        furnish(stage)
        return attack(stage)

    return tried


def sees_mine(table: str) -> Attack:
    """See one's own rows; true while the policy stands."""

    def attack(stage: Stage) -> bool:
        furnish(stage)
        speak(stage)
        return holders(stage, table) >= mine(table)

    return attack


def sees_theirs(table: str, claiming: Callable[[Stage], None] = speak) -> Attack:
    """See another's rows, whatever is claimed."""

    def attack(stage: Stage) -> bool:
        furnish(stage)
        claiming(stage)
        return bool(holders(stage, table) & theirs(table))

    return attack


def worker_sees(table: str) -> Attack:
    return furnished(lambda stage: bool(holders(stage, table, "intake")))


def anybody_granted_sees(stage: Stage) -> bool:
    """See waiting rows after a grant that nobody thought about."""
    stage.run("owner", "GRANT SELECT ON records_waiting TO chengxin_app")
    furnish(stage)
    return bool(holders(stage, WAITING))


# Claims that nobody made for this transaction.

THEM = OTHER + CLIENT


def claim_without_seal(stage: Stage) -> None:
    claim(stage, "0" * 64 + THEM)


def claim_under_ones_own_seal(stage: Stage) -> None:
    claim(stage, sealed(stage, MARKET + "clerk")[:64] + THEM)


def change_ones_own_claim(stage: Stage) -> None:
    """Speak rightly, look, and then put another organisation into the claim."""
    speak(stage)
    holders(stage, BATCH)
    stage.run(
        "app",
        "SELECT set_config('cx.speaker', left(current_setting('cx.speaker'), 64) || %s, true)",
        THEM,
    )


def claim_of_another_backend(stage: Stage) -> None:
    claim(stage, sealed(stage, THEM, "1/" + moment(stage).partition("/")[2]))


def claim_of_another_transaction(stage: Stage) -> None:
    claim(stage, sealed(stage, THEM, moment(stage).partition("/")[0] + "/1/"))


FALSE = (
    claim_without_seal,
    claim_under_ones_own_seal,
    change_ones_own_claim,
    claim_of_another_backend,
    claim_of_another_transaction,
)


def read_anothers_numbers(stage: Stage) -> bool:
    """Ask which records a batch of another provider's became."""
    stage.run("owner", "UPDATE records_batch SET provider_id = (SELECT id FROM identity_organisation WHERE code = %s) WHERE id = %s",
              OTHER, stage.facts.batch)  # fmt: skip
    speak(stage)
    return bool(stage.run("app", "SELECT row_number FROM records_batch_versions(%s)", stage.facts.batch))


def count_practices_of_tomorrow(stage: Stage) -> bool:
    """Count a day to come, of which the register can't know."""
    stage.run("app", "SELECT FROM records_occupation_coverage(%s)", stage.facts.today + DAY)
    return True
