"""Attacks on checks of real names: on registered purposes, clients and their keys, and on what is counted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.people import OTHER
from tests.system.administering import user
from tests.system.attacks import Attack, clones
from tests.system.stage import Stage, entry

DAY = timedelta(days=1)
CLIENT, PURPOSE, KEY_ID = "c-aaaaaaaaaaaaaaaa", 9500, 9501
RECEIPTS = [f"V{'A' * 24}{chr(65 + n)}{chr(65 + n)}" for n in range(26)]
REDIRECT = "https://a.example/back"
TABLES = {
    "client": "identity_client",
    "client_key": "identity_client_key",
    "client_redirect": "identity_client_redirect",
    "registration": "identity_registration",
}


def furnish(stage: Stage) -> None:
    """Give the stage a purpose, a client with a key, a check and what was counted of it."""
    facts, system, security = stage.facts, user(stage, "system"), user(stage, "security")
    ((organisation,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", OTHER)
    term = {"valid_from": facts.today - DAY, "valid_until": facts.today + 300 * DAY}
    entered = {"entered_by_id": system, "entered_at": facts.at}
    stage.insert("owner", "identity_registration", {
        "id": PURPOSE, "code": "SM-JT-9500", "organisation_id": organisation, "field": "transport", "purpose": "x", "basis": "TLAQTL-64",
        "daily_quota": 3, "daily_misses": 2, "per_minute": 3, "desk_quota": 2, "per_code": 2, "withdrawal_reason": "", **term, **entered,
    })  # fmt: skip
    stage.insert("owner", "identity_client", {"id": PURPOSE, "client_id": CLIENT, "organisation_id": organisation, "name": "x",
                 "addresses": ["127.0.0.0/8"], "suspension_reason": "", **term, **entered})  # fmt: skip
    stage.insert(
        "owner",
        "identity_client_key",
        {"id": KEY_ID, "client_id": PURPOSE, "kid": "k", "public": "{}", **term, **entered},
    )
    address = {"id": KEY_ID, "client_id": PURPOSE, "address": REDIRECT, **entered}
    stage.insert("owner", "identity_client_redirect", address)
    for table in ("identity_registration", "identity_client_key", "identity_client_redirect"):
        stage.run("owner", f"UPDATE {table} SET approved_at = now(), approved_by_id = %s", security)
    at = facts.at
    stage.insert("owner", "identity_client_assertion", {"client_id": PURPOSE, "jti_hash": bytes(32), "expires_at": at})
    stage.run("owner", """INSERT INTO identity_real_name_check (receipt, registration_id, asker, channel, at, outcome, assurance, entry_id)
        VALUES (%s, %s, %s, 'api', now(), 'match', 'register', gen_random_uuid())""", RECEIPTS[25], PURPOSE, CLIENT)  # fmt: skip
    stage.insert("owner", "identity_check_use", {"registration_id": PURPOSE, "asker": "x", "day": facts.today, "kind": "checks", "slot": 0,
                 "share": 1, "used": 1, "span": at})  # fmt: skip
    stage.insert("owner", "identity_code_tries", {"key": bytes(32), "day": facts.today, "tries": 1, "most": 2})
    stage.insert(
        "owner", "identity_check_replay", {"asker": "x", "key": bytes(32), "request": bytes(32), "answer": "", "at": at}
    )


def asleep(what: str, change: Callable[[Stage], Any] | str, attack: Attack | None = None) -> Attack:
    """Bring about a state that the guard of a table bars or only time brings about, with the guard asleep, and then attack."""
    table = TABLES[what]

    def tried(stage: Stage) -> bool:
        stage.run("owner", f"ALTER TABLE {table} DISABLE TRIGGER {what}_guarded")
        if isinstance(change, str):
            stage.run("owner", f"UPDATE {table} SET {change}")
        else:
            change(stage)
        stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
        stage.run("owner", f"ALTER TABLE {table} ENABLE TRIGGER {what}_guarded")
        return attack(stage) if attack else True

    return tried


def unchecked(table: str, constraint: str, attack: Attack) -> Attack:
    """Attack where a CHECK would be the second to refuse."""

    def tried(stage: Stage) -> bool:
        stage.run("owner", f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        return attack(stage)

    return tried


def take(stage: Stage, number: int = 0, items: int = 1, **changes: Any) -> str | None:
    """Check as the application may: through the one function. Gives the reason of a refusal, empty when it was let through."""
    values: dict[str, Any] = {
        "channel": "api", "asker": CLIENT, "address": "127.0.0.1", "outcomes": ["match"] * items,
        "keys": [bytes([place]) * 32 for place in range(number, number + items)], **changes,
    }  # fmt: skip
    levels = ["register" if outcome == "match" else "none" for outcome in values["outcomes"]]
    query = """SELECT refusal, taken FROM identity_take_checks(%s, %s, %s, %s::inet, %s, %s, %s,
        ARRAY(SELECT gen_random_uuid() FROM generate_series(1, %s)), %s::bytea[], %s::bytea[])"""
    shared = [bytes([255]) + key[1:] for key in values["keys"]]
    ((refusal, taken),) = stage.run("app", query, PURPOSE, values["channel"], values["asker"], values["address"],
                                    RECEIPTS[number:number + items], values["outcomes"], levels, items, values["keys"], shared)  # fmt: skip
    return str(refusal) if refusal or all(taken) else "code-tried-too-often"


def takes(before: str = "", **changes: Any) -> Attack:
    """Make an attack: bring something about as the owner, then check."""

    def attack(stage: Stage) -> bool:
        if before:
            stage.run("owner", before)
        return take(stage, **changes) == ""

    return attack


def takes_again(times: int, **changes: Any) -> Attack:
    """Check as often as may be, and once more."""

    def attack(stage: Stage) -> bool:
        told = [take(stage, number, **changes) for number in range(times + 1)]
        assert told[:times] == [""] * times, told
        return told[times] == ""

    return attack


def try_a_code_again(stage: Stage) -> bool:
    same: dict[str, Any] = {"keys": [b"\7" * 32]}
    return [take(stage, number, **same) for number in range(3)] == ["", "", ""]


try_a_code_without_end = unchecked("identity_code_tries", "code_tries_within_most", try_a_code_again)
try_a_code_thrice_at_once = unchecked(
    "identity_code_tries", "code_tries_within_most", lambda stage: take(stage, items=3, keys=[b"\7" * 32] * 3) == ""
)


def takes_misses_in_a_batch(stage: Stage) -> bool:
    """Ask for a batch after the day's misses are used up."""
    assert take(stage, items=2, outcomes=["mismatch"] * 2) == ""
    return take(stage, 2, items=2, outcomes=["mismatch"] * 2) == ""


