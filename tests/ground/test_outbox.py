"""The outbox: told with what it tells of, delivered once and in order, kept until somebody waits for it."""

from datetime import datetime

import pytest
from django.db import transaction

from chengxin.ground.services import announce, deliver
from chengxin.site.outbox import HANDLERS
from tests.conftest import Register


def told(*references: str, at: datetime) -> None:
    with transaction.atomic():
        for reference in references:
            announce("record-withdrawn", reference, at=at)


def test_events_are_delivered_once_and_in_order(register: Register, now: datetime) -> None:
    told("undoing:1", "undoing:2", at=now)
    register.become("intake")
    met: list[str] = []
    handlers = {"record-withdrawn": [lambda reference, _: met.append(reference)]}
    assert deliver(handlers, at=now) == 2
    assert deliver(handlers, at=now) == 0
    assert met == ["undoing:1", "undoing:2"]


def test_what_nobody_waits_for_stays(register: Register, now: datetime) -> None:
    told("undoing:1", at=now)
    register.become("intake")
    assert deliver({}, at=now) == 0
    assert register.rows("SELECT delivered_at FROM ground_event") == [(None,)]
    assert "record-withdrawn" in HANDLERS


def test_one_whose_handler_fails_is_tried_again_before_the_later_ones(register: Register, now: datetime) -> None:
    told("undoing:1", "undoing:2", at=now)
    register.become("intake")
    met: list[str] = []

    def failing(reference: str, _: datetime) -> None:
        raise OSError(reference)

    with pytest.raises(OSError, match="undoing:1"):
        deliver({"record-withdrawn": [failing]}, at=now)
    assert deliver({"record-withdrawn": [lambda reference, _: met.append(reference)]}, at=now) == 2
    assert met == ["undoing:1", "undoing:2"]


def test_an_event_without_its_transaction_is_refused(register: Register, now: datetime) -> None:
    with pytest.raises(RuntimeError):
        announce("record-withdrawn", "undoing:1", at=now)
