"""Whoever read a record that a batch's undoing took back is told once, and acknowledges."""

import csv
import os
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from chengxin.ground.services import deliver
from chengxin.sharing.errors import RecallUnknown
from chengxin.sharing.recalls import acknowledge, list_recalls, recall_late, recall_withdrawn
from chengxin.sharing.services import issue_report
from chengxin.site.outbox import HANDLERS
from tests.conftest import Register
from tests.identity.feeding import renamed
from tests.identity.feeding import take as tell_population
from tests.killing import killed_at
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, MARKET, NAMESAKE, WANG_WEI
from tests.portal.conftest import LogIn, log_in  # noqa: F401  # a fixture
from tests.portal.test_persons import own_page
from tests.records.test_ingest import counts, numbers_of, rules, take
from tests.records.test_transfers import give, merge, subject_of
from tests.records.test_undoing import officer, undo
from tests.sharing.test_report import about, asker


def test_whoever_read_it_is_told_once_and_acknowledges(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    tmp_path: Path,
    today: date,
    now: datetime,
) -> None:
    batch = take(
        register,
        write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]),
        now - timedelta(minutes=5),
    )
    register.become("app")
    issue_report(asker(today), about(WANG_WEI), at=now - timedelta(minutes=2))
    made = undo(register, batch, now)
    assert deliver(HANDLERS, at=now) == 1
    recall_withdrawn(f"undoing:{made.pk}", now)
    assert register.rows("SELECT count(*) FROM sharing_recall") == [(1,)]
    register.become("app")
    reader, provider = officer("officer"), officer("clerk")
    (one,) = list_recalls(reader)
    assert (one.acknowledged_at, one.case_reference != "") == (None, True)
    assert list_recalls(provider) == []
    with pytest.raises(RecallUnknown):
        acknowledge(one.id, actor=provider, at=now)
    page = log_in("officer").get(reverse("portal:recalls")).content.decode()
    assert one.number in page
    assert WANG_WEI.name not in page.partition("<main")[2]
    done = log_in("officer").post(reverse("portal:acknowledge-recall", args=[one.id]), follow=True)
    assert "officer 于" in done.content.decode()
    with pytest.raises(RecallUnknown):
        acknowledge(one.id, actor=reader, at=now)


TOLD = "SELECT reference, organisation, told_at, acknowledged_at IS NULL FROM sharing_recall ORDER BY id"
# The process says that it has told everybody, and waits to be killed before that is committed.
HALF_DELIVERED = """
import sys
import django
django.setup()
from django.utils import timezone
from chengxin.ground.services import deliver
from chengxin.sharing.recalls import recall_withdrawn
def stop(reference, at):
    recall_withdrawn(reference, at)
    print("all but delivered", flush=True)
    sys.stdin.read()
deliver({"record-withdrawn": (stop,)}, at=timezone.now())
"""


def withdraw(register: Register, folder: Path, at: datetime, *numbers: str) -> Any:
    path = folder / "withdrawn.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("撤回记录编号", "撤回原因"), *((number, "误报") for number in numbers)])
    return take(register, path, at)


@pytest.fixture
def read_numbers(register: Register, tmp_path: Path, today: date, now: datetime) -> list[str]:
    """Give the numbers of two records of which the credit centre read the first, twice."""
    rows = [penalty(today, 1), penalty(today, 2, LI_NA)]
    batch = take(register, write_csv(tmp_path / "a.csv", rows), now - timedelta(minutes=5))
    register.become("app")
    for minutes in (3, 2):
        issue_report(asker(today), about(WANG_WEI), at=now - timedelta(minutes=minutes))
    return [number for _, number, _, _ in numbers_of(register, batch)]


def test_whoever_read_what_is_withdrawn_by_its_number_is_told_once(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    tmp_path: Path,
    read_numbers: list[str],
    now: datetime,
) -> None:
    batch = withdraw(register, tmp_path, now, *read_numbers)
    assert counts(batch)["changed"] == 2
    assert deliver(HANDLERS, at=now) == 1
    recall_withdrawn(f"batch:{batch.pk}", now)
    assert register.rows(TOLD) == [(f"batch:{batch.pk}", asker(now.date()).organisation, now, True)]
    register.become("app")
    (one,) = list_recalls(officer("officer"))
    assert (one.number, one.cause, one.read_at) == (read_numbers[0], "batch", now - timedelta(minutes=2))
    page = log_in("officer").get(reverse("portal:recalls")).content.decode()
    assert "按编号撤回了这条记录" in page
    assert one.number in page
    log_in("officer").post(reverse("portal:acknowledge-recall", args=[one.id]))
    assert register.rows(TOLD)[0][-1] is False