def proves(change: str) -> Attack:
    """Look for a key that proves the client, after a change."""
    found: Attack = lambda stage: bool(  # noqa: E731
        stage.run("app", "SELECT FROM identity_client_key_live WHERE client_id = %s", CLIENT)
    )
    return asleep("client_key", change, found)


NEEDS_A_LICENCE = """INSERT INTO identity_needed_licence (kind, licence, valid_from)
    SELECT kind, 'personal-credit', '2020-01-01' FROM identity_organisation WHERE code = %s"""

ENDED = "UPDATE identity_organisation SET valid_until = current_date - 1 WHERE code = %s"


def lives(view: str, before: str = NEEDS_A_LICENCE) -> Attack:
    """Look for what is in force of an organisation that doesn't stand any more; it lacks a licence unless told otherwise."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", before, OTHER)
        return bool(stage.run("app", f"SELECT FROM {view} WHERE organisation = %s", OTHER))

    return attack


def write_a_check(stage: Stage, **changes: Any) -> bool:
    """Write a check past the function, as only the owner can."""
    stage.clone("identity_real_name_check", **{"receipt": RECEIPTS[1], "at": "now", **changes})
    return True


def writes_a_check(**changes: Any) -> Attack:
    return lambda stage: write_a_check(stage, **changes)


without_purpose = asleep(
    "registration", "withdrawn_at = now(), withdrawn_by_id = 1, withdrawal_reason = 'x'", write_a_check
)


NEW: dict[str, dict[str, Any]] = {
    "client": {"id": 9001, "client_id": "c-bbbbbbbbbbbbbbbb"},
    "client_key": {"id": 9001, "kid": "other", "approved_at": None, "approved_by_id": None},
    "client_redirect": {"id": 9001, "address": "https://b.example/", "approved_at": None, "approved_by_id": None},
    "registration": {"id": 9001, "code": "SM-JT-9001", "approved_at": None, "approved_by_id": None},
}


def anew(what: str, **changes: Any) -> Attack:
    """Enter another one like the one on the stage, sound unless changed."""
    return clones(TABLES[what], **{**NEW[what], **changes})


def entering_by(what: str, login: str) -> Attack:
    return lambda stage: anew(what, entered_by_id=user(stage, login))(stage)


def anew_asleep(what: str, **changes: Any) -> Attack:
    return asleep(what, anew(what, **changes))


def approved_by_whoever_entered(what: str) -> Attack:
    return lambda stage: anew_asleep(what, approved_at="now", approved_by_id=user(stage, "system"))(stage)


TOMORROW = str(datetime.now(UTC) + DAY)


def a_third_key(stage: Stage) -> bool:
    anew("client_key")(stage)
    return anew("client_key", id=9002, kid="third")(stage)


def changes(what: str, change: str, by: str | None = "security") -> Attack:
    """Change the one on the stage as the administration; ``{by}`` stands for somebody."""

    def attack(stage: Stage) -> bool:
        who = user(stage, by) if by else 0
        stage.run("owner", f"UPDATE {TABLES[what]} SET {change.format(by=who)} WHERE true")
        return True

    return attack


def twice(what: str, change: str) -> Attack:
    return lambda stage: changes(what, change)(stage) and changes(what, change)(stage)


def approving(what: str, by: str) -> Attack:
    """Approve one that waits."""
    again: Attack = changes(what, "approved_at = now(), approved_by_id = {by}", by)
    return asleep(what, "approved_at = NULL, approved_by_id = NULL", again)


SUSPEND = "suspended_at = now(), suspended_by_id = {by}, suspension_reason = 'x'"
WITHDRAW = "withdrawn_at = now(), withdrawn_by_id = {by}"
WITHDRAW_PURPOSE = f"{WITHDRAW}, withdrawal_reason = 'x'"


def delete_from(table: str) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("owner", f"DELETE FROM {table} WHERE false")
        return True

    return attack


def sweep_todays(stage: Stage) -> bool:
    stage.run("intake", "SELECT identity_sweep_checks()")
    return not stage.run("owner", "SELECT FROM identity_code_tries")


def sweep_an_answer(stage: Stage) -> bool:
    stage.run("intake", "SELECT identity_sweep_checks()")
    return not stage.run("owner", "SELECT FROM identity_check_replay")


def sweep_a_statement(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_client_assertion SET expires_at = now() - interval '4 minutes'")
    stage.run("intake", "SELECT identity_sweep_checks()")
    return not stage.run("owner", "SELECT FROM identity_client_assertion")


def leads_back(change: str) -> Attack:
    """Look for an address that may be led back to, after a change."""
    found: Attack = lambda stage: bool(  # noqa: E731
        stage.run("app", "SELECT FROM identity_client_redirect_live WHERE address = %s", REDIRECT)
    )
    return asleep("client_redirect", change, found)


CHECKED = UUID(int=9500)
MADE = """INSERT INTO identity_real_name_check (receipt, registration_id, asker, channel, at, outcome, assurance, entry_id)
    VALUES (%s, %s, %s, %s, now() - %s::interval, 'match', 'register', %s)"""


def enters_a_check(*, made: dict[str, Any] | None = None, **changes: Any) -> Attack:
    """Enter, as the application, a check that was made in this transaction; sound unless the check or the entry is changed."""

    def attack(stage: Stage) -> bool:
        if made is not None:
            asker, channel = made.get("asker", CLIENT), made.get("channel", "api")
            stage.run("owner", MADE, RECEIPTS[24], PURPOSE, asker, channel, "0 days", made.get("entry_id", CHECKED))
        row = {"subject_id": stage.facts.wang, "entry_id": CHECKED, "organisation": OTHER, "officer": CLIENT, "purpose": "SM-JT-9500",
               "case_reference": RECEIPTS[24], "channel": "api", "fields": ["code", "name"], "record_ids": [], "versions": []}  # fmt: skip
        stage.insert("app", "ground_access_entry", entry(stage.facts, **{**row, **changes}))
        return True

    return attack


def enters_a_check_of_another_day(stage: Stage) -> bool:
    """Enter what was checked long ago."""
    stage.run("owner", "ALTER TABLE identity_real_name_check DISABLE TRIGGER check_grounded")
    stage.run("owner", MADE, RECEIPTS[24], PURPOSE, CLIENT, "api", "1 day", CHECKED)
    return enters_a_check()(stage)


def enters_for_another_purpose(stage: Stage) -> bool:
    """Enter a check under the number of another purpose of the same organisation."""
    anew("registration")(stage)
    return enters_a_check(made={}, purpose=NEW["registration"]["code"])(stage)


def enters_as_the_operator(stage: Stage) -> bool:
    stage.insert(
        "app",
        "ground_access_entry",
        entry(stage.facts, channel="operator", outcome="refused", reason="x", record_ids=[], versions=[]),
    )
    return True
