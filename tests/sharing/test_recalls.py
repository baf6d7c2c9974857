"""Whoever read a record that a batch's undoing took back is told once, and acknowledges."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from chengxin.ground.services import deliver
from chengxin.sharing.errors import RecallUnknown
from chengxin.sharing.recalls import acknowledge, list_recalls, recall_undone
from chengxin.sharing.services import issue_report
from chengxin.site.outbox import HANDLERS
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, WANG_WEI
from tests.portal.conftest import LogIn, log_in  # noqa: F401  # a fixture
from tests.records.test_ingest import take
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
    recall_undone(f"undoing:{made.pk}", now)
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


def test_what_names_no_undoing_is_an_error(register: Register, now: datetime) -> None:
    with pytest.raises(ValueError, match="names its undoing"):
        recall_undone("batch:1", now)
