"""Attacks on persons' authorisations: asked for by the wrong ones or too much, answered by others, widened, used beyond what they leave."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.people import MARKET, OTHER
from tests.system import cataloguing as c
from tests.system.administering import user
from tests.system.checking import CLIENT
from tests.system.enrolling import ENROLMENT, EXAMINER, approved, duty, duty_id, enrolment, place, published
from tests.system.oneself import speak_oneself
from tests.system.speaking import speak
from tests.system.stage import SHOWN, Stage, entry

DAY = timedelta(days=1)
LEAVE, EVENT, USE, RECALL = (f"sharing_authorisation{part}" for part in ("", "_event", "_use", "_recall"))
DUTY, PURPOSE, BASIS = "SQ-QT-01", "SQ-QT", "GRXXBHF-13"
GRANTED, WAITS, TAKEN_BACK, NOBODYS = 9501, 9502, 9503, 9504
ITEM, OTHER_ITEM = "CF-ZRR", "ZG-ZY"


def number_of(leave: int) -> str:
    return f"SQ20260101AAAAAA{leave}"


def furnish(stage: Stage) -> None:
    """Enrol the market authority for what persons authorise; give it Wang's leave, a request that waits, and leave that was taken back."""
    c.unlock(stage, ENROLMENT, LEAVE, EVENT, USE, RECALL)
    values = {"id": 9403, "duty_id": duty_id(stage, DUTY), "basis": BASIS, **approved(stage), **published(stage)}
    stage.insert("owner", ENROLMENT, enrolment(stage, **values))
    for leave in (GRANTED, WAITS, TAKEN_BACK):
        stage.insert("owner", LEAVE, asked(stage, id=leave, number=number_of(leave)))
    stage.insert(
        "owner", LEAVE, asked(stage, id=NOBODYS, number=number_of(NOBODYS), subject_id=0, undelivered="person-unknown")
    )
    stage.insert("owner", EVENT, event(stage, id=-13, authorisation_id=GRANTED, receipt="SJ1"))
    stage.insert("owner", EVENT, event(stage, id=-12, authorisation_id=TAKEN_BACK, receipt="SJ2"))
    stage.insert("owner", EVENT, event(stage, id=-11, authorisation_id=TAKEN_BACK, **taken_back(stage)))
    stage.insert("owner", USE, {"entry_id": uuid4(), "authorisation_id": TAKEN_BACK, "at": stage.facts.at})
    stage.insert("owner", RECALL, recall(stage))
    c.lock(stage, ENROLMENT, LEAVE, EVENT, USE, RECALL)


def asked(stage: Stage, **changes: Any) -> dict[str, Any]:
    today = stage.facts.today
    row: dict[str, Any] = {
        "number": "SQ1", "subject_id": stage.facts.wang, "undelivered": "", "organisation": MARKET, "officer": EXAMINER,
        "duty_id": duty_id(stage, DUTY), "items": [ITEM, OTHER_ITEM], "once": False, "valid_until": today + 60 * DAY, "announces": False,
        "keep_days": 0, "erase_by": None, "reason": "x", "reference": "x", "channel": "desk", "asked_at": stage.facts.at,
        "lapses_on": today + 30 * DAY,
    }  # fmt: skip
    return {**row, **changes}


def event(stage: Stage, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "authorisation_id": WAITS, "kind": "granted", "at": stage.facts.at, "items": [ITEM], "once": False,
        "valid_until": stage.facts.today + 30 * DAY, "receipt": "SJ8", "channel": "person", "due_on": None, "due_estimated": False,
    }  # fmt: skip
    return {**row, **changes}


def taken_back(stage: Stage) -> dict[str, Any]:
    return {"kind": "withdrawn", "items": [], "receipt": "SJ3", "due_on": stage.facts.today + 7 * DAY}


def recall(stage: Stage, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "event_id": -11, "authorisation_id": TAKEN_BACK, "organisation": MARKET, "items": [ITEM], "told_at": stage.facts.at,
        "due_on": stage.facts.today + 7 * DAY, "due_estimated": False, "acknowledged_by": "", "copies": "", "law": "",
    }  # fmt: skip
    return {**row, **changes}


