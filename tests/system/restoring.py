"""Attacks on ends of the register that were lost, and on their acknowledgement: by one person, of what isn't lost, changed afterwards."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.system import sealing
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.stage import Stage, entry

ENDS, RESTORATION = "ground_lost_end", "identity_restoration"
TAKEN, FREE, NUMBER = 9601, 9602, 9601
ENTRY = UUID(int=9651)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def lost(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {"shard": 0, "tree": sealing.OPEN, "size": 1, "root": b"r" * 32, "lost_size": 3, "lost_root": b"l" * 32}
    return {**row, "at": stage.facts.at, **changes}


def restoration(stage: Stage, **changes: Any) -> dict[str, Any]:
    told = {name: user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()}
    return {
        "gaps": [FREE],
        "reason": "x",
        "log": "x",
        "entered_by_id": user(stage, "system"),
        "entered_at": stage.facts.at,
        **told,
    }


def furnish(stage: Stage) -> None:
    """Let two ends be lost; about one of them something waits for its second signature."""
    stage.insert("sealer", ENDS, lost(stage))
    stage.insert("sealer", ENDS, lost(stage, lost_size=5))
    stage.run("owner", f"ALTER TABLE {ENDS} DISABLE TRIGGER USER")
    stage.run("owner", f"UPDATE {ENDS} SET id = CASE lost_size WHEN 3 THEN {TAKEN} ELSE {FREE} END")
    stage.run("owner", f"ALTER TABLE {ENDS} ENABLE TRIGGER USER")
    stage.insert("owner", RESTORATION, restoration(stage, id=NUMBER, gaps=[TAKEN]))


def loses(**changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.insert("sealer", ENDS, lost(stage, **{"lost_size": 9, **changes}))
        return True

    return attack


def loses_what_has_a_number(stage: Stage) -> bool:
    """Nothing is signed over it yet."""
    sealing.numbers(tree="2026-12", seq=0)(stage)
    return loses(tree="2026-12", size=0)(stage)


def loses_what_a_head_vouches_for(stage: Stage) -> bool:
    stage.run("owner", "ALTER TABLE ground_checkpoint DISABLE TRIGGER checkpoint_over_numbers")
    head = {**sealing.HEAD, "tree": sealing.OPEN, "size": 2, "note": "n", "at": stage.facts.at}
    stage.insert("owner", "ground_checkpoint", head)
    stage.run("owner", "ALTER TABLE ground_checkpoint ENABLE TRIGGER checkpoint_over_numbers")
    return loses()(stage)


def enters(**changes: Any) -> Attack:
    """Enter a restore as the administration; sound unless changed."""

    def attack(stage: Stage) -> bool:
        stage.insert("admin", RESTORATION, restoration(stage, **changes))
        return True

    return attack


def lays(**changes: Any) -> Attack:
    """Write one as the owner with its guard asleep: only a CHECK can refuse it."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", f"ALTER TABLE {RESTORATION} DISABLE TRIGGER restoration_guarded")
        stage.insert("owner", RESTORATION, restoration(stage, **changes))
        return True

    return attack


def approves(
    by: str = "audit", *, role: str = "admin", before: Any = None, also: str = "", at: str = "now()"
) -> Attack:
    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        query = f"UPDATE {RESTORATION} SET approved_by_id = %s, approved_at = {at}, entry_id = %s {also} WHERE id = {NUMBER}"
        stage.run(role, query, user(stage, by), ENTRY)
        return True

    return attack


def withdraws(by: str = "system", *, role: str = "admin", also: str = "", at: str = "now()") -> Attack:
    def attack(stage: Stage) -> bool:
        query = f"UPDATE {RESTORATION} SET withdrawn_by_id = %s, withdrawn_at = {at} {also} WHERE id = {NUMBER}"
        stage.run(role, query, user(stage, by))
        return True

    return attack


def twice(attack: Attack) -> Attack:
    return lambda stage: attack(stage) and attack(stage)


def same_person(stage: Stage) -> None:
    """Let both administrators be one person."""
    stage.run("owner", "ALTER TABLE identity_declaration DISABLE TRIGGER USER")
    query = """UPDATE identity_declaration SET code_hashes = (SELECT d.code_hashes FROM identity_declaration d WHERE d.user_id = %s)
               WHERE user_id = %s"""
    stage.run("owner", query, user(stage, "system"), user(stage, "audit"))
    stage.run("owner", "ALTER TABLE identity_declaration ENABLE TRIGGER USER")


def holds(query: str, attack: Attack) -> Attack:
    """Tell whether something stands so after an attack that itself gets through."""

    def tried(stage: Stage) -> bool:
        attack(stage)
        return bool(stage.run("owner", query))

    return tried


def unentered(stage: Stage) -> bool:
    """Tell whether an approval left no entry in the register."""
    approves()(stage)
    return not stage.run("owner", "SELECT FROM ground_access_entry WHERE channel = 'restoration'")


def writes_an_entry(**changes: Any) -> Attack:
    """Enter, as the application, an acknowledgement that two have signed, once more and changed."""

    def attack(stage: Stage) -> bool:
        approves()(stage)
        ((reference,),) = stage.run(
            "owner", "SELECT case_reference FROM ground_access_entry WHERE channel = 'restoration'"
        )
        stage.run("owner", "ALTER TABLE ground_access_entry DISABLE TRIGGER USER")
        stage.run("owner", "DELETE FROM ground_access_entry WHERE channel = 'restoration'")
        stage.run("owner", "ALTER TABLE ground_access_entry ENABLE TRIGGER USER")
        stage.run("owner", "DELETE FROM ground_unsealed WHERE false")
        row = {"subject_id": 0, "entry_id": ENTRY, "officer": "audit", "purpose": "restoration", "duty": "", "case_reference": reference,
               "channel": "restoration", "outcome": "refused", "reason": "x", "record_ids": [], "versions": []}  # fmt: skip
        stage.run("owner", "ALTER TABLE ground_access_entry DISABLE TRIGGER access_entry_queued")
        stage.insert("app", "ground_access_entry", entry(stage.facts, **{**row, **changes}))
        return True

    return attack
