"""Attacks on leave given in the browser: pushed by others or for more, decided by nobody or too late, exchanged again or too late."""

from hashlib import sha256
from typing import Any

from tests.people import OTHER
from tests.system import cataloguing as c
from tests.system.checking import CLIENT, REDIRECT
from tests.system.enrolling import ENROLMENT, approved, duty_id, enrolment, place, published
from tests.system.leaving import DAY, DUTY, EVENT, ITEM, LEAVE, OTHER_ITEM, asked, event, others_enrolled
from tests.system.oneself import speak_oneself
from tests.system.speaking import speak
from tests.system.stage import Stage

PUSHED, ANSWER, EXCHANGE = "sharing_pushed", "sharing_pushed_answer", "sharing_code_exchange"
OPEN, GIVEN, USED = 9701, 9702, 9703
GRANTED = {GIVEN: 9711, USED: 9712}
CHALLENGE = "c" * 43
OFFICER = f"{CLIENT}/xd-07"


def digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def words_of(pushed: int) -> bytes:
    return digest(f"words-{pushed}")


def code_of(pushed: int) -> bytes:
    return digest(f"code-{pushed}")


def number_of(pushed: int) -> str:
    return f"SQ20260101BBBBBB{pushed}"


def furnish(stage: Stage) -> None:
    """Let a system have pushed three requests: one waits, of one a code was made, of one it was exchanged."""
    c.unlock(stage, PUSHED, ANSWER, EXCHANGE, LEAVE, EVENT)
    for number in (OPEN, GIVEN, USED):
        stage.insert("owner", PUSHED, pushed(stage, id=number, digest=words_of(number), reference=f"x{number}"))
    for number, leave in GRANTED.items():
        by_system = {"organisation": OTHER, "officer": OFFICER, "channel": "browser"}
        stage.insert("owner", LEAVE, asked(stage, id=leave, number=number_of(number), items=[ITEM], **by_system))
        stage.insert("owner", EVENT, event(stage, id=-number, authorisation_id=leave, receipt=f"SJ{number}"))
        stage.insert("owner", ANSWER, answer(stage, number))
    stage.insert("owner", EXCHANGE, {"answer_id": USED, "at": stage.facts.at})
    c.lock(stage, PUSHED, ANSWER, EXCHANGE, LEAVE, EVENT)


def pushed(stage: Stage, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "digest": bytes(32), "client_id": CLIENT, "organisation": OTHER, "officer": OFFICER, "redirect": REDIRECT, "state": "s",
        "challenge": CHALLENGE, "duty_id": duty_id(stage, DUTY), "items": [ITEM], "once": False,
        "valid_until": stage.facts.today + 30 * DAY,
        "announces": False, "keep_days": 0, "erase_by": None, "reason": "x", "reference": "x", "at": stage.facts.at,
        "expires_at": stage.facts.at + DAY,
    }  # fmt: skip
    return {**row, **changes}


def answer(stage: Stage, number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "pushed_id": number,
        "authorisation_id": GRANTED.get(number),
        "code_digest": code_of(number),
        "at": stage.facts.at + DAY,
    }
    return {**row, **changes}


