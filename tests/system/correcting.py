"""Attacks on how corrections are delivered and published; True means that one got through."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tests.people import CENTRE, MARKET, OTHER
from tests.system import cataloguing as c
from tests.system import leaving as v
from tests.system.administering import user
from tests.system.attacks import DAY, Attack
from tests.system.checking import PURPOSE as CLIENT_PK
from tests.system.clerking import recall
from tests.system.speaking import speak
from tests.system.stage import CHANGED, Stage, entry

HOOK, DELIVERY, CHASE, REVOCATION, PAGE, KEY = (
    f"sharing_{name}" for name in ("hook", "delivery", "chase", "revocation", "feed_page", "signing_key")
)
STANDING, SENT, DONE, TOLD = 9601, 9602, 9603, 9604
TOKEN, OTHER_TOKEN = b"\x01" * 32, b"\x02" * 32
SECOND = 7


def organisation(stage: Stage, code: str) -> int:
    return int(stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)[0][0])


def hook(stage: Stage, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "organisation_id": organisation(stage, OTHER), "client_id": CLIENT_PK, "url": "https://a.example/x",
        "entered_by_id": user(stage, "verifier"), "entered_at": stage.facts.at, "end_reason": "",
    }  # fmt: skip
    return {**row, **changes}


def delivery(stage: Stage, **changes: Any) -> dict[str, Any]:
    at = stage.facts.at
    row = {"message": f"msg_{uuid4().hex}", "organisation": OTHER, "kind": "recalls", "numbers": [1], "made_at": at, "give_up_at": at + DAY,
           "next_at": at}  # fmt: skip
    return {**row, **changes}


def chase(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {
        "id": TOLD,
        "organisation": CENTRE,
        "due_on": stage.facts.today - 9 * DAY,
        "step": 1,
        "late": 1,
        "told_at": stage.facts.at,
    }
    return {**row, **changes}


def furnish(stage: Stage) -> None:
    """Give another authority an address that stands, messages to it, and a feed of one page; remind the centre of what it owes."""
    confirmed = {"confirmed_by_id": user(stage, "officer"), "confirmed_at": stage.facts.at}
    c.unlock(stage, HOOK, "sharing_recall", CHASE)
    stage.insert("owner", HOOK, hook(stage, id=STANDING, **confirmed))
    stage.run("owner", "UPDATE sharing_recall SET due_on = %s", stage.facts.today - 9 * DAY)
    stage.insert("owner", CHASE, chase(stage))
    c.lock(stage, HOOK, "sharing_recall", CHASE)
    ((told,),) = stage.run("owner", "SELECT id FROM sharing_recall LIMIT 1")
    stage.insert("owner", DELIVERY, delivery(stage, id=SENT, numbers=[told]))
    stage.insert("owner", DELIVERY, delivery(stage, id=DONE, next_at=None, done_at=stage.facts.at))
    stage.insert("owner", REVOCATION, {"token": TOKEN, "page": 1})
    stage.insert("owner", REVOCATION, {"token": OTHER_TOKEN})
    stage.insert("owner", PAGE, {"number": 1, "note": "x", "index": "x", "made_at": stage.facts.at})


# Addresses.


def change(stage: Stage, table: str, number: int, **values: Any) -> None:
    """Change a row past its guards."""
    c.unlock(stage, table)
    told = ", ".join(f"{name} = %s" for name in values)
    stage.run("owner", f"UPDATE {table} SET {told} WHERE id = %s", *values.values(), number)
    c.lock(stage, table)


def unconfirmed(stage: Stage) -> None:
    change(stage, HOOK, STANDING, confirmed_by_id=None, confirmed_at=None)


def ended(stage: Stage) -> None:
    change(stage, HOOK, STANDING, ended_by_id=user(stage, "verifier"), ended_at=stage.facts.at, end_reason="x")


def enters(code: str = OTHER, login: str = "verifier", *, first: Any = None, at: str = "", **changes: Any) -> Attack:
    """Enter an address in the place of the one that stands, past every grant; sound unless changed. ``at``: as if for that organisation."""

    def attack(stage: Stage) -> bool:
        ended(stage)
        if first:
            first(stage)
        told = {name: user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()}
        if at:
            told["organisation_id"] = organisation(stage, at)
        speak(stage, code, login)
        stage.insert("owner", HOOK, hook(stage, **told))
        return True

    return attack


def suspend_client(stage: Stage) -> None:
    c.unlock(stage, "identity_client")
    change_ = "suspended_at = now(), suspended_by_id = entered_by_id, suspension_reason = 'x'"
    stage.run("owner", f"UPDATE identity_client SET {change_} WHERE id = %s", CLIENT_PK)
    c.lock(stage, "identity_client")


def updates(
    text: str, code: str = CENTRE, login: str = "colleague", *, first: Any = unconfirmed, by: str = ""
) -> Attack:
    """Change an address as the owner, speaking for somebody; ``by``: whose account stands for %s."""

    def attack(stage: Stage) -> bool:
        if first:
            first(stage)
        who = (user(stage, by or login),) if "%s" in text else ()
        speak(stage, code, login)
        stage.run("owner", f"UPDATE {HOOK} SET {text} WHERE id = {STANDING}", *who)
        return True

    return attack


CONFIRM = "confirmed_at = clock_timestamp(), confirmed_by_id = %s"
END = "ended_at = clock_timestamp(), ended_by_id = %s, end_reason = 'x'"


def past(table: str, row: Any, **changes: Any) -> Any:
    return v.past(table, row, **changes)


def url_of(first: Any = None) -> Attack:
    """Have a message sent to an address that isn't one."""

    def attack(stage: Stage) -> bool:
        if first:
            first(stage)
        rows = stage.run(
            "intake", "SELECT id, url FROM sharing_take_deliveries(now() + interval '1 day', '1 minute', 10)"
        )
        return any(url for _, url in rows)

    return attack


