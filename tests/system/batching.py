"""Attacks on batches of queries: half a batch, a part beyond it, an answer twice, without entries or after its end, another's results."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.people import CENTRE, MARKET, OTHER
from tests.system import cataloguing as c
from tests.system.attacks import Attack
from tests.system.checking import CLIENT
from tests.system.enrolling import FULL, place
from tests.system.keys import NEXT, enter, present
from tests.system.speaking import speak
from tests.system.stage import Stage, entry

BATCH, PART, QUESTION, RESULT, USE = (
    "sharing_batch",
    "sharing_batch_part",
    "sharing_batch_question",
    "sharing_batch_result",
    "sharing_batch_use",
)
TABLES = (BATCH, PART, QUESTION, RESULT)
# Of one organisation's client: a batch that was answered, and one that waits. A batch and its only part bear one number.
DONE, WAITS, BARE = 9601, 9602, 9603
OLD_ENTRY = UUID(int=9601)
DAY = timedelta(days=1)
SETTLED: dict[str, Any] = {"answered": 0, "empty": 0, "refused": 1, "failed": 0}


def furnish(stage: Stage) -> None:
    """Enter a batch that was answered and one that waits, past the locks."""
    c.unlock(stage, *TABLES)
    for number, done in ((DONE, True), (WAITS, False)):
        ask(stage, number, OTHER, done=done)
    stage.insert("owner", USE, {"client": "x", "day": stage.facts.today, "persons": 1})
    enters(stage, entry_id=OLD_ENTRY)
    c.lock(stage, *TABLES)


def furnish_two(stage: Stage, number: int, code: str, client: str) -> None:
    """Give an organisation's client a batch that was answered, past the locks; its part bears its number."""
    c.unlock(stage, *TABLES)
    ask(stage, number, code, client=client, done=True)
    c.lock(stage, *TABLES)


def ask(stage: Stage, number: int, code: str, *, client: str = CLIENT, done: bool) -> None:
    settled = {"settled_at": stage.facts.at, **SETTLED} if done else {}
    stage.insert("owner", BATCH, batch(stage, number, organisation_id=place(stage, code), client=client))
    stage.insert("owner", PART, part(number, **settled))
    if done:
        stage.insert("owner", RESULT, {"part_id": number, "jwe": "x"})
    else:
        stage.insert("owner", QUESTION, {"part_id": number, "questions_sealed": b"x", "key_id": present(stage)})


def batch(stage: Stage, number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "id": number, "number": f"PL20260101{number:010}", "organisation_id": place(stage, OTHER), "client": CLIENT, "duty": FULL,
        "basis": "XZXKF-34", "officer": "x", "persons": 1, "result_key": "{}", "asked_at": stage.facts.at,
        "expires_at": stage.facts.at + 3 * DAY,
    }  # fmt: skip
    return {**row, **changes}


def part(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "batch_id": number, "place": 1, "persons": 1, **changes}


