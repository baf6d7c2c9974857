"""What goes when its time is over: signed papers with their scans, share links, pushed requests; and what stays."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.identity.errors import ScanGone
from chengxin.identity.services.scans import list_own_scans
from chengxin.lib.periods import add_months
from chengxin.records.terms import authorisation_years, tables
from chengxin.sharing.authorising.papers import enter_paper, witness_paper
from chengxin.sharing.authorising.queries import find_own_authorisation, own_history
from chengxin.sharing.authorising.receipts import find_receipt
from chengxin.sharing.authorising.rules import Leave, kept_until
from chengxin.sharing.authorising.services import narrow, refuse, withdraw
from chengxin.sharing.entries import Wanted, list_entries
from chengxin.sharing.links.errors import LinkClosed, LinkUnknown
from chengxin.sharing.links.queries import find_own_link, list_own_links, own_looks
from chengxin.sharing.links.services import end_link, look
from chengxin.sharing.scans import open_own_scan
from chengxin.sharing.services import issue_report
from chengxin.site.eraser import erase_due, erase_ended, erase_links, erase_proofs, erase_pushed
from tests import leave as lv
from tests.api.test_code_flow import begin, decide, exchange, granted, settle_redirect
from tests.conftest import Register
from tests.identity.test_delegations import window as window  # noqa: PLC0414  # two officers of the centre
from tests.identity.verifying import System, system
from tests.leave import BANK, PENALTY, about, ask, leave
from tests.sharing.test_at_window import officer
from tests.sharing.test_leave_papers import served
from tests.sharing.test_leave_used import asker
from tests.sharing.test_links import share
from tests.sharing.test_own import oneself

TABLES = ("sharing_link", "sharing_link_view", "sharing_link_try", "sharing_link_end")
T = TypeVar("T")
PUSHED = ("sharing_pushed", "sharing_pushed_answer", "sharing_code_exchange")


@pytest.fixture
def bank(window: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(window, now)
    lv.hold(window, tmp_path, today, now - timedelta(minutes=5))
    return window


def go_by(register: Register, days: int) -> None:
    """Set everything back by so many days, as if they had gone by."""
    lv.days_go_by(register, days)
    changes = {
        "sharing_authorisation_use": "at = at - g",
        "sharing_link": "valid_until = valid_until - n, made_at = made_at - g",
        "sharing_link_end": "at = at - g",
        "sharing_pushed": "at = at - g, expires_at = expires_at - g, valid_until = valid_until - n",
        "sharing_pushed_answer": "at = at - g",
        "identity_scan": "erase_on = erase_on - n",
        "identity_scan_piece": "erase_on = erase_on - n",
    }
    with register.connect("owner") as owner:
        for table, change in changes.items():
            told = change.replace("- g", f"- interval '{days} days'").replace("- n", f"- {days}")
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            owner.execute(f"UPDATE {table} SET {told}".encode())
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def days_before(gone: Callable[[int], bool]) -> int:
    """Give how many days go by until something's last day is today; on the next one it is gone."""
    return next(days for days in range(3000) if gone(days + 1))


def erases(register: Register, which: Callable[[], T]) -> T:
    register.become("eraser")
    gone = which()
    register.become("app")
    return gone


def count(register: Register, *names: str) -> list[int]:
    return [int(register.rows(f"SELECT count(*) FROM {name}")[0][0]) for name in names]


def noted(register: Register) -> list[tuple[str, str, str]]:
    return register.rows("SELECT act, actor, note FROM ground_action WHERE starts_with(act, 'erase.') ORDER BY id")


# Papers of authorisations.


def on_paper(now: datetime, number: str, asked: Leave | None, *, witnessed: bool = True) -> None:
    paper = enter_paper(officer(), served(now), number, asked, at=now)
    if witnessed:
        witness_paper(paper, actor=officer("colleague"), at=now)