def past(table: str, row: Any, **changes: Any) -> Any:
    """Write a row past the triggers, for what its checks hold."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, table)
        stage.insert("owner", table, row(stage, **changes))
        return True

    return attack


def change(stage: Stage, table: str, leave: int, **values: Any) -> None:
    """Change a row past the triggers."""
    c.unlock(stage, table)
    key = {LEAVE: "id", EVENT: "authorisation_id"}.get(table, "authorisation_id")
    for name, value in values.items():
        told = (
            stage.facts.today + value * DAY
            if isinstance(value, int) and name in {"valid_until", "lapses_on"}
            else value
        )
        stage.run("owner", f"UPDATE {table} SET {name} = %s WHERE {key} = %s", told, leave)
    c.lock(stage, table)


def purpose_id(stage: Stage) -> int:
    ((number,),) = stage.run("owner", "SELECT id FROM catalogue_purpose WHERE code = %s", PURPOSE)
    return int(number)


# The gate.


def sees(
    leave: int | None = GRANTED,
    *,
    code: str = MARKET,
    login: str = EXAMINER,
    otherwise: Any = None,
    under: Any = None,
    record: int = SHOWN,
) -> Any:
    """See a record of Wang's by an authorisation, after something was otherwise."""

    def attack(stage: Stage) -> bool:
        if otherwise:
            otherwise(stage)
        if code:
            speak(stage, code, login)
        stage.run("app", "SELECT set_config('cx.authorisation', %s, true)", number_of(leave) if leave else "")
        number = under(stage) if under else duty_id(stage, DUTY)
        return stage.sees(record, purpose=purpose_id(stage), duty=number)

    return attack


def with_event(**values: Any) -> Any:
    return lambda stage: change(stage, EVENT, GRANTED, **values)


def with_request(leave: int = GRANTED, **values: Any) -> Any:
    def otherwise(stage: Stage) -> None:
        told = {
            name: getattr(stage.facts, value) if isinstance(value, str) and name == "subject_id" else value
            for name, value in values.items()
        }
        change(stage, LEAVE, leave, **told)

    return otherwise


def used_once(stage: Stage) -> None:
    change(stage, EVENT, GRANTED, once=True)
    c.unlock(stage, USE)
    stage.insert("owner", USE, {"entry_id": uuid4(), "authorisation_id": GRANTED, "at": stage.facts.at})


def unenrolled(stage: Stage) -> None:
    c.unlock(stage, ENROLMENT)
    values = (stage.facts.at, user(stage, EXAMINER))
    stage.run(
        "owner", f"UPDATE {ENROLMENT} SET ended_at = %s, ended_by_id = %s, end_reason = 'x' WHERE id = 9403", *values
    )


def another_duty(stage: Stage) -> int:
    """Another duty of the same purpose that opens the same item."""
    return duty(stage, purpose_id=purpose_id(stage), needs="authorisation", items=[ITEM])


# Entering an answer.


def enters(
    *, leave: int | None = GRANTED, otherwise: Any = None, speaker: str = MARKET, times: int = 1, **changes: Any
) -> Any:
    """Enter an answer by an authorisation under which this transaction read; sound unless changed."""

    def attack(stage: Stage) -> bool:
        if otherwise:
            otherwise(stage)
        if speaker:
            speak(stage, speaker, EXAMINER if speaker == MARKET else "verifier")
        row = {"organisation": MARKET, "officer": EXAMINER, "purpose": PURPOSE, "basis": BASIS, "duty": DUTY,
               "authorisation": number_of(leave) if leave else "", "fields": [f"{ITEM}.CF_WSH", "name"]}  # fmt: skip
        told = {
            name: getattr(stage.facts, value) if isinstance(value, str) and name == "subject_id" else value
            for name, value in changes.items()
        }
        stage.look("SELECT", purpose=purpose_id(stage), duty=duty_id(stage, DUTY))
        for _ in range(times):
            stage.insert("app", "ground_access_entry", entry(stage.facts, **{**row, **told, "entry_id": uuid4()}))
        return True

    return attack


