"""Answering by a person's authorisation: what is read, what is entered, that once is once, and that nothing gets past it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.catalogue.queries import find_purpose
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import Asker
from chengxin.identity.speaking import speak_for
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.records.gate import open_gate
from chengxin.records.queries import read_shown
from chengxin.sharing import services
from chengxin.sharing.authorising.rules import Leave
from chengxin.sharing.authorising.services import grant, narrow, refuse, withdraw
from chengxin.sharing.documents import as_json
from chengxin.sharing.duties.queries import find_duty
from chengxin.sharing.entries import Wanted, list_entries
from chengxin.sharing.services import Report, issue_report
from tests import leave as lv
from tests.conftest import Register
from tests.leave import BANK, FULL, PENALTY, QUALIFICATION, YES_NO, about, ask, days_go_by, leave
from tests.people import LI_NA, MARKET
from tests.sharing.test_own import oneself


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    return register


def asker(duty: str = FULL, *, organisation: str = BANK, officer: str = "banker", purpose: str = "SQ-JR") -> Asker:
    return Asker(organisation, officer, purpose, "GRXXBHF-13", "贷2026-118", "desk", duty)


def granted(at: datetime, today: date, *items: str, once: bool = False, duty: str = FULL) -> str:
    asked = leave(today, *items, once=once)
    number = ask(at, asked, duty=duty)
    grant(oneself(), number, asked, at=at)
    return number


def items_in(report: Report) -> set[str]:
    return {record.item for record in report.records}


def uses(register: Register) -> int:
    ((found,),) = register.rows("SELECT count(*) FROM sharing_authorisation_use")
    return int(found)


def test_without_leave_nothing_is_answered_and_it_sounds_like_any_refusal(bank: Register, now: datetime) -> None:
    with pytest.raises(NotAnswerable):
        issue_report(asker(), about(), at=now)
    assert bank.rows("SELECT outcome, reason FROM ground_access_entry") == [("refused", "authorisation-missing")]


def test_what_is_granted_is_read_and_nothing_else(bank: Register, today: date, now: datetime) -> None:
    number = granted(now, today, PENALTY)
    report = issue_report(asker(), about(), at=now)
    assert items_in(report) == {PENALTY}
    assert (report.authorisation, as_json(report)["authorisation"]) == (number, number)
    assert bank.rows("SELECT authorisation, duty, outcome FROM ground_access_entry") == [(number, FULL, "answered")]
    with pytest.raises(NotAnswerable):
        issue_report(asker(), about(LI_NA), at=now)


def test_the_person_sees_for_what_it_was_used(bank: Register, today: date, now: datetime) -> None:
    number = granted(now, today)
    issue_report(asker(), about(), at=now)
    (entry,) = list_entries(oneself(), Wanted(leave=number))
    assert (entry.leave, entry.organisation, entry.outcome) == (number, "测试银行", "answered")
    assert list_entries(oneself(), Wanted(leave="SQ20260101AAAAAAAAAA")) == []


def test_once_is_once_though_nothing_was_found(bank: Register, today: date, now: datetime) -> None:
    asked = leave(today, once=True)
    number = ask(now, asked, person=LI_NA)
    grant(oneself(LI_NA), number, asked, at=now)
    assert issue_report(asker(), about(LI_NA), at=now).records == ()
    with pytest.raises(NotAnswerable):
        issue_report(asker(), about(LI_NA), at=now)


def test_two_at_once_use_what_was_granted_once_only_once(bank: Register, today: date, now: datetime) -> None:
    granted(now, today, once=True)
    together = Barrier(2)

    def answered(_: int) -> bool:
        together.wait()
        try:
            return bool(issue_report(asker(), about(), at=now).records)
        except (NotAnswerable, DatabaseError):
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(answered, range(2)))
    assert sorted(outcomes) == [False, True]
    assert uses(bank) == 1
    assert bank.rows("SELECT count(*) FROM ground_access_entry WHERE outcome = 'answered'") == [(1,)]


def test_yes_or_no_is_told_of_what_was_granted_alone(bank: Register, today: date, now: datetime) -> None:
    granted(now, today, "SX-BZXR", duty=YES_NO)
    report = issue_report(asker(YES_NO), about(), at=now)
    assert report.answer is not None
    ((fields,),) = bank.rows("SELECT fields FROM ground_access_entry")
    assert fields == ["SX-BZXR.=yes_no"]


@pytest.mark.parametrize("end", ["withdrawn", "over", "lapsed"])
def test_when_it_ends_nothing_more_is_answered(bank: Register, today: date, now: datetime, end: str) -> None:
    if end == "lapsed":
        ask(now, leave(today))
    else:
        number = granted(now, today)
        assert issue_report(asker(), about(), at=now).records
        if end == "withdrawn":
            withdraw(oneself(), number, at=now)
    days_go_by(bank, 0 if end == "withdrawn" else 30)
    with pytest.raises(NotAnswerable):
        issue_report(asker(), about(), at=now)


def test_narrowed_while_it_is_read_the_entry_fails_and_nothing_comes_out(
    bank: Register, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = granted(now, today)

    def meanwhile(*told: Any, **named: Any) -> Any:
        found = read(*told, **named)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_in_a_thread, number, today, now).result()
        return found

    read = read_shown
    monkeypatch.setattr(services, "read_shown", meanwhile)
    with pytest.raises(DatabaseError, match="did not authorise"):
        issue_report(asker(), about(), at=now)
    assert uses(bank) == 0
    assert bank.rows("SELECT outcome FROM ground_access_entry") == [("failed",)]


def _in_a_thread(number: str, today: date, now: datetime) -> None:
    try:
        narrow(oneself(), number, leave(today, PENALTY), at=now)
    finally:
        connections.close_all()


# No sequence of steps lets an item be read outside of a standing authorisation.

ITEMS = (PENALTY, QUALIFICATION)
LEAVES = st.tuples(st.frozensets(st.sampled_from(ITEMS), min_size=1), st.booleans(), st.integers(1, 40))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["ask", "grant", "narrow"]), LEAVES),
        st.tuples(st.sampled_from(["refuse", "withdraw", "use"]), st.none()),
        st.tuples(st.just("days"), st.integers(1, 35)),
    ),
    min_size=2,
    max_size=10,
)


@dataclass
class Model:
    """What a person let be seen, as plain words say it, by the number of each request: items, once, the day of its end, used, gone."""

    day: int = 0
    asked: dict[str, tuple[frozenset[str], bool, int]] = field(default_factory=dict)
    stands: dict[str, tuple[frozenset[str], bool, int]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def readable(self, number: str) -> frozenset[str]:
        items, once, end = self.stands.get(number, (frozenset(), False, 0))
        return frozenset() if self.day >= end or (once and number in self.used) else items


@contextmanager
def fresh(register: Register) -> Iterator[Model]:
    """Begin with nothing asked and nothing entered."""
    tables = [f"sharing_authorisation{part}" for part in ("_use", "_recall", "_event", "")]
    with register.connect("owner") as owner:
        for table in (*tables, "sharing_report", "ground_access_entry"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            owner.execute(f"DELETE FROM {table}".encode())
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
    yield Model()


def stolen(number: str, today: date, code: str) -> set[str]:
    """Read at the gate as whoever holds the application's role: everything that an authorisation's number opens."""
    purpose, duty = find_purpose("SQ-JR", today), find_duty(FULL, today)
    with transaction.atomic(), connection.cursor() as cursor:
        speak_for(code, "banker")
        open_gate(today, purpose.id, duty.id)
        cursor.execute("SELECT set_config('cx.authorisation', %s, true)", [number])
        cursor.execute("SELECT DISTINCT i.code FROM records_version v JOIN catalogue_item i ON i.id = v.item_id")
        return {code for (code,) in cursor.fetchall()}


def take_step(kind: str, told: Any, model: Model, register: Register, now: datetime) -> None:
    """Take a step, and note in the model what it means when no rule refuses it."""
    last = next(reversed(model.asked), "")
    today = shanghai_date(now)
    wanted = Leave(told[0], told[1], today + timedelta(days=told[2])) if isinstance(told, tuple) else leave(today)
    kept = (wanted.items, wanted.once, model.day + (wanted.valid_until - today).days)
    if kind == "days":
        days_go_by(register, told)
        model.day += told
    elif kind == "ask":
        model.asked[ask(now, wanted)] = kept
    elif kind == "use":
        report = issue_report(asker(), about(), at=now)
        assert items_in(report) == model.readable(report.authorisation)
        model.used.add(report.authorisation)
    elif kind in CHANGES:
        CHANGES[kind](oneself(), last, wanted, at=now)
        model.stands[last] = kept
    else:
        ENDS[kind](oneself(), last, at=now)
        model.stands.pop(last, None)


CHANGES: dict[str, Any] = {"grant": grant, "narrow": narrow}
ENDS: dict[str, Any] = {"refuse": refuse, "withdraw": withdraw}


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_of_steps_reads_beyond_what_stands(
    bank: Register, today: date, now: datetime, steps: list[tuple[str, Any]]
) -> None:
    with fresh(bank) as model:
        for kind, told in steps:
            with suppress(ChengxinError):  # a rule refused it: then nothing may have changed
                take_step(kind, told, model, bank, now)
            for number in (*model.asked, ""):
                assert stolen(number, today, BANK) == model.readable(number)
                assert stolen(number, today, MARKET) == set()
            for number, (items, once, end) in model.stands.items():
                asked = model.asked[number]
                assert items <= asked[0]
                assert end <= asked[2]
                assert once or not asked[1]
