"""Attacks on duty items and enrolments: what is wider than its purpose, steps by the wrong hands, answers to whoever isn't enrolled."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.people import CENTRE, MARKET, OTHER
from tests.system import cataloguing as c
from tests.system.administering import declare, user
from tests.system.checking import CLIENT
from tests.system.speaking import sealed, speak
from tests.system.stage import SHOWN, Stage

DUTY, ENROLMENT, USE, DAY = "sharing_duty", "sharing_enrolment", "sharing_query_use", timedelta(days=1)
NUMBER, EXAMINER, BEGIN = 9401, "examiner", "sharing_begin_query"
PLACES = {**c.PLACES, EXAMINER: MARKET, "verifier": OTHER}
FULL, YES_NO = "XK-SC-01", "XK-SC-02"


def furnish(stage: Stage) -> None:
    """Enter an officer of the market authority who asks, and its enrolment for the examination of licences, past the locks."""
    c.unlock(stage, "identity_user", "identity_role_grant", ENROLMENT)
    stage.run("owner", """INSERT INTO identity_user (password, login, display_name, organisation_id, is_active, demo)
                          SELECT '', %s, 'x', id, true, false FROM identity_organisation WHERE code = %s""", EXAMINER, MARKET)  # fmt: skip
    stage.run(
        "owner",
        """INSERT INTO identity_role_grant SELECT (jsonb_populate_record(g, jsonb_build_object('id', 990002, 'user_id', u.id))).*
           FROM identity_role_grant g JOIN identity_user o ON o.id = g.user_id AND o.login = 'officer'
           CROSS JOIN identity_user u WHERE u.login = %s LIMIT 1""",
        EXAMINER,
    )
    c.lock(stage, "identity_user", "identity_role_grant")
    declare(stage, user(stage, EXAMINER))
    stage.insert("owner", ENROLMENT, enrolment(stage, id=NUMBER, **approved(stage), **published(stage)))
    c.lock(stage, ENROLMENT)


def duty_id(stage: Stage, code: str = FULL) -> int:
    ((number,),) = stage.run("owner", "SELECT id FROM sharing_duty WHERE code = %s", code)
    return int(number)


def place(stage: Stage, code: str = MARKET) -> int:
    ((number,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)
    return int(number)


def enrolment(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Make a sound application: the market authority's, for the examination of licences."""
    row: dict[str, Any] = {
        "organisation_id": place(stage), "duty_id": duty_id(stage), "basis": "XZXKF-34", "scene": "x", "scope": "x", "way": "x",
        "wanted_until": stage.facts.today + 365 * DAY, "asked_by_id": user(stage, EXAMINER), "asked_at": stage.facts.at,
        "due_on": stage.facts.today + 14 * DAY, "due_estimated": False, "decision": "", "reason": "", "end_reason": "",
    }  # fmt: skip
    return {**row, **changes}


def approved(stage: Stage, **changes: Any) -> dict[str, Any]:
    today = stage.facts.today
    row = {"decision": "approved", "reason": "x", "decided_by_id": user(stage, "officer"), "decided_at": stage.facts.at,
           "valid_from": today, "valid_until": today + 365 * DAY}  # fmt: skip
    return {**row, **changes}


def published(stage: Stage) -> dict[str, Any]:
    return {"published_by_id": user(stage, "approver"), "published_at": stage.facts.at}


# Duties.


def duty(stage: Stage, *, guarded: bool = False, **changes: Any) -> int:
    """Write a duty as the owner: the published one again under another code, changed; past its trigger unless told."""
    if not guarded:
        c.unlock(stage, DUTY)
    stage.clone(DUTY, **{"id": 9411, "code": "X-1", "name": "x", **changes})
    if not guarded:
        c.lock(stage, DUTY)
    return 9411


def writes(**changes: Any) -> Any:
    """Write a duty that is sound unless changed."""

    def attack(stage: Stage) -> bool:
        duty(stage, guarded=True, **changes)
        return True

    return attack


