"""Attacks on what humans decide about waiting rows."""

from datetime import UTC, datetime
from typing import Any

from tests.people import CENTRE, MARKET
from tests.system.administering import user
from tests.system.attacks import DAY, Attack
from tests.system.speaking import claim, speak
from tests.system.stage import OTHERS, SHOWN, Stage, batch

TABLE = "records_adjudication"
DECISION, BATCH = 9800, 7300


def furnish(stage: Stage) -> None:
    """Give the stage a decision about its waiting row, which stands and waits for a second officer."""
    speak(stage, CENTRE, "officer")
    stage.insert("owner", TABLE, decision(stage, id=DECISION))
    looks(stage, "officer")
    claim(stage, "")


def looks(stage: Stage, login: str, number: int | None = None) -> None:
    """Open the waiting row, speaking as an officer."""
    speak(stage, CENTRE, login)
    row = {
        "waiting_id": waiting(stage)["waiting_id"],
        "officer_id": number or user(stage, login),
        "opened_at": datetime.now(UTC),
    }
    stage.insert("app", "records_opening", row)


def open_for_a_colleague(stage: Stage) -> bool:
    looks(stage, "officer", user(stage, "colleague"))
    return True


def open_by_a_clerk(stage: Stage) -> bool:
    looks(stage, "officer", user(stage, "clerk"))
    return True


def open_beyond_the_limit(stage: Stage) -> bool:
    stage.run("owner", "UPDATE records_term SET value = 1 WHERE name = 'case-openings'")
    looks(stage, "officer")
    return True


def agree_without_looking(stage: Stage) -> bool:
    return agrees("colleague", looked=False)(stage)


def waiting(stage: Stage) -> dict[str, Any]:
    names = ("waiting_id", "item_id", "provider_id", "batch_id", "row_number", "digest")
    (row,) = stage.run(
        "owner",
        "SELECT id, item_id, provider_id, batch_id, row_number, digest FROM records_waiting ORDER BY id LIMIT 1",
    )
    return dict(zip(names, row, strict=True))


def another_waiting(stage: Stage) -> dict[str, Any]:
    """Enter a second waiting row, of which nobody has decided anything."""
    stage.run(
        "owner",
        """INSERT INTO records_waiting (item_id, provider_id, batch_id, row_number, rule, rules, digest, row_sealed, key_id, since)
           SELECT item_id, provider_id, batch_id, 3, rule, rules, decode(repeat('cd', 32), 'hex'), row_sealed, key_id, since
           FROM records_waiting ORDER BY id LIMIT 1""",
    )
    (row,) = stage.run("owner", "SELECT id, digest FROM records_waiting ORDER BY id DESC LIMIT 1")
    return {**waiting(stage), "row_number": 3, "waiting_id": row[0], "digest": row[1]}


