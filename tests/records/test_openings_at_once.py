"""A waiting row opened in two tabs at one moment, where the day allows one more."""

import threading
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection

from chengxin.identity.speaking import speaking_as
from chengxin.records import adjudication
from chengxin.records.adjudication import open_case
from chengxin.records.errors import TooManyOpened
from tests.conftest import Register
from tests.records.test_adjudication import WRONG_DIGIT, officers, wait, written


def test_two_rows_opened_at_once_at_the_limit_are_one_opening_and_one_refusal(
    register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, _ = officers(register)
    register.become("owner")
    register.rows("UPDATE records_term SET value = 1 WHERE name = 'case-openings' RETURNING 1")
    register.become("app")
    both, told = threading.Barrier(2), []

    def limit(_: date) -> int:
        # Without a lock both stand here before either has opened anything; with one, the second isn't there yet.
        with suppress(threading.BrokenBarrierError):
            both.wait(0.3)
        return 1

    def open_it() -> None:
        try:
            with speaking_as(officer):
                open_case(number, actor=officer, at=now)
            told.append("opened")
        except TooManyOpened:
            told.append("refused")
        finally:
            connection.close()

    monkeypatch.setattr(adjudication, "openings_a_day", limit)
    tabs = [threading.Thread(target=open_it) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(told) == ["opened", "refused"]
    assert register.rows("SELECT count(*) FROM records_opening") == [(1,)]
