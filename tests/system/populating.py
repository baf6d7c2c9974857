"""Attacks on what the population authority told; as in ``attacks``, True means that it got through."""

from datetime import date
from typing import Any

from chengxin.demo.organisations import organisation_code
from tests.system.attacks import DAY, Attack
from tests.system.stage import SHOWN, Stage, version

FIRST = 5_000_000  # far above the ranks that the template's own snapshot gave


def body(stage: Stage) -> dict[str, Any]:
    return {
        "digest": bytes(32),
        "body_sealed": b"x",
        "key_id": stage.run("owner", "SELECT current FROM identity_key_pointers")[0][0],
    }


def furnish(stage: Stage) -> None:
    """Put a row into each table that the template's snapshot left empty."""
    facts = stage.facts
    parked = {
        "event_id": "P1",
        "sequence": 1,
        "kind": "move",
        "code_mark": bytes(32),
        "reason": "unknown",
        "recorded_at": facts.at,
    }
    stage.insert("owner", "identity_population_parked", {**parked, **body(stage)})
    stage.insert("owner", "identity_population_dropped", {"sequence": 2})
    withdrawn = {"code_mark": bytes(32), "until_rank": 1, "subject_id": facts.wang, "code_type": "resident-id"}
    stage.insert("owner", "identity_withdrawn_code", withdrawn)
    stage.insert("owner", "identity_attestation", {"subject_id": facts.wang, "rank": 1, "authority": organisation_code("department", 999),
                 "checked_on": facts.today, "level": "high", "method": "in-person", "recorded_at": facts.at})  # fmt: skip


def furnish_call(stage: Stage) -> None:
    """Put a batch of events there as if the stage's client were the authority's; made after the clients."""
    stage.run("owner", "ALTER TABLE identity_population_call DISABLE TRIGGER call_guarded")
    ((client, organisation),) = stage.run("owner", "SELECT client_id, organisation_id FROM identity_client")
    stage.insert("owner", "identity_population_call", call(stage, client, organisation, token=KEPT_CALL))
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", "ALTER TABLE identity_population_call ENABLE TRIGGER call_guarded")


def judge(stage: Stage, since: int, until: int | None, subject: int | None = None, rank: int = FIRST) -> None:
    """Have somebody lose full capacity so many days ago, and regain it so many days ago where that is given."""
    who, facts = subject or stage.facts.wang, stage.facts
    stage.run("owner", "UPDATE identity_person SET judged = true WHERE subject_id = %s", who)
    words = [("none", since), *([("full", until)] if until is not None else [])]
    for place, (capacity, days) in enumerate(words):
        row = {
            "subject_id": who,
            "rank": rank + place,
            "capacity": capacity,
            "since": facts.today - days * DAY,
            "recorded_at": facts.at,
        }
        stage.insert("owner", "identity_capacity", row)


def sees_after(since: int, until: int | None, *, on: int = 0, purpose: str = "examination", **changes: Any) -> Attack:
    """Make an attack that reads an adverse record of somebody who lacked capacity from so many days ago to so many."""

    def attack(stage: Stage) -> bool:
        if changes:
            batch = stage.facts.batch
            stage.run(
                "owner",
                "UPDATE records_batch SET item_id = %s WHERE id = %s",
                changes.get("item_id", stage.facts.item),
                batch,
            )
            stage.insert("owner", "records_version", version(stage.facts, **changes))
        judge(stage, since, until)
        asking = getattr(stage.facts, purpose)
        return stage.sees(changes.get("record_id", SHOWN), on=stage.facts.today - on * DAY, purpose=asking)

    return attack


def see_an_entry_of_the_courts_list(stage: Stage) -> bool:
    """The court's list grades nothing: that it is adverse, its item says."""
    days: dict[str, Any] = {"shown_from": stage.facts.today - 70 * DAY, "shown_until": stage.facts.today + 100 * DAY}
    return sees_after(1, None, record_id=600, item_id=stage.facts.other_item, grade="", **days)(stage)


def see_an_honour_with_a_grade(stage: Stage) -> bool:
    return sees_after(1, None, purpose="audit", record_id=600, item_id=stage.facts.honour)(stage)


def see_after_an_older_word(stage: Stage) -> bool:
    """A word that the authority gave before says otherwise: the later one tells."""
    judge(stage, 1, None)
    row = {"subject_id": stage.facts.wang, "rank": FIRST - 1, "capacity": "full", "recorded_at": stage.facts.at}
    stage.insert("owner", "identity_capacity", {**row, "since": stage.facts.today})
    return stage.sees(SHOWN)


def see_ahead_of_what_begins_tomorrow(stage: Stage) -> bool:
    judge(stage, 20, -1)
    return stage.sees(SHOWN)


def look_back_after(since: int, until: int | None) -> Attack:
    def attack(stage: Stage) -> bool:
        judge(stage, since, until)
        facts = stage.facts
        query = "SELECT record_id FROM records_as_of(%s, %s, %s, %s)"
        return (SHOWN,) in stage.run("app", query, facts.wang, facts.audit, facts.today - 50 * DAY, facts.at)

    return attack


def writes_after(since: int, until: int | None) -> Attack:
    """Make an attack that enters an adverse record of somebody who lacked capacity from so many days ago to so many."""

    def attack(stage: Stage) -> bool:
        judge(stage, since, until)
        stage.write()
        return True

    return attack


