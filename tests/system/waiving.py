"""Attacks on what providers waive."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.people import CENTRE, MARKET, OTHER
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.speaking import claim, speak
from tests.system.stage import Stage, batch

TABLE = "records_waiver"
BATCH, ROW, DIGEST = 7400, 3, bytes([7] * 32)
ASKED, REFUSED = ("fine-out-of-range", 1), ("bad-number", 2)


def furnish(stage: Stage) -> None:
    """Give the market authority a batch with a row in question that it waived, and one refused that has a digest all the same.

    The question is there in a second version too, which nobody was asked.
    """
    facts = stage.facts
    stage.run("owner", "INSERT INTO records_check_rule SELECT (jsonb_populate_record(r, '{\"version\": 2}')).* FROM records_check_rule r"
                       " WHERE code = %s", ASKED[0])  # fmt: skip
    stage.insert("owner", "records_batch", batch(facts, BATCH, provider_id=_provider(stage, MARKET)))
    for rule, version in (ASKED, REFUSED):
        stage.insert("owner", "records_finding", {"batch_id": BATCH, "row_number": ROW, "rule": rule, "rule_version": version,
                     "field": "", "record_number": "", "digest": DIGEST})  # fmt: skip
    speak(stage, MARKET, "clerk")
    stage.insert("app", TABLE, waiver(stage))
    claim(stage, "")


def _provider(stage: Stage, code: str) -> int:
    ((number,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)
    return int(number)


def waiver(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {
        "item_id": stage.facts.item, "provider_id": _provider(stage, MARKET), "batch_id": BATCH, "row_number": ROW,
        "rule": ASKED[0], "rule_version": ASKED[1], "digest": DIGEST, "reason": "x", "waived_by_id": user(stage, "clerk"),
        "waived_at": datetime.now(UTC), "until": stage.facts.today + timedelta(days=30),
    }  # fmt: skip
    return {**row, **changes}


def waives(days: int = 30, **changes: Any) -> Attack:
    """Waive as the application, speaking for the market authority's clerk."""

    def attack(stage: Stage) -> bool:
        speak(stage, MARKET, "clerk")
        stage.insert("app", TABLE, waiver(stage, until=stage.facts.today + timedelta(days=days), **changes))
        return True

    return attack


def waive_as(code: str, login: str, *, by: str, mine: bool = False) -> Attack:
    """Waive while speaking for somebody else, in the name of ``by``; with ``mine`` as a row of one's own organisation."""

    def attack(stage: Stage) -> bool:
        changes = {"provider_id": _provider(stage, code)} if mine else {}
        row = waiver(stage, waived_by_id=user(stage, by), **changes)
        speak(stage, code, login)
        stage.insert("owner", TABLE, row)
        return True

    return attack


def waive_for_another_item(stage: Stage) -> bool:
    ((item,),) = stage.run(
        "owner", "SELECT id FROM catalogue_item WHERE id <> %s ORDER BY id LIMIT 1", stage.facts.item
    )
    return waives(item_id=item)(stage)


def date_it_back(stage: Stage) -> bool:
    """Say that it was waived long ago; true when the database believes it."""
    waives(waived_at=datetime(2020, 1, 1, tzinfo=UTC))(stage)
    return bool(stage.run("owner", f"SELECT FROM {TABLE} WHERE waived_at < '2021-01-01'"))


def past_the_guard(**changes: Any) -> Attack:
    """Enter a waiver past the trigger, which would see to it first."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", f"ALTER TABLE {TABLE} DISABLE TRIGGER waiver_guarded")
        stage.insert("owner", TABLE, waiver(stage, **changes))
        return True

    return attack


def delete_one(stage: Stage) -> bool:
    stage.run("owner", f"DELETE FROM {TABLE} WHERE false")
    return True


def changes(change: str) -> Attack:
    """Change the waiver as its owner, speaking for the clerk who gave it."""

    def attack(stage: Stage) -> bool:
        speak(stage, MARKET, "clerk")
        stage.run("owner", f"UPDATE {TABLE} SET {change}")
        return True

    return attack


def ends(code: str = MARKET, login: str = "clerk", *, by: str = "", reason: str = "x", more: str = "") -> Attack:
    """Take the waiver back as the application, speaking for somebody; in the name of ``by`` where it is another."""

    def attack(stage: Stage) -> bool:
        who = user(stage, by or login)
        speak(stage, code, login)
        query = f"UPDATE {TABLE} SET ended_by_id = %s, end_reason = %s{more} RETURNING 1"
        return bool(stage.run("owner" if more else "app", query, who, reason))

    return attack


def end_twice(stage: Stage) -> bool:
    return ends()(stage) and ends(reason="y")(stage)


def end_what_is_over(stage: Stage) -> bool:
    stage.run("owner", f"ALTER TABLE {TABLE} DISABLE TRIGGER waiver_end_guarded")
    stage.run("owner", f"UPDATE {TABLE} SET until = %s", stage.facts.today)
    stage.run("owner", f"ALTER TABLE {TABLE} ENABLE TRIGGER waiver_end_guarded")
    return ends()(stage)


def end_as_a_colleague(stage: Stage) -> bool:
    """Take back what a colleague of the same provider gave."""
    who = user(stage, "clerk")
    stage.run("owner", "UPDATE identity_user SET organisation_id = (SELECT organisation_id FROM identity_user WHERE id = %s)"
                       " WHERE login = 'verifier'", who)  # fmt: skip
    return ends(login="verifier")(stage)


def end_after_leaving(stage: Stage) -> bool:
    """Take back what one gave, speaking for another organisation since."""
    ((there,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", OTHER)
    stage.run("owner", "UPDATE identity_user SET organisation_id = %s WHERE login = 'clerk'", there)
    speak(stage, OTHER, "clerk")
    return bool(stage.run("owner", f"UPDATE {TABLE} SET ended_by_id = waived_by_id, end_reason = 'x' RETURNING 1"))


def end_it_long_ago(stage: Stage) -> bool:
    """Say that it was taken back long ago; true when the database believes it."""
    ends(more=", ended_at = '2020-01-01'")(stage)
    return bool(stage.run("owner", f"SELECT FROM {TABLE} WHERE ended_at < '2021-01-01'"))


def end_for_nothing(stage: Stage) -> bool:
    return ends(reason="")(stage)


def sees(role: str, code: str = "") -> Attack:
    def attack(stage: Stage) -> bool:
        if code:
            speak(stage, code, {MARKET: "clerk", CENTRE: "officer"}.get(code, "verifier"))
        return bool(stage.run(role, f"SELECT FROM {TABLE}"))

    return attack


own_sees, other_sees, worker_sees = sees("app", MARKET), sees("app", OTHER), sees("intake")
centre_sees, centre_ends = sees("app", CENTRE), ends(CENTRE, "officer")
centre_waives = waive_as(CENTRE, "officer", by="officer")
centre_waives_as_its_own = waive_as(CENTRE, "officer", by="officer", mine=True)
in_a_colleagues_name = waive_as(MARKET, "somebody", by="clerk")
