"""Certificates: what they may be for and until when they count, what they show, and how they stand when somebody checks them."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.lib.periods import add_months
from chengxin.records.terms import certificate_months
from chengxin.sharing.certificates import Certificate, Wanted, certificate_purposes, issue_certificate, offered_fields
from chengxin.sharing.documents import certificate_json, certificate_pdf
from chengxin.sharing.documents.words import NOT_FOUND
from chengxin.sharing.errors import CertificateRefused, CheckedTooOften, ReportUnknown
from chengxin.sharing.own import check_report, list_own_reports, see_file, withdraw_report
from chengxin.sharing.rules import refuse_certificate, valid_until
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, NAMESAKE, WANG_WEI, Someone
from tests.records.test_ingest import take
from tests.records.test_transfers import subject_of
from tests.records.test_undoing import undo
from tests.sharing.test_own import held as held  # noqa: PLC0414  # a register with two persons' records
from tests.sharing.test_own import oneself

JOB = Wanted("QZ", ("CF-ZRR",), 1)
EVERY = ("CF-ZRR", "RY-BZ", "SX-BZXR")


@pytest.mark.parametrize(
    ("purpose", "covers", "months", "code"),
    [
        pytest.param("QZ", ["CF-ZRR"], 1, "", id="sound"),
        pytest.param("QZ", ["CF-ZRR", "RY-BZ"], 3, "", id="as-long-as-the-term"),
        pytest.param("??", ["CF-ZRR"], 1, "certificate-purpose", id="a-purpose-of-nobodys"),
        pytest.param("QZ", [], 1, "certificate-field", id="no-field"),
        pytest.param("QZ", ["CF-ZRR", "XX"], 1, "certificate-other-field", id="a-field-not-in-force"),
        pytest.param("QZ", ["CF-ZRR"], 0, "certificate-term", id="no-term"),
        pytest.param("QZ", ["CF-ZRR"], 4, "certificate-term", id="longer-than-the-term"),
    ],
)
def test_what_a_certificate_may_be_made_out_for(purpose: str, covers: list[str], months: int, code: str) -> None:
    refusal = refuse_certificate(purpose, covers, months, purposes={"QZ"}, offered={"CF-ZRR", "RY-BZ"}, longest=3)
    assert (refusal.code if refusal else "") == code


@pytest.mark.parametrize(
    ("issued", "months", "shown_until", "until"),
    [
        pytest.param(date(2026, 3, 5), 1, [], date(2026, 4, 5), id="a-month"),
        pytest.param(date(2026, 1, 31), 1, [], date(2026, 2, 28), id="a-month-too-short"),
        pytest.param(
            date(2026, 3, 5),
            3,
            [date(2026, 3, 20), date(2027, 1, 1)],
            date(2026, 3, 20),
            id="no-longer-than-a-record-shows",
        ),
        pytest.param(date(2026, 3, 5), 1, [date(2026, 3, 6)], date(2026, 3, 6), id="until-tomorrow"),
    ],
)
def test_safeguard6_a_certificate_counts_no_longer_than_what_it_shows(
    issued: date, months: int, shown_until: list[date], until: date
) -> None:
    assert valid_until(issued, months, shown_until) == until


def test_rule_and_database_count_months_alike(register: Register) -> None:
    with register.connect("owner") as owner:
        for day in (date(2027, 11, 1) + timedelta(days=place) for place in range(500)):
            for months in (1, 2, 3):
                ((end,),) = owner.execute(
                    "SELECT (%s::date + make_interval(months => %s))::date", [day, months]
                ).fetchall()
                assert end == add_months(day, months)


def test_it_shows_what_is_held_of_the_chosen_fields_and_says_so_where_nothing_is(
    held: Register, today: date, now: datetime
) -> None:
    made = issue_certificate(oneself(), Wanted("QZ", EVERY, 2), at=now)
    told = {field.code: [record.document for record in field.records] for field in made.fields}
    assert told == {"CF-ZRR": ["并市监罚〔2026〕1号"], "RY-BZ": [], "SX-BZXR": []}
    assert made.valid_until == add_months(today, 2)
    penalties, honours, _ = made.fields
    assert (penalties.source.organs, penalties.source.names, penalties.source.until) == (
        1,
        ("测试市场监督管理局",),
        today,
    )
    assert (honours.source.organs, honours.source.until) == (0, None)
    content = certificate_json(made)
    assert [field["found"] for field in content["fields"]][1:] == [NOT_FOUND, NOT_FOUND]
    assert content["purpose"] == "求职、录用"
    assert WANG_WEI.code not in str(content)
    assert "并市监罚〔2026〕2号" not in str(content)


def test_what_only_the_person_sees_stays_off_it(held: Register, now: datetime) -> None:
    made = issue_certificate(oneself(), JOB, at=now)
    offered = {field.code for record in made.fields[0].records for field in record.fields}
    ((_, (own,)),) = see_file(oneself(), at=now).shown
    assert offered < {field.code for field in own.fields}


def test_it_is_entered_as_ones_own_reading_of_the_chosen_fields_alone(held: Register, now: datetime) -> None:
    person = oneself()
    issue_certificate(person, Wanted("ZC", ("RY-BZ",), 1), at=now)
    issue_certificate(person, JOB, at=now + timedelta(milliseconds=2))
    entries = held.rows(
        "SELECT organisation, officer, purpose, channel, outcome, cardinality(record_ids) FROM ground_access_entry ORDER BY at"
    )
    assert entries == [
        ("本人", person.login, "BR-CX", "person", "empty", 0),
        ("本人", person.login, "BR-CX", "person", "answered", 1),
    ]
    assert held.rows("SELECT act FROM ground_action WHERE act = 'report.special'") == [("report.special",)] * 2


def test_what_is_refused_is_not_read(held: Register, now: datetime) -> None:
    for wanted in (Wanted("??", ("CF-ZRR",), 1), Wanted("QZ", ("XX",), 1), Wanted("QZ", ("CF-ZRR",), 99)):
        with pytest.raises(CertificateRefused):
            issue_certificate(oneself(), wanted, at=now)
    assert held.rows("SELECT FROM ground_access_entry") == []


def test_each_certificate_stands_by_itself_and_can_be_taken_back_once(held: Register, now: datetime) -> None:
    person = oneself()
    first, second = (issue_certificate(person, JOB, at=now - timedelta(seconds=place)) for place in (2, 1))
    for made in (first, second):
        checked = check_report(made.number, made.check_code)
        assert checked is not None
        assert (checked.kind, checked.state, checked.purpose, checked.covers) == ("special", "valid", "QZ", ("CF-ZRR",))
        assert checked.valid_until == made.valid_until
    withdraw_report(person, first.number, at=now)
    for who in (person, oneself(LI_NA)):
        with pytest.raises(ReportUnknown):
            withdraw_report(who, first.number, at=now)
    assert [(one.kind, one.state, one.checks) for one in list_own_reports(person)] == [
        ("special", "valid", 1),
        ("special", "withdrawn", 1),
    ]


def test_it_says_when_what_it_shows_has_changed(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now - timedelta(minutes=5))
    register.become("app")
    shown, without = (issue_certificate(oneself(), Wanted("QZ", (field,), 1), at=now) for field in ("CF-ZRR", "RY-BZ"))
    undo(register, batch, now)
    register.become("public")
    told = [check_report(made.number, made.check_code) for made in (shown, without)]
    assert [one.state for one in told if one] == ["changed", "valid"]


def test_wrong_codes_and_unknown_numbers_are_told_the_same_and_limited(held: Register, now: datetime) -> None:
    made = issue_certificate(oneself(), JOB, at=now)
    held.become("public")
    for number, right in ((made.number, made.check_code), ("CX20260101AAAAAAAAAA", "00000000")):
        for _ in range(20):
            assert check_report(number, "ZZZZZZZZ") is None
        for code in ("ZZZZZZZZ", right):
            with pytest.raises(CheckedTooOften):
                check_report(number, code)
    other = check_report("CX20260101BBBBBBBBBB", made.check_code)
    assert other is None


def test_the_public_reads_no_table_of_it(held: Register, now: datetime) -> None:
    issue_certificate(oneself(), JOB, at=now)
    held.become("public")
    for table in ("sharing_report", "sharing_report_check", "sharing_check_try", "sharing_report_withdrawal"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(f"SELECT FROM {table}")


def test_every_purpose_has_words_and_a_source(today: date) -> None:
    assert certificate_months(today) >= 1
    for one in certificate_purposes().values():
        assert one.name
        assert one.name_en
        assert one.source.provisional


def test_only_items_open_to_the_person_are_offered(register: Register, today: date) -> None:
    register.become("app")
    offered = offered_fields(today)
    assert {"CF-ZRR", "RY-BZ", "SX-BZXR", "XK-ZRR"} <= {field.code for field in offered}
    assert all(field.item_class and field.name for field in offered)


def test_the_paper_is_the_same_each_time_and_has_a_picture_to_check_it_by(held: Register, now: datetime) -> None:
    made = issue_certificate(oneself(), Wanted("QZ", EVERY, 1), at=now)
    papers = {certificate_pdf(made, check_at="https://example.org/reports/") for _ in range(2)}
    (paper,) = papers
    assert paper.startswith(b"%PDF")
    assert WANG_WEI.code.encode() not in paper


WHO = (WANG_WEI, LI_NA, NAMESAKE)
AGES = (61, 100, 364, 365, 366, 367, 700)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(st.tuples(st.sampled_from(WHO), st.sampled_from(AGES)), min_size=1, max_size=8),
    covers=st.lists(st.sampled_from(EVERY), min_size=1, unique=True),
    months=st.integers(1, 3),
)
def test_a_certificate_never_shows_what_the_gate_hides_nor_anothers(
    register: Register,
    tmp_path: Path,
    today: date,
    now: datetime,
    told: list[tuple[Someone, int]],
    covers: list[str],
    months: int,
) -> None:
    """Whoever has which records of whatever age: just those of one's own that the file calls shown, for as long as they show."""
    first = register.rows("SELECT count(*) FROM records_version")[0][0] + 1000
    rows = []
    for place, (who, age) in enumerate(told):
        decided = today - timedelta(days=age)
        dates = {"CF_JDRQ": decided, "CX_XWZZRQ": decided - timedelta(days=9), "CX_QDRQ": decided + timedelta(days=60)}
        rows.append(penalty(today, first + place, who, **dates))
    take(register, write_csv(tmp_path / f"{first}.csv", rows), now)
    register.become("app")
    for who in WHO:
        person = oneself(who)
        file = see_file(person, at=now)
        shown = {one.number: one for _, records in file.shown for one in records if one.item in covers}
        made = issue_certificate(person, Wanted("QZ", tuple(covers), months), at=now)
        records = [record for field in made.fields for record in field.records]
        assert {record.number for record in records} == shown.keys()
        assert all(today < made.valid_until <= record.shown_until for record in records)
        assert made.valid_until <= add_months(today, months)
        assert not {one.number for one in file.hidden} & set(_words(made))
        assert check_report(made.number, made.check_code) is not None
        entered = register.rows(
            "SELECT e.record_ids FROM ground_access_entry e JOIN sharing_report r USING (entry_id) WHERE r.number = %s",
            made.number,
        )[0][0]
        own = register.rows(
            "SELECT record_id FROM records_version WHERE subject_id = %s", subject_of(who.code, who.name)
        )
        assert set(entered) <= {row[0] for row in own}
        assert len(entered) == len(records)


def _words(made: Certificate) -> list[str]:
    return [record["number"] for field in certificate_json(made)["fields"] for record in field["records"]]