def test_whoever_was_reading_at_that_very_moment_is_told_too(
    register: Register, tmp_path: Path, read_numbers: list[str], now: datetime
) -> None:
    """Their transaction, and with it their entry, ends after the delivery."""
    with register.connect("owner") as reading:
        reading.execute("BEGIN")
        reading.execute(
            "INSERT INTO ground_access_entry SELECT (jsonb_populate_record(e, jsonb_build_object('entry_id', gen_random_uuid(),"
            " 'organisation', %s::text))).* FROM ground_access_entry e LIMIT 1",
            [MARKET],
        )
        withdraw(register, tmp_path, now, read_numbers[0])
        assert deliver(HANDLERS, at=now) == 1
        reading.execute("COMMIT")
    assert len(register.rows(TOLD)) == 1
    recall_late(at=now + timedelta(minutes=1))
    assert sorted(organisation for _, organisation, *_ in register.rows(TOLD)) == sorted(
        [MARKET, asker(now.date()).organisation]
    )
    recall_late(at=now + timedelta(hours=2))
    assert len(register.rows(TOLD)) == 2


def test_whoever_read_what_is_corrected_is_told_and_the_person_sees_it(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    tmp_path: Path,
    read_numbers: list[str],
    today: date,
    now: datetime,
) -> None:
    """The same document again, saying something else: what was read is no longer what stands."""
    rows = [penalty(today, 1, CF_NR="罚款二千元"), penalty(today, 2, LI_NA)]
    batch = take(register, write_csv(tmp_path / "b.csv", rows), now)
    assert (counts(batch)["changed"], counts(batch)["unchanged"]) == (1, 1)
    assert deliver(HANDLERS, at=now) == 1
    recall_withdrawn(f"changed:{batch.pk}", now)
    assert register.rows(TOLD) == [(f"changed:{batch.pk}", asker(today).organisation, now, True)]
    register.become("app")
    (one,) = list_recalls(officer("officer"))
    assert (one.number, one.cause) == (read_numbers[0], "changed")
    assert one.due_on is not None
    assert one.due_on > today
    page = log_in("officer").get(reverse("portal:recalls")).content.decode()
    assert "信源单位改正了这条记录" in page
    assert f"请在 {one.due_on:%Y年}" in page
    person = own_page(WANG_WEI.code, "王伟")
    ((address,),) = [re.findall(r'href="(/me/file/[^"]+/)"', person.get(reverse("person-file")).content.decode())[:1]]
    seen = person.get(address).content.decode()
    assert "已通知查询过它的单位 1 次，其中 0 次已确认处理" in seen
    assert f"应在 {one.due_on} 前确认（含当日）" in seen
    log_in("officer").post(reverse("portal:acknowledge-recall", args=[one.id]))
    assert "其中 1 次已确认处理" in person.get(address).content.decode()
    assert "Whom we told" in person.get(f"/en{address}").content.decode()


def test_the_same_again_and_what_nobody_read_recall_nothing(
    register: Register, tmp_path: Path, read_numbers: list[str], today: date, now: datetime
) -> None:
    take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now)
    assert deliver(HANDLERS, at=now) == 0
    take(register, write_csv(tmp_path / "c.csv", [penalty(today, 2, LI_NA, CF_NR="罚款二千元")]), now)
    assert deliver(HANDLERS, at=now) == 1
    assert register.rows(TOLD) == []