def past(table: str, **changes: Any) -> Attack:
    """Write a row past the triggers, for what its checks hold."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, *TABLES)
        days = {
            name: stage.facts.at + value * DAY if isinstance(value, int) else value
            for name, value in changes.items()
            if name.endswith("_at")
        }
        if table == PART:
            stage.insert("owner", BATCH, batch(stage, BARE))
            stage.insert("owner", PART, part(BARE, **{**changes, **days}))
        else:
            stage.insert("owner", BATCH, batch(stage, BARE, **{**changes, **days}))
        c.lock(stage, *TABLES)
        return True

    return attack


def uses(**changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.insert("owner", USE, {"client": "y", "day": stage.facts.today, "persons": 1, **changes})
        return True

    return attack


# Taking in.


def opens(
    *parts: int,
    wanted: int = 1,
    name: str = CLIENT,
    code: str = OTHER,
    then: str = "",
    used: int = 0,
    limit: int = 0,
    whole: bool = True,
    first: Any = None,
) -> Attack:
    """Take in a batch of so many persons in such parts, as the application; ``then`` speaks the parts' adder."""

    def attack(stage: Stage) -> bool:
        if used:
            stage.insert("owner", USE, {"client": CLIENT, "day": stage.facts.today, "persons": used})
        if first:
            first(stage)
        if limit:
            stage.run("owner", "UPDATE records_term SET value = %s WHERE name = 'batch-limits'", limit)
        speak(stage, code, name)
        ((refusal, number),) = stage.run(
            "app",
            "SELECT refusal, batch FROM sharing_open_batch('PL202601010000000001', %s, 'XZXKF-34', 'x', '{}', %s)",
            FULL,
            wanted,
        )
        if then:
            speak(stage, MARKET, then)
        for many in parts:
            add(stage, number, many)
        if not refusal and whole:
            stage.run("app", "SET CONSTRAINTS ALL IMMEDIATE")
        return bool(refusal == "")

    return attack


def add(stage: Stage, number: int, many: int = 1, key: str = "") -> None:
    stage.run("app", "SELECT sharing_add_batch_part(%s, %s, %s, %s)", number, many, b"x", key or present(stage))


def adds_later(stage: Stage) -> bool:
    """Put a part beside a batch that was taken in before, and has room for it."""
    c.unlock(stage, BATCH)
    stage.insert("owner", BATCH, batch(stage, BARE, persons=2))
    c.lock(stage, BATCH)
    speak(stage, OTHER, CLIENT)
    add(stage, BARE)
    return True


def adds_settled(stage: Stage) -> bool:
    c.unlock(stage, BATCH)
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", f"UPDATE {BATCH} SET asked_at = transaction_timestamp(), persons = 2 WHERE id = %s", WAITS)
    c.lock(stage, BATCH)
    stage.insert("owner", PART, part(BARE, batch_id=WAITS, place=2, settled_at=stage.facts.at, **SETTLED))
    return True


def opens_without_questions(stage: Stage) -> bool:
    """Everybody stands in a part, which has no questions."""
    stage.insert("owner", BATCH, batch(stage, BARE))
    stage.run("owner", f"ALTER TABLE {PART} DISABLE TRIGGER USER")
    stage.insert("owner", PART, part(BARE))
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    return True


def seals_with_a_late_key(stage: Stage) -> bool:
    enter(stage)
    past(PART)(stage)
    stage.insert("owner", QUESTION, {"part_id": BARE, "questions_sealed": b"x", "key_id": NEXT})
    return True


def seals_anew_with_a_late_key(stage: Stage) -> bool:
    enter(stage)
    stage.run("owner", f"UPDATE {QUESTION} SET questions_sealed = '\\x01', key_id = %s", NEXT)
    return True


# Claiming, settling.


def after(attack: Attack, table: str = BATCH, number: int = WAITS, **changes: Any) -> Attack:
    """Attack after a row was changed with the guards asleep."""

    def tried(stage: Stage) -> bool:
        c.unlock(stage, table)
        values = [stage.facts.at + value * DAY if isinstance(value, float) else value for value in changes.values()]
        names = ", ".join(f"{name} = %s" for name in changes)
        stage.run("owner", f"UPDATE {table} SET {names} WHERE id = %s", *values, number)
        c.lock(stage, table)
        return attack(stage)

    return tried


EXPIRED: dict[str, Any] = {"asked_at": -5.0, "expires_at": -2.0}
ERASED: dict[str, Any] = {"erased_at": 0.0}


def claims(stage: Stage) -> bool:
    return bool(stage.run("app", "SELECT FROM sharing_claim_part('{}')"))