def proved_for(ended: date, today: date) -> int:
    """Give how many days from now the last day is on which an authorisation's paper is kept."""
    return days_before(lambda days: kept_until(ended - timedelta(days=days), authorisation_years(today)) < today)


ENDS = ("over", "withdrawn", "refused", "unanswered", "used", "narrowed")


def settle(end: str, register: Register, today: date, now: datetime) -> tuple[str, date]:
    """Sign a paper about an authorisation that ends in one way; give its number and the day from which it counts no more."""
    once = end == "used"
    number = ask(now, leave(today, PENALTY, once=once))
    on_paper(now, number, leave(today, PENALTY, once=once, days=20), witnessed=end not in {"refused", "unanswered"})
    if end == "refused":
        refuse(oneself(), number, at=now)
    elif end == "withdrawn":
        withdraw(oneself(), number, at=now)
    elif end == "narrowed":
        narrow(oneself(), number, leave(today, PENALTY, days=9), at=now)
    elif end == "used":
        issue_report(asker(), about(), at=now)
    day = {"over": 20, "narrowed": 9, "unanswered": 30}.get(end, 0)
    return number, today + timedelta(days=day)


@pytest.mark.parametrize("end", ENDS)
def test_a_paper_goes_five_years_after_its_authorisation_ended(
    bank: Register, today: date, now: datetime, tmp_path: Path, end: str
) -> None:
    number, ended = settle(end, bank, today, now)
    (scan,) = list_own_scans(oneself())
    assert scan.erase_on == kept_until(ended, authorisation_years(ended)) + timedelta(days=1)
    go_by(bank, proved_for(ended, today))
    assert erases(bank, erase_proofs) == 0
    erases(bank, lambda: erase_due(tmp_path, at=now))
    assert open_own_scan(oneself(), scan.number, at=now)[1]
    go_by(bank, 1)
    with pytest.raises(ScanGone):
        open_own_scan(oneself(), scan.number, at=now)  # whether or not the eraser came
    assert [erases(bank, erase_proofs) for _ in range(2)] == [1, 0]
    erases(bank, lambda: erase_due(tmp_path, at=now))
    assert count(bank, "sharing_authorisation_paper", "identity_scan_piece", "identity_scan") == [0, 0, 1]
    assert list_own_scans(oneself())[0].held is False
    assert noted(bank) == [("erase.papers", "", "1")]
    # What was granted and its receipt stay.
    assert find_own_authorisation(oneself(), number, today).number == number
    for done in own_history(oneself(), number):
        assert not done.receipt or find_receipt(oneself(), number, done.receipt, at=now).number == done.receipt


def test_the_receipt_says_until_when_the_proof_is_kept(bank: Register, today: date, now: datetime) -> None:
    number, _ = settle("over", bank, today, now)
    (done,) = own_history(oneself(), number)
    (scan,) = list_own_scans(oneself())
    promised = find_receipt(oneself(), number, done.receipt, at=now).kept_until
    assert scan.erase_on == promised + timedelta(days=1)


def test_the_eraser_comes_in_its_order_and_whatever_order_it_comes_in(
    bank: Register, today: date, now: datetime, tmp_path: Path
) -> None:
    _, ended = settle("over", bank, today, now)
    go_by(bank, proved_for(ended, today) + 1)
    erases(bank, lambda: erase_due(tmp_path, at=now))
    assert count(bank, "sharing_authorisation_paper", "identity_scan_piece") == [1, 0]
    assert erases(bank, erase_proofs) == 1


def test_a_scan_that_proves_nothing_keeps_its_own_term(
    bank: Register, today: date, now: datetime, tmp_path: Path
) -> None:
    served(now)
    (scan,) = list_own_scans(oneself())
    assert scan.erase_on == add_months(today, tables()["scan-keeping"].at(today).numbers["keep"])
    go_by(bank, (scan.erase_on - today).days - 1)
    erases(bank, lambda: erase_due(tmp_path, at=now))
    assert count(bank, "identity_scan_piece") == [1]
    go_by(bank, 1)
    erases(bank, lambda: erase_due(tmp_path, at=now))
    assert count(bank, "identity_scan_piece") == [0]