def test_whoever_read_the_corrected_version_is_not_told_of_it(
    register: Register, tmp_path: Path, read_numbers: list[str], today: date, now: datetime
) -> None:
    first = take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR="罚款二千元")]), now)
    deliver(HANDLERS, at=now)
    register.become("app")
    issue_report(asker(today), about(WANG_WEI), at=now + timedelta(seconds=1))
    register.become("intake")
    recall_withdrawn(f"changed:{first.pk}", now)
    ((read_at,),) = register.rows("SELECT read_at FROM sharing_recall")
    assert read_at < now
    second = take(register, write_csv(tmp_path / "c.csv", [penalty(today, 1, CF_NR="罚款三千元")]), now)
    deliver(HANDLERS, at=now)
    assert [row[0] for row in register.rows(TOLD)] == [f"changed:{first.pk}", f"changed:{second.pk}"]


def test_a_person_who_read_their_own_file_is_no_recipient(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now - timedelta(minutes=5))
    register.become("app")
    own_page(WANG_WEI.code, "王伟").get(reverse("person-file"))
    take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR="罚款二千元")]), now)
    assert deliver(HANDLERS, at=now) == 1
    assert register.rows(TOLD) == []


def test_withdrawing_again_announces_nothing(
    register: Register, tmp_path: Path, read_numbers: list[str], now: datetime
) -> None:
    withdraw(register, tmp_path, now, read_numbers[0])
    assert deliver(HANDLERS, at=now) == 1
    assert counts(withdraw(register, tmp_path, now, read_numbers[0]))["unchanged"] == 1
    assert deliver(HANDLERS, at=now) == 0
    assert len(register.rows(TOLD)) == 1


def test_what_is_withdrawn_after_an_undoing_is_told_anew(
    register: Register, tmp_path: Path, read_numbers: list[str], now: datetime
) -> None:
    first = withdraw(register, tmp_path, now, read_numbers[0])
    undo(register, first, now)
    second = withdraw(register, tmp_path, now, read_numbers[0])
    deliver(HANDLERS, at=now)
    references = [reference for reference, *_ in register.rows(TOLD)]
    assert references == [f"batch:{first.pk}", f"batch:{second.pk}"]


def test_a_correction_that_names_a_record_recalls_it(
    register: Register, tmp_path: Path, read_numbers: list[str], today: date, now: datetime
) -> None:
    right = penalty(today, 7, WANG_WEI, CX_JLBH=read_numbers[0])
    batch = take(register, write_csv(tmp_path / "c.csv", [right]), now)
    assert deliver(HANDLERS, at=now) == 1
    assert [row[0] for row in register.rows(TOLD)] == [f"batch:{batch.pk}"]


def test_whoever_read_it_of_another_person_is_told_too(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    """The record was read, then two persons became one: the number on the notice is the one that was read."""
    batch = give(register, tmp_path, today, now, 1, NAMESAKE)
    mine = subject_of(NAMESAKE.code, "王伟")
    register.become("app")
    issue_report(asker(today), about(NAMESAKE), at=now)
    ((_, number, _, _),) = numbers_of(register, batch)
    tell_population(register, renamed(1, WANG_WEI.code, "王伟"))
    gone, _, _ = merge(register, WANG_WEI, NAMESAKE, now)
    assert gone == mine
    closing = withdraw(register, tmp_path, now, number)
    assert counts(closing)["changed"] == 1, rules(register, closing)
    deliver(HANDLERS, at=now)
    register.become("app")
    told = [(one.number, one.cause) for one in list_recalls(officer("officer"))]
    assert told == [(number, "batch"), (number, "moved")]


def test_a_delivery_that_is_killed_is_made_once_by_the_next(
    register: Register, tmp_path: Path, read_numbers: list[str], now: datetime
) -> None:
    """What is withdrawn is committed with its event; the process that tells is killed before it commits."""
    batch = withdraw(register, tmp_path, now, read_numbers[0])
    assert register.rows("SELECT reference, delivered_at FROM ground_event") == [(f"batch:{batch.pk}", None)]
    environment = {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": register.urls["intake"],
        "CHENGXIN_VAULT_KEYS": str(settings.VAULT_KEYS),
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    killed_at("all but delivered", HALF_DELIVERED, environment)
    assert register.rows(TOLD) == []
    register.become("intake")
    assert deliver(HANDLERS, at=now) == 1
    assert deliver(HANDLERS, at=now) == 0
    assert len(register.rows(TOLD)) == 1


def test_what_names_no_cause_is_an_error(register: Register, now: datetime) -> None:
    with pytest.raises(ValueError, match="names its undoing"):
        recall_withdrawn("person:1", now)