def enters_for_a_licence(stage: Stage) -> bool:
    """Name an authorisation under a purpose that needs none."""
    speak(stage, MARKET, EXAMINER)
    stage.look("SELECT", duty=duty_id(stage))
    row = {
        "organisation": MARKET,
        "officer": EXAMINER,
        "purpose": "XK-SC",
        "basis": "XZXKF-34",
        "duty": "XK-SC-01",
        "entry_id": uuid4(),
    }
    stage.insert("app", "ground_access_entry", entry(stage.facts, **row, authorisation=number_of(GRANTED)))
    return True


def others_enrolled(stage: Stage) -> None:
    c.unlock(stage, ENROLMENT)
    values = {"id": 9404, "organisation_id": place(stage, OTHER), "duty_id": duty_id(stage, DUTY), "basis": BASIS}
    stage.insert("owner", ENROLMENT, enrolment(stage, **values, **approved(stage), **published(stage)))


# Asking.

REQUEST = "SELECT sharing_request_authorisation(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def asks(
    *, code: str = MARKET, login: str = EXAMINER, otherwise: Any = None, direct: bool = False, **changes: Any
) -> Any:
    """Ask Wang as the application, speaking for an officer of the market authority; sound unless changed.

    What was asked earlier is long ago.
    """

    def attack(stage: Stage) -> bool:
        c.unlock(stage, LEAVE)
        stage.run("owner", f"UPDATE {LEAVE} SET asked_at = asked_at - interval '200 days'")
        c.unlock(stage, EVENT)
        stage.run("owner", f"UPDATE {EVENT} SET at = at - interval '200 days'")
        c.lock(stage, LEAVE, EVENT)
        if otherwise:
            otherwise(stage)
        speak(stage, code, login)
        told = {
            name: getattr(stage.facts, value) if isinstance(value, str) and name == "subject_id" else value
            for name, value in changes.items()
        }
        for name in ("valid_until", "lapses_on", "erase_by"):
            if name in told:
                told[name] = stage.facts.today + told[name] * DAY
        if "duty_id" in told:
            told["duty_id"] = duty_id(stage, told["duty_id"])
        row = asked(stage, **told)
        if direct:
            stage.insert("owner", LEAVE, row)
            return True
        columns = ("number", "subject_id", "undelivered", "duty_id", "items", "once", "valid_until", "announces", "keep_days", "erase_by",
                   "reason", "reference", "channel", "lapses_on")  # fmt: skip
        query = REQUEST.replace("SELECT sharing", "SELECT FROM sharing")
        stage.run("app", query, *(row[name] for name in columns))
        return bool(
            stage.run("owner", f"SELECT FROM {LEAVE} WHERE number = 'SQ1' AND subject_id = %s", row["subject_id"])
        )

    return attack