@pytest.fixture
def asked_once(bank: Register, today: date, now: datetime) -> Register:
    ask(now, leave(today, PENALTY))
    return bank


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["granted", "refused", "narrowed", "withdrawn"]),
        st.integers(-90, 0),
        st.integers(-60, 60),
        st.booleans(),
    ),
    max_size=3,
)
PUT = """INSERT INTO sharing_authorisation_event (authorisation_id, kind, at, items, once, valid_until, announces, receipt, channel, due_on,
    due_estimated) SELECT id, %s, now() + %s * interval '1 day', %s, %s, %s, false, %s, 'person', %s, false FROM sharing_authorisation"""


@given(waits=st.integers(-60, 60), last=st.integers(-60, 60), events=EVENTS, used=st.none() | st.integers(-60, 0))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_still_waits_or_stands_has_not_ended_and_what_is_over_has(
    asked_once: Register,
    today: date,
    waits: int,
    last: int,
    events: list[tuple[str, int, int, bool]],
    used: int | None,
) -> None:
    """Whatever was done, sound or not: the day from which its five years run agrees with how the database says it stands."""
    with asked_once.connect("owner") as owner, owner.transaction(force_rollback=True):
        for table in ("", "_event", "_use"):
            owner.execute(f"ALTER TABLE sharing_authorisation{table} DISABLE TRIGGER USER".encode())
        days = [today + timedelta(days=days) for days in (waits, last)]
        owner.execute("UPDATE sharing_authorisation SET lapses_on = %s, valid_until = %s", days)
        # The database lets each be done once, and either granted or refused.
        granted_too = any(kind == "granted" for kind, *_ in events)
        done = {kind: one for kind, *one in events if kind != "refused" or not granted_too}
        for place, (kind, (at, until, once)) in enumerate(done.items()):
            ends = kind in {"refused", "withdrawn"}
            due = today if kind in {"narrowed", "withdrawn"} else None
            values = (
                kind,
                at,
                [] if ends else [PENALTY],
                once,
                today + timedelta(days=until),
                "" if kind == "refused" else f"SJ{place}",
                due,
            )
            owner.execute(PUT.encode(), values)
        if used is not None:
            owner.execute(
                "INSERT INTO sharing_authorisation_use (entry_id, at, authorisation_id)"
                " SELECT gen_random_uuid(), now() + %s * interval '1 day', id FROM sharing_authorisation",
                [used],
            )
        ((state, ended),) = owner.execute(
            "SELECT sharing_authorisation_state(a), sharing_authorisation_ends(a) FROM sharing_authorisation a"
        ).fetchall()
    if state in {"waits", "stands", "suspended"}:
        assert ended > today
    else:
        assert ended <= today


# Share links.


def kept_link(ended: date, today: date) -> int:
    months = tables()["share-link-keeping"].at(today).numbers["keep"]
    return days_before(lambda days: add_months(ended - timedelta(days=days), months) <= today)


