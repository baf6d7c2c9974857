"""Organisations: entered as a list whole or not at all, under one another by region, licensed where their kind needs it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection
from hypothesis import given
from hypothesis import strategies as st

from chengxin.demo.organisations import organisation_code
from chengxin.identity.errors import (
    LicenceRefused,
    OrganisationRefused,
    OrganisationsRefused,
    OrganisationsUnusable,
)
from chengxin.identity.models import Organisation
from chengxin.identity.organisation_file import read_organisations
from chengxin.identity.organising import covers, licence_kinds, refuse_licence, refuse_superior
from chengxin.identity.queries import find_organisation, list_organisations, rights_of
from chengxin.identity.services.organisations import (
    Entered,
    end_licence,
    end_organisation,
    enter_licence,
    enter_organisations,
)
from chengxin.lib.encodings import EncodingUnknown
from chengxin.lib.errors import NotAllowed
from chengxin.lib.regions import cities, load_regions, standard_areas
from chengxin.site.checks import provisional_in_force
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import CENTRE, MARKET, OTHER

AREAS = standard_areas(test_area=True)
DAY = timedelta(days=1)
SINCE = date(2019, 1, 1)
FIRST, SECOND, THIRD, AGENCY = (organisation_code("department", 910 + number) for number in range(4))
CODES = st.sampled_from([FIRST, SECOND, THIRD, AGENCY])
REGIONS = sorted({one.code for one in load_regions()})


@pytest.fixture
def house(register: Register) -> Register:
    register.become("admin")
    return register


def row(code: str = FIRST, **changes: Any) -> Entered:
    return replace(Entered(2, code, "测试教育局", "department", "140105", SINCE), **changes)


def enter(*rows: Entered, at: datetime, by: str = "system") -> tuple[int, int, int]:
    done = enter_organisations(rows, areas=AREAS, actor=officer(by), at=at)
    return done.new, done.changed, done.same


def test_a_list_is_entered_and_entered_again_changes_nothing(house: Register, now: datetime, today: date) -> None:
    rows = (row(FIRST, superior=SECOND), row(SECOND, line=3, region="140100", kind="association"))
    assert enter(*rows, at=now) == (2, 0, 0)
    assert enter(*rows, at=now) == (0, 0, 2)
    assert enter(row(FIRST, name="测试教育体育局", superior=SECOND), rows[1], at=now) == (0, 1, 1)
    found = {one["code"]: one for one in list_organisations(on=today, region="140100")}
    assert (found[FIRST]["name"], found[FIRST]["above"], found[FIRST]["stands"]) == ("测试教育体育局", SECOND, True)
    assert found.keys() >= {FIRST, SECOND, MARKET}
    assert CENTRE not in found
    noted = house.rows("SELECT actor, act FROM ground_action WHERE act = 'organisations.enter'")
    assert noted == [("system", "organisations.enter")] * 3


def test_two_that_change_places_in_one_list(house: Register, now: datetime) -> None:
    enter(row(FIRST, superior=SECOND), row(SECOND, line=3), at=now)
    assert enter(row(FIRST), row(SECOND, line=3, superior=FIRST), at=now) == (0, 2, 0)
    assert Organisation.objects.get(code=SECOND).superior == Organisation.objects.get(code=FIRST)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"code": FIRST[:-1] + "0"}, "不是有效的统一社会信用代码"),
        ({"name": " "}, "请填写单位名称"),
        ({"name": "局" * 201}, "超过 200 字"),
        ({"kind": "club"}, "类别应为"),
        ({"region": "140199"}, "没有行政区划 140199"),
        ({"region": "太原"}, "没有行政区划 太原"),
        ({"valid_until": SINCE}, "失效日期应晚于生效日期"),
        ({"superior": FIRST}, "会成为自己的上级"),
        ({"superior": THIRD}, "没有登记上级单位"),
        ({"superior": MARKET, "region": "140200"}, "不包含 140200"),
        ({"code": MARKET, "kind": "court"}, "不能变更"),
        ({"code": MARKET, "region": "140105"}, "不能变更"),
        ({"code": MARKET, "valid_from": SINCE + DAY}, "不能变更"),
    ],
)
def test_one_wrong_line_and_nothing_of_the_list_is_entered(
    house: Register, now: datetime, wrong: dict[str, Any], why: str
) -> None:
    rows = (row(SECOND), row(line=3, **wrong))
    with pytest.raises(OrganisationsRefused) as refused:
        enter(*rows, at=now)
    assert f"第 3 行：" in refused.value.text  # noqa: F541
    assert why in refused.value.text
    assert "line 3: " in refused.value.text_en
    assert not Organisation.objects.filter(code=SECOND).exists()


def test_the_same_code_twice_names_both_lines(house: Register, now: datetime) -> None:
    with pytest.raises(OrganisationsRefused, match="第 9 行：与第 2 行代码相同"):
        enter(row(), row(line=9), at=now)


def test_a_ring_through_one_that_is_not_in_the_list(house: Register, now: datetime) -> None:
    enter(row(FIRST), row(SECOND, line=3, superior=FIRST), row(THIRD, line=4, superior=SECOND), at=now)
    with pytest.raises(OrganisationsRefused, match="自己的上级"):
        enter(row(FIRST, superior=THIRD), at=now)


def test_many_refusals_are_counted_after_fifty(house: Register, now: datetime) -> None:
    with pytest.raises(OrganisationsRefused, match=r"另有 10 行") as refused:
        enter(*(row(f"{number:018}", line=number) for number in range(1, 61)), at=now)
    assert len(refused.value.lines) == 60


def test_only_a_system_administrator_enters_organisations(house: Register, now: datetime, today: date) -> None:
    for login in ("security", "audit", "clerk", "officer"):
        with pytest.raises(NotAllowed):
            enter(row(), at=now, by=login)
        with pytest.raises(NotAllowed):
            end_organisation(MARKET, on=today + DAY, reason="撤并", actor=officer(login), at=now)
        with pytest.raises(NotAllowed):
            license_one(now, today, by=login)
        with pytest.raises(NotAllowed):
            end_licence(1, reason="x", actor=officer(login), at=now)


def test_no_role_but_the_owner_enters_without_an_actor(house: Register, now: datetime, today: date) -> None:
    enter(row(AGENCY, kind="credit_agency"), at=now)
    with pytest.raises(IntegrityError, match="only a system administrator"):
        license_one(now, today, by=None)


# Regions and superiors.


def test_regions_cover_as_in_the_law() -> None:
    assert covers("140000", "140105")
    assert covers("140100", "140105")
    assert covers("100000", "110000")
    assert not covers("140105", "140100")
    assert not covers("140100", "140200")
    assert all(covers("140000", one) and covers(one, one) for one in REGIONS)
    assert all(not covers(one.code, "140000") for one in cities())


def test_the_database_covers_as_the_rule_does(house: Register) -> None:
    tried = [*REGIONS, "100000", "110000", "110105", "130000"]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a, b, identity_region_covers(a, b) FROM unnest(%s::text[]) a, unnest(%s::text[]) b""",
            [tried, tried],
        )
        assert all(told == covers(outer, inner) for outer, inner, told in cursor)


