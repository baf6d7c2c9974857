"""Carrying out what officers decided: each decision stands alone, and what can't be carried out says why."""

import logging
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from chengxin.ground.logs import BareErrors
from chengxin.identity.models import User
from chengxin.identity.services.population import load_population
from chengxin.identity.speaking import speaking_as
from chengxin.records import adjudication, carrying_out, retrying
from chengxin.records.adjudication import decide, list_cases, open_case
from chengxin.records.carrying_out import carry_out_decisions
from chengxin.records.errors import DecisionRefused, WaitingRowGone
from chengxin.records.retrying import retry_waiting
from chengxin.records.services import areas
from tests.conftest import Register, wait_until
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, OTHER, UNKNOWN, WANG_WEI, write_population
from tests.qualifications import qualification, write_qualifications
from tests.records.test_adjudication import WRONG_DIGIT, agree, held, officers, subject_of, swapped, wait, written
from tests.records.test_ingest import numbers_of, rules, take
from tests.records.test_standing import end
from tests.system.attacks import ITEM_LAWS

Officers = tuple[User, User]
END_LAWS = f"UPDATE catalogue_law SET valid_until = %s WHERE {ITEM_LAWS} RETURNING 1"
WRONG_LI = swapped(LI_NA.code, 7, 8)


def attach(register: Register, number: int, subject: int, by: Officers, at: datetime) -> None:
    """Decide for a person and agree to it."""
    register.become("app")
    first, colleague = by
    with speaking_as(first):
        decide(number, subject_id=subject, ground="与决定书一致", actor=first, at=at)
    with speaking_as(colleague):
        agree(number, colleague, at)


def send_back(register: Register, number: int, by: User, at: datetime) -> None:
    register.become("app")
    with speaking_as(by):
        decide(number, subject_id=None, ground="都不像", actor=by, at=at)


def carry_out(register: Register, at: datetime) -> int:
    register.become("intake")
    return carry_out_decisions(at=at)


def held_up(register: Register, by: User) -> list[tuple[str, str]]:
    """Tell what an officer sees of the decisions that stand: how far they are and what holds them up."""
    register.become("app")
    with speaking_as(by):
        return [(row.state, row.held) for row in list_cases(by)]


def results(register: Register) -> list[str]:
    return [result for (result,) in register.rows("SELECT result FROM records_adjudication ORDER BY id")]


def two_decided(register: Register, tmp_path: Path, today: date, now: datetime) -> tuple[Officers, int]:
    """Have two rows of two providers decided; gives the officers and whose the second is."""
    first = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    row = penalty(today, 78, WANG_WEI, **written(WRONG_LI, "李娜"))
    take(register, write_csv(tmp_path / "o.csv", [row]), now, provider=OTHER)
    ((number,),) = register.rows("SELECT max(id) FROM records_waiting")
    both = officers(register)
    attach(register, first, subject_of(register, WANG_WEI), both, now)
    attach(register, number, subject_of(register, LI_NA), both, now)
    return both, subject_of(register, LI_NA)