def decision(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {
        **waiting(stage), "outcome": "attach", "subject_id": stage.facts.wang, "code_reason": "one-digit", "held": "",
        "taken_back_ground": "", "adverse": True, "ground": "x", "decided_by_id": user(stage, "officer"),
        "decided_at": datetime.now(UTC), "result": "",
    }  # fmt: skip
    return {**row, **changes}


def unguarded(**changes: Any) -> Attack:
    """Write a decision past the trigger, which would see to it first."""

    def attack(stage: Stage) -> bool:
        row = {**decision(stage), **another_waiting(stage), **changes}
        stage.run("owner", f"ALTER TABLE {TABLE} DISABLE TRIGGER adjudication_guarded")
        stage.insert("owner", TABLE, row)
        return True

    return attack


def decides(**changes: Any) -> Attack:
    """Decide as the application, speaking for the credit centre."""

    def attack(stage: Stage) -> bool:
        row = {**decision(stage), **another_waiting(stage), **changes}
        speak(stage, CENTRE, "officer")
        stage.insert("app", TABLE, row)
        return True

    return attack


def decide_by_a_clerk(stage: Stage) -> bool:
    return decides(decided_by_id=user(stage, "clerk"))(stage)


def decide_for_a_colleague(stage: Stage) -> bool:
    """Decide in another's name: the claim says who speaks."""
    return decides(decided_by_id=user(stage, "colleague"))(stage)


def decide_for_tomorrow(stage: Stage) -> bool:
    return decides(decided_at=datetime.now(UTC) + DAY)(stage)


def decide_and_agree_at_once(stage: Stage) -> bool:
    who = {"second_by_id": user(stage, "colleague"), "second_at": datetime.now(UTC), "agreed": True}
    return unguarded_insert(stage, {**decision(stage), **another_waiting(stage), **who})


def unguarded_insert(stage: Stage, row: dict[str, Any]) -> bool:
    speak(stage, CENTRE, "officer")
    stage.insert("owner", TABLE, row)
    return True


def call_an_adverse_record_harmless(stage: Stage) -> bool:
    """Say that a record is not adverse, so that one officer's word would do; true when the database believes it."""
    decides(adverse=False)(stage)
    return stage.run("owner", f"SELECT adverse FROM {TABLE} WHERE id <> {DECISION}") == [(False,)]


def changes_it(change: str) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("owner", f"UPDATE {TABLE} SET {change} WHERE id = {DECISION}")
        return True

    return attack


def agrees(login: str, at: str = "now()", speaks: str = "", *, looked: bool = True) -> Attack:
    """Sign as an officer who looked at the row, and speak as the same unless told otherwise."""

    def attack(stage: Stage) -> bool:
        number = user(stage, login)
        if looked:
            stage.run("owner", "ALTER TABLE records_opening DISABLE TRIGGER opening_guarded")
            looks(stage, login)
        speak(stage, CENTRE, speaks or login)
        query = (
            f"UPDATE {TABLE} SET second_by_id = %s, second_at = {at}, agreed = true WHERE id = {DECISION} RETURNING 1"
        )
        return bool(stage.run("app", query, number))

    return attack


def takes_back(login: str, speaks: str = "", at: str = "now()") -> Attack:
    """Take the decision back, signing as an officer and speaking as the same unless told otherwise."""

    def attack(stage: Stage) -> bool:
        number = user(stage, login)
        speak(stage, CENTRE, speaks or login)
        query = (
            f"UPDATE {TABLE} SET taken_back_by_id = %s, taken_back_at = {at}, taken_back_ground = 'x' WHERE id = {DECISION}"
            " RETURNING 1"
        )
        return bool(stage.run("app", query, number))

    return attack


def agree_to_what_was_taken_back(stage: Stage) -> bool:
    return takes_back("officer")(stage) and agrees("colleague")(stage)


def decide_and_take_back_at_once(stage: Stage) -> bool:
    who = {"taken_back_by_id": user(stage, "officer"), "taken_back_at": datetime.now(UTC), "taken_back_ground": "x"}
    return unguarded_insert(stage, {**decision(stage), **another_waiting(stage), **who})


def carry_out_what_was_taken_back(stage: Stage) -> bool:
    return carries_out(agrees("colleague"), takes_back("officer"))(stage)


def agree_to_ones_own(stage: Stage) -> bool:
    return agrees("officer")(stage)


def agree_and_take_it_back(stage: Stage) -> bool:
    agrees("colleague")(stage)
    stage.run("owner", f"UPDATE {TABLE} SET agreed = false WHERE id = {DECISION}")
    return True


def carry_out_twice(stage: Stage) -> bool:
    agrees("colleague")(stage)
    for result in ("record", "gone"):
        stage.run("intake", f"UPDATE {TABLE} SET done_at = now(), result = %s WHERE id = {DECISION}", result)
    return True


def carries_out(*before: Attack, **changes: Any) -> Attack:
    """Open a batch for the decision as the worker does."""

    def attack(stage: Stage) -> bool:
        for step in before:
            step(stage)
        row = {**batch(stage.facts, BATCH), "adjudication_id": DECISION, **changes}
        stage.insert("intake", "records_batch", row)
        return True

    return attack


def carry_out_for_another_provider(stage: Stage) -> bool:
    number = stage.run("owner", "SELECT max(id) FROM identity_organisation WHERE kind = 'department'")[0][0]
    return carries_out(agrees("colleague"), provider_id=number)(stage)


def return_instead(stage: Stage) -> bool:
    """Make the decision one that sends the row back, past its guard."""
    stage.run("owner", f"ALTER TABLE {TABLE} DISABLE TRIGGER adjudication_change_guarded")
    return changes_it("outcome = 'return', subject_id = NULL")(stage)


def carried_out_already(stage: Stage) -> bool:
    agrees("colleague")(stage)
    stage.run("intake", f"UPDATE {TABLE} SET done_at = now(), result = 'gone' WHERE id = {DECISION}")
    return True


def writes_in_it(**changes: Any) -> Attack:
    """Write a record in such a batch and finish it."""

    def attack(stage: Stage) -> bool:
        carries_out(agrees("colleague"))(stage)
        stage.write(batch=BATCH, record_id=990, batch_id=BATCH, row_number=1, **changes)
        stage.run("intake", "UPDATE records_batch SET state = 'done', finished_at = now() WHERE id = %s", BATCH)
        return True

    return attack


def write_about_another_person(stage: Stage) -> bool:
    return writes_in_it(subject_id=grown(stage))(stage)


def grown(stage: Stage) -> int:
    query = "SELECT min(subject_id) FROM identity_person WHERE NOT judged AND born < '1990-01-01' AND subject_id <> %s"
    return int(stage.run("owner", query, stage.facts.wang)[0][0])


def withdraws(subject: int, record: int, **named: int) -> Attack:
    """Withdraw a record in such a batch, whose decision names one."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", f"ALTER TABLE {TABLE} DISABLE TRIGGER adjudication_change_guarded")
        for column, value in named.items():
            stage.run("owner", f"UPDATE {TABLE} SET {column} = %s WHERE id = {DECISION}", value)
        carries_out(agrees("colleague"))(stage)
        stage.write(batch=BATCH, subject_id=subject, record_id=record, version=2, batch_id=BATCH, row_number=1, state="withdrawn",
                    grade="", shown_until=stage.facts.today - 70 * DAY, commitment=None)  # fmt: skip
        stage.run("intake", "UPDATE records_batch SET state = 'done', finished_at = now() WHERE id = %s", BATCH)
        return True

    return attack


def withdraw_what_the_row_does_not_name(stage: Stage) -> bool:
    return withdraws(stage.facts.wang, SHOWN, corrects_subject_id=stage.facts.wang, corrects_record_id=OTHERS)(stage)


def withdraw_what_the_row_names(stage: Stage) -> bool:
    return withdraws(stage.facts.wang, SHOWN, corrects_subject_id=stage.facts.wang, corrects_record_id=SHOWN)(stage)


def write_a_second_row(stage: Stage) -> bool:
    carries_out(agrees("colleague"))(stage)
    for record, row in ((990, 1), (991, 2)):
        stage.write(batch=BATCH, record_id=record, batch_id=BATCH, row_number=row)
    stage.run("intake", "UPDATE records_batch SET state = 'done', finished_at = now() WHERE id = %s", BATCH)
    return True


# Who sees the queue.


def sees(table: str, role: str, code: str = "") -> Attack:
    def attack(stage: Stage) -> bool:
        if code:
            speak(stage, code, "officer")
        return bool(stage.run(role, f"SELECT FROM {table}"))

    return attack


centre_sees = {table: sees(table, "app", CENTRE) for table in (TABLE, "records_opening", "records_waiting")}
provider_sees = {table: sees(table, "app", MARKET) for table in (TABLE, "records_opening", "records_waiting")}