def test_to_what_ended(stage: Stage) -> bool:
    stage.run("owner", f"UPDATE {DELIVERY} SET next_at = NULL, gave_up_at = now() WHERE id = {SENT}")
    stage.insert("owner", DELIVERY, delivery(stage, hook_id=STANDING, kind="test", numbers=[]))
    return url_of(ended)(stage)


def take_ahead(stage: Stage) -> bool:
    """Take what is due tomorrow."""
    stage.run("owner", f"UPDATE {DELIVERY} SET next_at = %s WHERE id = {SENT}", stage.facts.at + DAY)
    rows = stage.run("intake", "SELECT id FROM sharing_take_deliveries(%s, '1 minute', 10)", stage.facts.at)
    return bool(rows)


def settle_for_another(stage: Stage) -> bool:
    """Settle a try that another one overtook."""
    query = "SELECT sharing_settle_delivery(%s, 9::smallint, 204::smallint, '', NULL)"
    return stage.run("intake", query, SENT) == [(True,)]


def settles(stage: Stage) -> bool:
    query = "SELECT sharing_settle_delivery(%s, 0::smallint, 204::smallint, '', NULL)"
    return stage.run("intake", query, SENT) == [(True,)]


def rewrites(text: str, number: int = SENT) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("owner", f"UPDATE {DELIVERY} SET {text} WHERE id = {number}")
        return True

    return attack


# What is delivered.


def messages(stage: Stage, kind: str, code: str = OTHER) -> int:
    query = f"SELECT count(*) FROM {DELIVERY} WHERE kind = %s AND organisation = %s AND id NOT IN ({SENT}, {DONE})"
    return int(stage.run("owner", query, kind, code)[0][0])


def tell(stage: Stage, code: str = OTHER, **changes: Any) -> None:
    stage.insert("owner", "sharing_recall", recall(stage, reference="batch:77", organisation=code, **changes))


def recall_silently(stage: Stage) -> bool:
    """Tell an organisation of a recall; true when nothing is sent to its address."""
    tell(stage)
    return messages(stage, "recalls") == 0


def recall_without_an_address(stage: Stage) -> bool:
    tell(stage, MARKET)
    return messages(stage, "recalls", MARKET) > 0


def recall_what_is_done_with(stage: Stage) -> bool:
    tell(stage, acknowledged_at=stage.facts.at, acknowledged_by="x")
    return messages(stage, "recalls") > 0


def call_back(stage: Stage, **changes: Any) -> None:
    row = v.recall(stage, event_id=-13, authorisation_id=v.GRANTED, organisation=OTHER, **changes)
    stage.insert("owner", v.RECALL, row)


def call_back_silently(stage: Stage) -> bool:
    call_back(stage)
    return messages(stage, "call-backs") == 0


def call_back_what_is_done_with(stage: Stage) -> bool:
    call_back(stage, acknowledged_at=stage.facts.at, acknowledged_by="x", copies="erased")
    return messages(stage, "call-backs") > 0


def confirm_silently(stage: Stage) -> bool:
    """Confirm an address; true when what waits isn't sent there."""
    unconfirmed(stage)
    tell(stage)
    call_back(stage)
    assert updates(CONFIRM, first=None)(stage)
    return not (messages(stage, "recalls") and messages(stage, "call-backs"))


def remind_silently(stage: Stage) -> bool:
    stage.insert("owner", CHASE, chase(stage, id=TOLD + 1, organisation=OTHER))
    return messages(stage, "chase") == 0


