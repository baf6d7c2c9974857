"""The report on use: one line an organisation, of numbers alone, and nobody's own."""

import csv
import io
from datetime import datetime

import pytest
from django.test import Client

from chengxin.lib.periods import shanghai_date
from chengxin.oversight.reporting import report_of
from chengxin.oversight.services import close_case
from tests.conftest import Register
from tests.oversight.test_reviewing import inquiry, night
from tests.people import CENTRE, MARKET, OTHER, WANG_WEI
from tests.portal.conftest import let_in
from tests.reviewing import DAY, OF_CENTRE, REVIEWER, at_hour, enter, officer, settle_reviewers, subject_of

PAGE = "/desk/review/report/"


@pytest.fixture
def used(register: Register, now: datetime) -> Register:
    settle_reviewers(register)
    wang, yesterday = subject_of(register, WANG_WEI.born), shanghai_date(now) - DAY
    enter(register, [at_hour(yesterday, 10)] * 2, subject_id=wang, outcome="refused", reason="case-missing")
    enter(register, [at_hour(yesterday, 11)], subject_id=wang, organisation=OTHER, officer="x", duty="CF-CL-01")
    enter(register, [at_hour(yesterday, 11)], subject_id=wang, organisation=CENTRE, officer="officer")
    night(register, now, subject_id=wang)
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE sharing_recall DISABLE TRIGGER USER")
        owner.execute(
            """INSERT INTO sharing_recall (reference, organisation, subject_id, record_id, entry_id, case_reference, read_at, told_at,
                   due_on, acknowledged_by) VALUES ('batch:1', %s, %s, 1, gen_random_uuid(), '', now(), now(), %s, '')""",
            [MARKET, wang, yesterday],
        )
    close_case(inquiry(register), "in_order", "值班", actor=officer(REVIEWER), at=now)
    return register


def test_one_line_an_organisation_of_numbers_alone(used: Register, now: datetime) -> None:
    market, centre, other = report_of(shanghai_date(now) - DAY, officer(REVIEWER))
    assert (market.organisation, market.asked, market.answered, market.refused, market.persons) == (MARKET, 5, 3, 2, 1)
    assert (market.duties, market.signals, market.in_order, market.open) == ({"XK-SC-01": 5}, 1, 1, 0)
    assert (market.explained_late, market.questions_late, market.recalls_late) == (0, 0, 1)
    assert {centre.organisation, other.organisation} == {CENTRE, OTHER}
    assert WANG_WEI.name not in str([market, centre, other])


def test_nobody_reports_on_their_own_and_who_isnt_a_reviewer_on_nobody(used: Register, now: datetime) -> None:
    month = shanghai_date(now) - DAY
    assert {one.organisation for one in report_of(month, officer(OF_CENTRE))} == {MARKET, OTHER}
    assert report_of(month, officer("officer")) == []


def test_the_page_and_its_files(used: Register, now: datetime) -> None:
    month = f"?month={shanghai_date(now) - DAY:%Y-%m}"
    client = let_in(Client(), officer(REVIEWER))
    assert "测试市场监督管理局" in client.get(PAGE + month).content.decode()
    assert client.get(f"{PAGE}?month=x").status_code == 200
    rows = list(csv.reader(io.StringIO(client.get(f"{PAGE}file.csv{month}").content.decode("utf-8-sig"))))
    assert rows[1][:3] == [MARKET, "测试市场监督管理局", "5"]
    told = client.get(f"{PAGE}file.json{month}").json()
    assert [one["asked"] for one in told["organisations"]] == [5, 1, 1]
    assert len(used.rows("SELECT FROM ground_action WHERE act = 'review.report'")) == 2
    assert let_in(Client(), officer("officer")).get(PAGE).status_code == 403
