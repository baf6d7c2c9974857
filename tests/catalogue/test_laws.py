"""A law ends or changes: what rests on it stops that day, everywhere and at once, until considered anew or followed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from chengxin.catalogue.errors import ItemNotOpen, LawRefused, StepRefused
from chengxin.catalogue.laws import (
    NewLaw,
    WhatHappened,
    enter_event,
    enter_law,
    follow_article,
    list_work,
    suspended_items,
)
from chengxin.catalogue.models import Article, Law, LawEvent
from chengxin.catalogue.queries import items_in_force, open_item
from chengxin.identity.errors import HandsRefused
from chengxin.lib.errors import NotAllowed
from tests.catalogue.process import Process, positive_item

LAW, CITED = "XZCFF", "XZCFF-59"


def happens(
    process: Process, *, days: int = 0, kind: str = "changed", articles: tuple[str, ...] = (CITED,), law: str = LAW
) -> LawEvent:
    with process.by("officer") as officer:
        told = WhatHappened(
            law, kind, process.today + timedelta(days=days), "第五十九条修改", "主席令第九十九号", articles
        )
        return enter_event(told, actor=officer, at=process.now)


def opens(process: Process, code: str = "CF-ZRR", days: int = 0) -> bool:
    try:
        open_item(code, process.today + timedelta(days=days))
    except ItemNotOpen:
        return False
    return True


def test_what_cites_the_article_is_suspended_that_day_though_it_cites_others(process: Process) -> None:
    assert opens(process)
    happens(process)
    assert not opens(process)
    assert opens(process, "RY-BZ")
    assert "CF-ZRR" not in {one.item.code for one in items_in_force(process.today)}
    (suspended,) = suspended_items(process.today)
    assert (suspended.code, suspended.since) == ("CF-ZRR", process.today)


def test_law_that_changes_later_suspends_on_its_day(process: Process) -> None:
    happens(process, days=3)
    assert opens(process, days=2)
    assert not opens(process, days=3)
    assert [one.state for one in list_work()] == ["open"]


def test_work_is_due_in_ten_working_days_and_closed_by_an_edition_that_considers_it_anew(process: Process) -> None:
    event = happens(process, law="ZYFWTL", articles=("ZYFWTL-19",))
    assert event.due_on > event.on_day + timedelta(days=10)
    process.publish(process.approved(positive_item()))
    assert [one.state for one in list_work(open_only=True)] == ["open"]
    assert not opens(process, "ZY-FW")  # carried over unseen
    from chengxin.catalogue.assembling import contents
    from chengxin.catalogue.models import Edition

    content = contents(Edition.objects.get(code="2026.2"))[0]["ZY-FW"]
    process.publish(process.approved(content), "2026.3", process.today + timedelta(days=1))
    assert opens(process, "ZY-FW", days=1)
    assert [one.state for one in list_work()] == ["edition"]


def test_draft_submitted_before_the_change_is_not_published(process: Process) -> None:
    item = positive_item()
    item["bases"] = [*item["bases"], {"ref": CITED, "role": "collect"}]
    draft = process.approved(item)
    happens(process)
    with pytest.raises(StepRefused, match="变动"):
        process.publish(draft)
    process.step(draft, "return", reason="条款有变动")
    process.step(draft, "submit")
    process.step(draft, "review")
    process.step(draft, "approve")
    process.publish(draft)
    assert opens(process, "SX-GY")


def test_article_that_follows_frees_what_cites_the_old_one(process: Process) -> None:
    event = happens(process, kind="ended")
    with process.by("officer") as officer:
        follows = enter_law(
            NewLaw("XZCFF2", "新行政处罚法", "", process.today, "第六十条"), actor=officer, at=process.now
        )
        with pytest.raises(LawRefused, match="另一名"):
            follow_article(event.pk, CITED, follows, actor=officer, at=process.now)
    with process.by("colleague") as colleague:
        follow_article(event.pk, CITED, follows, actor=colleague, at=process.now)
    assert opens(process)
    assert [one.state for one in list_work()] == ["succession"]
    assert Law.objects.get(pk="XZCFF2").provisional


def test_what_follows_is_entered_by_another_person(process: Process) -> None:
    process.be_one("colleague", "officer")
    event = happens(process, kind="ended")
    with pytest.raises(HandsRefused, match="由两个人完成"), process.by("colleague") as colleague:
        follow_article(event.pk, CITED, "XZCFF-17", actor=colleague, at=process.now)


def test_successor_that_ends_too_suspends_again(process: Process) -> None:
    event = happens(process, kind="ended")
    with process.by("colleague") as colleague:
        follow_article(event.pk, CITED, "XZCFF-17", actor=colleague, at=process.now)
    assert opens(process)
    happens(process, kind="ended", articles=("XZCFF-17",))
    assert not opens(process)


def test_purpose_stops_with_all_the_laws_behind_it(process: Process) -> None:
    from chengxin.catalogue.errors import PurposeUnknown
    from chengxin.catalogue.queries import find_purpose

    bases = find_purpose("CF-CL", process.today).bases
    for ref in bases:
        law = Article.objects.get(pk=ref).law_id
        with process.by("officer") as officer:
            enter_event(
                WhatHappened(law, "ended", process.today, "废止", "公报", (ref,)), actor=officer, at=process.now
            )
    with pytest.raises(PurposeUnknown):
        find_purpose("CF-CL", process.today)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"law": "NO"}, id="no-such-law"),
        pytest.param({"articles": ("GRXXBHF-34",)}, id="another-laws-article"),
        pytest.param({"what": " "}, id="nothing-said"),
        pytest.param({"source": ""}, id="no-source"),
    ],
)
def test_event_names_law_article_and_source(process: Process, told: dict[str, object]) -> None:
    sound = {
        "law": LAW,
        "kind": "ended",
        "on_day": process.today,
        "what": "废止",
        "source": "公报",
        "articles": (CITED,),
    }
    with process.by("officer") as officer, pytest.raises(LawRefused):
        enter_event(WhatHappened(**{**sound, **told}), actor=officer, at=process.now)  # type: ignore[arg-type]


def test_nobody_but_the_centre_enters_what_happens_to_laws(process: Process) -> None:
    with process.by("clerk") as clerk, pytest.raises(NotAllowed):
        enter_event(WhatHappened(LAW, "ended", process.today, "废止", "公报"), actor=clerk, at=process.now)


def test_kind_of_event_is_known(process: Process) -> None:
    with pytest.raises(IntegrityError):
        happens(process, kind="moved")