def replaces(*, purpose: str = "XK-SC", days: int = 1) -> Any:
    """Write a duty in the place of one of a purpose, so many days after it began."""

    def attack(stage: Stage) -> bool:
        ((number, begun),) = stage.run(
            "owner",
            """SELECT d.id, d.valid_from FROM sharing_duty d JOIN catalogue_purpose p ON p.id = d.purpose_id
               WHERE p.code = %s ORDER BY d.id LIMIT 1""",
            purpose,
        )
        ((wanted, kinds, bases, items, form),) = stage.run(
            "owner", "SELECT purpose_id, organisation_kinds, bases, items, form FROM sharing_duty WHERE code = %s", FULL
        )
        duty(stage, guarded=True, purpose_id=wanted, organisation_kinds=kinds, bases=bases, items=items, form=form,
             replaces_id=number, valid_from=begun + days * DAY)  # fmt: skip
        return True

    return attack


# The gate.


def sees_under(code: str, record: int = SHOWN) -> Any:
    """See the header of a record under a duty of the examination of licences."""
    return lambda stage: stage.sees(record, duty=duty_id(stage, code))


def sees_value_under(code: str, *, purpose: str = "examination") -> Any:
    """See the values of a record under a duty whose form tells none."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, DUTY)
        stage.run("owner", "UPDATE sharing_duty SET items = %s WHERE code = %s", ["CF-ZRR"], code)
        query = "SELECT body FROM records_payload WHERE record_id = %s"
        return bool(stage.look(query, SHOWN, duty=duty_id(stage, code), purpose=getattr(stage.facts, purpose)))

    return attack


def sees_value_of_another_item(stage: Stage) -> bool:
    query = "SELECT body FROM records_payload WHERE record_id = %s"
    return bool(stage.look(query, SHOWN, duty=duty_id(stage, YES_NO)))


def sees_under_none(stage: Stage) -> bool:
    return stage.sees(SHOWN, duty=0)


def sees_under_another_purposes(stage: Stage) -> bool:
    """Under a duty of penalties for the examination of licences."""
    return stage.sees(SHOWN, duty=duty_id(stage, "CF-CL-01"))


def sees_as_of(**changes: Any) -> Any:
    """See a record under a duty that holds on other days, or that another replaces today."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, DUTY)
        number = duty_id(stage)
        days = {name: stage.facts.today + value * DAY for name, value in changes.items() if name != "replaced"}
        for name, value in days.items():
            stage.run("owner", f"UPDATE sharing_duty SET {name} = %s WHERE id = %s", value, number)
        if "replaced" in changes:
            duty(stage, replaces_id=number, valid_from=stage.facts.today + changes["replaced"] * DAY)
        return stage.sees(SHOWN, duty=number)

    return attack


# Applying, deciding, publishing, ending.


def asks(*, code: str = MARKET, login: str = EXAMINER, role: str = "app", **changes: Any) -> Any:
    """Apply as the application, speaking for an officer; sound unless changed."""

    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        values: dict[str, Any] = {
            name: user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()
        }
        if "organisation_id" in values:
            values["organisation_id"] = place(stage, values["organisation_id"])
        if "duty_id" in values:
            values["duty_id"] = duty_id(stage, values["duty_id"])
        days: dict[str, Any] = {
            name: stage.facts.today + values[name] * DAY for name in ("wanted_until", "due_on") if name in values
        }
        stage.insert(role, ENROLMENT, enrolment(stage, **{**values, **days}))
        return True

    return attack


def asked(stage: Stage, **changes: Any) -> int:
    """Enter an application past the guards; give its number."""
    c.unlock(stage, ENROLMENT)
    stage.insert("owner", ENROLMENT, enrolment(stage, id=9402, **changes))
    c.lock(stage, ENROLMENT)
    return 9402


