"""Attacks on merging and splitting persons: who decides, in which turn, and what a step may touch."""

from datetime import UTC, datetime
from typing import Any

from tests.people import CENTRE, MARKET
from tests.system.administering import user
from tests.system.attacks import DAY, Attack
from tests.system.speaking import speak
from tests.system.stage import SHOWN, Stage, batch, payload, version

TRANSFER, STEP, CODE, MOVE = "identity_transfer", "identity_transfer_step", "identity_transfer_code", "records_move"
# A merge of two persons that waits for its second officer: of the young one into Wang.
WAITS, FIRST_STEP = 9701, 9711
BATCH = 7401


def transfer(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {"kind": "merge", "from_subject_id": stage.facts.young, "into_subject": stage.facts.wang, "fresh": False, "code_marks": [],
           "record_ids": []}  # fmt: skip
    return {**row, **changes}


def step(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {"transfer_id": WAITS, "forth": True, "record_ids": [], "ground": "晋公户证1号", "decided_by_id": user(stage, "officer"),
           "decided_at": datetime.now(UTC), "failure": ""}  # fmt: skip
    return {**row, **changes}


def furnish(stage: Stage) -> None:
    """Give the stage a merge that waits for its second officer."""
    speak(stage, CENTRE, "officer")
    stage.insert("owner", TRANSFER, transfer(stage, id=WAITS))
    stage.insert("owner", STEP, step(stage, id=FIRST_STEP))
    stage.insert(
        "owner", "ground_message", {"subject_id": stage.facts.wang, "at": stage.facts.at, "kind": "x", "reference": ""}
    )


def asleep(stage: Stage, table: str, trigger: str, query: str, *values: Any) -> None:
    """Bring something about with one guard asleep."""
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    stage.run("owner", query, *values)
    stage.run("owner", f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def absorb(stage: Stage, subject: int, into: int) -> None:
    query = "UPDATE identity_person SET absorbed_into_id = %s WHERE subject_id = %s"
    asleep(stage, "identity_person", "person_absorbed_by_a_step", query, into, subject)


def enters(role: str = "app", **changes: Any) -> Attack:
    """Enter a transfer as the application, speaking for the centre."""

    def attack(stage: Stage) -> bool:
        speak(stage, CENTRE, "officer")
        stage.insert(role, TRANSFER, transfer(stage, **changes))
        return True

    return attack


def enter_to_the_absorbed(stage: Stage) -> bool:
    absorb(stage, stage.facts.wang, stage.facts.limited)
    return enters()(stage)


def enter_from_the_absorbed(stage: Stage) -> bool:
    absorb(stage, stage.facts.young, stage.facts.limited)
    return enters()(stage)


def another(stage: Stage) -> int:
    """Enter a transfer between two others, of which no step was decided."""
    speak(stage, CENTRE, "officer")
    row = transfer(stage, id=WAITS + 1, from_subject_id=stage.facts.limited, into_subject=grown(stage))
    stage.insert("owner", TRANSFER, row)
    return WAITS + 1


def grown(stage: Stage) -> int:
    query = "SELECT max(subject_id) FROM identity_person WHERE NOT judged AND born < '1990-01-01'"
    return int(stage.run("owner", query)[0][0])


def decides(speaker: str = "officer", **changes: Any) -> Attack:
    """Decide on a transfer of which nothing was decided yet, as the application."""

    def attack(stage: Stage) -> bool:
        row = {**step(stage), "transfer_id": another(stage), **changes}
        if login := row.pop("login", None):
            row["decided_by_id"] = user(stage, login)
        speak(stage, CENTRE, speaker)
        stage.insert("owner", STEP, row)
        return True

    return attack


def decide_by_a_clerk(stage: Stage) -> bool:
    number = another(stage)
    row = step(stage, transfer_id=number, decided_by_id=user(stage, "clerk"))
    speak(stage, MARKET, "clerk")
    stage.insert("owner", STEP, row)
    return True


def decide_and_agree_at_once(stage: Stage) -> bool:
    return decides(second_by_id=user(stage, "colleague"), second_at=datetime.now(UTC), agreed=True)(stage)


def decide_out_of_turn(stage: Stage) -> bool:
    """Another transfer of a person whose merge is still open."""
    speak(stage, CENTRE, "officer")
    row = transfer(stage, id=WAITS + 1, from_subject_id=stage.facts.limited, into_subject=stage.facts.wang)
    stage.insert("owner", TRANSFER, row)
    stage.insert("owner", STEP, step(stage, transfer_id=WAITS + 1))
    return True


def undo_under_a_later_one(stage: Stage) -> bool:
    """Undo a merge after which one of the two was merged once more."""
    agree(stage)
    finish(stage)
    speak(stage, CENTRE, "officer")
    row = transfer(stage, id=WAITS + 1, from_subject_id=stage.facts.limited, into_subject=stage.facts.wang)
    stage.insert("owner", TRANSFER, row)
    stage.insert("owner", STEP, step(stage, id=FIRST_STEP + 1, transfer_id=WAITS + 1))
    agree(stage, FIRST_STEP + 1)
    finish(stage, FIRST_STEP + 1)
    speak(stage, CENTRE, "officer")
    stage.insert("owner", STEP, step(stage, forth=False))
    return True


def agree(
    stage: Stage, number: int = FIRST_STEP, *, login: str = "colleague", speaker: str = "colleague", at: str = "now()"
) -> bool:
    who = user(stage, login)
    speak(stage, CENTRE, speaker)
    query = f"UPDATE {STEP} SET second_by_id = %s, second_at = {at}, agreed = true WHERE id = %s RETURNING 1"
    return bool(stage.run("app", query, who, number))


def agrees(**how: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        return agree(stage, **how)

    return attack


def finish(stage: Stage, number: int = FIRST_STEP) -> None:
    stage.run("intake", f"UPDATE {STEP} SET done_at = now() WHERE id = %s", number)


def changes_it(change: str, *, agreed: bool = False) -> Attack:
    def attack(stage: Stage) -> bool:
        if agreed:
            agree(stage)
        stage.run("owner", f"UPDATE {STEP} SET {change} WHERE id = {FIRST_STEP}")
        return True

    return attack


def finish_twice(stage: Stage) -> bool:
    agree(stage)
    finish(stage)
    finish(stage)
    return True


def finish_while_a_code_leads_to_the_absorbed(stage: Stage) -> bool:
    agree(stage)
    absorb(stage, stage.facts.young, stage.facts.wang)
    finish(stage)
    return True


def forth_twice(stage: Stage) -> bool:
    agree(stage)
    finish(stage)
    speak(stage, CENTRE, "officer")
    stage.insert("owner", STEP, step(stage))
    return True


# What a step may touch.


def in_hand(stage: Stage, number: int = FIRST_STEP) -> None:
    """Carry out the stage's merge as the worker does, to the point where it moves things."""
    agree(stage, number)
    announce(stage, number)


def announce(stage: Stage, number: int = FIRST_STEP) -> None:
    stage.run("intake", "SELECT set_config('cx.transfer', %s, true)", str(number))


def moves_a_code(source: str, target: str, *before: Any) -> Attack:
    """Take a person's codes to another as the worker may."""

    def attack(stage: Stage) -> bool:
        for one in before:
            one(stage)
        query = "UPDATE identity_code SET subject_id = %s WHERE subject_id = %s RETURNING 1"
        return bool(stage.run("intake", query, getattr(stage.facts, target), getattr(stage.facts, source)))

    return attack


def announce_what_is_done(stage: Stage) -> None:
    agree(stage)
    finish(stage)
    announce(stage)


def absorbs(subject: str, into: str | None, *before: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        for one in before:
            one(stage)
        holder = getattr(stage.facts, into) if into else None
        query = "UPDATE identity_person SET absorbed_into_id = %s WHERE subject_id = %s RETURNING 1"
        return bool(stage.run("intake", query, holder, getattr(stage.facts, subject)))

    return attack


def absorbed_by_another(stage: Stage) -> None:
    absorb(stage, stage.facts.young, stage.facts.limited)


def into_itself(stage: Stage) -> bool:
    absorb(stage, stage.facts.wang, stage.facts.wang)
    return True


def forgets(table: str, who: str, *before: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        for one in before:
            one(stage)
        return bool(
            stage.run(
                "intake", f"DELETE FROM {table} WHERE subject_id = %s RETURNING subject_id", getattr(stage.facts, who)
            )
        )

    return attack


def reads_what_was_told(*before: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        for one in before:
            one(stage)
        return bool(stage.run("intake", "SELECT FROM identity_transfer_evidence()"))

    return attack


# Records.


def open_batch(stage: Stage, number: int | None = FIRST_STEP) -> None:
    stage.insert("intake", "records_batch", {**batch(stage.facts, BATCH), "transfer_step_id": number})


def opens_a_batch(*before: Any, number: int = FIRST_STEP) -> Attack:
    def attack(stage: Stage) -> bool:
        for one in before:
            one(stage)
        open_batch(stage, number)
        return True

    return attack


def writes(*before: Any, **changes: Any) -> Attack:
    """Write a version in the batch of the step in hand: Wang's record as the young one's unless changed otherwise."""

    def attack(stage: Stage) -> bool:
        for one in before:
            one(stage)
        row = {"record_id": SHOWN, "subject_id": stage.facts.young, "batch_id": BATCH, **changes}
        stage.write(batch=BATCH, **row)
        return True

    return attack


def in_its_batch(stage: Stage) -> None:
    """The merge as carried out backwards would have it: from Wang to the young one."""
    stage.run("owner", f"ALTER TABLE {STEP} DISABLE TRIGGER step_change_guarded")
    stage.run("owner", f"UPDATE {STEP} SET forth = false WHERE id = {FIRST_STEP}")
    stage.run("owner", f"ALTER TABLE {STEP} ENABLE TRIGGER step_change_guarded")
    in_hand(stage)
    open_batch(stage)


def write_for_a_third(stage: Stage) -> bool:
    in_its_batch(stage)
    return writes(subject_id=grown(stage))(stage)


def lengthened(stage: Stage) -> bool:
    """Write the record that moves, to be shown for a day longer."""
    in_its_batch(stage)
    return writes(shown_until=stage.facts.today + 266 * DAY)(stage)


def make_up(stage: Stage) -> bool:
    """Write a record that stands nowhere, twice over in the step's own batch, so that each is the other's copy."""
    in_its_batch(stage)
    stage.announce(BATCH)
    for subject in (stage.facts.wang, stage.facts.young):
        row = {**version(stage.facts), "subject_id": subject, "record_id": 970, "batch_id": BATCH}
        stage.insert("intake", "records_version", row)
    return True


def move_without_a_step(stage: Stage) -> bool:
    stage.write(record_id=SHOWN, version=2, state="moved", commitment=None, shown_until=stage.facts.today - 70 * DAY)
    return True


def moved(stage: Stage) -> None:
    """Wang's record moved away by the step in hand."""
    in_its_batch(stage)
    hidden = stage.facts.today - 70 * DAY
    stage.write(
        batch=BATCH, batch_id=BATCH, record_id=SHOWN, version=2, state="moved", commitment=None, shown_until=hidden
    )


def come_back_without_a_step(stage: Stage) -> bool:
    moved(stage)
    stage.write(record_id=SHOWN, version=3)
    return True


def write_for_the_absorbed(stage: Stage) -> bool:
    absorb(stage, stage.facts.wang, stage.facts.limited)
    stage.write(record_id=950)
    return True


def write_values_of_what_moved(stage: Stage) -> bool:
    """What a step writes has its values: the guard of values takes them as any batch's."""
    writes(in_its_batch)(stage)
    stage.insert("intake", "records_payload", payload(stage.facts, SHOWN, subject_id=stage.facts.young))
    return True


def note_a_strange_outcome(stage: Stage) -> bool:
    in_its_batch(stage)
    row = {"step_id": FIRST_STEP, "record_id": SHOWN, "batch_id": BATCH, "row_number": 1, "copied_subject": stage.facts.wang,
           "copied_version": 1, "state": "", "outcome": "lost"}  # fmt: skip
    stage.insert("owner", MOVE, row)
    return True


def tell_of_nothing(stage: Stage) -> bool:
    stage.insert(
        "owner", "ground_message", {"subject_id": stage.facts.wang, "at": stage.facts.at, "kind": "", "reference": ""}
    )
    return True


def look_at_headers(code: str) -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, code, "officer")
        return bool(stage.run("app", "SELECT FROM records_headers(%s)", stage.facts.wang))

    return attack