def test_a_provider_that_stands_no_more_holds_up_no_other(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    both, wanted = two_decided(register, tmp_path, today, now)
    end(register, today)
    assert carry_out(register, now) == 1
    assert held(register) == [(wanted, 1)]
    assert held_up(register, both[0]) == [("decided", "provider-not-standing")]
    end(register, None)
    assert carry_out(register, now) == 1
    assert results(register) == ["record", "record"]


def test_what_nobody_foresaw_holds_up_no_other_and_is_logged_without_values(
    register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: Any, caplog: Any
) -> None:
    both, wanted = two_decided(register, tmp_path, today, now)
    enter = carrying_out._enter

    def fail_once(made: Any, waiting: Any, at: datetime) -> Any:
        if made.subject_id == wanted:
            return enter(made, waiting, at)
        raise ValueError(f"Failing row contains ({WANG_WEI.code})")

    monkeypatch.setattr(carrying_out, "_enter", fail_once)
    caplog.handler.addFilter(BareErrors())
    with caplog.at_level(logging.ERROR):
        assert carry_out(register, now) == 1
    assert held(register) == [(wanted, 1)]
    assert held_up(register, both[0]) == [("decided", "failed")]
    assert "can't be carried out" in caplog.text
    assert WANG_WEI.code not in caplog.text


def test_a_row_whose_item_lost_its_basis_shows_nothing_and_can_only_go_back(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)
    attach(register, number, subject_of(register, WANG_WEI), (officer, colleague), now)
    other = wait(register, tmp_path, today, now, **written(WRONG_LI, "李娜"))
    register.rows(END_LAWS, today)
    assert carry_out(register, now) == 0
    assert held_up(register, officer)[0] == ("decided", "item-not-open")
    with speaking_as(officer):
        case = open_case(other, actor=officer, at=now)
        assert (case.open, case.written.code, case.facts, case.near) == (False, "", (), ())
        with pytest.raises(DecisionRefused, match="只能退回"):
            decide(other, subject_id=subject_of(register, LI_NA), ground="x", actor=officer, at=now)
    send_back(register, other, officer, now)
    assert carry_out(register, now) == 1
    assert results(register) == ["", "returned"]


def test_rows_of_an_item_without_basis_hold_up_no_other(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, UNKNOWN)]), now)
    path = write_qualifications(tmp_path / "q.csv", [qualification(today, 1, UNKNOWN)])
    take(register, path, now, item="ZG-ZY")
    load_population(write_population(tmp_path / "p.csv", (UNKNOWN,)), areas=areas(), at=now)
    register.rows(END_LAWS, today)
    assert retry_waiting(at=now) == 1
    assert register.rows("SELECT code FROM records_waiting JOIN catalogue_item i ON i.id = item_id") == [("CF-ZRR",)]


@pytest.mark.parametrize(("name", "number"), [("李娜", 1), ("李 娜", 9)])
def test_a_correction_moves_the_record_that_it_names_to_the_person_decided_on(
    register: Register, tmp_path: Path, today: date, now: datetime, name: str, number: int
) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, WANG_WEI)]), now)
    ((_, record, *_),) = numbers_of(register, first)
    row = penalty(today, number, WANG_WEI, **written(WRONG_LI, name), CX_JLBH=record)
    take(register, write_csv(tmp_path / "b.csv", [row]), now)
    ((waiting,),) = register.rows("SELECT id FROM records_waiting")
    wanted = subject_of(register, LI_NA)
    attach(register, waiting, wanted, officers(register), now)
    assert carry_out(register, now) == 1
    states = register.rows("SELECT subject_id = %s, version, state FROM records_version ORDER BY 1, 2", wanted)
    assert states == [(False, 1, "active"), (False, 2, "withdrawn"), (True, 1, "active")]


