"""The pages of the window: what the officer sees, what is printed, and what stays on the screen."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import DEAD, LI_NA, UNKNOWN, WANG_WEI, Someone
from tests.portal.conftest import LogIn
from tests.portal.conftest import log_in as log_in  # noqa: PLC0414  # a fixture
from tests.portal.test_delegations import pair
from tests.portal.test_delegations import window as window  # noqa: PLC0414  # two officers of the centre
from tests.records.test_ingest import take

WINDOW, RELATIVES = reverse("portal:window"), reverse("portal:window-relatives")


@pytest.fixture
def held(window: tuple[Client, Client], register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now - timedelta(minutes=5))
    register.become("app")
    return register


def standing(who: Someone = WANG_WEI, **changes: str) -> dict[str, str]:
    return {"name": who.name, "code_type": "resident-id", "code": who.code, "seen": "on", **changes}


def relative(**changes: object) -> dict[str, object]:
    told = {"relation": "child", "interest": "办理继承", "papers": ["death", "household"], "seen": "on"}
    return {**pair(DEAD, LI_NA), **told, **changes}


def test_an_officer_serves_a_person_and_nothing_of_them_stays_on_the_screen(
    held: Register, window: tuple[Client, Client]
) -> None:
    first, second = window
    answer = first.post(WINDOW, standing())
    visit = answer.headers["Location"]
    pages = [first.get(visit), first.get(WINDOW), first.get(f"{visit}certificate/")]
    for page in pages:
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
        assert WANG_WEI.name not in page.content.decode()
        assert WANG_WEI.code not in page.content.decode()
        assert "并市监罚" not in page.content.decode()
    certificate = {"purpose": "QZ", "covers": ["CF-ZRR"], "months": "1"}
    for paper in (
        first.post(f"{visit}report"),
        first.post(f"{visit}entries"),
        first.post(f"{visit}certificate/", certificate),
    ):
        assert paper.content.startswith(b"%PDF")
        assert paper.headers["Content-Disposition"].startswith("inline")
        assert paper.headers["Cache-Control"] == "no-store"
    assert first.get(f"{visit}report").status_code == 405
    assert first.post(f"{visit}certificate/", {}).status_code == 422
    assert second.post(f"{visit}report").status_code == 409
    assert "办理结束" in first.post(f"{visit}end", follow=True).content.decode()
    assert first.post(f"{visit}report").status_code == 409
    assert first.get(visit).status_code == 409


def test_a_wrong_form_names_what_is_missing_and_gives_no_person_back(window: tuple[Client, Client]) -> None:
    page = window[0].post(WINDOW, {}).content.decode()
    for words in ("请填写本人姓名", "请填写本人证件号码", "须看过证件原件和来人"):
        assert words in page
    refused = window[0].post(WINDOW, standing(UNKNOWN))
    assert refused.status_code == 422
    assert "没有找到此人" in refused.content.decode()
    assert UNKNOWN.code not in refused.content.decode()
    half = window[0].post(WINDOW, standing(agent_name="李娜"))
    assert "要一起填写" in half.content.decode()
    other = window[0].post(WINDOW, standing(agent_name="李娜", agent_code=LI_NA.code, agent_code_type="resident-id"))
    assert "没有登记这两人之间" in other.content.decode()


def test_a_relative_of_the_dead_is_served_by_two(held: Register, window: tuple[Client, Client]) -> None:
    first, second = window
    refused = first.post(RELATIVES, relative(arranged="on"))
    assert refused.status_code == 422
    assert "第四十九条" in refused.content.decode()
    assert DEAD.code not in refused.content.decode()
    assert "办理继承" in refused.content.decode()
    assert "请另一名工作人员" in first.post(RELATIVES, relative(), follow=True).content.decode()
    ((number,),) = held.rows("SELECT id FROM identity_visit")
    assert f'href="{reverse("portal:register", args=["visits"])}"' in first.get(WINDOW).content.decode()
    visit, confirm = (reverse(f"portal:visit{part}", args=[number]) for part in ("", "-confirm"))
    assert "还没有复核" in first.get(visit).content.decode()
    assert first.post(f"{visit}report").status_code == 409
    page = second.get(confirm).content.decode()
    assert "户口簿" in page
    assert DEAD.name not in page
    assert second.post(confirm, pair(DEAD, WANG_WEI)).status_code == 422
    assert first.post(confirm, pair(DEAD, LI_NA)).status_code == 422
    assert "复核通过" in second.post(confirm, pair(DEAD, LI_NA), follow=True).content.decode()
    assert first.post(f"{visit}report").content.startswith(b"%PDF")
    assert first.post(f"{visit}entries").status_code == 422


def test_the_interest_holds_no_identity_code(window: tuple[Client, Client]) -> None:
    answer = window[0].post(RELATIVES, relative(interest=WANG_WEI.code))
    assert answer.status_code == 422
    assert "不能写身份证件号码" in answer.content.decode()


def test_whoever_is_elsewhere_stays_out(log_in: LogIn) -> None:
    assert log_in("clerk").get(WINDOW).status_code == 403
