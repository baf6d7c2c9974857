"""A row whose person is open: found by near codes and names, decided by one officer, agreed to by another, carried out by the worker."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.demo.officers import settle_demo_officer
from chengxin.identity.models import User
from chengxin.identity.services.population import load_population
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.records import adjudication
from chengxin.records.adjudication import decide, list_cases, open_case, second, take_back
from chengxin.records.carrying_out import carry_out_decisions
from chengxin.records.errors import DecisionRefused, TooManyOpened, WaitingRowGone
from chengxin.records.retrying import retry_waiting
from chengxin.records.services import areas
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import (
    ABUDU,
    CENTRE,
    CENTRE_OFFICER,
    DEAD,
    LI_NA,
    LIMITED,
    NAMESAKE,
    RARE,
    UNKNOWN,
    WANG_WEI,
    Someone,
    write_population,
)
from tests.records.test_ingest import rules, take


def swapped(code: str, one: int, other: int) -> str:
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    return "".join(signs)


WRONG_DIGIT = WANG_WEI.code[:12] + str((int(WANG_WEI.code[12]) + 3) % 10) + WANG_WEI.code[13:]
WRONG_CHECK = WANG_WEI.code[:17] + ("1" if WANG_WEI.code[17] != "1" else "2")
WRITINGS = [
    pytest.param(WANG_WEI, WRONG_DIGIT, "王伟", "code-doubtful", "one-digit", id="one digit"),
    pytest.param(WANG_WEI, WRONG_CHECK, "王偉", "code-doubtful", "check-digit", id="check digit and traditional form"),
    pytest.param(LI_NA, swapped(LI_NA.code, 7, 8), "李 娜", "code-doubtful", "swapped", id="swapped and a blank"),
    pytest.param(LI_NA, LI_NA.code[:6] + LI_NA.code[8:17], "李娜", "code-legacy", "legacy", id="fifteen digits"),
    pytest.param(LI_NA, LI_NA.code[:6] + "********" + LI_NA.code[14:], "李娜", "code-masked", "same-ends", id="masked"),
    pytest.param(LI_NA, LI_NA.code[:14] + "****", "李娜", "code-masked", "same-birth", id="masked at the end"),
    pytest.param(
        LI_NA, LI_NA.code[:4] + "X" * 10 + LI_NA.code[14:], "李娜", "code-masked", "same-ends", id="4+4 under crosses"
    ),
    pytest.param(LI_NA, LI_NA.code[:6] + "?" * 9 + LI_NA.code[15:], "李娜", "code-masked", "same-ends", id="6+3"),
    pytest.param(
        LI_NA,
        f"{LI_NA.code[:6]}-{LI_NA.code[6:14]}-{LI_NA.code[14:]}",
        "李娜",
        "code-doubtful",
        "same",
        id="with dashes",
    ),
    pytest.param(ABUDU, ABUDU.code, "阿不都热合曼", "name-differs", "same", id="without middle dot"),
    pytest.param(ABUDU, ABUDU.code, "热合曼.阿不都", "name-differs", "same", id="order"),
    pytest.param(RARE, RARE.code, "王鋐", "name-differs", "same", id="beyond the BMP"),
]


def officers(register: Register) -> tuple[User, User]:
    from chengxin.identity.models import Organisation

    register.become("owner")
    centre = Organisation.objects.get(code=CENTRE)
    settle_demo_officer(**{**CENTRE_OFFICER, "login": "colleague", "organisation": centre}, password="a-test-password")
    register.become("app")
    first, other = (User.objects.select_related("organisation").get(login=login) for login in ("officer", "colleague"))
    return first, other


def wait(register: Register, folder: Path, today: date, now: datetime, **values: Any) -> int:
    """Hand a row in that can't be attached; gives its number in the queue."""
    batch = take(register, write_csv(folder / "w.csv", [penalty(today, 77, **values)]), now)
    assert batch.waiting == 1, rules(register, batch)
    register.become("app")
    return int(register.rows("SELECT max(id) FROM records_waiting")[0][0])


def agree(number: int, colleague: User, at: datetime) -> None:
    """Look at a row and agree to what was decided about it."""
    open_case(number, actor=colleague, at=at)
    second(number, agreed=True, actor=colleague, at=at)


