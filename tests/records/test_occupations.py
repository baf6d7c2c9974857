"""Key occupations: what counts as one on which day, who is seen by whom, and how many are counted."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chengxin
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import Asker
from chengxin.records.occupations import Standing, occupations, standing
from chengxin.records.practices import Cell, DayNotCounted, count_coverage
from chengxin.sharing.deciding import Question
from chengxin.sharing.services import list_practices
from chengxin.site.checks import provisional_in_force
from tests.conftest import Register
from tests.people import ABUDU, CENTRE, LI_NA, MARKET, OTHER, RARE, UNKNOWN, WANG_WEI, Someone
from tests.qualifications import qualification, write_qualifications
from tests.records.test_ingest import take

DAY = timedelta(days=1)
TODAY = date(2026, 11, 24)
ASKER = Asker(CENTRE, "officer", "CK-FW", "SXSHXYTL-7", "窗口2026-9", "test")
TAIYUAN, DATONG = "140100", "140200"


def about(person: Someone, **values: str) -> Question:
    return Question(**{"code_type": "resident-id", "code": person.code, "name": person.name, **values})


def hand_in(register: Register, folder: Path, at: datetime, *rows: dict[str, str], provider: str = MARKET) -> None:
    path = write_qualifications(folder / f"{len(list(folder.iterdir()))}.csv", list(rows))
    take(register, path, at, item="ZG-ZY", provider=provider)
    register.become("app")


def move(register: Register, person: Someone, region: str) -> None:
    with register.connect("owner") as connection:
        connection.execute(
            "UPDATE identity_person SET region = %s WHERE born = to_date(%s, 'YYYYMMDD')", [region, person.born]
        )


# What counts.


def test_the_sixteen_are_those_of_the_catalogue() -> None:
    path = Path(chengxin.__file__).parent / "catalogue" / "data" / "codelists" / "key_occupation.csv"
    with path.open(encoding="utf-8", newline="") as file:
        listed = {row["value"]: (row["maps_to"], row["label"]) for row in csv.DictReader(file)}
    table = occupations()
    assert {one.value: (one.code, one.name) for one in table.on(TODAY).values()} == listed
    assert len(listed) == 16


def test_every_occupation_names_its_law_certificate_and_organ() -> None:
    for one in occupations().entries:
        assert one.source.law, one.code
        assert one.titles, one.code
        assert one.organ, one.code
        assert one.source.article or one.source.provisional, one.code


@pytest.mark.parametrize(
    ("value", "on", "law"),
    [
        pytest.param("07", date(2022, 2, 28), "中华人民共和国执业医师法", id="physicians-under-the-earlier-law"),
        pytest.param("07", date(2022, 3, 1), "中华人民共和国医师法", id="physicians-from-the-day-of-the-new-law"),
        pytest.param("03", date(2018, 4, 1), "中华人民共和国律师法", id="first-day-of-the-policy"),
    ],
)
def test_value_means_what_the_law_of_the_day_says(value: str, on: date, law: str) -> None:
    found = occupations().of_value(value, on)
    assert found is not None
    assert found.source.law == law


@pytest.mark.parametrize(
    ("value", "on"),
    [
        pytest.param("03", date(2018, 3, 31), id="before-the-policy"),
        pytest.param("17", TODAY, id="no-such-value"),
        pytest.param("", TODAY, id="nothing"),
    ],
)
def test_value_that_means_nothing_means_no_occupation(value: str, on: date) -> None:
    assert occupations().of_value(value, on) is None


@pytest.mark.parametrize(
    ("value", "title", "known"),
    [
        ("03", "律师执业证", True),
        ("03", "公证员执业证", False),
        ("12", "二级建造师执业资格", False),
        ("12", "注册会计师证书", True),
        ("09", "房地产估价师注册证", True),
        ("07", "执业药师注册证", False),
    ],
)
def test_certificate_is_familiar_by_its_name(value: str, title: str, known: bool) -> None:
    found = occupations().of_value(value, TODAY)
    assert found is not None
    assert found.knows(title) is known


def test_provisional_occupations_are_in_the_report_of_the_start(register: Register) -> None:
    told = {(one.kind, one.name) for one in provisional_in_force(TODAY)}
    assert ("occupation", "lawyer") in told
    assert ("occupation", "notary") not in told
    assert ("number", "occupations: fresh_days=92") in told


def test_a_feed_is_stale_after_its_days() -> None:
    table = occupations()
    assert not table.is_stale(TODAY - 92 * DAY, TODAY)
    assert table.is_stale(TODAY - 93 * DAY, TODAY)
    assert table.is_stale(None, TODAY)


# How a practice stands.

FIRST, LAST = date(2024, 3, 1), date(2026, 2, 28)


@pytest.mark.parametrize(
    ("state", "on", "stands"),
    [
        pytest.param("1", FIRST - DAY, Standing.TO_COME, id="the-day-before-the-first"),
        pytest.param("1", FIRST, Standing.IN_FORCE, id="the-first-day"),
        pytest.param("1", LAST, Standing.IN_FORCE, id="the-last-day"),
        pytest.param("1", LAST + DAY, Standing.EXPIRED, id="the-day-after-the-last"),
        pytest.param("2", LAST, Standing.DORMANT, id="at-rest"),
        pytest.param("3", LAST, Standing.ENDED, id="deregistered"),
        pytest.param("3", LAST + DAY, Standing.EXPIRED, id="deregistered-and-over"),
        pytest.param("2", FIRST - DAY, Standing.TO_COME, id="at-rest-before-it-began"),
    ],
)
def test_practice_stands_by_its_days_and_then_by_its_state(state: str, on: date, stands: Standing) -> None:
    assert standing(FIRST, LAST + DAY, state, on) is stands


def test_database_tells_the_standing_as_the_rule_does(register: Register) -> None:
    days = st.dates(date(2024, 1, 1), date(2024, 1, 6))
    with register.connect("owner") as connection:

        @given(start=days, end=days, on=days, state=st.sampled_from(["1", "2", "3"]))
        @settings(max_examples=200, deadline=None)
        def agree(start: date, end: date, on: date, state: str) -> None:
            row = connection.execute("SELECT records_standing(%s, %s, %s, %s)", [start, end, state, on]).fetchone()
            assert row == (standing(start, end, state, on),)

        agree()


# Who is seen by whom.


def test_officer_with_a_purpose_sees_what_a_person_practises(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    until = today + 30 * DAY
    hand_in(
        register, tmp_path, now,
        qualification(today, 1),
        qualification(today, 2, ZG_MC="公证员执业证", ZG_ZYLB="04", ZG_YXQZI=until, ZG_ZT="2"),
        qualification(today, 3, ZG_YXQZI=today - DAY),
        qualification(today, 4, LI_NA),
    )  # fmt: skip
    lawyer, notary = list_practices(ASKER, about(WANG_WEI), at=now)
    assert (lawyer.occupation, lawyer.title, lawyer.organ_code) == ("lawyer", "律师执业证", MARKET)
    assert (lawyer.valid_from, lawyer.valid_until) == (today - 100 * DAY, date(2100, 1, 1))
    assert (lawyer.standing, lawyer.familiar, lawyer.place) == (Standing.IN_FORCE, True, "测试律师事务所")
    assert (notary.occupation, notary.valid_until, notary.standing) == ("notary", until + DAY, Standing.DORMANT)


def test_seeing_it_is_entered_with_versions_and_fields_and_no_value(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    hand_in(register, tmp_path, now, qualification(today, 1))
    list_practices(ASKER, about(WANG_WEI), at=now)
    ((outcome, purpose, ids, fields, text),) = register.rows(
        "SELECT outcome, purpose, record_ids, fields, e::text FROM ground_access_entry e"
    )
    assert (outcome, purpose, len(ids)) == ("answered", "CK-FW", 1)
    assert set(fields) == {
        f"ZG-ZY.{name}" for name in ("ZG_ZYLB", "ZG_MC", "ZG_ZSBH", "ZG_FZJG", "ZG_FZJGDM", "ZG_ZYDW", "ZG_ZT")
    }
    assert "律师" not in text
    assert "测试证字" not in text


@pytest.mark.parametrize(
    ("asking", "asked", "reason"),
    [
        pytest.param({"purpose": "XK-SC", "basis": "XZXKF-34"}, {}, "purpose-not-open-to-organisation", id="anothers-purpose"),
        pytest.param({"case_reference": " "}, {}, "case-missing", id="no-case"),
        pytest.param({"officer": "clerk", "organisation": MARKET}, {}, "officer-unknown", id="no-right"),
        pytest.param({}, {"name": "王维"}, "name-differs", id="another-name"),
    ],
)  # fmt: skip
def test_nobody_is_told_without_purpose_case_and_right(
    register: Register, tmp_path: Path, today: date, now: datetime, asking: dict[str, str], asked: dict[str, str], reason: str
) -> None:  # fmt: skip
    hand_in(register, tmp_path, now, qualification(today, 1))
    values = {name: getattr(ASKER, name) for name in ASKER.__slots__}
    with pytest.raises(NotAnswerable):
        list_practices(Asker(**{**values, **asking}), about(WANG_WEI, **asked), at=now)
    assert register.rows("SELECT outcome, reason, record_ids FROM ground_access_entry") == [("refused", reason, [])]


def test_view_of_practices_is_shut_without_purpose_and_day(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    hand_in(register, tmp_path, now, qualification(today, 1))
    with register.connect("app") as connection:
        with pytest.raises(psycopg.errors.UndefinedObject):
            connection.execute("SELECT FROM records_practice")
        shut = """SELECT min(id) FROM catalogue_purpose WHERE id NOT IN (
            SELECT o.purpose_id FROM catalogue_open o JOIN catalogue_item i ON i.id = o.item_id AND i.code = 'ZG-ZY')"""
        ((purpose,),) = connection.execute(shut).fetchall()
        assert purpose is not None
        for wanted, seen in ((purpose, 0), (open_purpose(register), 1)):
            connection.execute(
                "SELECT set_config('cx.on', %s, false), set_config('cx.purpose', %s, false), set_config('cx.duty', '0', false)",
                [str(today), str(wanted)],
            )
            assert connection.execute("SELECT count(*) FROM records_practice").fetchone() == (seen,)


def open_purpose(register: Register) -> int:
    ((found,),) = register.rows("SELECT id FROM catalogue_purpose WHERE code = 'CK-FW'")
    return int(found)


@pytest.mark.parametrize("role", ["intake", "public", "auditor", "admin", "eraser"])
def test_no_other_role_counts_or_sees_practices(register: Register, role: str) -> None:
    asked = (
        "SELECT FROM records_practice",
        "SELECT FROM records_occupation_coverage(current_date)",
        "SELECT FROM records_occupation_feeds()",
    )
    with register.connect(role) as connection:
        for query in asked:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(query.encode())


# How many are counted.


def cells(today: date, on: date | None = None) -> dict[tuple[str, str, str], Cell]:
    found = count_coverage(on or today, today=today)
    return {(one.occupation, one.city, one.organ_code): one for one in found.cells}


def numbers(cell: Cell) -> tuple[int, ...]:
    return cell.persons, cell.in_force, cell.dormant, cell.ended, cell.expired, cell.unfamiliar


def test_certificates_are_counted_by_occupation_city_and_organ(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    move(register, LI_NA, "140203")
    hand_in(
        register, tmp_path, now,
        qualification(today, 1),
        qualification(today, 2, ZG_FZJGDM=OTHER, ZG_FZJG="测试交通运输局"),
        qualification(today, 3, LI_NA),
        qualification(today, 4, LI_NA, ZG_ZT="2"),
        qualification(today, 5, ABUDU, ZG_ZT="3"),
        qualification(today, 6, ABUDU, ZG_YXQZI=today - DAY),
        qualification(today, 7, RARE, ZG_ZYLB="12", ZG_MC="二级建造师执业资格"),
    )  # fmt: skip
    found = cells(today)
    assert numbers(found["lawyer", TAIYUAN, MARKET]) == (1, 1, 0, 1, 1, 0)
    assert numbers(found["lawyer", TAIYUAN, OTHER]) == (1, 1, 0, 0, 0, 0)
    # One person with two certificates is one person.
    assert numbers(found["lawyer", TAIYUAN, ""]) == (1, 2, 0, 1, 1, 0)
    assert numbers(found["lawyer", DATONG, ""]) == (1, 1, 1, 0, 0, 0)
    assert numbers(found["lawyer", "", ""]) == (2, 3, 1, 1, 1, 0)
    assert numbers(found["lawyer", "", MARKET]) == (2, 2, 1, 1, 1, 0)
    assert numbers(found["accountant", "", ""]) == (0, 0, 0, 0, 0, 1)
    assert numbers(found["", "", ""]) == (2, 3, 1, 1, 1, 1)
    assert found["lawyer", TAIYUAN, MARKET].told_on == today
    assert {code for code, *_ in found} == {"lawyer", "accountant", ""}


def test_count_of_a_past_day_is_of_what_held_and_was_known_then(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    row = qualification(today, 1, ZG_YXQZI=today - 5 * DAY)
    hand_in(register, tmp_path, now - 9 * DAY, row)
    hand_in(register, tmp_path, now - 3 * DAY, {**row, "ZG_ZT": "3"})

    def lawyers(back: int) -> tuple[int, ...]:
        found = cells(today, today - back * DAY)
        return numbers(found["lawyer", "", ""]) if ("lawyer", "", "") in found else ()

    assert lawyers(10) == ()
    assert lawyers(9) == (1, 1, 0, 0, 0, 0)
    assert lawyers(5) == (1, 1, 0, 0, 0, 0)
    assert lawyers(4) == (0, 0, 0, 0, 1, 0)
    assert lawyers(0) == (0, 0, 0, 0, 1, 0)


def test_certificate_issued_later_than_the_day_isnt_counted(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    hand_in(
        register, tmp_path, now - 2 * DAY, qualification(today, 1, ZG_QDRQ=today - 4 * DAY, ZG_YXQZ=today - 4 * DAY)
    )
    assert ("lawyer", "", "") in cells(today, today - 2 * DAY)
    assert ("lawyer", "", "") not in cells(today, today - 5 * DAY)


def test_withdrawn_certificates_and_the_dead_arent_counted(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    hand_in(
        register, tmp_path, now, qualification(today, 1), qualification(today, 2, LI_NA), qualification(today, 3, ABUDU)
    )
    with register.speaking():
        from chengxin.records.queries import batch_numbers

        number = next(number for row, number, *_ in batch_numbers(1) if row == 2)
    with register.connect("owner") as connection:
        connection.execute(
            "UPDATE identity_person SET died = %s WHERE born = to_date(%s, 'YYYYMMDD')", [today, LI_NA.born]
        )
    hand_in(register, tmp_path, now, qualification(today, 1, RARE, CX_JLBH=number))
    assert numbers(cells(today)["lawyer", "", ""]) == (2, 2, 0, 0, 0, 0)


def test_a_day_to_come_is_not_counted(register: Register, today: date) -> None:
    with pytest.raises(DayNotCounted) as refused:
        count_coverage(today + DAY, today=today)
    assert "今天为止" in refused.value.text


def test_cities_nobody_told_of_are_named(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    hand_in(register, tmp_path, now, qualification(today, 1))
    missing = count_coverage(today, today=today).missing([TAIYUAN, DATONG])
    assert missing["lawyer"] == [DATONG]
    assert missing["notary"] == [TAIYUAN, DATONG]
    assert len(missing) == 16


def test_rows_that_wait_for_their_person_are_counted_by_provider(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = [qualification(today, 1, UNKNOWN), qualification(today, 2, ZG_XM="王维"), qualification(today, 3)]
    hand_in(register, tmp_path, now, *rows)
    hand_in(register, tmp_path, now - 100 * DAY, qualification(today, 9, ZG_SJLYDM=OTHER), provider=OTHER)
    feeds = {one.provider_code: one for one in count_coverage(today, today=today).feeds}
    mine, others = feeds[MARKET], feeds[OTHER]
    assert (mine.told_on, mine.waiting, mine.without_code, mine.waiting_since, mine.stale) == (
        today,
        2,
        1,
        today,
        False,
    )
    assert (others.waiting, others.without_code, others.stale) == (0, 0, True)


def test_counting_costs_two_statements(
    register: Register, tmp_path: Path, today: date, now: datetime, django_assert_num_queries: Any
) -> None:
    hand_in(register, tmp_path, now, *(qualification(today, number) for number in range(1, 40)))
    with django_assert_num_queries(2):
        count_coverage(today, today=today)
