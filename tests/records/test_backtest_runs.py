"""Trials that the centre asks for: entered, counted month by month, resumed after a kill, seen in numbers by the centre alone."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DataError, connection

from chengxin.identity.models import User
from chengxin.lib.errors import NotAllowed
from chengxin.records import backtest_runs
from chengxin.records.backtest_runs import ask_backtest, carry_on, choices, list_backtests, open_backtest, providers_of
from chengxin.records.errors import BacktestRefused, BacktestUnknown
from chengxin.records.models import Backtest
from tests.conftest import Register
from tests.killing import killed_at
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, WANG_WEI
from tests.records.test_ingest import take

FINE = "2026.3/fine-out-of-range"
RESULT = "SELECT month, held, found FROM records_backtest_month ORDER BY id"
STATES = "SELECT months_done, ended_at IS NOT NULL, failure FROM records_backtest"
# The process counts a month and is killed before that is committed.
HALF_WAY = """
import sys
import django
django.setup()
from django.utils import timezone
from chengxin.records import backtest_runs
count = backtest_runs._count
def stop(run, at):
    told = count(run, at)
    print("counted", flush=True)
    sys.stdin.read()
    return told
backtest_runs._count = stop
backtest_runs.carry_on(at=timezone.now())
"""


def officer(login: str = "officer") -> User:
    return User.objects.select_related("organisation").get(login=login)


@pytest.fixture
def held(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    """Hold three records, one of a huge fine, handed in today; the check that asks for it came later."""
    rows = [penalty(today, 1), penalty(today, 2, LI_NA), penalty(today, 3, CF_NR_FK="30", CF_NR="罚款三十万元")]
    before = datetime(2026, 10, 12, 4, tzinfo=now.tzinfo)
    batch = take(
        register,
        write_csv(tmp_path / "a.csv", [penalty(date(2026, 9, 30), n, CF_NR_FK="30") for n in (11, 12)]),
        before,
    )
    assert batch.new == 2
    batch = take(register, write_csv(tmp_path / "b.csv", rows), now)
    assert (batch.new, batch.waiting) == (2, 1)
    register.become("app")
    return register


def ask(today: date, now: datetime, **named: object) -> Backtest:
    told: dict[str, object] = {"since": date(2026, 9, 15), "until": today, "case": "校核1", **named}
    return ask_backtest(FINE, "CF-ZRR", actor=officer(), at=now, **told)  # type: ignore[arg-type]


def test_it_is_counted_month_by_month_and_seen_by_the_centre(held: Register, today: date, now: datetime) -> None:
    made = ask(today, now)
    months = (today.year - 2026) * 12 + today.month - 9 + 1
    assert (made.months, made.stage) == (months, "waits")
    held.become("intake")
    for done in range(1, months + 1):
        assert carry_on(at=now)
        assert held.rows(STATES) == [(done, done == months, "")]
    assert not carry_on(at=now)
    assert held.rows(RESULT) == [(date(2026, 10, 1), 2, 2), (today.replace(day=1), 2, 0)]
    held.become("app")
    (one,) = list_backtests(officer())
    assert (one.held, one.found, one.run.stage) == (4, 2, "done")
    counted, counts = open_backtest(made.pk, officer())
    assert (counted.held, [(held, found) for _, held, found in providers_of(counts)]) == (4, [(4, 2)])
    assert list_backtests(officer("clerk")) == []
    with pytest.raises(BacktestUnknown):
        open_backtest(made.pk, officer("clerk"))
    acts = held.rows("SELECT actor, subject, note FROM ground_action WHERE act = 'checks.backtest'")
    assert acts == [("officer", f"backtest:{made.pk}", "校核1 fine-out-of-range")]


def test_only_the_days_asked_for_are_counted(held: Register, today: date, now: datetime) -> None:
    ask(today, now, since=date(2026, 10, 13), until=date(2026, 10, 20))
    held.become("intake")
    assert carry_on(at=now)
    assert (held.rows(RESULT), held.rows(STATES)) == ([], [(1, True, "")])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"until": date(2099, 1, 1)}, "今天以后", id="to-come"),
        pytest.param({"since": date(2026, 10, 2), "until": date(2026, 10, 1)}, "截止日以后", id="backwards"),
        pytest.param({"since": date(2001, 1, 1)}, "最多试算", id="too-long"),
        pytest.param({"case": "  "}, "事项编号", id="no-case"),
        pytest.param({"case": WANG_WEI.code}, "身份证件号码", id="identity-code"),
    ],
)
def test_what_cant_be_tried_is_refused_in_words(
    held: Register, today: date, now: datetime, values: dict[str, object], said: str
) -> None:
    with pytest.raises(BacktestRefused, match=said):
        ask(today, now, **values)
    assert held.rows("SELECT count(*) FROM records_backtest") == [(0,)]


@pytest.mark.parametrize(("choice", "item"), [("2026.3/minor", "CF-ZRR"), ("1999.1/x", "CF-ZRR"), (FINE, "RY-BZ")])
def test_only_what_is_data_wholly_is_tried(held: Register, today: date, now: datetime, choice: str, item: str) -> None:
    with pytest.raises(BacktestRefused, match="不能在这个信息项"):
        ask_backtest(choice, item, since=today, until=today, case="1", actor=officer(), at=now)
    assert FINE in {one.code for one in choices(today)}


def test_a_provider_tries_nothing(held: Register, today: date, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        ask_backtest(FINE, "CF-ZRR", since=today, until=today, case="1", actor=officer("clerk"), at=now)


def test_an_edition_whose_text_changed_isnt_tried(
    held: Register, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(today, now)
    held.become("intake")
    monkeypatch.setattr(backtest_runs, "editions", lambda: ())
    assert carry_on(at=now)
    assert held.rows(STATES) == [(0, True, "edition-gone")]


def test_values_of_another_type_end_it_with_a_word(
    held: Register, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(today, now)
    held.become("intake")
    told = [{"of": "field:CF_WSH", "is": "at-least", "number": 1}]
    monkeypatch.setattr(backtest_runs, "tests_of", lambda *_: told)
    for _ in range(Backtest.objects.get().months):
        carry_on(at=now)
    assert held.rows("SELECT failure FROM records_backtest") == [("values-of-another-type",)]
    with pytest.raises(DataError), connection.cursor() as cursor:
        cursor.execute("SELECT 'x'::numeric")


def test_two_workers_count_a_month_once(held: Register, today: date, now: datetime) -> None:
    """While one has the run in hand, another finds none."""
    ask(today, now)
    held.become("intake")
    with held.connect("intake") as other:
        other.execute("BEGIN")
        other.execute("SELECT FROM records_backtest WHERE ended_at IS NULL FOR NO KEY UPDATE")
        assert not carry_on(at=now)
        other.execute("ROLLBACK")
    assert carry_on(at=now)


def test_a_killed_count_is_made_anew(held: Register, today: date, now: datetime) -> None:
    ask(today, now, since=today - timedelta(days=1) if today.day > 1 else today)
    environment = {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": held.urls["intake"],
        "CHENGXIN_VAULT_KEYS": str(settings.VAULT_KEYS),
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    killed_at("counted", HALF_WAY, environment)
    assert (held.rows(RESULT), held.rows(STATES)) == ([], [(0, False, "")])
    held.become("intake")
    assert carry_on(at=now)
    assert held.rows(RESULT) == [(today.replace(day=1), 2, 0)]
