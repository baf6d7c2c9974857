"""Attacks on hearing of changes: subscribed to without leave, told after it ended, told without an entry, or somebody else's."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.people import MARKET, OTHER
from tests.system import cataloguing as c
from tests.system.administering import user
from tests.system.checking import CLIENT
from tests.system.enrolling import ENROLMENT, approved, duty_id, enrolment, place, published
from tests.system.leaving import (
    BASIS,
    DUTY,
    EVENT,
    GRANTED,
    ITEM,
    LEAVE,
    answers,
    change,
    number_of,
    unenrolled,
)
from tests.system.oneself import speak_oneself
from tests.system.overseeing import SECOND, SUSPENSION
from tests.system.speaking import speak
from tests.system.stage import Stage, entry
from tests.system.suspending import suspension, target

SUBSCRIPTION, CHANGE, LOOK, PART = "sharing_subscription", "sharing_change", "sharing_change_look", "records_proof_part"
MINE, TOLD, ENROLLED = 9601, 9602, 9403


def announcing(stage: Stage) -> None:
    """Let Wang's leave announce changes, and the market authority have the system."""
    for table in (LEAVE, EVENT):
        change(stage, table, GRANTED, announces=True)
    c.unlock(stage, "identity_client")
    stage.run(
        "owner", "UPDATE identity_client SET organisation_id = %s WHERE client_id = %s", place(stage, MARKET), CLIENT
    )
    c.lock(stage, "identity_client")


def row(stage: Stage, **changes: Any) -> dict[str, Any]:
    told = {"authorisation_id": GRANTED, "organisation": MARKET, "client": CLIENT, "enrolment_id": ENROLLED, "known": [],
            "since": stage.facts.at, "ended_by": ""}  # fmt: skip
    return {**told, **changes}


def subscribed(stage: Stage) -> None:
    """Have it subscribed to, past the triggers."""
    announcing(stage)
    c.unlock(stage, SUBSCRIPTION)
    stage.insert("owner", SUBSCRIPTION, row(stage, id=MINE))
    c.lock(stage, SUBSCRIPTION)


def told(stage: Stage, **changes: Any) -> None:
    """Have a change told, past the triggers."""
    subscribed(stage)
    c.unlock(stage, CHANGE)
    values = {"id": TOLD, "subscription_id": MINE, "organisation": MARKET, "entry_id": uuid4(), "at": stage.facts.at}
    stage.insert("owner", CHANGE, {**values, **changes})
    c.lock(stage, CHANGE)


def past(**changes: Any) -> Any:
    """Write a subscription past the triggers, for what its checks hold."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, SUBSCRIPTION)
        stage.insert("owner", SUBSCRIPTION, row(stage, **changes))
        return True

    return attack


def subscribes(otherwise: Any = None, *, code: str = MARKET, name: str = CLIENT, **changes: Any) -> Any:
    """Subscribe as the owner, while a system speaks; sound unless changed."""

    def attack(stage: Stage) -> bool:
        announcing(stage)
        if otherwise:
            otherwise(stage)
        speak(stage, code, name)
        stage.insert("owner", SUBSCRIPTION, row(stage, **changes))
        return True

    return attack


def asks(query: str, *, code: str = MARKET, name: str = CLIENT, before: Any = announcing, otherwise: Any = None) -> Any:
    """Call a function as the application, speaking for a system; tells whether it gave something."""

    def attack(stage: Stage) -> bool:
        before(stage)
        if otherwise:
            otherwise(stage)
        speak(stage, code, name)
        found = stage.run("app", query)
        return bool(found) and found[0][0] not in {None, False, "closed"}

    return attack


SUBSCRIBE = f"SELECT sharing_subscribe('{number_of(GRANTED)}')"
UNSUBSCRIBE = f"SELECT sharing_unsubscribe('{number_of(GRANTED)}')"
AFTER = "SELECT id FROM sharing_changes_after(0, 10)"


def ended(stage: Stage) -> None:
    stage.run("owner", f"UPDATE {SUBSCRIPTION} SET ended_at = now(), ended_by = 'x' WHERE id = %s", MINE)


def ends_again(stage: Stage) -> bool:
    """Say that somebody else ended it."""
    subscribed(stage)
    ended(stage)
    stage.run("owner", f"UPDATE {SUBSCRIPTION} SET ended_by = 'y' WHERE id = %s", MINE)
    return True


def enrolled_anew(stage: Stage) -> None:
    """End the enrolment that a subscription rests on, past its triggers, and approve another one of the same duty."""
    unenrolled(stage)
    values = {"id": 9406, "duty_id": duty_id(stage, DUTY), "basis": BASIS, **approved(stage), **published(stage)}
    stage.insert("owner", ENROLMENT, enrolment(stage, **values))


def takes_anothers(stage: Stage) -> bool:
    """Give a subscription that stands to somebody else's system."""
    subscribed(stage)
    stage.run(
        "owner",
        f"UPDATE {SUBSCRIPTION} SET organisation = %s, ended_at = now(), ended_by = 'x' WHERE id = %s",
        OTHER,
        MINE,
    )
    return True


def deletes(table: str) -> Any:
    return lambda stage: not stage.run("owner", f"DELETE FROM {table}")


