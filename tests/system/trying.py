"""Attacks on trials of checks: who asks, what is counted, who sees it."""

from datetime import UTC, datetime
from typing import Any

from tests.people import CENTRE, MARKET
from tests.system.administering import user
from tests.system.attacks import DAY, Attack
from tests.system.speaking import claim, speak
from tests.system.stage import Stage

RUN, MONTH = "records_backtest", "records_backtest_month"
NUMBER = 9951


def furnish(stage: Stage) -> None:
    """Give the stage a trial that goes on, with the counts of a month."""
    speak(stage, CENTRE, "officer")
    stage.insert("owner", RUN, run(stage, id=NUMBER))
    claim(stage, "")
    stage.insert("intake", MONTH, counts(stage))


def run(stage: Stage, **changes: Any) -> dict[str, Any]:
    facts = stage.facts
    row = {
        "edition": "2026.3", "digest": "x", "rule": "fine-out-of-range", "rule_version": 1, "severity": "question", "item_id": facts.item,
        "since": facts.today - 100 * DAY, "until": facts.today, "case_reference": "1", "asked_by_id": user(stage, "officer"),
        "asked_at": facts.at, "months_done": 0, "failure": "",
    }  # fmt: skip
    return {**row, **changes}


def counts(stage: Stage, **changes: Any) -> dict[str, Any]:
    month = stage.facts.today.replace(day=1)
    return {"backtest_id": NUMBER, "provider_id": 1, "month": month, "held": 3, "found": 1, **changes}


def asks(code: str = CENTRE, login: str = "officer", *, by: str = "", role: str = "app", **changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        row = run(stage, asked_by_id=user(stage, by or login), **changes)
        speak(stage, code, login)
        stage.insert(role, RUN, row)
        return True

    return attack


def ask_for_tomorrow(stage: Stage) -> bool:
    return asks(until=stage.facts.today + DAY)(stage)


def ask_backwards(stage: Stage) -> bool:
    return asks(since=stage.facts.today, until=stage.facts.today - DAY)(stage)


def ask_what_is_done(stage: Stage) -> bool:
    return asks(ended_at=datetime.now(UTC))(stage)


def ask_long_ago(stage: Stage) -> bool:
    """Say that it was asked long ago; true when the database believes it."""
    asks(asked_at=datetime(2020, 1, 1, tzinfo=UTC))(stage)
    return bool(stage.run("owner", f"SELECT FROM {RUN} WHERE asked_at < '2021-01-01'"))


def changes(*steps: str, role: str = "owner") -> Attack:
    def attack(stage: Stage) -> bool:
        for step in steps:
            stage.run(role, f"UPDATE {RUN} SET {step}")
        return True

    return attack


def delete_runs(stage: Stage) -> bool:
    stage.run("owner", f"DELETE FROM {RUN} WHERE false")
    return True


def writes(**values: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.insert("intake", MONTH, counts(stage, **{"provider_id": 2, **values}))
        return True

    return attack


def write_another_month(stage: Stage) -> bool:
    return writes(month=(stage.facts.today - 400 * DAY).replace(day=1))(stage)


def write_after_the_end(stage: Stage) -> bool:
    changes("ended_at = now()", role="intake")(stage)
    return writes()(stage)


def sees(table: str, role: str, code: str = "") -> Attack:
    def attack(stage: Stage) -> bool:
        if code:
            speak(stage, code, "officer" if code == CENTRE else "clerk")
        return bool(stage.run(role, f"SELECT FROM {table}"))

    return attack


provider_asks = asks(MARKET, "clerk")
in_a_colleagues_name = asks(by="clerk", role="owner")