@pytest.mark.parametrize("end", ["over", "ended", "locked", "used"])
def test_a_link_goes_a_year_after_it_opens_nothing(bank: Register, today: date, now: datetime, end: str) -> None:
    made, other = share(now, coded=True), share(now)
    look(made.words, made.code, at=now)
    if end == "ended":
        end_link(oneself(), made.number, at=now)
    elif end == "used":
        look(made.words, made.code, at=now)
    for _ in range(5 if end == "locked" else 1):
        with pytest.raises(LinkClosed):
            look(made.words, "", at=now)
    entered = list_entries(oneself(), Wanted(channel="share"))
    assert erases(bank, erase_links) == 0
    with bank.connect("owner") as owner:  # the other one opens for longer
        owner.execute(b"ALTER TABLE sharing_link DISABLE TRIGGER USER")
        owner.execute("UPDATE sharing_link SET valid_until = valid_until + 400 WHERE number = %s", [other.number])
        owner.execute(b"ALTER TABLE sharing_link ENABLE TRIGGER USER")
    last = find_own_link(oneself(), made.number).valid_until
    go_by(bank, kept_link(last, today))
    assert erases(bank, erase_links) == 0
    assert find_own_link(oneself(), made.number).number == made.number
    go_by(bank, 1)
    assert [erases(bank, erase_links) for _ in range(2)] == [1, 0]
    assert [one.number for one in list_own_links(oneself())] == [other.number]
    with pytest.raises(LinkUnknown):
        find_own_link(oneself(), made.number)
    assert count(bank, *TABLES) == [1, 0, 0, 0]
    assert noted(bank) == [("erase.links", "", "1")]
    # Who looked stays in the register of access, and is told by the link's number.
    assert list_entries(oneself(), Wanted(channel="share")) == entered
    assert len(own_looks(oneself(), made.number)) == len(entered)


def test_words_of_an_erased_link_open_nothing(bank: Register, today: date, now: datetime) -> None:
    made = share(now)
    go_by(bank, kept_link(find_own_link(oneself(), made.number).valid_until, today) + 1)
    assert erases(bank, erase_links) == 1
    with pytest.raises(LinkClosed):
        look(made.words, "", at=now)


# Pushed requests.


@pytest.fixture
def client(bank: Register) -> System:
    made = system(bank, organisation=BANK)
    settle_redirect(bank, made)
    return made


def test_pushed_requests_go_and_what_was_granted_stays(bank: Register, client: System, today: date) -> None:
    kept = tables()["pushed-keeping"].at(today).numbers["keep"] + 1
    begun, code = granted(client, today)
    number = exchange(client, code, begun.verifier).json()["authorization_details"][0]["authorisation"]
    decide(client, begin(client, today), today, grant=False)
    begin(client, today)
    assert count(bank, *PUSHED) == [3, 2, 1]
    ((holds,),) = bank.rows("SELECT min((expires_at AT TIME ZONE 'Asia/Shanghai')::date) FROM sharing_pushed")
    go_by(bank, (holds - today).days + kept - 1)
    assert erases(bank, erase_pushed) == 0
    go_by(bank, 2)  # ten minutes may lie across midnight
    assert [erases(bank, erase_pushed) for _ in range(2)] == [3, 0]
    assert count(bank, *PUSHED) == [0, 0, 0]
    assert noted(bank) == [("erase.pushed", "", "3")]
    assert exchange(client, code, begun.verifier).json()["error"] == "invalid_grant"
    (done,) = own_history(oneself(), number)
    assert find_receipt(oneself(), number, done.receipt, at=datetime.now(UTC)).number == done.receipt


# All of it.


def test_nothing_that_lives_goes(bank: Register, client: System, today: date, now: datetime) -> None:
    settle("over", bank, today, now)
    look(share(now).words, "", at=now)
    begun, code = granted(client, today)
    before = count(bank, "sharing_authorisation_paper", *TABLES, *PUSHED)
    assert erases(bank, erase_ended) == dict.fromkeys(
        ("papers_erased", "batches_erased", "links_erased", "requests_erased"), 0
    )
    assert count(bank, "sharing_authorisation_paper", *TABLES, *PUSHED) == before
    assert noted(bank) == []
    assert exchange(client, code, begun.verifier).status_code == 200


@pytest.mark.parametrize("role", ["app", "intake", "admin"])
def test_nobody_but_the_eraser_erases(bank: Register, today: date, now: datetime, role: str) -> None:
    made = share(now)
    go_by(bank, kept_link(find_own_link(oneself(), made.number).valid_until, today) + 1)
    bank.become(role)
    with pytest.raises(DatabaseError, match="permission denied"):
        erase_links()
    bank.become("app")
    assert count(bank, "sharing_link") == [1]
