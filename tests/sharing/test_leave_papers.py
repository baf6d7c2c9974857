"""Granting and taking back at the window, on signed paper: two officers, a scan, and the person is told."""

from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from chengxin.identity.errors import HandsRefused
from chengxin.identity.services.declarations import declare_at_server
from chengxin.identity.services.scans import take_in
from chengxin.identity.services.visits import serve
from chengxin.lib.errors import NotAllowed
from chengxin.sharing.authorising.errors import AuthorisationRefused, AuthorisationUnknown, PaperMissing, PaperUnknown
from chengxin.sharing.authorising.papers import enter_paper, list_at_window, list_waiting, witness_paper
from chengxin.sharing.authorising.queries import find_own_authorisation, list_call_backs, own_history
from chengxin.sharing.authorising.services import grant
from chengxin.sharing.entries import Wanted, list_entries
from chengxin.sharing.queries import own_messages
from tests import leave as lv
from tests.conftest import Register
from tests.identity.test_declarations import party as declared_as
from tests.identity.test_declarations import reopen_as_owner
from tests.identity.test_delegations import window as window  # noqa: PLC0414  # two officers of the centre
from tests.leave import PENALTY, ask, leave, login_of
from tests.lib.papers import scan_png
from tests.people import WANG_WEI
from tests.sharing.test_at_window import officer, party
from tests.sharing.test_own import oneself


@pytest.fixture
def bank(window: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(window, now)
    lv.hold(window, tmp_path, today, now - timedelta(minutes=5))
    return window


def served(now: datetime, *, signed: bool = True) -> int:
    visit = serve(party(WANG_WEI), None, actor=officer(), at=now)
    if signed:
        take_in(officer(), visit, "leave", scan_png(), at=now)
    return visit


def test_a_grant_on_paper_counts_once_it_is_witnessed(bank: Register, today: date, now: datetime) -> None:
    number, visit = ask(now, leave(today)), served(now)
    (one,) = list_at_window(officer(), visit, at=now)
    assert (one.number, one.state) == (number, "waits")
    paper = enter_paper(officer(), visit, number, leave(today, PENALTY), at=now)
    assert find_own_authorisation(oneself(), number, today).state == "waits"
    assert [(one.mine, one.kind) for one in list_waiting(officer("colleague"), at=now)] == [(False, "granted")]
    with pytest.raises(PaperUnknown):
        witness_paper(paper, actor=officer(), at=now)
    witness_paper(paper, actor=officer("colleague"), at=now)
    one = find_own_authorisation(oneself(), number, today)
    assert (one.state, [item.code for item in one.items]) == ("stands", [PENALTY])
    assert own_history(oneself(), number)[0].channel == "window"
    assert own_messages(oneself())[0].kind == "authorisation-window"
    assert list_waiting(officer("colleague"), at=now) == []
    with pytest.raises(PaperUnknown):
        witness_paper(paper, actor=officer("colleague"), at=now)


def test_what_was_granted_is_taken_back_on_paper(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    paper = enter_paper(officer(), served(now), number, None, at=now)
    witness_paper(paper, actor=officer("colleague"), at=now)
    assert find_own_authorisation(oneself(), number, today).state == "withdrawn"
    assert [one.kind for one in list_call_backs(login_of("banker"))] == ["withdrawn"]


def test_without_the_signed_paper_or_for_more_than_asked_nothing_is_entered(
    bank: Register, today: date, now: datetime
) -> None:
    number = ask(now, leave(today, PENALTY))
    visit = served(now, signed=False)
    with pytest.raises(PaperMissing):
        enter_paper(officer(), visit, number, leave(today, PENALTY), at=now)
    take_in(officer(), visit, "leave", scan_png(), at=now)
    with pytest.raises(AuthorisationRefused):
        enter_paper(officer(), visit, number, leave(today), at=now)
    with pytest.raises(AuthorisationUnknown):
        enter_paper(officer(), visit, number, None, at=now)  # nothing was granted yet
    assert bank.rows("SELECT count(*) FROM sharing_authorisation_paper") == [(0,)]


def test_one_paper_is_entered_once(bank: Register, today: date, now: datetime) -> None:
    first, visit = ask(now, leave(today)), served(now)
    second = ask(now, leave(today, PENALTY), duty=lv.BROAD)
    enter_paper(officer(), visit, first, leave(today), at=now)
    with pytest.raises(PaperMissing):
        enter_paper(officer(), visit, second, leave(today, PENALTY), at=now)


def test_whoever_asks_and_whoever_it_is_about_sign_for_nobody(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    paper = enter_paper(officer(), served(now), number, leave(today), at=now)
    with pytest.raises(NotAllowed):
        witness_paper(paper, actor=login_of("banker"), at=now)
    bank.become("owner")
    reopen_as_owner(bank, officer("colleague"))
    declare_at_server("colleague", declared_as(WANG_WEI), at=now)
    bank.become("app")
    with pytest.raises((HandsRefused, PaperUnknown)):
        witness_paper(paper, actor=officer("colleague"), at=now)
    assert find_own_authorisation(oneself(), number, today).state == "waits"


def test_looking_at_the_window_is_entered(bank: Register, today: date, now: datetime) -> None:
    ask(now, leave(today))
    list_at_window(officer(), served(now), at=now)
    (entry,) = list_entries(oneself(), Wanted(channel="window"))
    assert dict(entry.seen) == {"": ("authorisation",)}


def test_an_answered_request_is_not_answered_again_by_a_paper(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    paper = enter_paper(officer(), served(now), number, leave(today), at=now)
    grant(oneself(), number, leave(today, PENALTY), at=now)
    with pytest.raises(PaperUnknown):
        witness_paper(paper, actor=officer("colleague"), at=now)
    with bank.connect("owner") as owner, pytest.raises(psycopg.Error, match=r"witnessed once|at the window"):
        owner.execute(
            "UPDATE sharing_authorisation_paper SET witnessed_at = now(), witnessed_by_id = entered_by_id + 1"
        )
