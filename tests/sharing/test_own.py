"""What a person sees of themselves: their file, their details, their reports; and nothing of anybody else."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.identity.models import User
from chengxin.identity.services.logging_in import settle_person
from chengxin.identity.speaking import speaking_as_person
from chengxin.lib.periods import add_months
from chengxin.sharing.documents import as_json, as_text
from chengxin.sharing.errors import OwnRecordUnknown, ReportUnknown
from chengxin.sharing.own import (
    check_report,
    issue_own_report,
    list_own_reports,
    see_details,
    see_file,
    see_record,
    withdraw_report,
)
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, NAMESAKE, WANG_WEI, Someone
from tests.portal.test_delegations import window  # noqa: F401  # two officers of the centre
from tests.records.test_ingest import take
from tests.records.test_transfers import merge, subject_of
from tests.records.test_undoing import undo

LONG_OVER = 500


def oneself(who: Someone = WANG_WEI) -> User:
    user = settle_person("resident-id", who.code, who.name)
    assert user is not None
    return user


def over(today: date, number: int) -> dict[str, Any]:
    """Make a penalty that shows no more and is kept still."""
    decided = today - timedelta(days=LONG_OVER)
    return penalty(
        today, number, CF_JDRQ=decided, CX_XWZZRQ=decided - timedelta(days=9), CX_QDRQ=decided + timedelta(days=60)
    )


@pytest.fixture
def held(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    rows = [penalty(today, 1), over(today, 2), penalty(today, 3, LI_NA)]
    take(register, write_csv(tmp_path / "a.csv", rows), now - timedelta(minutes=5))
    register.become("app")
    return register


def test_the_file_holds_everything_and_sets_apart_what_nobody_sees(held: Register, today: date, now: datetime) -> None:
    found = see_file(oneself(), at=now)
    ((group, (shown,)),) = found.shown
    assert (group, shown.document, shown.hidden) == ("行政管理信息", "并市监罚〔2026〕1号", None)
    (hidden,) = found.hidden
    assert hidden.hidden is not None
    assert (hidden.document, hidden.hidden.rule) == ("并市监罚〔2026〕2号", "over")
    assert [one.what for one in hidden.deadlines] == ["shown-until", "erase-on"]
    assert (found.erased, found.records) == ((), 2)
    assert {"《中华人民共和国个人信息保护法》第三十四条"} <= {f"《{law.law}》{law.article}" for law in shown.laws}
    assert shown.organ == "测试市场监督管理局"
    assert WANG_WEI.code not in str(found)


def test_each_day_tells_how_it_was_counted(held: Register, today: date, now: datetime) -> None:
    ((_, (shown,)),) = see_file(oneself(), at=now).shown
    until, repair, erase = shown.deadlines
    assert (until.what, until.day, until.come) == ("shown-until", add_months(shown.decided, 12), False)
    assert until.working is not None
    assert (until.working.start, str(until.working.period)) == (shown.decided, "P12M")
    assert (repair.what, repair.day) == ("repair-from", add_months(shown.decided, 3))
    assert erase.what == "erase-on"
    assert erase.working is not None
    assert erase.working.start_is == "act-ended"


def test_each_reading_is_entered_as_ones_own(held: Register, now: datetime) -> None:
    person = oneself()
    see_file(person, at=now - timedelta(seconds=1))
    see_details(person, at=now)
    entries = held.rows(
        "SELECT organisation, officer, purpose, channel, outcome, cardinality(record_ids), fields FROM ground_access_entry ORDER BY at"
    )
    assert [entry[:-1] for entry in entries] == [
        ("本人", person.login, "BR-CX", "person", "answered", 2),
        ("本人", person.login, "BR-CX", "person", "empty", 0),
    ]
    assert "CF-ZRR.CF_WSH" in entries[0][-1]
    assert entries[1][-1] == ["born", "code", "name", "region"]


def test_a_record_opens_with_its_versions(held: Register, tmp_path: Path, today: date, now: datetime) -> None:
    take(held, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR_FK="3")]), now)
    held.become("app")
    ((_, (shown,)),) = see_file(oneself(), at=now).shown
    opened = see_record(oneself(), shown.record_id, at=now)
    newest, first = opened.versions
    assert (newest.version, first.version, first.cause, newest.provider) == (2, 1, "handed-in", "测试市场监督管理局")
    assert [change.after for change in newest.changes] == ["3 万元"]
    assert first.changes == ()


def test_what_a_batchs_undoing_took_back_is_kept_and_shown_to_its_person_alone(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now - timedelta(minutes=5))
    undo(register, batch, now)
    register.become("app")
    found = see_file(oneself(), at=now)
    (hidden,) = found.hidden
    assert hidden.hidden is not None
    assert (hidden.state, hidden.hidden.rule, found.shown) == ("withdrawn", "withdrawn", ())
    assert [seen.cause for seen in see_record(oneself(), hidden.record_id, at=now).versions] == ["undoing", "handed-in"]


def test_anothers_record_is_unknown_and_the_try_is_entered(held: Register, now: datetime) -> None:
    ((_, (hers,)),) = see_file(oneself(LI_NA), at=now).shown
    with pytest.raises(OwnRecordUnknown):
        see_record(oneself(), hers.record_id, at=now)
    assert held.rows(
        "SELECT outcome FROM ground_access_entry WHERE subject_id = %s", subject_of(WANG_WEI.code, "王伟")
    ) == [("empty",)]


def test_what_was_erased_is_counted_by_its_rule(held: Register, today: date, now: datetime) -> None:
    with held.connect("owner") as owner:
        owner.execute("ALTER TABLE records_payload DISABLE TRIGGER payload_erasure")
        owner.execute("DELETE FROM records_payload")
        owner.execute("ALTER TABLE records_payload ENABLE TRIGGER payload_erasure")
    found = see_file(oneself(), at=now)
    assert (found.shown, found.hidden) == ((), ())
    (erased,) = found.erased
    assert (erased.rule, erased.records, str(erased.source)) == ("adverse", 2, "《征信业管理条例》第十六条")


def test_after_a_merge_both_see_one_file(held: Register, tmp_path: Path, today: date, now: datetime) -> None:
    take(held, write_csv(tmp_path / "c.csv", [penalty(today, 9, NAMESAKE)]), now)
    held.become("app")
    merge(held, WANG_WEI, NAMESAKE, now)
    held.become("app")
    files = [see_file(oneself(who), at=now) for who in (WANG_WEI, NAMESAKE)]
    assert [found.records for found in files] == [3, 3]


def test_details_open_name_code_and_where_they_come_from(held: Register, now: datetime) -> None:
    details = see_details(oneself(), at=now)
    assert (details.name, details.code, details.born) == ("王伟", WANG_WEI.code, date(1990, 1, 1))
    assert [told.kind for told in details.told] == ["snapshot"]
    assert WANG_WEI.code not in repr(details)


def test_own_report_is_numbered_and_can_be_checked(held: Register, now: datetime) -> None:
    report = issue_own_report(oneself(), at=now)
    assert [record.document for record in report.records] == ["并市监罚〔2026〕1号"]
    checked = check_report(report.number, report.check_code.lower())
    assert checked is not None
    assert (checked.kind, checked.state, checked.issued_at) == ("own", "valid", report.issued_at)
    assert check_report(report.number, "00000000") is None
    assert check_report("CX20260101AAAAAAAAAA", report.check_code) is None
    assert report.check_code in as_text(report)
    assert as_json(report)["check_code"] == report.check_code
    kept = held.rows("SELECT to_jsonb(r)::text FROM sharing_report r")
    assert report.check_code not in kept[0][0]


def test_a_newer_report_replaces_and_a_withdrawn_one_says_so(held: Register, now: datetime) -> None:
    person, later = oneself(), now
    first, second = (issue_own_report(person, at=at) for at in (now - timedelta(seconds=2), now - timedelta(seconds=1)))
    issue_own_report(oneself(LI_NA), at=now)
    assert [one.state for one in list_own_reports(person)] == ["valid", "replaced"]
    withdraw_report(person, second.number, at=later)
    checked = check_report(second.number, second.check_code)
    assert checked is not None
    assert checked.state == "withdrawn"
    assert [one.state for one in list_own_reports(person)] == ["withdrawn", "replaced"]
    for who, number in ((person, second.number), (oneself(LI_NA), first.number)):
        with pytest.raises(ReportUnknown):
            withdraw_report(who, number, at=later)


def test_the_public_site_checks_a_report_and_reads_nothing_else(held: Register, now: datetime) -> None:
    report = issue_own_report(oneself(), at=now)
    held.become("public")
    checked = check_report(report.number, report.check_code)
    assert checked is not None
    assert checked.state == "valid"
    with pytest.raises(DatabaseError):
        connection.cursor().execute("SELECT FROM sharing_report")


WHO = (WANG_WEI, LI_NA, NAMESAKE)
AGES = (61, 90, 100, 364, 365, 366, 367, 700)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(st.tuples(st.sampled_from(WHO), st.sampled_from(AGES)), min_size=1, max_size=8))
def test_nobody_ever_sees_anothers_record_and_the_file_agrees_with_the_gate(
    register: Register, tmp_path: Path, today: date, now: datetime, told: list[tuple[Someone, int]]
) -> None:
    """Whoever has which records of whatever age: the file holds exactly one's own, and calls shown what the read gate shows."""
    first = register.rows("SELECT count(*) FROM records_version")[0][0] + 1000
    rows = []
    for place, (who, age) in enumerate(told):
        decided = today - timedelta(days=age)
        dates = {"CF_JDRQ": decided, "CX_XWZZRQ": decided - timedelta(days=9), "CX_QDRQ": decided + timedelta(days=60)}
        rows.append(penalty(today, first + place, who, **dates))
    take(register, write_csv(tmp_path / f"{first}.csv", rows), now)
    register.become("app")
    held = {}
    for who in WHO:
        file, subject = see_file(oneself(who), at=now), subject_of(who.code, who.name)
        shown = {record.number for _, records in file.shown for record in records}
        every = {record.record_id for _, records in file.shown for record in records} | {
            one.record_id for one in file.hidden
        }
        assert shown == {record.number for record in issue_own_report(oneself(who), at=now).records}
        assert every == {
            row[0] for row in register.rows("SELECT record_id FROM records_version WHERE subject_id = %s", subject)
        }
        held[who] = every
    for who in WHO:
        for record in set().union(*(held[other] for other in WHO if other is not who)):
            with pytest.raises(OwnRecordUnknown):
                see_record(oneself(who), record, at=now)


def test_without_a_claim_there_is_no_file(held: Register, now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_own_file(NULL)")
        assert cursor.fetchone() == (0,)
    with speaking_as_person(oneself()), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_own_file(NULL)")
        assert cursor.fetchone() == (2,)


def test_an_officer_speaks_for_no_person(held: Register, now: datetime) -> None:
    with pytest.raises(ValueError, match="never for a person"):
        see_file(User.objects.get(login="officer"), at=now)