def alters_a_change(stage: Stage) -> bool:
    told(stage)
    stage.run("owner", f"UPDATE {CHANGE} SET at = at - interval '1 day'")
    return True


def goes_on(ends: Any) -> Any:
    """Tell whether a subscription goes on after something that it rests on fell."""

    def attack(stage: Stage) -> bool:
        subscribed(stage)
        ends(stage)
        return bool(stage.run("owner", f"SELECT FROM {SUBSCRIPTION} WHERE id = %s AND ended_at IS NULL", MINE))

    return attack


def silenced(stage: Stage) -> None:
    answers("silenced", leave=GRANTED, items=[ITEM])(stage)


def unguarded(stage: Stage, table: str) -> None:
    """Take a table's triggers off but those that end subscriptions."""
    guards = stage.run(
        "owner",
        "SELECT tgname::text FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname NOT LIKE '%%ends_subscriptions'",
        table,
    )
    for (name,) in guards:
        stage.run("owner", f"ALTER TABLE {table} DISABLE TRIGGER {name}")


def enrolment_ends(stage: Stage) -> None:
    unguarded(stage, ENROLMENT)
    stage.run(
        "owner",
        f"UPDATE {ENROLMENT} SET ended_at = now(), ended_by_id = asked_by_id, end_reason = 'x' WHERE id = %s",
        ENROLLED,
    )


def client_ends(stage: Stage) -> None:
    unguarded(stage, "identity_client")
    stage.run("owner", "UPDATE identity_client SET valid_from = %s, valid_until = %s WHERE client_id = %s",
        stage.facts.today - timedelta(days=9), stage.facts.today, CLIENT,
    )  # fmt: skip


def organisation_ends(stage: Stage) -> None:
    unguarded(stage, "identity_organisation")
    stage.run("owner", "UPDATE identity_organisation SET valid_until = %s WHERE code = %s", stage.facts.today, MARKET)


def client_suspended(stage: Stage) -> None:
    """Suspend the system, past what guards suspensions."""
    unguarded(stage, SUSPENSION)
    values = suspension(stage) | {"officer_id": None, "client_id": target(stage, "client"), "name": CLIENT}
    stage.insert(
        "owner",
        SUSPENSION,
        values | {"agreed_by_id": user(stage, SECOND), "agreed_at": stage.facts.at, "id": 9621},
    )


def writes_unnoticed(stage: Stage) -> bool:
    """Write versions that nobody looks at."""
    stage.run("owner", f"DELETE FROM {LOOK}")
    ((batch,),) = stage.run("owner", "SELECT min(id) FROM records_batch")
    stage.insert("owner", PART, {"batch_id": batch, "rows": 1, "standing": 1, "amount": 1})
    return not stage.run("owner", f"SELECT FROM {LOOK}")


def tells(otherwise: Any = None, **changes: Any) -> Any:
    """Tell that something changed, as the owner; sound unless changed."""

    def attack(stage: Stage) -> bool:
        subscribed(stage)
        if otherwise:
            otherwise(stage)
        values = {
            "subscription_id": MINE,
            "organisation": MARKET,
            "entry_id": uuid4(),
            "at": stage.facts.at,
            "id": TOLD,
        }
        stage.insert("owner", CHANGE, {**values, **changes})
        return True

    return attack


def tells_unentered(stage: Stage) -> bool:
    tells()(stage)
    return not stage.run("owner", "SELECT FROM ground_access_entry WHERE channel = 'change'")


def enters(*, after: bool = True, **changes: Any) -> Any:
    """Enter that a change was told, as the application: with one that was, unless changed, or with none."""

    def attack(stage: Stage) -> bool:
        number = uuid4()
        if after:
            told(stage, entry_id=number)
        else:
            announcing(stage)
        values = {"organisation": MARKET, "officer": CLIENT, "channel": "change", "fields": ["change"], "record_ids": [], "versions": [],
                  "authorisation": number_of(GRANTED), "entry_id": number}  # fmt: skip
        named = {key: getattr(stage.facts, value) if key == "subject_id" else value for key, value in changes.items()}
        if after:
            # What stands beside: under a purpose that needs leave.
            values |= {"purpose": "SQ-QT", "duty": "SQ-QT-01", "basis": "GRXXBHF-13"}
        stage.insert("app", "ground_access_entry", entry(stage.facts, **{**values, **named}))
        return True

    return attack


def would_tell(codes: list[str], otherwise: Any = None, whose: str = "wang") -> Any:
    """Ask whether an answer would tell something of a person."""

    def attack(stage: Stage) -> bool:
        if otherwise:
            otherwise(stage)
        ((said,),) = stage.run(
            "owner", "SELECT sharing_would_tell(d.id, %s, %s::varchar[], '{}') FROM sharing_duty d WHERE d.code = 'SQ-QT-01'",
            getattr(stage.facts, whose), codes,
        )  # fmt: skip
        return said not in {"", "false", "0"}

    return attack


def finds_own_as_another(stage: Stage) -> bool:
    told(stage)
    speak_oneself(stage, stage.facts.young)
    return bool(
        stage.run("app", "SELECT FROM sharing_own_authorisations('', 9223372036854775807, 100) WHERE changes > 0")
    )
