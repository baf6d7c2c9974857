"""A report for an officer: what it shows, what it enters, and that nothing comes out without the entry."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from chengxin.catalogue.queries import find_purpose
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import Asker
from chengxin.lib.periods import add_months
from chengxin.sharing.deciding import Question
from chengxin.sharing.documents import as_json, as_text
from chengxin.sharing.services import issue_report, view_past
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import CENTRE, DEAD, LI_NA, MARKET, UNKNOWN, WANG_WEI, Someone
from tests.records.test_ingest import take

PURPOSE = "YY-CL"


def asker(today: date, **values: str) -> Asker:
    basis = next(iter(find_purpose(PURPOSE, today).bases))
    sound = {
        "organisation": CENTRE,
        "officer": "officer",
        "purpose": PURPOSE,
        "basis": basis,
        "case_reference": "异议2026-7",
    }
    return Asker(**{**sound, **values}, channel="test")


def about(person: Someone, **values: str) -> Question:
    return Question(**{"code_type": "resident-id", "code": person.code, "name": person.name, **values})


def entries(register: Register) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT outcome, reason, subject_id <> 0, cardinality(record_ids), fields FROM ground_access_entry"
    )


def decided_so_that_it_ends(end: date) -> date:
    """Give a day of decision whose display period of a year ends on a day; the last such day where months are clipped."""
    return add_months(end, -12)


@pytest.fixture
def penalised(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now)
    register.become("app")
    return register


def test_report_shows_the_persons_records_and_enters_them(penalised: Register, today: date, now: datetime) -> None:
    report = issue_report(asker(today), about(WANG_WEI), at=now)
    assert [record.document for record in report.records] == ["并市监罚〔2026〕1号"]
    assert report.subject.name == WANG_WEI.name
    ((outcome, reason, known, records, fields),) = entries(penalised)
    assert (outcome, reason, known, records) == ("answered", "", True, 1)
    assert "CF-ZRR.CF_WSH" in fields
    assert not any(WANG_WEI.code in field or "并市监罚" in field for field in fields)
    assert penalised.rows("SELECT number FROM sharing_report") == [(report.number,)]


def test_report_names_the_officer_and_the_entry_keeps_the_login(
    penalised: Register, today: date, now: datetime
) -> None:
    report = issue_report(asker(today), about(WANG_WEI), at=now)
    assert (report.organisation, report.officer) == ("测试信用中心", "查询员")
    assert "经办人：查询员\n" in as_text(report)
    assert as_json(report)["officer"] == "查询员"
    assert penalised.rows("SELECT officer FROM ground_access_entry") == [("officer",)]


def test_fields_for_the_person_alone_are_not_in_an_officers_report(
    penalised: Register, today: date, now: datetime
) -> None:
    (record,) = issue_report(asker(today), about(WANG_WEI), at=now).records
    shown = {field.code for field in record.fields}
    assert "CF_WFXW" in shown
    assert not shown & {"CF_XDR_MC", "CF_XDR_ZJHM", "CF_XDR_LB"}


@pytest.mark.parametrize(
    ("days", "shown"),
    [pytest.param(1, 1, id="last-day"), pytest.param(0, 0, id="first-day-after"), pytest.param(-1, 0, id="long-over")],
)
def test_report_is_right_to_the_day(
    register: Register, tmp_path: Path, today: date, now: datetime, days: int, shown: int
) -> None:
    end = today + timedelta(days=days)
    decided = decided_so_that_it_ends(end)
    row = penalty(
        today, 1, CF_JDRQ=decided, CX_XWZZRQ=decided - timedelta(days=9), CX_QDRQ=decided + timedelta(days=60)
    )
    take(register, write_csv(tmp_path / "a.csv", [row]), now)
    assert register.rows("SELECT shown_until FROM records_version") == [(add_months(decided, 12),)]
    register.become("app")
    report = issue_report(asker(today), about(WANG_WEI), at=now)
    assert len(report.records) == (shown if add_months(decided, 12) == end else len(report.records))
    assert entries(register)[0][0] == ("answered" if report.records else "empty")


REFUSALS: dict[str, tuple[dict[str, str], dict[str, str], bool]] = {
    "person-unknown": ({}, {"code": UNKNOWN.code, "name": UNKNOWN.name}, False),
    "name-differs": ({}, {"name": "王维"}, True),
    "person-dead": ({}, {"code": DEAD.code, "name": DEAD.name}, True),
    "code-invalid": ({}, {"code": WANG_WEI.code[:-1] + "0"}, False),
    "purpose-unknown": ({"purpose": "NO-SUCH"}, {}, False),
    "purpose-not-open-to-organisation": ({"purpose": "FY-ZX"}, {}, False),
    "basis-unknown": ({"basis": "XZCFF-999"}, {}, False),
    "case-missing": ({"case_reference": "  "}, {}, False),
    "officer-unknown": ({"officer": "nobody"}, {}, False),
    "organisation-unknown": ({"organisation": "91149999MA0000007Y"}, {}, False),
}


@pytest.mark.parametrize("reason", REFUSALS)
def test_every_refusal_sounds_the_same_and_is_entered_as_it_was(
    penalised: Register, today: date, now: datetime, reason: str
) -> None:
    asking, asked, known = REFUSALS[reason]
    with pytest.raises(NotAnswerable) as refused:
        issue_report(asker(today, **asking), about(WANG_WEI, **asked), at=now)
    assert refused.value.text == NotAnswerable().text
    assert entries(penalised) == [("refused", reason, known, 0, [])]


def test_officer_of_another_organisation_is_refused(penalised: Register, today: date, now: datetime) -> None:
    with pytest.raises(NotAnswerable):
        issue_report(asker(today, organisation=MARKET), about(WANG_WEI), at=now)
    assert entries(penalised)[0][:2] == ("refused", "officer-unknown")


def test_without_the_entry_nothing_comes_out(penalised: Register, today: date, now: datetime) -> None:
    with penalised.connect("owner") as connection:
        connection.execute("REVOKE INSERT ON ground_access_entry FROM chengxin_app")
    report = None
    with pytest.raises(DatabaseError):
        report = issue_report(asker(today), about(WANG_WEI), at=now)
    assert report is None
    assert penalised.rows("SELECT count(*) FROM sharing_report") == [(0,)]


def test_reading_that_fails_half_way_leaves_a_failed_entry(
    penalised: Register, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(subject_id: int) -> None:
        raise RuntimeError(str(subject_id))

    monkeypatch.setattr("chengxin.sharing.services.open_person", fail)
    with pytest.raises(RuntimeError):
        issue_report(asker(today), about(WANG_WEI), at=now)
    assert entries(penalised)[0][:3] == ("failed", "error", True)


def test_past_is_for_purposes_that_may_look_back(penalised: Register, today: date, now: datetime) -> None:
    with pytest.raises(NotAnswerable):
        view_past(asker(today), about(WANG_WEI), on=today, known_at=now, at=now)
    assert entries(penalised)[0][:2] == ("refused", "purpose-may-not-look-back")
