"""The desk's first page: what waits for whom, each number the same as what its register lists."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.catalogue.laws import WhatHappened, enter_event
from chengxin.education.feedback.given import give_feedback
from chengxin.education.feedback.rules import draw_number
from chengxin.education.feedback.services import answer_feedback
from chengxin.identity.services.visits import confirm_relative, end_visit, enter_relative
from chengxin.identity.speaking import speaking_as
from chengxin.identity.visiting import Asked
from chengxin.portal.desk.waits import TABLE
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import DEAD, DESK_OFFICERS, LI_NA, UNKNOWN, WANG_WEI
from tests.portal.busy import party, user
from tests.portal.conftest import LogIn
from tests.records.test_adjudication import written
from tests.records.test_ingest import take

HOME = reverse("portal:desk")
CARD = re.compile(r'<a href="(/desk/registers/[^"]+)">([^<]+)</a></h2><strong class="waits-count">(\d+\+?)')
NEXT = re.compile(r'rel="next" href="(\?[^"]+)"')


def listed(client: Client, address: str) -> int:
    """Count the rows of a register, page by page."""
    page = client.get(address).content.decode()
    rows = page.count('<th scope="row"')
    further = NEXT.search(page)
    return rows + (listed(client, address.partition("?")[0] + unescape(further[1])) if further else 0)


def waits(client: Client) -> dict[str, tuple[str, str]]:
    page = client.get(HOME).content.decode()
    return {label: (count, unescape(address)) for address, label, count in CARD.findall(page)}


@pytest.mark.parametrize("login", [*(one["login"] for one in DESK_OFFICERS), "colleague"])
def test_what_is_counted_is_what_the_register_lists(busy: Register, log_in: LogIn, login: str) -> None:
    client = log_in(login)
    for label, (count, address) in waits(client).items():
        assert listed(client, address) == int(count), label


def test_each_is_shown_what_is_theirs_to_do(busy: Register, log_in: LogIn) -> None:
    first, second, clerk = (waits(log_in(login)) for login in ("officer", "colleague", "clerk"))
    assert {label: count for label, (count, _) in first.items()} == {
        "待认定的行": "1", "待复核的合并和拆分": "1", "待复核的整批撤回": "1",
    }  # fmt: skip
    assert {label: count for label, (count, _) in second.items()} == {
        "待认定的行": "1", "待复核的认定": "1", "待复核的代理": "1", "待复核的整批撤回": "1",
    }  # fmt: skip
    assert clerk["有退回的行的批次"][0] == "1"
    assert clerk["有存疑的行的批次"][0] == "1"
    assert clerk["有等待的行的批次"][0] == "3"
    assert not waits(log_in("verifier"))


def test_what_is_late_comes_first_and_says_so(busy: Register, log_in: LogIn, today: date, now: datetime) -> None:
    ended = WhatHappened("XZCFF", "ended", today - timedelta(days=200), "废止", "公报")
    with speaking_as(user("officer")):
        assert enter_event(ended, actor=user("officer"), at=now).due_on < today
    page = log_in("officer").get(HOME).content.decode()
    assert page.index("法律变动留下的信息项") < page.index("待认定的行")
    assert "1 类事项已经逾期" in page
    assert "已经逾期</strong>" in page


def test_feedback_waits_for_an_answer_then_for_a_colleague_who_shows_it(
    busy: Register, log_in: LogIn, now: datetime
) -> None:
    busy.become("public")
    for may_show in (True, False):
        give_feedback(draw_number(), "字太小。", may_show=may_show, at=now)
    busy.become("app")
    assert waits(log_in("officer"))["待答复的意见反馈"][0] == "2"
    for number, *_ in busy.rows("SELECT id FROM education_feedback ORDER BY id"):
        answer_feedback(number, "已经改大。", actor=user("officer"), at=now)
    first, second, clerk = (waits(log_in(login)) for login in ("officer", "colleague", "clerk"))
    assert "待答复的意见反馈" not in {*first, *second}
    assert "待同意公开的意见反馈" not in {*first, *clerk}
    count, address = second["待同意公开的意见反馈"]
    assert count == "1"
    assert listed(log_in("colleague"), address) == 1
    page = log_in("colleague").get(address).content.decode()
    assert "字太小" not in page, "the words stand in the queue, not in a list that is taken as a file"


def test_a_relatives_application_waits_for_another_officer_for_a_day(
    busy: Register, log_in: LogIn, now: datetime
) -> None:
    asked = Asked("child", "办理继承", frozenset({"death", "household"}), False)
    number, stale = (enter_relative(party(DEAD), party(LI_NA), asked, actor=user("officer"), at=now) for _ in range(2))
    with busy.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_visit DISABLE TRIGGER visit_change_guarded")
        connection.execute("UPDATE identity_visit SET opened_at = opened_at - interval '1 day' WHERE id = %s", [stale])
        connection.execute("ALTER TABLE identity_visit ENABLE TRIGGER visit_change_guarded")
    first, second = log_in("officer"), log_in("colleague")
    assert "待复核的亲属申请" not in {*waits(first), *waits(log_in("clerk"))}
    count, address = waits(second)["待复核的亲属申请"]
    assert count == "1"
    page = second.get(address).content.decode()
    assert reverse("portal:visit-confirm", args=[number]) in page
    whole = second.get(address.partition("?")[0]).content.decode()
    assert "过期未复核" in whole
    assert not any(word in whole for word in (DEAD.name, LI_NA.name, "办理继承", "子女"))
    confirm_relative(number, party(DEAD), party(LI_NA), actor=user("colleague"), at=now)
    assert "待复核的亲属申请" not in waits(second)
    assert "可以打印" in first.get(address.partition("?")[0]).content.decode()
    end_visit(number, actor=user("officer"), at=now)
    assert listed(first, f"{address.partition('?')[0]}?state=ended") == 1


def test_a_batch_with_rows_refused_waits_until_a_clerk_is_done_with_them(
    busy: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    """A later file says nothing of rows that were refused earlier."""
    client = log_in("clerk")
    count, address = waits(client)["有退回的行的批次"]
    take(busy, write_csv(tmp_path / "c.csv", [penalty(today, 7)]), now)
    busy.become("app")
    assert waits(client)["有退回的行的批次"][0] == count
    for _ in range(int(count)):
        ((token,),) = busy.rows(
            "SELECT token FROM records_batch WHERE refused > 0 AND id NOT IN (SELECT batch_id FROM records_refusals_settled) LIMIT 1"
        )
        page = reverse("portal:batch", args=[token])
        assert "都处理完了" in client.get(page).content.decode()
        for _ in range(2):
            assert (
                "已记下" in client.post(reverse("portal:settle-refusals", args=[token]), follow=True).content.decode()
            )
        assert "都处理完了</button>" not in client.get(page).content.decode()
    assert "有退回的行的批次" not in waits(client)
    assert listed(client, address) == 0


def test_of_a_batch_without_refusals_nothing_is_settled(
    busy: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = take(busy, write_csv(tmp_path / "c.csv", [penalty(today, 7)]), now)
    busy.become("app")
    assert log_in("clerk").post(reverse("portal:settle-refusals", args=[batch.token])).status_code == 404
    assert busy.rows("SELECT * FROM records_refusals_settled") == []


def test_the_numbers_are_capped(register: Register, log_in: LogIn, today: date, now: datetime, tmp_path: Path) -> None:
    rows = [penalty(today, place, WANG_WEI, **written(UNKNOWN.code, UNKNOWN.name)) for place in range(120)]
    take(register, write_csv(tmp_path / "many.csv", rows), now)
    register.become("app")
    count, address = waits(log_in("officer"))["待认定的行"]
    assert count == "99+"
    assert listed(log_in("officer"), address) == 120


def test_it_costs_as_many_statements_however_much_waits(
    busy: Register,
    log_in: LogIn,
    tmp_path: Path,
    today: date,
    now: datetime,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = log_in("officer")
    client.get(HOME)
    with CaptureQueriesContext(connection) as before:
        client.get(HOME)
        asked = len(before)
    take(
        busy,
        write_csv(
            tmp_path / "d.csv", [penalty(today, n, WANG_WEI, **written(UNKNOWN.code, "吴 名")) for n in range(20, 40)]
        ),
        now,
    )
    busy.become("app")
    client.get(HOME)
    with django_assert_num_queries(asked):
        client.get(HOME)


def test_every_kind_names_filters_that_its_register_has() -> None:
    assert all(one.href for one in TABLE)
    assert len({(one.register, *one.chosen.items()) for one in TABLE}) == len(TABLE)