def tell_against_an_unmarked_person(stage: Stage) -> bool:
    row = {
        "subject_id": stage.facts.wang,
        "rank": FIRST,
        "capacity": "none",
        "since": stage.facts.today,
        "recorded_at": stage.facts.at,
    }
    stage.insert("intake", "identity_capacity", row)
    return True


def forget_that_somebody_was_judged(stage: Stage) -> bool:
    stage.run(
        "intake",
        "UPDATE identity_person SET judged = false, capacity = 'full' WHERE subject_id = %s",
        stage.facts.limited,
    )
    return True


# Codes.


def move_a_code(stage: Stage) -> bool:
    query = "UPDATE identity_code SET subject_id = %s WHERE subject_id = %s"
    stage.run("owner", query, stage.facts.young, stage.facts.wang)
    return True


def change_the_kind_of_a_code(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_code SET code_type = 'passport' WHERE subject_id = %s", stage.facts.wang)
    return True


def take_a_code_away(stage: Stage) -> bool:
    stage.run("owner", "DELETE FROM identity_code WHERE subject_id = %s", stage.facts.wang)
    return True


def take_away_another_code_than_is_kept(stage: Stage) -> bool:
    """One code is being withdrawn, another is taken off."""
    stage.run("owner", "SELECT set_config('cx.withdrawing', 'ff', true)")
    return take_a_code_away(stage)


def truncates(table: str) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("owner", f"TRUNCATE {table}")
        return True

    return attack


# What waits.


def lose_a_parked_event(stage: Stage) -> bool:
    stage.run("intake", "DELETE FROM identity_population_parked")
    return True


def lose_a_parked_event_for_another(stage: Stage) -> bool:
    """An event of the same name, but not the one that waits, stands in the log."""
    row = {
        "event_id": "P1",
        "sequence": 7,
        "edition": 0,
        "kind": "move",
        "subject_id": stage.facts.wang,
        "recorded_at": stage.facts.at,
    }
    stage.insert("intake", "identity_population_event", {**row, **body(stage), "digest": b"\1" * 32})
    return lose_a_parked_event(stage)


# Minors, by every role and in every way.

MINOR = """SELECT 9001, %s::date, '140105', 'full', 'x'::bytea, 'x'::bytea, 'k', now()"""
COLUMNS = "(subject_id, born, region, capacity, code_sealed, name_sealed, key_id, recorded_at)"
ENTERING = {
    "insert": f"INSERT INTO identity_person {COLUMNS} {MINOR}",
    "on-conflict": f"INSERT INTO identity_person {COLUMNS} {MINOR} ON CONFLICT DO NOTHING",
    "update": "UPDATE identity_person SET born = %s",
    "merge": f"""MERGE INTO identity_person p USING ({MINOR}) s (id, born, region, capacity, code, name, key, at) ON p.subject_id = s.id
        WHEN NOT MATCHED THEN INSERT {COLUMNS} VALUES (id, born, region, capacity, code, name, key, at)""",
}


def seventeen(today: date) -> date:
    return today.replace(day=1, year=today.year - 17)


def rewrites(column: str, value: str, *, in_its_shadow: bool = False) -> Attack:
    """Make an attack that rewrites events, alone or in the shadow of a change of keys."""

    def attack(stage: Stage) -> bool:
        seal = "key_id = 'k-next', body_sealed = 'y', " if in_its_shadow else ""
        if in_its_shadow:
            stage.run("owner", "ALTER TABLE identity_population_event DISABLE TRIGGER event_sealed_anew")
        stage.run("owner", f"UPDATE identity_population_event SET {seal}{column} = {value}")
        return True

    return attack


def seal_with_another_key(table: str) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("owner", f"UPDATE {table} SET key_id = 'k-next', body_sealed = 'y'")
        return True

    return attack


CALL, KEPT_CALL = "00000000-0000-0000-0000-00000000ca11", "00000000-0000-0000-0000-00000000ca12"


def call(stage: Stage, client: str, organisation: int, **changes: Any) -> dict[str, Any]:
    row = dict.fromkeys(("minors", "applied", "known", "parked", "taken_up"), 0)
    return {
        **row, "token": CALL, "client": client, "organisation_id": organisation, "state": "received", "received_at": stage.facts.at,
        "events": 1, "fates": "[]", **changes,
    }  # fmt: skip


def calls(client: str = "", *, authority: bool = True, **changes: Any) -> Attack:
    """Enter a batch of events as the application, sound unless changed: from the stage's client, its organisation the authority."""

    def attack(stage: Stage) -> bool:
        if authority:
            stage.run("owner", "UPDATE identity_organisation SET kind = 'population'")
        ((known, organisation),) = stage.run("owner", "SELECT client_id, organisation_id FROM identity_client")
        stage.insert("app", "identity_population_call", call(stage, client or known, organisation, **changes))
        return True

    return attack


def finishes_a_call(change: str = "state = 'done', finished_at = now()", times: int = 1) -> Attack:
    def attack(stage: Stage) -> bool:
        for _ in range(times):
            stage.run("owner", f"UPDATE identity_population_call SET {change}")
        return True

    return attack