def settles(*, entries: int = 1, code: str = OTHER, name: str = CLIENT, persons: int = 1, **changes: Any) -> Attack:
    """Settle the part that waits by entries that are sound unless changed."""

    def attack(stage: Stage) -> bool:
        if persons > 1:
            c.unlock(stage, PART)
            stage.run("owner", f"UPDATE {PART} SET persons = %s WHERE id = %s", persons, WAITS)
            c.lock(stage, PART)
        made = [enters(stage, **changes) for _ in range(entries)]
        return settle(stage, made, code, name)

    return attack


def enters(stage: Stage, **changes: Any) -> UUID:
    told = {
        "entry_id": uuid4(), "organisation": OTHER, "officer": f"{CLIENT}/x", "purpose": "XK-SC", "duty": FULL, "channel": "batch",
        "outcome": "refused", "reason": "x", "record_ids": [], "versions": [],
    }  # fmt: skip
    row = entry(stage.facts, **{**told, **changes})
    stage.insert("app", "ground_access_entry", row)
    return UUID(str(row["entry_id"]))


def settle(stage: Stage, entries: list[UUID], code: str = OTHER, name: str = CLIENT) -> bool:
    speak(stage, code, name)
    stage.run(
        "app",
        "SELECT sharing_settle_part(%s, %s::bigint[], %s::uuid[], 'x')",
        WAITS,
        [stage.facts.wang] * len(entries),
        entries,
    )
    return True


def settles_by_one_entry_twice(stage: Stage) -> bool:
    c.unlock(stage, PART)
    stage.run("owner", f"UPDATE {PART} SET persons = 2 WHERE id = %s", WAITS)
    c.lock(stage, PART)
    return settle(stage, [enters(stage)] * 2)


def settles_twice(stage: Stage) -> bool:
    """Its question is gone by then, and its result there: of those nothing is said, for they aren't asked for."""
    made = [enters(stage)]
    settle(stage, made)
    speak(stage, OTHER, CLIENT)
    subjects = [stage.facts.wang]
    stage.run("app", "SELECT sharing_settle_part(%s, %s::bigint[], %s::uuid[], NULL)", WAITS, subjects, [enters(stage)])
    return True


def changes_a_part(**changes: Any) -> Attack:
    """Change more of a part than that it is settled."""

    def attack(stage: Stage) -> bool:
        told = {"settled_at": stage.facts.at, **SETTLED, **changes}
        names = ", ".join(f"{name} = %s" for name in told)
        stage.run("owner", f"UPDATE {PART} SET {names} WHERE id = %s", *told.values(), WAITS)
        return True

    return attack


def tells_what_was_not_settled(stage: Stage) -> bool:
    stage.insert("owner", RESULT, {"part_id": WAITS, "jwe": "x"})
    return True


# Going, staying.


def deletes(table: str) -> Attack:
    """Delete a batch without parts, or a part without anything: no foreign key would refuse it."""

    def attack(stage: Stage) -> bool:
        past(table)(stage)
        stage.run("owner", f"DELETE FROM {table} WHERE id = %s", BARE)
        return True

    return attack


def erases(number: int = DONE, code: str = OTHER, name: str = CLIENT) -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, code, name)
        ((gone,),) = stage.run("app", f"SELECT sharing_erase_batch('PL20260101{number:010}')")
        return bool(gone)

    return attack


def eraser_erases(stage: Stage) -> bool:
    return bool(stage.run("eraser", "SELECT sharing_erase_batches()") != [(0,)])


def sees_result(stage: Stage) -> bool:
    speak(stage, OTHER, CLIENT)
    return bool(stage.run("app", f"SELECT FROM {RESULT} WHERE part_id = {DONE}"))


def sees_anothers_result(stage: Stage) -> bool:
    """As the credit centre, which sees every batch and no result."""
    speak(stage, CENTRE, "officer")
    return bool(stage.run("app", f"SELECT FROM {RESULT} WHERE part_id = {DONE}"))


def settles_by_an_old_entry(stage: Stage) -> bool:
    """By an entry that stood there before this transaction began."""
    return settle(stage, [OLD_ENTRY])
