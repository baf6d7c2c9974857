"""Persons merged and split with their records: two officers decide, the worker carries it out, and it can be undone."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.identity.errors import TransferRefused
from chengxin.identity.models import User
from chengxin.identity.parties import Party
from chengxin.identity.queries import find_person, open_person
from chengxin.identity.services.transfers import (
    plan_split,
    propose_again,
    propose_merge,
    propose_split,
    second_step,
)
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.records.adjudication import decide, open_case, second
from chengxin.records.carrying_out import carry_out_decisions
from chengxin.records.retrying import retry_waiting
from chengxin.records.transfers import _do, carry_out_transfers, headers, list_transfers, open_transfer, records_of
from tests.conftest import Register
from tests.identity.feeding import died, judged, new, renamed, renumbered
from tests.identity.feeding import take as tell
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, NAMESAKE, WANG_WEI, Someone, code_of
from tests.records.test_adjudication import WRONG_DIGIT, officers, wait, written
from tests.records.test_ingest import rules, take
from tests.records.test_waiving import hold_to

GROUND = "晋公户证〔2026〕1号"
SECOND_CODE = code_of("19900101", 701)


def party(who: Someone, name: str = "") -> Party:
    return Party("resident-id", who.code, name or who.name)


def subject_of(code: str, name: str) -> int:
    found = find_person("resident-id", code, name)
    assert found is not None, code
    return found.subject_id


def give(register: Register, folder: Path, today: date, now: datetime, serial: int, who: Someone, **values: Any) -> Any:
    """Hand in a record of somebody's."""
    row = penalty(today, serial, CF_XDR_MC=who.name, CF_XDR_ZJHM=who.code, **values)
    batch = take(register, write_csv(folder / f"r{serial}.csv", [row]), now)
    assert batch.new + batch.unchanged + batch.changed == 1, rules(register, batch)
    register.become("app")
    return batch


def held(register: Register, subject: int) -> list[tuple[Any, ...]]:
    """Give the newest version of each record of a subject."""
    return register.rows(
        """SELECT DISTINCT ON (record_id) state, version, p.body IS NOT NULL FROM records_version v
           LEFT JOIN records_payload p USING (subject_id, record_id, version) WHERE v.subject_id = %s
           ORDER BY record_id, version DESC""",
        subject,
    )


def agree(register: Register, step: Any, colleague: User, now: datetime, *, done: int = 1) -> None:
    register.become("app")
    second_step(step.pk, agreed=True, actor=colleague, at=now)
    register.become("intake")
    assert carry_out_transfers(at=now) == done, register.rows("SELECT failure FROM identity_transfer_step")
    register.become("app")


def person(register: Register, subject: int) -> tuple[Any, ...]:
    named = open_person(subject)
    rest = register.rows(
        "SELECT born, region, died, capacity, capacity_since, absorbed_into_id FROM identity_person WHERE subject_id = %s",
        subject,
    )
    return named.code, named.name, *rest[0]


def merge(register: Register, one: Someone, other: Someone, now: datetime) -> tuple[int, int, Any]:
    """Merge two; gives who went, who stayed, and the step."""
    officer, colleague = officers(register)
    step = propose_merge(party(one), party(other), ground=GROUND, actor=officer, at=now)
    agree(register, step, colleague, now)
    ((gone, stays),) = register.rows("SELECT from_subject_id, into_subject FROM identity_transfer")
    return gone, stays, step