STEPS: dict[str, Any] = {
    "decide": ("officer", approved),
    "publish": ("approver", published),
    "end": (
        EXAMINER,
        lambda stage: {"ended_by_id": user(stage, EXAMINER), "ended_at": stage.facts.at, "end_reason": "x"},
    ),
}


def step(
    stage: Stage, number: int, kind: str, *, by: str = "", speaker: str = "", role: str = "app", **changes: Any
) -> None:
    usual, values = STEPS[kind]
    login = by or usual
    row = values(stage)
    row |= {name: user(stage, login) for name in row if name.endswith("_by_id")}
    row |= {name: user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()}
    speak(stage, PLACES[speaker or login], speaker or login)
    names = ", ".join(f"{name} = %s" for name in row)
    stage.run(role, f"UPDATE {ENROLMENT} SET {names} WHERE id = %s", *row.values(), number)


def steps(*kinds: str, begin: Any = None, **named: Any) -> Any:
    """Take an application through steps, the last of them with what is wrong."""

    def attack(stage: Stage) -> bool:
        number = asked(stage, **(begin(stage) if begin else {}))
        for place_, kind in enumerate(kinds):
            step(stage, number, kind, **(named if place_ == len(kinds) - 1 else {}))
        return True

    return attack


def of_the_centres_own(stage: Stage) -> dict[str, Any]:
    return {"organisation_id": place(stage, CENTRE)}


def of_the_supervisors_own(stage: Stage) -> dict[str, Any]:
    return {"organisation_id": place(stage, c.ABOVE), **approved(stage)}


def begun(stage: Stage) -> dict[str, Any]:
    return approved(stage)


def refused(stage: Stage) -> dict[str, Any]:
    return approved(stage, decision="refused", valid_from=None, valid_until=None)


def dated(kind: str, column: str) -> Any:
    """Say when a step was taken oneself."""

    def attack(stage: Stage) -> bool:
        number = asked(stage, **(approved(stage) if kind == "publish" else {}))
        then: dict[str, Any] = {column: datetime(2020, 1, 1, tzinfo=UTC)}
        step(stage, number, kind, **then)
        return bool(stage.run("owner", f"SELECT FROM {ENROLMENT} WHERE id = %s AND {column} < '2021-01-01'", number))

    return attack


def asked_ahead(stage: Stage) -> bool:
    asks(asked_at=datetime(2020, 1, 1, tzinfo=UTC))(stage)
    return bool(stage.run("owner", f"SELECT FROM {ENROLMENT} WHERE asked_at < '2021-01-01'"))


def undeclared(attack: Any, login: str) -> Any:
    def tried(stage: Stage) -> bool:
        c.unlock(stage, "identity_declaration")
        stage.run("owner", "DELETE FROM identity_declaration WHERE user_id = %s", user(stage, login))
        c.lock(stage, "identity_declaration")
        return bool(attack(stage))

    return tried


def past(**changes: Any) -> Any:
    """Write an enrolment past its triggers, for what its checks hold."""

    def attack(stage: Stage) -> bool:
        values = {name: user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()}
        days = {
            name: stage.facts.today + values[name] * DAY
            for name in ("valid_from", "valid_until")
            if isinstance(values.get(name), int)
        }
        asked(stage, **{**values, **days})
        return True

    return attack


# What needs more than a changed value.


def unguarded(**changes: Any) -> Any:
    """Write a duty past its trigger, for what its checks hold."""

    def attack(stage: Stage) -> bool:
        duty(stage, **changes)
        return True

    return attack


def writes_for(purpose: str) -> Any:
    """Write a duty that is sound but for its purpose, which needs none."""

    def attack(stage: Stage) -> bool:
        ((wanted, basis),) = stage.run(
            "owner",
            """SELECT p.id, min(b.article_id) FROM catalogue_purpose p JOIN catalogue_purpose_basis b ON b.purpose_id = p.id
               WHERE p.code = %s GROUP BY p.id""",
            purpose,
        )
        return bool(writes(purpose_id=wanted, organisation_kinds=["centre"], bases=[basis], items=["CF-ZRR"])(stage))

    return attack