@given(st.dictionaries(CODES, CODES))
def test_whatever_is_let_through_one_by_one_never_makes_a_ring(wanted: dict[str, str]) -> None:
    regions = dict.fromkeys([FIRST, SECOND, THIRD, AGENCY], "140105")
    standing: dict[str, str | None] = {}
    for code, superior in wanted.items():
        if refuse_superior(code, "140105", superior, standing, regions) is None:
            standing[code] = superior
    for code in standing:
        above, steps = standing.get(code), 0
        while above is not None:
            above, steps = standing.get(above), steps + 1
            assert steps <= len(regions)


# Licences.


def license_one(at: datetime, today: date, by: str | None = "system", **changes: Any) -> int:
    told = {
        "licence": "personal-credit",
        "number": "测试字第1号",
        "valid_from": today,
        "valid_until": today + 365 * DAY,
    }
    return enter_licence(AGENCY, **{**told, **changes}, actor=officer(by) if by else None, at=at).pk


def test_a_credit_agency_stands_while_it_is_licensed(house: Register, now: datetime, today: date) -> None:
    enter(row(AGENCY, kind="credit_agency"), at=now)
    assert find_organisation(AGENCY, today) is None
    number = license_one(now, today)
    for day, stands in ((today - DAY, False), (today, True), (today + 364 * DAY, True), (today + 365 * DAY, False)):
        assert (find_organisation(AGENCY, day) is not None) is stands, day
    end_licence(number, reason="注销", actor=officer("system"), at=now)
    assert find_organisation(AGENCY, today) is None
    with pytest.raises(LicenceRefused, match="已经终止"):
        end_licence(number, reason="注销", actor=officer("system"), at=now)
    noted = house.rows("SELECT act FROM ground_action WHERE subject = %s ORDER BY id", f"licence:{number}")
    assert noted == [("licences.enter",), ("licences.end",)]


def test_a_filing_is_no_licence(house: Register, now: datetime, today: date) -> None:
    enter(row(AGENCY, kind="credit_agency"), at=now)
    license_one(now, today, licence="enterprise-credit", valid_until=None)
    assert find_organisation(AGENCY, today) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"licence": "driving"}, "没有这种许可"),
        ({"licence": "school"}, "不持有"),
        ({"number": " "}, "许可证号"),
        ({"valid_until": date(2026, 1, 1)}, "晚于生效日期"),
        ({"valid_until": None}, "最长 1096 天"),
        ({"valid_until": date(2029, 1, 2)}, "最长 1096 天"),
    ],
)
def test_licences_that_cannot_be(changes: dict[str, Any], why: str) -> None:
    told: dict[str, Any] = {"licence": "personal-credit", "number": "1", "valid_from": date(2026, 1, 1)}
    told |= {"valid_until": date(2029, 1, 1), **changes}
    reason = refuse_licence("credit_agency", known=licence_kinds().keys(), **told)
    assert reason is not None
    assert why in reason.text


