"""A reading ends with an entry that nobody outside can undo."""

from datetime import datetime

import pytest
from django.db import transaction

from chengxin.ground.services import Asker, enter_refusal, reading
from tests.conftest import Register

ASKER = Asker("1", "officer", "CK-FW", "SXSHXYTL-7", "1", "test")


def test_reading_inside_a_transaction_that_could_undo_its_entry_is_refused(register: Register, now: datetime) -> None:
    begun = False
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), reading(ASKER, 1, at=now):
        begun = True
    assert not begun
    assert register.rows("SELECT FROM ground_access_entry") == []


def test_refusal_inside_a_transaction_that_could_undo_its_entry_is_an_error(register: Register, now: datetime) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        enter_refusal(ASKER, subject_id=0, reason="basis-unknown", at=now)
    assert register.rows("SELECT FROM ground_access_entry") == []


def test_entry_outlives_what_happens_after_the_reading(register: Register, now: datetime) -> None:
    with reading(ASKER, 1, at=now), transaction.atomic():
        pass
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _ = 1 / 0
    assert register.rows("SELECT outcome FROM ground_access_entry") == [("empty",)]


def test_failed_reading_leaves_its_entry(register: Register, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), reading(ASKER, 1, at=now):
        _ = 1 / 0
    assert register.rows("SELECT outcome, reason FROM ground_access_entry") == [("failed", "error")]