def sees_value_under_another_purposes(stage: Stage) -> bool:
    """See the values of the examination of licences under a duty of penalties, when the gate before lets its items through."""
    stage.run("owner", "DROP POLICY duty ON records_version")
    query = "SELECT body FROM records_payload WHERE record_id = %s"
    return bool(stage.look(query, SHOWN, duty=duty_id(stage, "CF-CL-01")))


def asks_after_the_law_ended(stage: Stage) -> bool:
    end = "UPDATE catalogue_law SET valid_until = %s WHERE code IN (SELECT law_id FROM catalogue_article WHERE ref = 'XZXKF-34')"
    stage.run("owner", end, stage.facts.today)
    return bool(asks()(stage))


def asks_what_is_decided(stage: Stage) -> bool:
    speak(stage, MARKET, EXAMINER)
    stage.insert("app", ENROLMENT, enrolment(stage, **approved(stage)))
    return True


def decides_and_publishes(stage: Stage) -> bool:
    number = asked(stage)
    step(stage, number, "decide", published_by_id="approver", published_at=stage.facts.at)
    return True


def publishes_the_refused(stage: Stage) -> bool:
    """Its check says so too, so that is taken away first."""
    stage.run("owner", f"ALTER TABLE {ENROLMENT} DROP CONSTRAINT enrolment_published_when_approved")
    return bool(steps("publish", begin=refused)(stage))


def ends_anothers(stage: Stage) -> bool:
    number = asked(stage, organisation_id=place(stage, OTHER), **approved(stage))
    step(stage, number, "end")
    return True


def decides_for_days_gone_by(stage: Stage) -> bool:
    number = asked(stage)
    step(stage, number, "decide", valid_from=stage.facts.today - DAY)
    return True


# Counting systems' queries.


def use(stage: Stage, **changes: Any) -> None:
    row = {
        "client": CLIENT,
        "day": stage.facts.today,
        "used": 1,
        "minute": datetime(2020, 1, 1, tzinfo=UTC),
        "in_minute": 1,
    }
    stage.insert("owner", USE, {**row, **changes})


def uses(**changes: Any) -> Any:
    def attack(stage: Stage) -> bool:
        use(stage, **changes)
        return True

    return attack


def counts(**changes: Any) -> Any:
    """Count one more query of a system in the minute that is; true when it may be asked."""

    def attack(stage: Stage) -> bool:
        if changes:
            ((minute,),) = stage.run("owner", "SELECT date_trunc('minute', transaction_timestamp())")
            use(stage, **{"minute": minute, **changes})
        speak(stage, OTHER, CLIENT)
        return bool(stage.run("app", "SELECT refusal FROM sharing_count_query()") == [("",)])

    return attack


def begins(*, organisation: str = OTHER, address: str = "127.0.0.1", key: str = "k", withdrawn: bool = False) -> Any:
    """Begin a query as a system; true when it may be asked."""

    def attack(stage: Stage) -> bool:
        if withdrawn:
            stage.run(
                "owner",
                "UPDATE identity_client_key SET withdrawn_at = now(), withdrawn_by_id = approved_by_id WHERE kid = %s",
                key,
            )
        claim = sealed(stage, organisation + CLIENT)
        return bool(stage.run("app", f"SELECT refusal FROM {BEGIN}(%s, %s::inet, %s)", claim, address, key) == [("",)])

    return attack


def counts_for_nobody(stage: Stage) -> bool:
    """Nobody has no row to be counted in, so that a row's own column lets none be made for them."""
    stage.run("owner", f"ALTER TABLE {USE} DROP CONSTRAINT sharing_query_use_pkey, ALTER client DROP NOT NULL")
    stage.run("owner", f"CREATE UNIQUE INDEX ON {USE} (client, day)")
    return bool(stage.run("app", "SELECT refusal FROM sharing_count_query()"))