def asks_by_a_system(organisation: str = MARKET) -> Any:
    """Ask through the interface, as the system of an organisation, for the market authority."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, "identity_client")
        stage.run(
            "owner",
            "UPDATE identity_client SET organisation_id = %s WHERE client_id = %s",
            place(stage, organisation),
            CLIENT,
        )
        name = f"{CLIENT}/xd-07"
        return bool(asks(login=name, officer=name, channel="api")(stage))

    return attack


def asks_again(stage: Stage) -> bool:
    """Ask twice in a row: the second is taken, and reaches nobody."""
    asks()(stage)
    speak(stage, MARKET, EXAMINER)
    row = asked(stage)
    columns = ("subject_id", "undelivered", "duty_id", "items", "once", "valid_until", "announces", "keep_days", "erase_by", "reason",
               "reference", "channel", "lapses_on")  # fmt: skip
    stage.run("app", REQUEST.replace("SELECT sharing", "SELECT FROM sharing"), "SQ2", *(row[name] for name in columns))
    return bool(stage.run("owner", f"SELECT FROM {LEAVE} WHERE number = 'SQ2' AND subject_id > 0"))


def asks_directly_again(stage: Stage) -> bool:
    speak(stage, MARKET, EXAMINER)
    stage.insert("owner", LEAVE, asked(stage))
    return True


def dies(stage: Stage) -> None:
    c.unlock(stage, "identity_person")
    stage.run(
        "owner", "UPDATE identity_person SET died = %s WHERE subject_id = %s", stage.facts.today, stage.facts.wang
    )
    c.lock(stage, "identity_person")


# Answering.

ANSWER = "SELECT sharing_answer_authorisation(%s, %s, %s, %s, %s, %s, %s, %s, false)"


def answers(*kinds: str, leave: int = WAITS, whose: str = "wang", otherwise: Any = None, **changes: Any) -> Any:
    """Do something with an authorisation of Wang's, as the application on the person's page; several things one after the other."""

    def attack(stage: Stage) -> bool:
        if otherwise:
            otherwise(stage)
        speak_oneself(stage, getattr(stage.facts, whose))
        done = True
        for place_, kind in enumerate(kinds or ("granted",)):
            back = kind in {"narrowed", "withdrawn"}
            row: dict[str, Any] = {"items": [ITEM] if kind in {"granted", "narrowed", "silenced"} else [], "once": False, "until": 30,
                   "announces": False, "receipt": "" if kind == "refused" else f"SJ9{place_}", "due": 7 if back else None}  # fmt: skip
            row |= changes if place_ == len(kinds or ("granted",)) - 1 else {}
            days = [stage.facts.today + row[name] * DAY if row[name] is not None else None for name in ("until", "due")]
            values = (
                number_of(leave),
                kind,
                row["items"],
                row["once"],
                days[0],
                row["announces"],
                row["receipt"],
                days[1],
            )
            ((done,),) = stage.run("app", ANSWER, *values)
        return bool(done)

    return attack


def answers_for_another(stage: Stage) -> bool:
    """Answer past the function that looks for one's own, as the owner: only the guard asks who speaks."""
    speak_oneself(stage, stage.facts.young)
    stage.insert("owner", EVENT, event(stage))
    return True


def called_back(stage: Stage) -> bool:
    """Take leave back without telling the recipient."""
    answers("withdrawn", leave=GRANTED)(stage)
    return not stage.run("owner", f"SELECT FROM {RECALL} WHERE authorisation_id = %s", GRANTED)


# Acknowledging.


def acknowledges(
    *, code: str = MARKET, login: str = EXAMINER, times: int = 1, copies: str = "erased", law: str = ""
) -> Any:
    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        done = False
        for _ in range(times):
            ((done,),) = stage.run("app", "SELECT sharing_acknowledge_call_back(-11, %s, %s)", copies, law)
        return bool(done)

    return attack


def alters_a_call_back(stage: Stage) -> bool:
    stage.run("owner", f"UPDATE {RECALL} SET due_on = due_on + 1")
    return True


def finds(query: str, *, code: str = OTHER, login: str = "verifier") -> Any:
    """Find something that is another's while speaking for an organisation."""

    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        return bool(stage.run("app", query))

    return attack


def finds_of_another_person(query: str) -> Any:
    def attack(stage: Stage) -> bool:
        speak_oneself(stage, stage.facts.young)
        return bool(stage.run("app", query))

    return attack


def tells_that_it_was_refused(stage: Stage) -> bool:
    """Tell the organisation apart what was refused from what nobody answered."""
    answers("refused")(stage)
    speak(stage, MARKET, EXAMINER)
    query = "SELECT state, left_items, left_until FROM sharing_authorisations_of('', 9999999, 10) WHERE id IN (%s, %s)"
    refused, nobodys = stage.run("app", query, WAITS, NOBODYS)
    return refused != nobodys


def asks_for_longer_keeping(stage: Stage) -> bool:
    """Ask under a duty that lets be kept, to erase later than the days of keeping say."""
    c.unlock(stage, "sharing_duty")
    stage.run("owner", "UPDATE sharing_duty SET may_store = true, keep_days = 30 WHERE code = %s", DUTY)
    c.lock(stage, "sharing_duty")
    return bool(asks(keep_days=30, erase_by=600)(stage))


def finds_leave(stage: Stage) -> bool:
    speak(stage, OTHER, "verifier")
    return bool(stage.run("app", "SELECT FROM sharing_standing_leave(%s, %s)", stage.facts.wang, duty_id(stage, DUTY)))


def rewrites(table: str, column: str) -> Any:
    """Change a table as the owner, who holds every grant; another table leans on it, so that it isn't emptied."""
    return lambda stage: not stage.run("owner", f"UPDATE {table} SET {column} = {column}")
