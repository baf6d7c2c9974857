"""Whatever becomes of a record, whoever read it is told: a test for each cause beside those of ``test_recalls``."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from chengxin.ground.services import deliver
from chengxin.identity.services.transfers import propose_again
from chengxin.lib.periods import shanghai_date
from chengxin.records.disputes import announce_dispute
from chengxin.records.transfers import headers
from chengxin.sharing.recalls import announce_expiry, list_recalls
from chengxin.sharing.services import issue_report
from chengxin.site.outbox import HANDLERS
from tests.conftest import Register
from tests.identity.feeding import renamed, renumbered
from tests.identity.feeding import take as tell
from tests.people import NAMESAKE, WANG_WEI, Someone
from tests.portal.conftest import LogIn, log_in  # noqa: F401  # a fixture
from tests.portal.test_persons import own_page
from tests.records.test_adjudication import officers
from tests.records.test_ingest import numbers_of
from tests.records.test_transfers import SECOND_CODE, agree, give, merge, split_off, subject_of
from tests.records.test_undoing import officer
from tests.sharing.test_report import about, asker

CLOSE = """
WITH made AS (
    INSERT INTO records_batch SELECT (jsonb_populate_record(b, jsonb_build_object('id', 7777, 'token', %s::text, 'state', 'received',
        'finished_at', NULL, 'digest', '\\x00', 'read', 0, 'new', 0, 'changed', 0, 'unchanged', 0, 'waiting', 0, 'refused', 0))).*
    FROM records_batch b LIMIT 1 RETURNING id)
SELECT set_config('cx.batch', '7777', false) FROM made"""
CLOSED = """
INSERT INTO records_version SELECT (jsonb_populate_record(v, jsonb_build_object('version', 2, 'state', %s::text, 'batch_id', 7777,
    'shown_until', v.shown_from, 'repair_from', NULL, 'commitment', NULL, 'recorded_at', clock_timestamp()))).*
FROM records_version v WHERE v.version = 1"""


@pytest.fixture
def read(register: Register, tmp_path: Path, today: date, now: datetime) -> str:
    """Give the number of a record that the credit centre read."""
    batch = give(register, tmp_path, today, now - timedelta(minutes=5), 1, WANG_WEI)
    issue_report(asker(today), about(WANG_WEI), at=now - timedelta(minutes=2))
    ((_, number, _, _),) = numbers_of(register, batch)
    return str(number)


def told(register: Register, now: datetime) -> list[tuple[str, str]]:
    """Deliver and give what the credit centre is told: number and cause, the newest first."""
    register.become("intake")
    deliver(HANDLERS, at=now)
    register.become("app")
    return [(one.number, one.cause) for one in list_recalls(officer("officer"))]


@pytest.mark.parametrize("state", ["repaired", "sealed"])
def test_whoever_read_what_is_repaired_or_sealed_is_told(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    read: str,
    now: datetime,
    state: str,  # the fixture imported above
) -> None:
    with register.connect("owner") as connection:
        connection.execute(CLOSE, [str(uuid4())])
        connection.execute(CLOSED, [state])
    assert told(register, now) == [(read, state)]
    page = log_in("officer").get(reverse("portal:recalls")).content.decode()
    assert {"repaired": "已经修复", "sealed": "已经封存"}[state] in page


def test_whoever_read_what_shows_no_more_is_told_once_on_its_day(register: Register, read: str, now: datetime) -> None:
    ((ends,),) = register.rows("SELECT shown_until FROM records_version")
    register.become("intake")
    assert announce_expiry(at=now) == 1
    assert told(register, now) == []
    then = now + (ends - shanghai_date(now))
    register.become("intake")
    assert announce_expiry(at=then) == (ends - shanghai_date(now)).days
    assert announce_expiry(at=then) == 0
    for _ in range(2):
        register.become("intake")
        while deliver(HANDLERS, at=then):
            pass
    assert told(register, then) == [(read, "expired")]


def test_whoever_read_what_is_disputed_is_told_when_it_begins_and_when_it_ends(
    register: Register, read: str, now: datetime
) -> None:
    ((subject, record),) = register.rows("SELECT subject_id, record_id FROM records_version")
    for ended in (False, True):
        register.become("owner")
        with transaction.atomic():
            announce_dispute(41, subject=subject, record=record, ended=ended, at=now)
    assert told(register, now) == [(read, "dispute-ended"), (read, "disputed")]
    person = own_page(WANG_WEI.code, "王伟")
    page = person.get(reverse("person-file")).content.decode()
    address = next(part for part in page.split('"') if part.startswith("/me/file/") and part != "/me/file/")
    assert "您提出了异议" in person.get(address).content.decode()


def test_whoever_read_a_record_that_a_merge_takes_along_is_told_and_again_when_it_is_undone(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = give(register, tmp_path, today, now, 1, NAMESAKE)
    issue_report(asker(today), about(NAMESAKE), at=now)
    ((_, number, _, _),) = numbers_of(register, batch)
    tell(register, renamed(1, WANG_WEI.code, "王伟"))
    gone, stays, step = merge(register, WANG_WEI, NAMESAKE, now)
    assert told(register, now) == [(number, "moved")]
    issue_report(asker(today), about(NAMESAKE), at=now)
    first, colleague = officers(register)
    agree(register, propose_again(step.transfer_id, (), ground="晋公户证2号", actor=colleague, at=now), first, now)
    assert [cause for _, cause in told(register, now)] == ["moved", "moved"]
    ((one, other),) = [tuple(row[0] for row in register.rows("SELECT subject_id FROM sharing_recall ORDER BY id"))]
    assert (one, other) == (gone, stays)


def test_whoever_read_a_record_of_the_wrong_person_is_told_when_they_are_split(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    tell(register, renumbered(1, WANG_WEI.code, SECOND_CODE, "王新"))
    batch = give(register, tmp_path, today, now, 1, Someone("王新", "19900101", 701))
    issue_report(asker(today), about(Someone("王新", "19900101", 701)), at=now)
    ((_, number, _, _),) = numbers_of(register, batch)
    with register.speaking("officer"):
        (record,) = headers(subject_of(WANG_WEI.code, "王伟"))
    split_off(register, now, [record.record_id])
    assert told(register, now) == [(number, "moved")]
    rows: list[Any] = register.rows("SELECT count(*) FROM sharing_recall")
    assert rows == [(1,)]