def past(table: str, **values: Any) -> Any:
    """Write a row past the triggers, for what its checks hold."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, table)
        row = pushed(stage, **values) if table == PUSHED else answer(stage, OPEN, **values)
        stage.insert("owner", table, row)
        return True

    return attack


def changed(stage: Stage, table: str, key: str, number: int, change: str) -> None:
    c.unlock(stage, table)
    stage.run("owner", f"UPDATE {table} SET {change} WHERE {key} = {number}")
    c.lock(stage, table)


def over(number: int = OPEN) -> Any:
    return lambda stage: changed(stage, PUSHED, "id", number, "expires_at = now() - interval '1 second'")


def late(number: int = GIVEN) -> Any:
    return lambda stage: changed(stage, ANSWER, "pushed_id", number, "at = now() - interval '61 seconds'")


def withdrawn(stage: Stage) -> None:
    changed(stage, "identity_client_redirect", "id", 9501, "withdrawn_at = now(), withdrawn_by_id = approved_by_id")


def pushes(
    *,
    name: str = CLIENT,
    officer: str = "xd-07",
    enrolled: bool = True,
    before: Any = None,
    direct: bool = False,
    officer_: str = OFFICER,
    **changes: Any,
) -> Any:
    """Push a request as the application, speaking for a system; sound unless changed. ``direct``: as the owner, past the function."""

    def attack(stage: Stage) -> bool:
        if enrolled:
            others_enrolled(stage)
        if before:
            before(stage)
        speak(stage, OTHER, name)
        told = {**changes}
        if isinstance(told.get("duty_id"), str):
            told["duty_id"] = duty_id(stage, told["duty_id"])
        row = pushed(stage, officer=officer_, **told)
        if direct:
            stage.insert("owner", PUSHED, row)
            return True
        columns = (
            "redirect",
            "state",
            "challenge",
            "duty_id",
            "items",
            "once",
            "valid_until",
            "announces",
            "keep_days",
            "erase_by",
            "reason",
            "reference",
        )
        query = "SELECT FROM sharing_push_request(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        stage.run("app", query, row["digest"], officer, *(row[one] for one in columns))
        return bool(stage.run("owner", f"SELECT FROM {PUSHED} WHERE digest = %s", row["digest"]))

    return attack


def enrolled_for_a_licence(stage: Stage) -> None:
    """Enrol the organisation for a duty that needs no leave."""
    c.unlock(stage, ENROLMENT)
    values = {"id": 9405, "organisation_id": place(stage, OTHER), "duty_id": duty_id(stage), "basis": "XZXKF-34"}
    stage.insert("owner", ENROLMENT, enrolment(stage, **values, **approved(stage), **published(stage)))


def codeless(stage: Stage) -> None:
    changed(stage, ANSWER, "pushed_id", GIVEN, "code_digest = NULL, authorisation_id = NULL")


def holds_for_longer(stage: Stage) -> bool:
    """Push a request that says itself how long it holds."""
    pushes(direct=True)(stage)
    return bool(
        stage.run(
            "owner", f"SELECT FROM {PUSHED} WHERE digest = %s AND expires_at > now() + interval '11 minutes'", bytes(32)
        )
    )


DECIDE = "SELECT sharing_decide_pushed(%s, %s, %s, %s, %s, %s, %s, false, %s, %s)"


def decides(
    number: int = OPEN,
    *,
    whose: str = "wang",
    client: str = CLIENT,
    before: Any = None,
    grant: bool = True,
    **changes: Any,
) -> Any:
    """Decide about a pushed request as the application, speaking for a person; sound unless changed."""

    def attack(stage: Stage) -> bool:
        others_enrolled(stage)
        if before:
            before(stage)
        if whose:
            speak_oneself(stage, getattr(stage.facts, whose))
        today = stage.facts.today
        row: dict[str, Any] = {
            "label": "SQ9",
            "lapses": 30,
            "kept": [ITEM],
            "once": False,
            "until": 20,
            "proof": "SJ99",
            **changes,
        }
        values = (words_of(number), client, row["label"], today + row["lapses"] * DAY, row["kept"], row["once"],
                  today + row["until"] * DAY, row["proof"], code_of(number) if grant else None)  # fmt: skip
        ((done,),) = stage.run("app", DECIDE, *values)
        return bool(done)

    return attack


def answers_directly(*, before: Any = None, whose: str = "wang") -> Any:
    """Write as the owner that a request was left, past the function."""

    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        if whose:
            speak_oneself(stage, getattr(stage.facts, whose))
        stage.insert("owner", ANSWER, answer(stage, OPEN, code_digest=None))
        return True

    return attack


def grants_unpushed(*, whose: str = "wang", before: Any = None, **changes: Any) -> Any:
    """Write as the owner an authorisation that says it came by the browser."""

    def attack(stage: Stage) -> bool:
        others_enrolled(stage)
        if before:
            before(stage)
        speak_oneself(stage, getattr(stage.facts, whose))
        row = {"number": "SQ9", "organisation": OTHER, "officer": OFFICER, "channel": "browser", "items": [ITEM], "reference": f"x{OPEN}",
               "valid_until": stage.facts.today + 30 * DAY}  # fmt: skip
        stage.insert("owner", LEAVE, asked(stage, **{**row, **changes}))
        return True

    return attack


def finds_pushed(*, whose: str = "wang", client: str = CLIENT, before: Any = None, number: int = OPEN) -> Any:
    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        if whose:
            speak_oneself(stage, getattr(stage.facts, whose))
        return bool(stage.run("app", "SELECT FROM sharing_pushed_request(%s, %s)", words_of(number), client))

    return attack


def exchanges(
    number: int = GIVEN,
    *,
    name: str = CLIENT,
    redirect: str = REDIRECT,
    challenge: str = CHALLENGE,
    before: Any = None,
    times: int = 1,
) -> Any:
    """Exchange a code as the application, speaking for a system; sound unless changed."""

    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        speak(stage, OTHER, name)
        found: list[Any] = []
        for _ in range(times):
            found = stage.run(
                "app", "SELECT FROM sharing_exchange_code(%s, %s, %s)", code_of(number), redirect, challenge
            )
        return bool(found)

    return attack


def exchanges_directly(*, number: int = GIVEN, before: Any = None) -> Any:
    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        stage.insert("owner", EXCHANGE, {"answer_id": number, "at": stage.facts.at})
        return True

    return attack


def stands_though_shown_again(stage: Stage) -> bool:
    exchanges(USED)(stage)
    return stage.run("app", "SELECT sharing_bound_token_stands(%s)", number_of(USED)) == [(True,)]


def forgets_that_it_was_shown_again(stage: Stage) -> bool:
    exchanges(USED)(stage)
    stage.run("owner", f"UPDATE {EXCHANGE} SET reused_at = now() WHERE answer_id = {USED}")
    return True


def token_stands(number: int) -> Any:
    return lambda stage: stage.run("app", "SELECT sharing_bound_token_stands(%s)", number_of(number)) == [(True,)]


def rewrites(table: str, column: str) -> Any:
    """Change a table as the owner, who holds every grant; others lean on it, so that it isn't emptied."""
    return lambda stage: not stage.run("owner", f"UPDATE {table} SET {column} = {column}")


WIDER = [ITEM, OTHER_ITEM]