def written(code: str, name: str) -> dict[str, str]:
    return {"CF_XDR_ZJHM": code, "CF_XDR_MC": name}


def subject_of(register: Register, one: Someone) -> int:
    from chengxin.identity.queries import find_person

    found = find_person("resident-id", one.code, one.name)
    assert found is not None
    return found.subject_id


def held(register: Register) -> list[tuple[Any, ...]]:
    return register.rows("SELECT subject_id, version FROM records_version ORDER BY 1, 2")


@pytest.mark.parametrize(("person", "code", "name", "rule", "slip"), WRITINGS)
def test_the_person_meant_is_the_first_suggestion(
    register: Register,
    tmp_path: Path,
    today: date,
    now: datetime,
    person: Someone,
    code: str,
    name: str,
    rule: str,
    slip: str,
) -> None:
    number = wait(register, tmp_path, today, now, **written(code, name))
    officer, _ = officers(register)
    with speaking_as(officer):
        assert [(row.number, row.rule, row.state) for row in list_cases(officer)] == [(number, rule, "open")]
        case = open_case(number, actor=officer, at=now)
    first = case.near[0]
    assert (first.code, first.name) == (person.code, person.name)
    assert first.suggestion.code_reason == slip
    assert case.adverse
    told = register.rows("SELECT subject_id, officer, purpose, fields FROM ground_access_entry")
    assert {row[0] for row in told} == {0, *(one.suggestion.subject_id for one in case.near)}
    assert told[0][1:] == ("officer", "adjudication", ["born", "code", "died", "name", "region"])
    assert held(register) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        pytest.param(WANG_WEI.code[:6] + "1991****" + WANG_WEI.code[14:], "王伟", id="another year is seen"),
        pytest.param("140100" + WANG_WEI.code[6:14] + "****", "王伟", id="another area is seen"),
        pytest.param("140100" + WANG_WEI.code[6:14] + "9999", "王伟", id="another area is written"),
        pytest.param(WRONG_DIGIT, "王芳", id="another given name"),
    ],
)
def test_a_suggestion_contradicts_nothing_that_is_seen(
    register: Register, tmp_path: Path, today: date, now: datetime, code: str, name: str
) -> None:
    number = wait(register, tmp_path, today, now, **written(code, name))
    officer, _ = officers(register)
    with speaking_as(officer):
        assert open_case(number, actor=officer, at=now).near == ()


def test_nobody_is_suggested_by_a_name_alone(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    number = wait(register, tmp_path, today, now, **written(UNKNOWN.code, WANG_WEI.name))
    officer, _ = officers(register)
    with speaking_as(officer):
        assert open_case(number, actor=officer, at=now).near == ()
        with pytest.raises(DecisionRefused, match="不在可能的人之列"):
            decide(number, subject_id=subject_of(register, WANG_WEI), ground="x", actor=officer, at=now)


def test_adverse_records_need_a_second_officer(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)
    wanted = subject_of(register, WANG_WEI)
    with speaking_as(officer):
        made = decide(number, subject_id=wanted, ground="与决定书一致", actor=officer, at=now)
        assert made.adverse
        with pytest.raises(DecisionRefused, match="已有认定"):
            decide(number, subject_id=wanted, ground="x", actor=officer, at=now)
        with pytest.raises(DecisionRefused, match="另一名"):
            second(number, agreed=True, actor=officer, at=now)
    with speaking_as(colleague), pytest.raises(DecisionRefused, match="先打开"):
        second(number, agreed=True, actor=colleague, at=now)
    register.become("intake")
    assert carry_out_decisions(at=now) == 0
    register.become("app")
    with speaking_as(colleague):
        agree(number, colleague, now)
    register.become("intake")
    assert carry_out_decisions(at=now) == 1
    assert carry_out_decisions(at=now) == 0
    assert held(register) == [(wanted, 1)]
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]
    assert register.rows("SELECT result, agreed FROM records_adjudication") == [("record", True)]
    assert register.rows("SELECT act, note FROM ground_action WHERE starts_with(act, 'adjudication') ORDER BY id") == [
        ("adjudication.decide", "attach"),
        ("adjudication.open", ""),
        ("adjudication.agree", "agreed"),
    ]


