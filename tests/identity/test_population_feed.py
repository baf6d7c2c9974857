"""The authority's feed: each kind of event, what waits, what is refused, what is never kept."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from chengxin.ground.errors import NotAnswerable
from chengxin.identity.coverage import coverage, feed_status
from chengxin.identity.errors import PopulationUnusable, SequenceNeeded
from chengxin.identity.queries import find_person, open_person
from chengxin.identity.services.population.feed import EVENT_COLUMNS, EVENT_MORE
from chengxin.lib.regions import Level
from chengxin.records.jobs import tell_population
from chengxin.records.retrying import retry_waiting
from chengxin.sharing.services import issue_report
from tests.conftest import Register
from tests.identity.feeding import (
    Event,
    attested,
    corrected,
    died,
    event,
    judged,
    load,
    moved,
    new,
    renamed,
    renumbered,
    take,
    write_lines,
)
from tests.penalties import penalty
from tests.people import CHILD, LI_NA, LIMITED, UNKNOWN, WANG_WEI, Someone, code_of, write_population
from tests.system.test_reading import ASKER, about, fill

RESIDENT = "resident-id"
NEW_CODE = code_of(WANG_WEI.born, 801)


def subject_of(code: str, name: str) -> int | None:
    found = find_person(RESIDENT, code, name)
    return found.subject_id if found else None


def person(register: Register, code: str, name: str) -> tuple[Any, ...]:
    ((*values,),) = register.rows(
        "SELECT region, capacity, died FROM identity_person WHERE subject_id = %s", subject_of(code, name)
    )
    return tuple(values)


def records(someone: Someone, at: datetime, **values: str) -> int:
    return len(issue_report(ASKER, about(someone, **values), at=at).records)


# Each kind.


def test_events_of_each_kind_reach_the_person(register: Register) -> None:
    code = UNKNOWN.code
    receipt = take(
        register, new(1, code, "吴名"), renamed(2, code, "吴有名"), moved(3, code, "140202"), judged(4, code, "限制", "20260301"),
        attested(5, code, "20260401"), died(6, code, "20260501"),
    )  # fmt: skip
    assert (receipt.read, receipt.new, receipt.parked, receipt.refused) == (6, 1, 0, [])
    assert [one.fate for one in receipt.fates] == ["applied"] * 6
    found, then = find_person(RESIDENT, code, "吴有名"), find_person(RESIDENT, code, "吴名")
    assert found is not None
    assert then is not None
    assert (found.name_fits, then.name_fits) == (True, False)
    assert open_person(found.subject_id).name == "吴有名"
    assert person(register, code, "吴有名") == ("140202", "limited", date(2026, 5, 1))
    ((*check,),) = register.rows("SELECT authority, checked_on, level, method FROM identity_attestation")
    assert check[1:] == [date(2026, 4, 1), "high", "fingerprint-at-issue"]


def test_changed_number_leads_to_the_same_person_and_the_old_one_still_does(register: Register) -> None:
    before = subject_of(WANG_WEI.code, WANG_WEI.name)
    receipt = take(register, renumbered(1, WANG_WEI.code, NEW_CODE, WANG_WEI.name))
    assert (receipt.new, receipt.changed) == (0, 1)
    assert subject_of(NEW_CODE, WANG_WEI.name) == subject_of(WANG_WEI.code, WANG_WEI.name) == before
    assert open_person(before or 0).code == NEW_CODE


def test_corrected_number_leads_to_the_person_and_the_wrong_one_no_more(register: Register) -> None:
    before = subject_of(WANG_WEI.code, WANG_WEI.name)
    take(register, corrected(1, WANG_WEI.code, NEW_CODE, WANG_WEI.name))
    assert subject_of(NEW_CODE, WANG_WEI.name) == before
    assert subject_of(WANG_WEI.code, WANG_WEI.name) is None
    ((subject,),) = register.rows("SELECT subject_id FROM identity_withdrawn_code")
    assert subject == before


def test_number_taken_off_somebody_may_be_another_persons(register: Register) -> None:
    """Two people bore one number: one of them gets another, and the number stays the other's."""
    before = subject_of(WANG_WEI.code, WANG_WEI.name)
    take(
        register,
        corrected(1, WANG_WEI.code, NEW_CODE, WANG_WEI.name),
        new(2, WANG_WEI.code, "王卫"),
        moved(3, WANG_WEI.code, "140202"),
    )
    other = subject_of(WANG_WEI.code, "王卫")
    assert other not in {None, before}
    assert subject_of(NEW_CODE, WANG_WEI.name) == before
    assert person(register, WANG_WEI.code, "王卫")[0] == "140202"
    assert person(register, NEW_CODE, WANG_WEI.name)[0] == WANG_WEI.region