def says_anothers(function: str, kind: str) -> Attack:
    """Put another's numbers into a message."""

    def attack(stage: Stage) -> bool:
        number = {"call-backs": -11, "chase": TOLD}.get(kind)
        if number is not None:
            stage.insert("owner", DELIVERY, delivery(stage, id=SENT + SECOND, kind=kind, numbers=[number]))
        told = SENT if number is None else SENT + SECOND
        return bool(stage.run("intake", f"SELECT FROM {function}(%s)", [told]))

    return attack


# What is seen.


def finds(query: str, code: str = MARKET, login: str = "clerk") -> Any:
    return v.finds(query, code=code, login=login)


def tries_anothers(code: str = MARKET, login: str = "clerk", *, first: Any = None, times: int = 1) -> Attack:
    def attack(stage: Stage) -> bool:
        if first:
            first(stage)
        speak(stage, code, login)
        told = [stage.run("app", "SELECT sharing_try_hook(%s)", STANDING) == [(True,)] for _ in range(times)]
        return all(told)

    return attack


# The feed.


def publishes(number: int) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("intake", "SELECT sharing_publish_page(%s, 'x', 'x', %s, now())", number, [OTHER_TOKEN])
        return bool(stage.run("owner", f"SELECT FROM {REVOCATION} WHERE token = %s AND page = %s", OTHER_TOKEN, number))

    return attack


def move_a_token(stage: Stage) -> bool:
    stage.run("owner", f"UPDATE {REVOCATION} SET page = 2 WHERE token = %s", TOKEN)
    return True


def change_a_token(stage: Stage) -> bool:
    stage.run("owner", f"UPDATE {REVOCATION} SET token = %s WHERE token = %s", b"\x09" * 32, OTHER_TOKEN)
    return True


def withdraw_silently(stage: Stage) -> bool:
    """Withdraw a report; true when nothing tells of it."""
    stage.insert("owner", "sharing_report_withdrawal", {"number": "CX1", "withdrawn_at": stage.facts.at})
    return not stage.run("owner", "SELECT FROM ground_event WHERE reference = 'report:CX1'")


def salt_of_a_report_that_stands(stage: Stage) -> bool:
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", "ALTER TABLE sharing_report DISABLE TRIGGER report_append_only")
    stage.run("owner", "UPDATE sharing_report SET salt = %s", bytes(16))
    return stage.run("intake", "SELECT sharing_copy_withdrawn('CX1')") != [(None,)]


def copies(*, versions: list[int], cause: str = "changed", outcome: dict[str, Any] | None = None) -> Attack:
    """Have a copy revoked: of a record whose second version stands in the stage's batch."""

    def attack(stage: Stage) -> bool:
        number = uuid4()
        row = entry(stage.facts, entry_id=number, record_ids=[CHANGED], versions=versions, **(outcome or {}))
        stage.insert("owner", "ground_access_entry", row)
        report = {
            "subject_id": stage.facts.wang,
            "number": "CX7",
            "entry_id": number,
            "issued_at": stage.facts.at,
            "salt": bytes(16),
        }
        stage.insert("owner", "sharing_report", report)
        return bool(stage.run("intake", "SELECT FROM sharing_copies_of(%s, %s)", cause, stage.facts.batch))

    return attack


def end_a_key_twice(stage: Stage) -> bool:
    for _ in range(2):
        stage.run("owner", f"UPDATE {KEY} SET until = %s WHERE use = 'feed'", datetime.now(UTC))
    return True


def change_a_key(stage: Stage) -> bool:
    stage.run("owner", f"UPDATE {KEY} SET public = %s", bytes(32))
    return True


def remind_about_nothing_open(stage: Stage) -> bool:
    """See a reminder of what has been acknowledged since."""
    c.unlock(stage, "sharing_recall")
    stage.run("owner", "UPDATE sharing_recall SET acknowledged_at = now(), acknowledged_by = 'x'")
    return bool(finds("SELECT FROM sharing_chases_of()", CENTRE, "officer")(stage))


def chase_what_is_done_with(stage: Stage) -> bool:
    c.unlock(stage, "sharing_recall")
    stage.run("owner", "UPDATE sharing_recall SET acknowledged_at = now(), acknowledged_by = 'x'")
    day = stage.facts.today - 9 * DAY
    return stage.run("intake", "SELECT sharing_chase_late(%s, '{2}', now())", [day]) != [(0,)]


def chases(stage: Stage) -> bool:
    day = stage.facts.today - 9 * DAY
    query = "SELECT sharing_chase_late(%s, '{2}', now())"
    return stage.run("intake", query, [day]) == [(1,)] and stage.run("intake", query, [day]) == [(0,)]