def test_who_disagrees_opens_the_row_again(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)
    with speaking_as(officer):
        decide(number, subject_id=subject_of(register, WANG_WEI), ground="x", actor=officer, at=now)
    with speaking_as(colleague):
        assert [(row.state, row.mine) for row in list_cases(colleague)] == [("second", False)]
        second(number, agreed=False, actor=colleague, at=now)
        assert [row.state for row in list_cases(colleague)] == ["open"]
        decide(number, subject_id=None, ground="都不像", actor=colleague, at=now)
    register.become("intake")
    assert carry_out_decisions(at=now) == 1
    assert held(register) == []
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]
    told = register.rows("SELECT row_number, rule FROM records_finding ORDER BY id DESC LIMIT 1")
    assert told == [(2, "not-identified")]


def test_what_waits_for_another_reason_too_waits_on_and_says_so(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    final = (today + timedelta(days=3)).isoformat()
    batch = take(
        register,
        write_csv(tmp_path / "w.csv", [penalty(today, 77, WANG_WEI, **written(WRONG_DIGIT, "王伟"), CX_QDRQ=final)]),
        now,
    )
    assert batch.waiting == 1
    ((number,),) = register.rows("SELECT id FROM records_waiting")
    officer, colleague = officers(register)
    with speaking_as(officer):
        decide(number, subject_id=subject_of(register, WANG_WEI), ground="x", actor=officer, at=now)
    with speaking_as(colleague):
        agree(number, colleague, now)
    register.become("intake")
    assert carry_out_decisions(at=now) == 0
    assert held(register) == []
    assert register.rows("SELECT count(*) FROM records_batch WHERE adjudication_id IS NOT NULL") == [(0,)]
    register.become("app")
    with speaking_as(officer):
        assert [(row.state, row.held) for row in list_cases(officer)] == [("decided", "not-final-yet")]


def test_a_row_of_one_who_died_goes_back(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    number = wait(register, tmp_path, today, now, **written(DEAD.code, "周 全"))
    officer, colleague = officers(register)
    with speaking_as(officer):
        decide(number, subject_id=subject_of(register, DEAD), ground="x", actor=officer, at=now)
    with speaking_as(colleague):
        agree(number, colleague, now)
    register.become("intake")
    assert carry_out_decisions(at=now) == 1
    assert held(register) == []
    assert register.rows("SELECT result FROM records_adjudication") == [("returned",)]
    assert register.rows("SELECT rule FROM records_finding ORDER BY id DESC LIMIT 1") == [("decided-person-dead",)]
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]


def test_either_officer_takes_a_decision_back_until_it_is_carried_out(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)
    wanted = subject_of(register, WANG_WEI)
    for whose in (officer, colleague):
        with speaking_as(officer):
            decide(number, subject_id=wanted, ground="x", actor=officer, at=now)
        with speaking_as(colleague):
            with pytest.raises(DecisionRefused, match="只有认定人和复核人"):
                take_back(number, ground="选错了", actor=colleague, at=now)
            agree(number, colleague, now)
        with speaking_as(whose):
            for ground in ("", f"不是{UNKNOWN.code}"):
                with pytest.raises(DecisionRefused, match="理由"):
                    take_back(number, ground=ground, actor=whose, at=now)
            take_back(number, ground="选错了", actor=whose, at=now)
            assert [row.state for row in list_cases(whose)] == ["open"]
            with pytest.raises(DecisionRefused, match="没有可以撤回"):
                take_back(number, ground="选错了", actor=whose, at=now)
    register.become("intake")
    assert carry_out_decisions(at=now) == 0
    assert held(register) == []
    acts = register.rows("SELECT actor FROM ground_action WHERE act = 'adjudication.take_back' ORDER BY id")
    assert acts == [("officer",), ("colleague",)]


def test_nobody_agrees_to_one_who_is_found_no_more(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)
    with speaking_as(officer):
        decide(number, subject_id=subject_of(register, WANG_WEI), ground="x", actor=officer, at=now)
    register.become("intake")
    married = replace(WANG_WEI, name="欧阳修")
    load_population(write_population(tmp_path / "p.csv", (married,)), areas=areas(), at=now)
    register.become("app")
    with speaking_as(colleague):
        with pytest.raises(DecisionRefused, match="不在可能的人之列"):
            agree(number, colleague, now)
        second(number, agreed=False, actor=colleague, at=now)


def test_opening_a_row_that_leads_to_nobody_leaves_a_trace(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(UNKNOWN.code, WANG_WEI.name))
    officer, _ = officers(register)
    with speaking_as(officer):
        assert open_case(number, actor=officer, at=now).near == ()
    entered = register.rows("SELECT subject_id, case_reference FROM ground_access_entry")
    assert entered == [(0, f"waiting:{number}")]
    acts = register.rows("SELECT actor, subject FROM ground_action WHERE act = 'adjudication.open'")
    assert acts == [("officer", f"waiting:{number}")]


def test_an_officer_opens_no_more_rows_on_a_day_than_the_limit(
    register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: Any
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)
    monkeypatch.setattr(adjudication, "openings_a_day", lambda _: 2)
    with speaking_as(officer):
        for _ in range(2):
            open_case(number, actor=officer, at=now)
        with pytest.raises(TooManyOpened):
            open_case(number, actor=officer, at=now)
    with speaking_as(colleague):
        assert open_case(number, actor=colleague, at=now).near


def test_everybody_who_is_opened_is_entered_be_they_shown_or_not(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王芳"))
    officer, _ = officers(register)
    with speaking_as(officer):
        assert open_case(number, actor=officer, at=now).near == ()
    entered = {subject for (subject,) in register.rows("SELECT subject_id FROM ground_access_entry")}
    assert entered == {0, subject_of(register, WANG_WEI)}


def test_no_decision_gets_round_capacity(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    number = wait(register, tmp_path, today, now, **written(LIMITED.code, "趙安"))
    officer, colleague = officers(register)
    with speaking_as(officer):
        decide(number, subject_id=subject_of(register, LIMITED), ground="x", actor=officer, at=now)
    with speaking_as(colleague):
        agree(number, colleague, now)
    register.become("intake")
    assert carry_out_decisions(at=now) == 1
    assert held(register) == []
    assert register.rows("SELECT result FROM records_adjudication") == [("refused",)]
    assert register.rows("SELECT rule FROM records_finding ORDER BY id DESC LIMIT 1") == [("no-full-capacity",)]


def test_what_the_population_base_settled_meanwhile_is_gone(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(UNKNOWN.code, UNKNOWN.name))
    officer, _ = officers(register)
    with speaking_as(officer):
        decide(number, subject_id=None, ground="x", actor=officer, at=now)
    register.become("intake")
    load_population(write_population(tmp_path / "p.csv", (UNKNOWN,)), areas=areas(), at=now)
    assert retry_waiting(at=now) == 1
    assert carry_out_decisions(at=now) == 1
    assert register.rows("SELECT result FROM records_adjudication") == [("gone",)]
    assert len(held(register)) == 1


def test_only_the_credit_centre_sees_the_queue(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    clerk = User.objects.select_related("organisation").get(login="clerk")
    with speaking_as(clerk):
        for step in (
            lambda: list_cases(clerk),
            lambda: open_case(number, actor=clerk, at=now),
            lambda: decide(number, subject_id=None, ground="x", actor=clerk, at=now),
            lambda: second(number, agreed=True, actor=clerk, at=now),
        ):
            with pytest.raises(NotAllowed):
                step()
    officer, _ = officers(register)
    with pytest.raises(WaitingRowGone):  # speaks for nobody, so the database shows no row
        open_case(number, actor=officer, at=now)


def test_one_with_two_near_codes_is_told_from_the_namesake(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    code = NAMESAKE.code[:15] + str((int(NAMESAKE.code[15]) + 1) % 10) + NAMESAKE.code[16:]
    number = wait(register, tmp_path, today, now, **written(code, "王伟"))
    officer, _ = officers(register)
    with speaking_as(officer):
        near = open_case(number, actor=officer, at=now).near
    assert [one.code for one in near] == [NAMESAKE.code]