def test_correction_of_the_birthday_reaches_the_person(register: Register) -> None:
    code = code_of("19900102", 1)
    subject = subject_of(WANG_WEI.code, WANG_WEI.name)
    take(register, corrected(1, WANG_WEI.code, code, WANG_WEI.name))
    assert register.rows("SELECT born FROM identity_person WHERE subject_id = %s", subject) == [(date(1990, 1, 2),)]


# Records stay with the person.


def test_records_follow_the_person_to_a_new_number(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    fill(register, tmp_path, now, penalty(today, 1), penalty(today, 2))
    take(register, renumbered(1, WANG_WEI.code, NEW_CODE, WANG_WEI.name))
    assert records(WANG_WEI, now) == records(WANG_WEI, now, code=NEW_CODE) == 2
    fill(register, tmp_path, datetime.now(UTC), penalty(today, 3), penalty(today, 4, CF_XDR_ZJHM=NEW_CODE))
    assert records(WANG_WEI, now) == 4


def test_nobody_is_found_under_a_number_that_was_wrong(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    fill(register, tmp_path, now, penalty(today, 1))
    take(register, corrected(1, WANG_WEI.code, NEW_CODE, WANG_WEI.name))
    assert records(WANG_WEI, now, code=NEW_CODE) == 1
    with pytest.raises(NotAnswerable):
        records(WANG_WEI, now)


@pytest.mark.parametrize("told_under", ["old", "new"])
def test_waiting_rows_are_found_again_under_either_number(
    register: Register, tmp_path: Path, today: date, now: datetime, told_under: str
) -> None:
    old, code = UNKNOWN.code, code_of(UNKNOWN.born, 802)
    fill(register, tmp_path, now, penalty(today, 1, UNKNOWN, CF_XDR_ZJHM=old if told_under == "old" else code))
    assert register.rows("SELECT rule FROM records_waiting") == [("unknown-person",)]
    register.become("intake")
    tell_population([renumbered(2, old, code, UNKNOWN.name)], at=now)
    assert register.rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name ~ 'take_up_waiting'") == [(0,)]
    tell_population([new(1, old, UNKNOWN.name)], at=now)
    tell_population([moved(3, code, "140202")], at=now)
    assert register.rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name ~ 'take_up_waiting'") == [(1,)]
    assert retry_waiting(at=now) == 1
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]
    register.become("app")
    assert records(UNKNOWN, now) == records(UNKNOWN, now, code=code) == 1


def test_row_that_waited_for_its_name_is_taken_up_when_the_name_changes(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    fill(register, tmp_path, now, penalty(today, 1, CF_XDR_MC="王维"))
    assert register.rows("SELECT rule FROM records_waiting") == [("name-differs",)]
    take(register, renamed(1, WANG_WEI.code, "王维"))
    register.become("intake")
    assert retry_waiting(at=now) == 1


# Capacity.


def test_judgment_hides_what_stood_at_once_and_restoring_shows_it_again(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    fill(register, tmp_path, now, penalty(today, 1))
    assert records(WANG_WEI, now) == 1
    take(register, judged(1, WANG_WEI.code, "限制", f"{today:%Y%m%d}"))
    assert records(WANG_WEI, now) == 0
    take(register, judged(2, WANG_WEI.code, "完全", f"{today:%Y%m%d}"))
    assert records(WANG_WEI, now) == 1


def test_what_was_done_while_incapable_never_shows_though_capacity_came_back(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    row = penalty(today, 1)
    fill(register, tmp_path, now, row)
    acted = row["CX_XWZZRQ"].replace("/", "").replace("-", "")
    take(register, judged(1, WANG_WEI.code, "无", acted), judged(2, WANG_WEI.code, "完全", f"{today:%Y%m%d}"))
    assert records(WANG_WEI, now) == 0


def test_new_record_of_such_an_act_is_refused(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    row = penalty(today, 1)
    acted = row["CX_XWZZRQ"].replace("/", "").replace("-", "")
    take(register, judged(1, WANG_WEI.code, "无", acted), judged(2, WANG_WEI.code, "完全", f"{today:%Y%m%d}"))
    fill(register, tmp_path, now, row)
    assert register.rows("SELECT rule FROM records_finding") == [("no-full-capacity",)]
    assert register.rows("SELECT count(*) FROM records_version") == [(0,)]


def test_snapshot_that_says_full_ends_a_stretch_on_the_day_it_is_loaded(
    register: Register, tmp_path: Path, today: date
) -> None:
    able = Someone(LIMITED.name, LIMITED.born, LIMITED.sequence)
    load(register, write_population(tmp_path / "p.csv", (able,)))
    ((days,),) = register.rows("SELECT days FROM identity_incapacity")
    assert (days.lower, days.upper) == (date(2020, 1, 1), today)


# What waits, what comes twice, what is missing.


def test_event_of_an_unknown_code_waits_until_the_person_is_told_of(register: Register) -> None:
    receipt = take(register, moved(2, UNKNOWN.code, "140202"))
    assert (receipt.parked, [one.fate for one in receipt.fates]) == (1, ["parked"])
    assert subject_of(UNKNOWN.code, UNKNOWN.name) is None
    receipt = take(register, new(1, UNKNOWN.code, UNKNOWN.name))
    assert (receipt.new, receipt.taken_up) == (1, 1)
    assert person(register, UNKNOWN.code, UNKNOWN.name)[0] == "140202"
    assert register.rows("SELECT count(*) FROM identity_population_parked") == [(0,)]


def test_snapshot_calls_up_what_waited(register: Register, tmp_path: Path) -> None:
    take(register, moved(7, UNKNOWN.code, "140202"))
    receipt = load(register, write_population(tmp_path / "p.csv", (UNKNOWN,)), sequence=5)
    assert (receipt.new, receipt.taken_up) == (1, 1)
    assert person(register, UNKNOWN.code, UNKNOWN.name)[0] == "140202"


def test_event_that_a_later_snapshot_knew_of_changes_nothing(register: Register, tmp_path: Path) -> None:
    load(
        register,
        write_population(tmp_path / "p.csv", (Someone(WANG_WEI.name, WANG_WEI.born, WANG_WEI.sequence, "140202"),)),
        sequence=9,
    )
    receipt = take(register, moved(8, WANG_WEI.code, "140106"))
    assert receipt.changed == 0
    assert person(register, WANG_WEI.code, WANG_WEI.name)[0] == "140202"
    take(register, moved(10, WANG_WEI.code, "140106"))
    assert person(register, WANG_WEI.code, WANG_WEI.name)[0] == "140106"


def test_snapshot_must_say_where_it_stands_once_events_have_come(register: Register, tmp_path: Path) -> None:
    take(register, moved(8, WANG_WEI.code, "140106"))
    with pytest.raises(SequenceNeeded):
        load(register, write_population(tmp_path / "p.csv", (UNKNOWN,)))


def test_event_comes_once(register: Register) -> None:
    first = moved(8, WANG_WEI.code, "140106")
    take(register, first)
    receipt = take(register, first, first)
    assert (receipt.known, receipt.changed, receipt.refused) == (2, 0, [])
    receipt = take(register, {**first, "XZQH": "140202"})
    assert receipt.refused == [(1, "event-differs")]
    receipt = take(register, {**first, "SJBH": "E8b", "XZQH": "140202"})
    assert receipt.refused == [(1, "sequence-taken")]
    assert person(register, WANG_WEI.code, WANG_WEI.name)[0] == "140106"


def test_number_event_between_two_persons_waits_for_a_human(register: Register) -> None:
    receipt = take(register, renumbered(3, WANG_WEI.code, LI_NA.code, WANG_WEI.name) | {"CSRQ": LI_NA.born})
    assert receipt.parked == 1
    assert register.rows("SELECT reason FROM identity_population_parked") == [("two-persons",)]
    assert subject_of(WANG_WEI.code, WANG_WEI.name) != subject_of(LI_NA.code, LI_NA.name)


def test_status_tells_gaps_and_what_waits(register: Register) -> None:
    take(
        register,
        moved(3, WANG_WEI.code, "140106"),
        moved(7, UNKNOWN.code, "140106"),
        new(9, CHILD.code, CHILD.name),
        moved(12, "x", "1"),
    )
    register.become("intake")
    status = feed_status()
    assert (status.last, status.gaps, status.missing) == (9, ((4, 6), (8, 8)), 4)
    assert [(one.reason, one.events) for one in status.parked] == [("unknown", 1)]


def test_gaps_begin_after_the_snapshot_that_began_the_register(register: Register, tmp_path: Path) -> None:
    load(register, write_population(tmp_path / "p.csv", (UNKNOWN,)), sequence=100)
    take(register, moved(90, UNKNOWN.code, "140106"), moved(103, UNKNOWN.code, "140106"))
    register.become("intake")
    assert feed_status().gaps == ((101, 102),)


# Minors.


def test_nothing_of_a_minor_is_kept_but_the_number(register: Register) -> None:
    unread = {"ZJHM": "no code", "XM": "", "XZQH": "nowhere"}
    told = [
        new(1, CHILD.code, CHILD.name),
        moved(2, CHILD.code, "140106"),
        {**renamed(3, CHILD.code, CHILD.name), **unread},
    ]
    receipt = take(register, *told)
    assert (receipt.minors, receipt.new, receipt.parked, receipt.refused) == (3, 0, 0, [])
    assert register.rows("SELECT sequence FROM identity_population_dropped ORDER BY 1") == [(1,), (2,), (3,)]
    assert register.rows("SELECT count(*) FROM identity_population_event WHERE edition = 0") == [(0,)]


# Refusals.

FAULTS: dict[str, tuple[Event, str]] = {
    "kind": (event(1, "婚姻变更", WANG_WEI.code), "kind-unknown"),
    "field": (event(1, "迁移", WANG_WEI.code), "field-missing"),
    "judgment": ({**judged(1, WANG_WEI.code, "限制", "20260101"), "PJWS": ""}, "field-missing"),
    "undated": (judged(1, WANG_WEI.code, "完全", "2026"), "capacity-unknown"),
    "region": (moved(1, WANG_WEI.code, "999999"), "region-unknown"),
    "code": (moved(1, WANG_WEI.code[:-1] + "0", "140106"), "code-invalid"),
    "birthday": ({**moved(1, WANG_WEI.code, "140106"), "CSRQ": "19900102"}, "born-differs-from-code"),
    "sequence": ({**moved(1, WANG_WEI.code, "140106"), "SJXH": "0"}, "sequence-unreadable"),
    "id-is-a-code": ({**moved(1, WANG_WEI.code, "140106"), "SJBH": f"E-{WANG_WEI.code}"}, "event-id-unusable"),
    "id-form": ({**moved(1, WANG_WEI.code, "140106"), "SJBH": "事件1"}, "event-id-unusable"),
    "died-ahead": (died(1, WANG_WEI.code, "20991231"), "death-undated"),
    "same-number": (renumbered(1, WANG_WEI.code, WANG_WEI.code, WANG_WEI.name), "code-unchanged"),
    "level": (attested(1, WANG_WEI.code, "20260101", "最高"), "assurance-unknown"),
    "level-beyond-its-method": (attested(1, WANG_WEI.code, "20260101", "高", "查验证件"), "assurance-unknown"),
    "authority": ({**attested(1, WANG_WEI.code, "20260101"), "HYDW": "公安局"}, "authority-unknown"),
    "checked-ahead": (attested(1, WANG_WEI.code, "20991231"), "attestation-undated"),
    "no-text": ({**moved(1, WANG_WEI.code, "140106"), "XZQH": ["140106"]}, "row-unreadable"),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_event_is_refused_and_its_number_stays_missing(register: Register, fault: str) -> None:
    told, rule = FAULTS[fault]
    receipt = take(register, told)
    assert receipt.refused == [(1, rule)]
    assert [(one.place, one.fate) for one in receipt.fates] == [(1, rule)]
    register.become("intake")
    assert feed_status().last is None


# Files.


def test_csv_and_lines_tell_the_same(register: Register, tmp_path: Path) -> None:
    events = [new(1, UNKNOWN.code, UNKNOWN.name), moved(2, UNKNOWN.code, "140202"), new(3, CHILD.code, CHILD.name)]
    table = tmp_path / "events.csv"
    with table.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, (*EVENT_COLUMNS, *EVENT_MORE), restval="")
        writer.writeheader()
        writer.writerows(events)
    receipt = load(register, table)
    assert (receipt.read, receipt.new, receipt.minors, receipt.refused) == (3, 1, 1, [])
    receipt = load(register, write_lines(tmp_path / "events.jsonl", events))
    assert (receipt.read, receipt.known, receipt.minors) == (3, 2, 1)
    assert person(register, UNKNOWN.code, UNKNOWN.name)[0] == "140202"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"SJBH": "E1"\n', id="no-object"),
        pytest.param('{"SJBH": "' + "x" * 70_000 + '"}\n', id="endless-line"),
        pytest.param("SJBH,SJXH,SJLX\n1,1,迁移\n", id="columns-missing"),
        pytest.param("SJBH,SJXH,SJLX,CSRQ,ZJLX,ZJHM,ZJHM\n", id="column-twice"),
        pytest.param('SJBH,SJXH,SJLX,CSRQ,ZJLX,ZJHM\n"E1,1\n', id="open-quote"),
    ],
)
def test_unusable_file_is_refused_whole(register: Register, tmp_path: Path, content: str) -> None:
    path = tmp_path / "events"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PopulationUnusable) as refused:
        load(register, path)
    assert refused.value.text_en.startswith("The population file can't be used:")


def test_field_told_twice_in_one_object_makes_the_row_unreadable(register: Register, tmp_path: Path) -> None:
    line = json.dumps(moved(1, WANG_WEI.code, "140106"))[:-1] + ', "XZQH": "140202"}\n'
    path = tmp_path / "events.jsonl"
    path.write_text(line, encoding="utf-8")
    assert load(register, path).refused == [(1, "row-unreadable")]


# Coverage.


def test_coverage_counts_by_region_and_assurance(register: Register) -> None:
    foreign = Someone("外人", "19880809", 803)
    take(
        register, new(1, UNKNOWN.code, UNKNOWN.name, "140202"), new(2, foreign.code, foreign.name, "140202"),
        attested(3, UNKNOWN.code, "20240301", "较高", "读取芯片"), attested(4, UNKNOWN.code, "20250301"),
        attested(5, UNKNOWN.code, "20260301"), attested(6, WANG_WEI.code, "20230505", "基本", "查验证件"),
    )  # fmt: skip
    by_county = {row.region: row for row in coverage(Level.COUNTY)}
    there = by_county["140202"]
    assert (there.persons, there.coded, there.verified, there.percent_verified) == (2, 2, 1, "50.0")
    assert [(one.level, one.persons, one.since) for one in there.assured] == [("high", 1, date(2025, 3, 1))]
    here = by_county["140105"]
    alive = register.rows("SELECT count(*) FROM identity_person WHERE region = '140105' AND died IS NULL")
    assert [(here.persons,)] == alive
    assert [(one.level, one.persons) for one in here.assured] == [("basic", 1)]
    (province,) = coverage(Level.PROVINCE)
    assert (province.region, province.persons, province.verified) == ("140000", here.persons + 2, 2)
    assert [one.level for one in province.assured] == ["basic", "high"]


def test_statements_do_not_grow_with_the_events(register: Register, django_assert_max_num_queries: Any) -> None:
    register.become("intake")
    from chengxin.identity.services.population import take_events
    from chengxin.records.services import areas

    many = [moved(n, UNKNOWN.code, "140202") for n in range(2, 300)]
    with django_assert_max_num_queries(60, connection=connection):
        take_events([new(1, UNKNOWN.code, UNKNOWN.name), *many], areas=areas(), at=datetime.now(UTC))