def test_a_licence_of_exactly_the_longest_term_is_taken() -> None:
    begun = date(2026, 1, 1)
    assert (
        refuse_licence("credit_agency", "personal-credit", "1", begun, begun + 1096 * DAY, licence_kinds().keys())
        is None
    )


def test_an_unknown_organisation_has_no_licence(house: Register, now: datetime, today: date) -> None:
    with pytest.raises(OrganisationRefused, match="没有登记单位"):
        license_one(now, today)
    enter(row(AGENCY, kind="credit_agency"), at=now)
    with pytest.raises(LicenceRefused, match="没有这种许可"):
        license_one(now, today, licence="driving")


def test_what_is_provisional_about_licences_is_reported(house: Register, today: date) -> None:
    house.become("owner")
    assert {"personal-credit", "enterprise-credit"} <= {one.name for one in provisional_in_force(today)}


# The end of an organisation.


def test_rights_lapse_with_the_organisation(house: Register, now: datetime, today: date) -> None:
    clerk = officer("clerk").pk
    assert rights_of(clerk)
    end_organisation(MARKET, on=today + DAY, reason="机构改革", actor=officer("system"), at=now)
    assert rights_of(clerk)
    end_organisation(MARKET, on=today, reason="机构改革", actor=officer("system"), at=now)
    assert not rights_of(clerk)
    assert rights_of(officer("verifier").pk)
    with pytest.raises(OrganisationRefused, match="已经失效"):
        end_organisation(MARKET, on=today + DAY, reason="机构改革", actor=officer("system"), at=now)


def test_an_end_needs_a_day_to_come_and_a_reason(house: Register, now: datetime, today: date) -> None:
    with pytest.raises(OrganisationRefused, match="不能早于今天"):
        end_organisation(OTHER, on=today - DAY, reason="x", actor=officer("system"), at=now)
    with pytest.raises(OrganisationRefused, match="理由"):
        end_organisation(OTHER, on=today, reason=" ", actor=officer("system"), at=now)


def test_the_administration_can_change_neither_kind_nor_code(house: Register) -> None:
    for column, value in (("kind", "court"), ("code", FIRST), ("region", "140000"), ("valid_from", "2000-01-01")):
        with house.connect("admin") as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(f"UPDATE identity_organisation SET {column} = %s WHERE code = %s", [value, MARKET])  # type: ignore[arg-type, unused-ignore]


# The file.

HEADER = "统一社会信用代码,单位名称,类别,行政区划,生效日期,失效日期,上级单位代码\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_reads_in_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    text = HEADER + f"{FIRST}, 测试教育局 ,department,140105,2019-01-01,2027-01-01,{SECOND}\n"
    (read,) = read_organisations(write(tmp_path / "a.csv", text, encoding))
    assert read == row(valid_until=date(2027, 1, 1), superior=SECOND)


def test_the_reason_of_a_revival_is_read(tmp_path: Path) -> None:
    text = HEADER.strip() + f",恢复理由\n{FIRST},测试教育局,department,140105,2019-01-01,,,误填\n"
    assert read_organisations(write(tmp_path / "a.csv", text)) == [row(revival="误填")]


def test_columns_that_may_be_left_out(tmp_path: Path) -> None:
    text = f"单位名称,统一社会信用代码,类别,行政区划,生效日期\n测试教育局,{FIRST},department,140105,2019-01-01\n"
    assert read_organisations(write(tmp_path / "a.csv", text)) == [row()]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("统一社会信用代码,单位名称\n", "缺少列：类别、行政区划、生效日期"),
        (HEADER.replace("失效日期", "身份证号"), "有不认识的列：身份证号"),
        (HEADER + '"未闭合', "不是合格的 CSV"),
        ("", "缺少列"),
    ],
)
def test_a_file_that_is_no_list(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(OrganisationsUnusable, match=why):
        read_organisations(write(tmp_path / "a.csv", text))


def test_lines_that_do_not_read_are_named(tmp_path: Path) -> None:
    lines = [f"{FIRST},甲,department,140105,2019/1/1,,", f"{FIRST},乙,department,140105,,,", f"{FIRST},丙,department"]
    with pytest.raises(OrganisationsRefused) as refused:
        read_organisations(write(tmp_path / "a.csv", HEADER + "\n".join(lines) + "\n"))
    assert [(line, reason.text[:4]) for line, reason in refused.value.lines] == [
        (2, "日期应为"),
        (3, "请填写生"),
        (4, "列数与表"),
    ]


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xff\x00\xff")
    with pytest.raises(EncodingUnknown):
        read_organisations(tmp_path / "a.csv")
    with pytest.raises(OrganisationsUnusable, match="打不开"):
        read_organisations(tmp_path / "b.csv")
