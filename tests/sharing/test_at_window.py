"""At the window: who is served, what is printed for them and how it is entered; relatives of the dead, by two officers."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from chengxin.identity.errors import HandsRefused, VisitOver, VisitRefused
from chengxin.identity.models import User
from chengxin.identity.parties import Party
from chengxin.identity.services.delegations import Applied, confirm_delegation, end_delegation, enter_delegation
from chengxin.identity.services.visits import confirm_relative, end_visit, enter_relative, serve, visits_at_window
from chengxin.identity.visiting import PAPERS, RELATIONS, Asked, refuse_relative, refuse_served
from chengxin.lib.errors import NotAllowed
from chengxin.portal.templatetags.portal_words import word
from chengxin.sharing.at_window import hand_out_certificate, hand_out_entries, hand_out_report
from chengxin.sharing.certificates import Wanted
from chengxin.sharing.documents import as_text, entries_pdf
from chengxin.sharing.entries import Wanted as Filter
from chengxin.sharing.entries import list_entries
from chengxin.sharing.own import check_report
from tests.conftest import Register
from tests.identity.test_delegations import window as window  # noqa: PLC0414  # two officers of the centre
from tests.penalties import penalty, write_csv
from tests.people import DEAD, LI_NA, NAMESAKE, UNKNOWN, WANG_WEI, Someone
from tests.records.test_ingest import take
from tests.sharing.test_own import oneself, over

ASKED = Asked("child", "办理继承", frozenset({"death", "household"}), arranged=False)


def party(who: Someone, name: str = "") -> Party:
    return Party("resident-id", who.code, name or who.name)


def officer(login: str = "officer") -> User:
    return User.objects.select_related("organisation").get(login=login)


@pytest.fixture
def held(window: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    rows = [penalty(today, 1), over(today, 2), penalty(today, 3, LI_NA)]
    take(window, write_csv(tmp_path / "a.csv", rows), now - timedelta(minutes=5))
    window.become("app")
    return window


@pytest.mark.parametrize(
    ("kind", "died", "refused"),
    [
        pytest.param("self", None, False, id="the-living-themselves"),
        pytest.param("delegate", date(2024, 1, 1), True, id="no-agent-of-the-dead"),
        pytest.param("self", date(2024, 1, 1), True, id="not-in-a-dead-persons-name"),
        pytest.param("relative", date(2024, 1, 1), False, id="art49-a-relative-of-the-dead"),
        pytest.param("relative", None, True, id="art49-no-relative-of-the-living"),
    ],
)
def test_who_is_served(kind: str, died: date | None, refused: bool) -> None:
    assert (refuse_served(kind, died) is not None) is refused


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        pytest.param(ASKED, "", id="art49-a-close-relative-for-their-own-interest"),
        pytest.param(
            Asked("friend", "x", ASKED.papers, arranged=False), "第一千零四十五条第二款", id="art1045-a-friend"
        ),
        pytest.param(
            Asked("child", "x", ASKED.papers, arranged=True), "第四十九条", id="art49-the-dead-arranged-otherwise"
        ),
        pytest.param(Asked("child", " ", ASKED.papers, arranged=False), "第四十九条", id="art49-no-interest"),
        pytest.param(Asked("child", "x", frozenset({"death"}), arranged=False), "第四十九条", id="no-proof-of-kinship"),
        pytest.param(
            Asked("child", "x", frozenset({"household"}), arranged=False), "第四十九条", id="no-proof-of-death"
        ),
        pytest.param(
            Asked("child", "x", frozenset({"death", "letter"}), arranged=False), "第四十九条", id="another-paper"
        ),
    ],
)
def test_what_relatives_of_the_dead_may_ask(asked: Asked, source: str) -> None:
    refusal = refuse_relative(asked)
    assert (refusal.source.article if refusal else "") == source
    assert set(RELATIONS) >= {"spouse", "child"}
    assert "death" in PAPERS


def test_a_person_at_the_window_gets_their_own_report(held: Register, now: datetime) -> None:
    visit = serve(party(WANG_WEI), None, actor=officer(), at=now)
    report = hand_out_report(officer(), visit, at=now)
    assert [record.document for record in report.records] == ["并市监罚〔2026〕1号"]
    checked = check_report(report.number, report.check_code)
    assert checked is not None
    assert checked.state == "valid"
    (entry,) = list_entries(oneself(), Filter())
    assert (entry.organisation, entry.channel, entry.outcome, entry.records) == (
        "测试信用中心",
        "window",
        "answered",
        1,
    )
    noted = held.rows(
        "SELECT actor, act FROM ground_action WHERE act LIKE 'window.%%' OR act LIKE 'report.%%' ORDER BY id"
    )
    assert noted == [("officer", "window.serve"), ("officer", "report.own")]
    assert WANG_WEI.code not in str(visits_at_window(officer(), at=now))


def test_a_certificate_and_the_list_of_who_saw_them_are_printed_too(held: Register, now: datetime) -> None:
    visit = serve(party(WANG_WEI), None, actor=officer(), at=now)
    made = hand_out_certificate(officer(), visit, Wanted("QZ", ("CF-ZRR",), 1), at=now)
    assert [record.document for record in made.fields[0].records] == ["并市监罚〔2026〕1号"]
    paper = hand_out_entries(officer(), visit, at=now + timedelta(milliseconds=5))
    assert [entry.channel for entry in paper.entries] == ["window"]
    assert entries_pdf(paper, word=word).startswith(b"%PDF")
    assert [entry.outcome for entry in list_entries(oneself(), Filter())] == ["empty", "answered"]


def test_nothing_is_printed_after_the_end_or_the_time_or_by_a_colleague(held: Register, now: datetime) -> None:
    visit = serve(party(WANG_WEI), None, actor=officer(), at=now)
    for who, at in ((officer("colleague"), now), (officer(), now + timedelta(minutes=31))):
        with pytest.raises(VisitOver):
            hand_out_report(who, visit, at=at)
    end_visit(visit, actor=officer(), at=now)
    for call in (hand_out_report, hand_out_entries):
        with pytest.raises(VisitOver):
            call(officer(), visit, at=now)
    with pytest.raises(VisitOver):
        end_visit(visit, actor=officer(), at=now)
    assert held.rows("SELECT FROM ground_access_entry") == []


def test_who_isnt_found_and_who_isnt_alive_is_refused(held: Register, now: datetime) -> None:
    for who, name in ((UNKNOWN, ""), (WANG_WEI, "王五"), (DEAD, "")):
        with pytest.raises(VisitRefused):
            serve(party(who, name), None, actor=officer(), at=now)
    assert held.rows("SELECT count(*) FROM ground_action WHERE act = 'window.unfound'") == [(2,)]
    with pytest.raises(NotAllowed):
        serve(party(WANG_WEI), None, actor=officer("clerk"), at=now)


def test_safeguard12_no_officer_serves_themselves(held: Register, now: datetime) -> None:
    with held.connect("owner") as owner:
        owner.execute(
            """UPDATE identity_declaration SET code_hashes = (SELECT array_agg(c.code_hash) FROM identity_code c
               WHERE c.subject_id = (SELECT subject_id FROM identity_user WHERE login = %s))
               WHERE user_id = (SELECT id FROM identity_user WHERE login = 'officer')""",
            [oneself().login],
        )
    with pytest.raises(HandsRefused):
        serve(party(WANG_WEI), None, actor=officer(), at=now)
    assert held.rows("SELECT note FROM ground_action WHERE act = 'window.refused'") == [("own-case",)]


def test_an_agent_is_served_while_the_delegation_to_see_stands(held: Register, today: date, now: datetime) -> None:
    both = party(WANG_WEI), party(LI_NA)
    with pytest.raises(VisitRefused, match="代理"):
        serve(*both, actor=officer(), at=now)
    applied = Applied("agent", frozenset({"view"}), today + timedelta(days=9), "晋证1号")
    made = enter_delegation(*both, applied, actor=officer(), at=now)
    confirm_delegation(made.pk, *both, actor=officer("colleague"), at=now)
    visit = serve(*both, actor=officer(), at=now)
    assert [record.document for record in hand_out_report(officer(), visit, at=now).records] == ["并市监罚〔2026〕1号"]
    end_delegation(made.pk, reason="事毕", actor=officer(), at=now)
    with pytest.raises(VisitOver):
        hand_out_report(officer(), visit, at=now)


def test_art49_a_relative_gets_the_report_of_the_dead_after_a_second_officer(held: Register, now: datetime) -> None:
    both, first, second = (party(DEAD), party(LI_NA)), officer(), officer("colleague")
    visit = enter_relative(*both, ASKED, actor=first, at=now)
    with pytest.raises(VisitOver):
        hand_out_report(first, visit, at=now)
    with pytest.raises(VisitRefused, match="另一名"):
        confirm_relative(visit, *both, actor=first, at=now)
    with pytest.raises(VisitRefused, match="不一致"):
        confirm_relative(visit, party(DEAD), party(NAMESAKE), actor=second, at=now)
    confirm_relative(visit, *both, actor=second, at=now)
    report = hand_out_report(first, visit, at=now)
    assert (report.relative, report.subject.name) == (True, "周全")
    text = as_text(report)
    assert "死者的近亲属" in text
    assert "第四十九条" in text
    with pytest.raises(VisitRefused):
        hand_out_entries(first, visit, at=now)
    with pytest.raises(VisitRefused):
        hand_out_certificate(first, visit, Wanted("QZ", ("CF-ZRR",), 1), at=now)
    entered = held.rows("SELECT basis, channel, case_reference FROM ground_access_entry")
    assert entered == [("《中华人民共和国个人信息保护法》第四十九条", "window", f"visit:{visit}")]


@pytest.mark.parametrize(
    ("dead", "relative"),
    [
        pytest.param(WANG_WEI, LI_NA, id="of-the-living"),
        pytest.param(DEAD, DEAD, id="the-dead-themselves"),
        pytest.param(DEAD, UNKNOWN, id="by-nobody-known"),
    ],
)
def test_no_other_applications_of_relatives_are_taken(
    held: Register, now: datetime, dead: Someone, relative: Someone
) -> None:
    with pytest.raises(VisitRefused):
        enter_relative(party(dead), party(relative), ASKED, actor=officer(), at=now)
    assert held.rows("SELECT FROM identity_visit") == []