def test_a_merge_takes_codes_and_records_and_its_undoing_gives_them_back(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    give(register, tmp_path, today, now, 1, WANG_WEI)
    give(register, tmp_path, today, now, 2, NAMESAKE)
    before = {who: person(register, subject_of(who.code, who.name)) for who in (WANG_WEI, NAMESAKE)}
    subjects = {who: subject_of(who.code, who.name) for who in (WANG_WEI, NAMESAKE)}
    gone, stays, step = merge(register, WANG_WEI, NAMESAKE, now)
    assert {gone, stays} == set(subjects.values())
    assert subject_of(WANG_WEI.code, "王伟") == subject_of(NAMESAKE.code, "王伟") == stays
    assert held(register, stays) == [("active", 1, True)] * 2
    assert held(register, gone) == [("moved", 2, False)]
    assert register.rows("SELECT DISTINCT kind FROM ground_message WHERE subject_id IN (%s, %s)", gone, stays) == [
        ("merge-done",)
    ]
    officer, colleague = officers(register)
    undo = propose_again(step.transfer_id, (), ground=GROUND, actor=colleague, at=now)
    agree(register, undo, officer, now)
    assert {who: person(register, subject_of(who.code, who.name)) for who in (WANG_WEI, NAMESAKE)} == before
    assert {who: subject_of(who.code, who.name) for who in (WANG_WEI, NAMESAKE)} == subjects
    assert held(register, gone) == [("active", 3, True)]
    assert sorted(held(register, stays)) == [("active", 1, True), ("moved", 2, False)]
    again = propose_again(step.transfer_id, (), ground=GROUND, actor=officer, at=now)
    agree(register, again, colleague, now)
    assert subject_of(WANG_WEI.code, "王伟") == subject_of(NAMESAKE.code, "王伟") == stays
    assert sorted(held(register, stays)) == [("active", 1, True), ("active", 3, True)]
    assert [row.state for row in list_transfers(officer)] == ["done"]


def test_a_number_event_between_two_persons_applies_once_they_are_one(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    tell(register, new(1, SECOND_CODE, "王伟"))
    tell(register, renumbered(2, WANG_WEI.code, SECOND_CODE, "王伟"))
    assert register.rows("SELECT reason FROM identity_population_parked") == [("two-persons",)]
    merge(register, WANG_WEI, Someone("王伟", "19900101", 701), now)
    assert register.rows("SELECT count(*) FROM identity_population_parked") == [(0,)]
    stays = subject_of(WANG_WEI.code, "王伟")
    assert person(register, stays)[:2] == (SECOND_CODE, "王伟")
    assert register.rows(
        "SELECT count(*) FROM identity_code WHERE subject_id = %s AND former_rank > name_rank", stays
    ) == [(1,)]


def test_what_the_authority_tells_of_either_reaches_the_one_they_became(register: Register, now: datetime) -> None:
    tell(register, new(1, SECOND_CODE, "王伟"))
    gone, stays, _ = merge(register, WANG_WEI, Someone("王伟", "19900101", 701), now)
    tell(register, died(2, WANG_WEI.code, "20260101"))
    assert person(register, stays)[4] == date(2026, 1, 1)
    assert person(register, gone)[4] is None


def split_off(register: Register, now: datetime, records: Any = ()) -> tuple[int, int, Any]:
    """Take a code that was told of one by mistake to a person of its own."""
    officer, colleague = officers(register)
    plan = plan_split(party(WANG_WEI), Party("resident-id", SECOND_CODE, "王新"), actor=officer, at=now)
    assert (plan.into_subject, plan.mark != "") == (None, True)
    step = propose_split(plan, records, ground=GROUND, actor=officer, at=now)
    agree(register, step, colleague, now)
    ((one, other),) = register.rows("SELECT from_subject_id, into_subject FROM identity_transfer")
    return one, other, step


def test_a_code_told_by_mistake_gets_a_person_of_its_own(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    tell(register, renumbered(1, WANG_WEI.code, SECOND_CODE, "王新"))
    give(register, tmp_path, today, now, 1, Someone("王新", "19900101", 701))
    wang = subject_of(WANG_WEI.code, "王伟")
    assert person(register, wang)[:2] == (SECOND_CODE, "王新")
    with register.speaking("officer"):
        (record,) = headers(wang)
    one, other, step = split_off(register, now, [record.record_id])
    assert (subject_of(WANG_WEI.code, "王伟"), subject_of(SECOND_CODE, "王新")) == (one, other) == (wang, other)
    assert person(register, one)[:2] == (WANG_WEI.code, "王伟")
    assert person(register, other)[:4] == (SECOND_CODE, "王新", date(1990, 1, 1), "140105")
    assert (held(register, one), held(register, other)) == ([("moved", 2, False)], [("active", 1, True)])
    tell(register, renamed(2, SECOND_CODE, "王新新"))
    assert person(register, other)[1] == "王新新"
    officer, colleague = officers(register)
    undo = propose_again(step.transfer_id, (), ground=GROUND, actor=officer, at=now)
    agree(register, undo, colleague, now)
    assert subject_of(SECOND_CODE, "王新新") == wang
    assert person(register, wang)[:2] == (SECOND_CODE, "王新新")
    assert person(register, other)[7] == wang
    assert held(register, wang) == [("active", 3, True)]


def known_split(register: Register, folder: Path, today: date, now: datetime) -> tuple[int, int, Any]:
    """Take a record that was decided for one person to another who is known."""
    give(register, folder, today, now, 1, WANG_WEI)
    officer, colleague = officers(register)
    plan = plan_split(party(WANG_WEI), party(LI_NA), actor=officer, at=now)
    assert plan.into_subject == subject_of(LI_NA.code, "李娜")
    (record,) = records_of(plan.from_subject, actor=officer, at=now)
    step = propose_split(plan, [record.record_id], ground=GROUND, actor=officer, at=now)
    agree(register, step, colleague, now)
    return plan.from_subject, plan.into_subject or 0, step


def test_a_record_goes_to_the_person_it_is_about_and_isnt_made_again_where_it_was(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    wang, li, _ = known_split(register, tmp_path, today, now)
    assert (held(register, wang), held(register, li)) == ([("moved", 2, False)], [("active", 1, True)])
    row = penalty(today, 1, CF_XDR_MC=WANG_WEI.name, CF_XDR_ZJHM=WANG_WEI.code)
    again = take(register, write_csv(tmp_path / "again.csv", [row]), now)
    assert (again.waiting, rules(register, again)) == (1, {2: ["record-closed"]})
    register.become("app")
    assert held(register, wang) == [("moved", 2, False)]


def test_a_number_from_an_old_receipt_leads_to_where_the_record_is_now(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    from chengxin.identity.vault import vault

    give(register, tmp_path, today, now, 1, NAMESAKE)
    mine = subject_of(NAMESAKE.code, "王伟")
    ((record,),) = register.rows("SELECT record_id FROM records_version WHERE subject_id = %s", mine)
    number = vault().record_number(mine, record)
    tell(register, renamed(1, WANG_WEI.code, "王伟"))  # whom the authority told of last stays
    gone, stays, _ = merge(register, WANG_WEI, NAMESAKE, now)
    assert gone == mine
    changed = penalty(today, 1, NAMESAKE, CF_WSH="并市监罚〔2026〕1001号", CX_JLBH=number)
    batch = take(register, write_csv(tmp_path / "c.csv", [changed]), now)
    assert (batch.changed, batch.waiting) == (1, 0), rules(register, batch)
    assert sorted(held(register, stays)) == [("active", 1, True), ("withdrawn", 2, False)]


def test_a_record_of_nobodys_goes_back_to_its_provider_and_comes_again_when_that_is_undone(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    give(register, tmp_path, today, now, 1, WANG_WEI)
    wang = subject_of(WANG_WEI.code, "王伟")
    officer, colleague = officers(register)
    plan = plan_split(party(WANG_WEI), None, actor=officer, at=now)
    (record,) = records_of(wang, actor=officer, at=now)
    step = propose_split(plan, [record.record_id], ground=GROUND, actor=officer, at=now)
    agree(register, step, colleague, now)
    assert held(register, wang) == [("moved", 2, False)]
    told = register.rows("SELECT rule, record_number FROM records_finding ORDER BY id DESC LIMIT 1")
    assert told == [("not-identified", record.number)]
    undo = propose_again(step.transfer_id, (), ground=GROUND, actor=officer, at=now)
    agree(register, undo, colleague, now)
    assert held(register, wang) == [("active", 3, True)]


def test_nothing_adverse_stands_against_one_without_full_capacity_and_it_is_back_when_undone(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    give(register, tmp_path, today, now, 1, NAMESAKE)
    tell(register, judged(1, WANG_WEI.code, "限制", "20200101"), renamed(2, WANG_WEI.code, "王伟"))
    wang, other = subject_of(WANG_WEI.code, "王伟"), subject_of(NAMESAKE.code, "王伟")
    gone, stays, step = merge(register, WANG_WEI, NAMESAKE, now)
    assert (gone, stays) == (other, wang)
    assert person(register, stays)[5] == "limited"
    assert held(register, stays) == [("withdrawn", 1, False)]
    officer, colleague = officers(register)
    undo = propose_again(step.transfer_id, (), ground=GROUND, actor=officer, at=now)
    agree(register, undo, colleague, now)
    assert (held(register, other), held(register, wang)) == ([("active", 3, True)], [("moved", 2, False)])
    assert register.rows(
        "SELECT DISTINCT subject_id FROM identity_capacity WHERE capacity <> 'full' AND subject_id IN (%s, %s)",
        wang,
        other,
    ) == [(wang,)]


def test_the_same_document_of_both_stands_once_and_twice_again_when_undone(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    give(register, tmp_path, today, now, 1, WANG_WEI)
    row = penalty(today, 1, NAMESAKE)
    asked = take(register, write_csv(tmp_path / "namesake.csv", [row]), now)
    hold_to(register, asked, today + timedelta(days=30))
    register.become("intake")
    assert retry_waiting(at=now) == 1
    register.become("app")
    gone, stays, step = merge(register, WANG_WEI, NAMESAKE, now)
    assert (held(register, gone), held(register, stays)) == ([("moved", 2, False)], [("active", 1, True)])
    officer, colleague = officers(register)
    undo = propose_again(step.transfer_id, (), ground=GROUND, actor=officer, at=now)
    agree(register, undo, colleague, now)
    assert (held(register, gone), held(register, stays)) == ([("active", 3, True)], [("active", 1, True)])


def test_what_came_meanwhile_stays_unless_the_officers_name_it(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    gone, stays, step = merge(register, WANG_WEI, NAMESAKE, now)
    give(register, tmp_path, today, now, 1, WANG_WEI)
    give(register, tmp_path, today, now, 2, WANG_WEI)
    officer, colleague = officers(register)
    opened = open_transfer(step.transfer_id, actor=officer, at=now)
    assert len(opened.staying) == 2
    undo = propose_again(step.transfer_id, [opened.staying[0].record_id], ground=GROUND, actor=officer, at=now)
    agree(register, undo, colleague, now)
    assert held(register, gone) == [("active", 1, True)]
    assert sorted(held(register, stays)) == [("active", 1, True), ("moved", 2, False)]


# Who decides.


def test_a_second_officer_of_the_centre_agrees_before_anything_happens(register: Register, now: datetime) -> None:
    officer, colleague = officers(register)
    step = propose_merge(party(WANG_WEI), party(NAMESAKE), ground=GROUND, actor=officer, at=now)
    register.become("intake")
    assert carry_out_transfers(at=now) == 0
    register.become("app")
    with pytest.raises(TransferRefused, match="另一名"):
        second_step(step.pk, agreed=True, actor=officer, at=now)
    with pytest.raises(TransferRefused, match="尚未办结"):
        propose_merge(party(WANG_WEI), party(LI_NA), ground=GROUND, actor=officer, at=now)
    second_step(step.pk, agreed=False, actor=colleague, at=now)
    register.become("intake")
    assert carry_out_transfers(at=now) == 0
    register.become("app")
    assert subject_of(WANG_WEI.code, "王伟") != subject_of(NAMESAKE.code, "王伟")
    assert [row.state for row in list_transfers(officer)] == ["declined"]
    clerk = User.objects.select_related("organisation").get(login="clerk")
    for tried in (
        lambda: propose_merge(party(WANG_WEI), party(LI_NA), ground=GROUND, actor=clerk, at=now),
        lambda: second_step(step.pk, agreed=True, actor=clerk, at=now),
        lambda: list_transfers(clerk),
        lambda: records_of(1, actor=clerk, at=now),
    ):
        with pytest.raises(NotAllowed):
            tried()


@pytest.mark.parametrize(
    ("one", "other", "ground", "words"),
    [
        pytest.param(party(WANG_WEI), party(WANG_WEI), GROUND, "同一个人", id="one person"),
        pytest.param(party(WANG_WEI), party(NAMESAKE, "王炜"), GROUND, "没有找到", id="another name"),
        pytest.param(party(WANG_WEI), party(Someone("王伟", "19900101", 702)), GROUND, "没有找到", id="unknown code"),
        pytest.param(party(WANG_WEI), party(NAMESAKE), " ", "写明依据", id="no ground"),
    ],
)
def test_what_cant_be_merged_is_refused_in_words(
    register: Register, now: datetime, one: Party, other: Party, ground: str, words: str
) -> None:
    officer, _ = officers(register)
    with pytest.raises(TransferRefused, match=words):
        propose_merge(one, other, ground=ground, actor=officer, at=now)
    assert register.rows("SELECT count(*) FROM identity_transfer") == [(0,)]
    unfound = register.rows("SELECT count(*) FROM ground_action WHERE act = 'persons.unfound'")
    assert unfound == [(1 if words == "没有找到" else 0,)]


def test_the_later_one_is_undone_first(register: Register, now: datetime) -> None:
    officer, colleague = officers(register)
    _, _, first = merge(register, WANG_WEI, NAMESAKE, now)
    step = propose_merge(party(NAMESAKE), party(LI_NA), ground=GROUND, actor=officer, at=now)
    agree(register, step, colleague, now)
    assert subject_of(WANG_WEI.code, "王伟") == subject_of(LI_NA.code, "李娜")
    with pytest.raises(TransferRefused, match="更晚办成"):
        propose_again(first.transfer_id, (), ground=GROUND, actor=officer, at=now)
    for one in (step, first):
        agree(register, propose_again(one.transfer_id, (), ground=GROUND, actor=officer, at=now), colleague, now)
    assert len({subject_of(who.code, who.name) for who in (WANG_WEI, NAMESAKE, LI_NA)}) == 3


def test_both_find_an_entry_when_an_officer_compares_them(register: Register, now: datetime) -> None:
    officer, _ = officers(register)
    step = propose_merge(party(WANG_WEI), party(NAMESAKE), ground=GROUND, actor=officer, at=now)
    opened = open_transfer(step.transfer_id, actor=officer, at=now)
    assert {opened.source.named.code, opened.target.named.code if opened.target else ""} == {
        WANG_WEI.code,
        NAMESAKE.code,
    }
    told = register.rows("SELECT subject_id, case_reference FROM ground_access_entry ORDER BY subject_id")
    subjects = sorted((opened.source.subject_id, opened.target.subject_id if opened.target else 0))
    assert told == [(subject, f"transfer:{step.transfer_id}") for subject in subjects]


# Standing still, and stopping half-way.


def test_no_step_is_carried_out_under_a_batch(register: Register, now: datetime) -> None:
    from django.db import OperationalError, connection

    officer, colleague = officers(register)
    step = propose_merge(party(WANG_WEI), party(NAMESAKE), ground=GROUND, actor=officer, at=now)
    second_step(step.pk, agreed=True, actor=colleague, at=now)
    register.become("intake")
    with register.connect("intake") as batch:
        batch.autocommit = False
        batch.execute("SELECT pg_advisory_xact_lock_shared(hashtext('persons stand still'))")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            _do(step.pk, now)
        batch.rollback()
    assert carry_out_transfers(at=now) == 1


def test_a_step_that_breaks_off_leaves_nothing_and_is_done_by_the_next_call(
    register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(register, tmp_path, today, now, 1, WANG_WEI)
    give(register, tmp_path, today, now, 2, NAMESAKE)
    officer, colleague = officers(register)
    step = propose_merge(party(WANG_WEI), party(NAMESAKE), ground=GROUND, actor=officer, at=now)
    second_step(step.pk, agreed=True, actor=colleague, at=now)

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    register.become("intake")
    with monkeypatch.context() as patched:
        patched.setattr("chengxin.records.transfers.tell", stop)
        with pytest.raises(KeyboardInterrupt):
            carry_out_transfers(at=now)
    assert register.rows("SELECT count(*) FROM records_move") == [(0,)]
    assert register.rows("SELECT count(*) FROM identity_person WHERE absorbed_into_id IS NOT NULL") == [(0,)]
    assert carry_out_transfers(at=now) == 1


def test_a_person_of_whom_no_event_is_kept_cant_be_merged(register: Register, now: datetime) -> None:
    """As after an upgrade from a release that kept none: a snapshot must be loaded first."""
    officer, _ = officers(register)
    wang = subject_of(WANG_WEI.code, "王伟")
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE identity_population_event DISABLE TRIGGER USER")
        owner.execute("DELETE FROM identity_population_event WHERE subject_id = %s", [wang])
        owner.execute("ALTER TABLE identity_population_event ENABLE TRIGGER USER")
    with pytest.raises(TransferRefused, match="人口快照"):
        propose_merge(party(WANG_WEI), party(NAMESAKE), ground=GROUND, actor=officer, at=now)


def test_a_row_decided_for_one_who_was_merged_meanwhile_becomes_the_others(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王伟"))
    officer, colleague = officers(register)
    tell(register, renamed(1, NAMESAKE.code, "王伟"))
    with speaking_as(officer):
        decide(number, subject_id=subject_of(WANG_WEI.code, "王伟"), ground="与决定书一致", actor=officer, at=now)
    with speaking_as(colleague):
        open_case(number, actor=colleague, at=now)
        second(number, agreed=True, actor=colleague, at=now)
    gone, stays, _ = merge(register, WANG_WEI, NAMESAKE, now)
    assert gone == subject_of_decision(register)
    register.become("intake")
    assert carry_out_decisions(at=now) == 1
    assert (held(register, gone), held(register, stays)) == ([], [("active", 1, True)])
    assert register.rows("SELECT kind FROM ground_message WHERE subject_id = %s ORDER BY id DESC LIMIT 1", stays) == [
        ("attached",)
    ]


def subject_of_decision(register: Register) -> int:
    return int(register.rows("SELECT subject_id FROM records_adjudication")[0][0])


def test_who_is_called_a_minor_while_merged_is_closed_alone_when_that_is_undone(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    give(register, tmp_path, today, now, 1, NAMESAKE)
    tell(register, renamed(1, WANG_WEI.code, "王伟"))
    wang, other = subject_of(WANG_WEI.code, "王伟"), subject_of(NAMESAKE.code, "王伟")
    gone, stays, step = merge(register, WANG_WEI, NAMESAKE, now)
    assert (gone, stays) == (other, wang)
    child = code_of(f"{today.year - 10}0101", 703)
    tell(register, renumbered(2, NAMESAKE.code, child, "王伟", "号码更正"))
    assert find_person("resident-id", WANG_WEI.code, "王伟") is None
    officer, colleague = officers(register)
    agree(register, propose_again(step.transfer_id, (), ground=GROUND, actor=officer, at=now), colleague, now)
    assert subject_of(WANG_WEI.code, "王伟") == wang
    assert find_person("resident-id", NAMESAKE.code, "王伟") is None
    assert held(register, other) == [("withdrawn", 3, False)]