def test_what_is_refused_after_a_decision_is_told_at_the_row_that_was_handed_in(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    ended = (today - timedelta(days=365 * 4)).isoformat()
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"), CX_XWZZRQ=ended)
    attach(register, number, subject_of(register, WANG_WEI), officers(register), now)
    register.rows("UPDATE identity_person SET born = %s WHERE subject_id = %s RETURNING 1",
                  date(today.year - 20, 1, 1), subject_of(register, WANG_WEI))  # fmt: skip
    assert carry_out(register, now) == 1
    assert results(register) == ["refused"]
    ((batch, row, rule),) = register.rows(
        "SELECT batch_id, row_number, rule FROM records_finding ORDER BY id DESC LIMIT 1"
    )
    assert (row, rule) == (2, "minor")
    assert register.rows("SELECT id FROM records_batch") == [(batch,)]


def test_a_row_that_first_waited_for_a_day_comes_to_the_officers_when_its_person_is_open(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    final = today + timedelta(days=3)
    wait(register, tmp_path, today, now, **written(WANG_WEI.code, "王维"), CX_QDRQ=final.isoformat())
    officer, _ = officers(register)
    assert held_up(register, officer) == []
    later = now + timedelta(days=4)
    register.become("intake")
    assert retry_waiting(at=later) == 0
    assert register.rows("SELECT rule, rules FROM records_waiting") == [("name-differs", ["name-differs"])]
    assert held_up(register, officer) == [("open", "")]


def test_a_row_that_waits_for_a_day_and_a_human_comes_to_the_officers_at_once(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    final = (today + timedelta(days=3)).isoformat()
    values = {"CF_XDR_ZJLX": "2", "CF_XDR_ZJHM": "ABCDEFG", "CF_XDR_MC": "JOHN DOE", "CX_QDRQ": final}
    batch = take(register, write_csv(tmp_path / "w.csv", [penalty(today, 77, WANG_WEI, **values)]), now)
    assert rules(register, batch) == {2: ["not-final-yet", "passport-unusual"]}
    expected = [("passport-unusual", ["passport-unusual", "not-final-yet"])]
    assert register.rows("SELECT rule, rules FROM records_waiting") == expected
    officer, _ = officers(register)
    assert held_up(register, officer) == [("open", "")]


def waits_for_a_lock(register: Register) -> bool:
    query = "SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()"
    return bool(register.rows(query))


def in_a_thread(work: Any) -> tuple[threading.Thread, list[Any]]:
    came_back: list[Any] = []

    def run() -> None:
        try:
            came_back.append(work())
        except DecisionRefused as refused:
            came_back.append(refused)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, came_back


NEAR = replace(UNKNOWN, sequence=18)
"""A namesake of one who isn't known yet, a digit away."""


def between(register: Register, tmp_path: Path, today: date, now: datetime) -> tuple[int, int]:
    """Have a row decided for one person that by now fits another by itself; gives both."""
    register.become("intake")
    load_population(write_population(tmp_path / "n.csv", (NEAR,)), areas=areas(), at=now)
    number = wait(register, tmp_path, today, now, **written(UNKNOWN.code, UNKNOWN.name))
    near = subject_of(register, NEAR)
    attach(register, number, near, officers(register), now)
    register.become("intake")
    load_population(write_population(tmp_path / "p.csv", (UNKNOWN,)), areas=areas(), at=now)
    return near, subject_of(register, UNKNOWN)


@pytest.mark.parametrize("decided_first", [True, False])
def test_decision_and_retry_reach_for_a_row_one_after_the_other(
    register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: Any, decided_first: bool
) -> None:
    """Not both of what was decided and what fits by itself become records: whoever comes second finds the row gone."""
    decided, fitting = between(register, tmp_path, today, now)
    register.become("intake")
    module, name = (carrying_out, "_enter") if decided_first else (retrying, "_try_again")
    mine, theirs = carry_out_decisions, retry_waiting
    if not decided_first:
        mine, theirs = theirs, mine
    step, began = getattr(module, name), []

    def let_the_other_begin(*told: Any) -> Any:
        made = step(*told)
        began.append(in_a_thread(lambda: theirs(at=now)))
        wait_until("the other waits for the row", lambda: waits_for_a_lock(register))
        return made

    monkeypatch.setattr(module, name, let_the_other_begin)
    assert mine(at=now) == 1
    ((thread, came_back),) = began
    thread.join(30)
    assert came_back == [0 if decided_first else 1]
    assert held(register) == [(decided if decided_first else fitting, 1)]
    assert results(register) == ["record" if decided_first else "gone"]


def test_of_two_who_decide_at_one_moment_the_second_is_refused(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)

    def decide_too() -> Any:
        with speaking_as(colleague):
            return decide(number, subject_id=None, ground="x", actor=colleague, at=now)

    with speaking_as(officer):
        decide(number, subject_id=None, ground="x", actor=officer, at=now)
        thread, came_back = in_a_thread(decide_too)
        wait_until("the other waits", lambda: waits_for_a_lock(register))
    thread.join(30)
    assert [type(error) for error in came_back] == [DecisionRefused]
    assert register.rows("SELECT decided_by_id FROM records_adjudication") == [(officer.pk,)]


def test_a_row_settled_between_opening_and_deciding_is_gone(
    register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: Any
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, _ = officers(register)
    standing = adjudication._standing

    def settle_meanwhile(numbers: Any) -> Any:
        register.rows("DELETE FROM records_waiting RETURNING 1")
        return standing(numbers)

    monkeypatch.setattr(adjudication, "_standing", settle_meanwhile)
    with speaking_as(officer), pytest.raises(WaitingRowGone):
        decide(number, subject_id=None, ground="x", actor=officer, at=now)
