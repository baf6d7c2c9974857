"""Changes of what a person authorised: told to whoever subscribed, without content, entered, and never after it ended."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.lib.errors import ChengxinError
from chengxin.sharing.announcing.errors import ChangesClosed
from chengxin.sharing.announcing.systems import changes_after, subscribe, unsubscribe
from chengxin.sharing.authorising.errors import AuthorisationRefused, AuthorisationUnknown, RequestUnknown
from chengxin.sharing.authorising.queries import find_own_authorisation
from chengxin.sharing.authorising.receipts import find_receipt
from chengxin.sharing.authorising.services import grant, narrow, silence, withdraw
from chengxin.sharing.correcting.sending import bodies_of, take
from chengxin.sharing.documents import leave_receipt_json, leave_receipt_pdf
from chengxin.sharing.entries import Wanted, list_entries
from tests import leave as lv
from tests.announcing import (
    announced,
    bring_penalty,
    caller,
    close,
    pass_over,
    seen_at_the_gate,
    subscribed,
    told,
)
from tests.conftest import Register
from tests.identity.verifying import System, system
from tests.killing import killed_at
from tests.leave import BANK, PENALTY, QUALIFICATION, ask, days_go_by, leave
from tests.people import LI_NA, OTHER, WANG_WEI
from tests.qualifications import qualification, write_qualifications
from tests.records.test_ingest import take as take_in
from tests.sharing.test_own import oneself


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    pass_over(register)
    return register


@pytest.fixture
def made(bank: Register) -> System:
    return system(bank, organisation=BANK)


def set_suspended(register: Register, value: str) -> None:
    """Suspend every system, or lift it, past what guards systems; what ends subscriptions stays."""
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE identity_client DISABLE TRIGGER client_guarded")
        reason = ("entered_by_id", "'x'") if value != "NULL" else ("NULL", "''")
        changes = f"suspended_at = {value}, suspended_by_id = {reason[0]}, suspension_reason = {reason[1]}"
        owner.execute(f"UPDATE identity_client SET {changes}".encode())
        owner.execute("ALTER TABLE identity_client ENABLE TRIGGER client_guarded")


def test_a_change_is_told_without_content_and_entered(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    assert pass_over(bank) == (0, 0)
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank) == (1, 1)
    (one,) = changes_after(caller(made), after=0, limit=10)
    assert one.authorisation == number
    assert changes_after(caller(made), after=one.change, limit=10) == []
    (entry,) = list_entries(oneself(), Wanted(leave=number, channel="change"))
    assert (entry.organisation, entry.outcome, entry.records, entry.told) == ("测试银行", "answered", 0, True)
    assert bank.rows(
        "SELECT officer, duty, purpose, case_reference, fields FROM ground_access_entry WHERE channel = 'change'"
    ) == [(made.client_id, "SQ-JR-01", "SQ-JR", "贷2026-118", ["change"])]
    assert bank.rows("SELECT count(*) FROM sharing_authorisation_use") == [(0,)]
    assert list_entries(oneself(), Wanted(leave=number)) == []
    own = find_own_authorisation(oneself(), number, today)
    assert (own.told.times, own.told.last, own.uses) == (1, one.at, 0)
    assert own.told.since is not None


def test_several_changes_between_two_passes_are_one_event(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    for row in (7, 8, 9):
        bring_penalty(bank, tmp_path, today, now, row)
    assert pass_over(bank) == (3, 1)
    bring_penalty(bank, tmp_path, today, now, 7, CF_NR="罚款三千元")
    assert pass_over(bank) == (1, 1)
    assert told(made) == [number, number]


@pytest.mark.parametrize("state", ["withdrawn", "repaired", "sealed"])
def test_what_is_closed_is_told(bank: Register, made: System, today: date, now: datetime, state: str) -> None:
    number = subscribed(made, now, today)
    close(bank, state)
    assert pass_over(bank) == (1, 1)
    assert told(made) == [number]
    assert seen_at_the_gate(number, today) == set()


def test_what_the_institution_couldnt_see_makes_no_event(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    subscribed(made, now, today, QUALIFICATION)
    bring_penalty(bank, tmp_path, today, now)
    bring_penalty(bank, tmp_path, today, now, 8, LI_NA)
    close(bank, "sealed")
    assert pass_over(bank)[1] == 0
    bring_penalty(bank, tmp_path, today, now, 9)
    close(bank, "sealed")
    assert pass_over(bank)[1] == 0
    assert bank.rows("SELECT count(*) FROM ground_access_entry WHERE channel = 'change'") == [(0,)]


def test_what_came_and_went_between_two_passes_makes_no_event(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    close(bank, "sealed")
    pass_over(bank)
    subscribed(made, now, today)
    bring_penalty(bank, tmp_path, today, now)
    close(bank, "withdrawn")
    assert pass_over(bank) == (2, 0)


@pytest.mark.parametrize(("form", "events"), [("yes_no", 0), ("count", 1), ("list", 1), ("full", 1)])
def test_no_more_is_told_than_an_answer_would(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime, form: str, events: int
) -> None:
    with bank.connect("owner") as owner:
        owner.execute("ALTER TABLE sharing_duty DISABLE TRIGGER USER")
        owner.execute("UPDATE sharing_duty SET form = %s WHERE code = 'SQ-JR-01'", [form])
        owner.execute("ALTER TABLE sharing_duty ENABLE TRIGGER USER")
    subscribed(made, now, today)
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank) == (1, events)
    close(bank, "sealed")
    assert pass_over(bank) == (1, 1)


def test_what_lay_there_before_isnt_news(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    bring_penalty(bank, tmp_path, today, now)
    subscribed(made, now, today)
    assert pass_over(bank) == (1, 0)


def test_only_what_says_so_can_be_subscribed_to(bank: Register, made: System, today: date, now: datetime) -> None:
    number = announced(now, today, announces=False)
    with pytest.raises(ChangesClosed):
        subscribe(caller(made), number, at=now)
    waiting = ask(now, replace(leave(today, PENALTY), announces=True), person=LI_NA)
    with pytest.raises(ChangesClosed):
        subscribe(caller(made), waiting, at=now)
    grant(oneself(LI_NA), waiting, leave(today, PENALTY), at=now)
    with pytest.raises(ChangesClosed):
        subscribe(caller(made), waiting, at=now)
    with pytest.raises(RequestUnknown):
        subscribe(caller(made), "SQ20260101AAAAAAAAAA", at=now)


def test_once_announces_nothing(bank: Register, today: date, now: datetime) -> None:
    with pytest.raises(AuthorisationRefused) as refused:
        ask(now, replace(leave(today, PENALTY, once=True), announces=True))
    assert refused.value.reason == "announced-once"
    number = ask(now, replace(leave(today, PENALTY), announces=True))
    with pytest.raises(AuthorisationRefused):
        grant(oneself(), number, replace(leave(today, PENALTY, once=True), announces=True), at=now)


def test_nobody_is_told_more_than_they_were_asked(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today, PENALTY))
    with pytest.raises(AuthorisationRefused):
        grant(oneself(), number, replace(leave(today, PENALTY), announces=True), at=now)
    grant(oneself(), number, leave(today, PENALTY), at=now)
    with pytest.raises(AuthorisationUnknown):
        silence(oneself(), number, at=now)


def test_another_organisation_neither_subscribes_nor_hears(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    stranger = replace(caller(system(bank, organisation=OTHER)), organisation=OTHER)
    for act in (subscribe, unsubscribe):
        with pytest.raises(RequestUnknown):
            act(stranger, number, at=now)
    bring_penalty(bank, tmp_path, today, now)
    pass_over(bank)
    assert changes_after(stranger, after=0, limit=10) == []
    assert told(made) == [number]


def silenced(number: str, today: date, now: datetime) -> None:
    silence(oneself(), number, at=now)


def taken_back(number: str, today: date, now: datetime) -> None:
    withdraw(oneself(), number, at=now)


def once_only(number: str, today: date, now: datetime) -> None:
    narrow(oneself(), number, leave(today, PENALTY, once=True), at=now)


def untold(number: str, today: date, now: datetime) -> None:
    narrow(oneself(), number, leave(today, PENALTY), at=now)


@pytest.mark.parametrize("end", [silenced, taken_back, once_only, untold])
def test_the_person_ends_it_and_nothing_more_is_told(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime, end: Callable[[str, date, datetime], None]
) -> None:
    number = subscribed(made, now, today)
    bring_penalty(bank, tmp_path, today, now)
    pass_over(bank)
    bring_penalty(bank, tmp_path, today, now, 8)
    end(number, today, now)
    assert pass_over(bank) == (1, 0)
    assert told(made) == []
    assert bank.rows("SELECT ended_by FROM sharing_subscription") == [("person",)]
    with pytest.raises(ChangesClosed):
        subscribe(caller(made), number, at=now)


def test_narrowing_something_else_goes_on_telling(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today, PENALTY, QUALIFICATION)
    narrow(oneself(), number, replace(leave(today, QUALIFICATION), announces=True), at=now)
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank) == (1, 0)
    assert find_own_authorisation(oneself(), number, today).told.since is not None


def test_silencing_keeps_the_leave_calls_nothing_back_and_gives_a_receipt(
    bank: Register, made: System, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    before = leave_receipt_json(find_receipt(oneself(), number, _receipts(bank)[0], at=now))
    receipt = silence(oneself(), number, at=now)
    own = find_own_authorisation(oneself(), number, today)
    assert (own.state, own.call_back, own.told.since, own.standing.announces) == ("stands", None, None, False)
    assert seen_at_the_gate(number, today)
    found = find_receipt(oneself(), number, receipt, at=now)
    after = leave_receipt_json(found)
    assert (before["changes_announced"], after["changes_announced"]) == (True, False)
    assert (after["kind"], after["items"], after["acknowledge_by"]) == ("silenced", before["items"], None)
    assert leave_receipt_pdf(found).startswith(b"%PDF")
    assert bank.rows("SELECT act FROM ground_action WHERE act LIKE 'authorisation.%%' ORDER BY id DESC LIMIT 1") == [
        ("authorisation.silence",)
    ]


def _receipts(register: Register) -> list[str]:
    return [receipt for (receipt,) in register.rows("SELECT receipt FROM sharing_authorisation_event ORDER BY id")]


def test_the_institution_ends_it_and_may_begin_anew(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    assert subscribe(caller(made), number, at=now)[1] is False
    assert unsubscribe(caller(made), number, at=now).subscribed is False
    unsubscribe(caller(made), number, at=now)
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank) == (1, 0)
    one, first = subscribe(caller(made), number, at=now)
    assert (one.subscribed, first) == (True, True)
    bring_penalty(bank, tmp_path, today, now, 8)
    assert pass_over(bank) == (1, 1)
    assert bank.rows("SELECT act FROM ground_action WHERE act LIKE 'authorisation.%%subscribe' ORDER BY id") == [
        ("authorisation.subscribe",), ("authorisation.unsubscribe",), ("authorisation.subscribe",),
    ]  # fmt: skip


def test_a_system_that_is_suspended_ends_it_for_good(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    set_suspended(bank, "now()")
    set_suspended(bank, "NULL")
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank) == (1, 0)
    assert bank.rows("SELECT ended_by FROM sharing_subscription") == [("over",)]
    assert subscribe(caller(made), number, at=now)[1] is True


def test_a_duty_that_is_ended_ends_it(bank: Register, made: System, tmp_path: Path, today: date, now: datetime) -> None:
    subscribed(made, now, today)
    with bank.connect("owner") as owner:
        owner.execute("ALTER TABLE sharing_enrolment DISABLE TRIGGER enrolment_change_guarded")
        owner.execute(
            "UPDATE sharing_enrolment SET ended_at = now(), ended_by_id = asked_by_id, end_reason = 'x' FROM identity_organisation o "
            "WHERE o.id = organisation_id AND o.code = %s",
            [BANK],
        )
        owner.execute("ALTER TABLE sharing_enrolment ENABLE TRIGGER enrolment_change_guarded")
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank) == (1, 0)
    assert bank.rows("SELECT ended_by FROM sharing_subscription") == [("over",)]


def test_its_last_day_ends_it(bank: Register, made: System, tmp_path: Path, today: date, now: datetime) -> None:
    subscribed(made, now, today)
    bring_penalty(bank, tmp_path, today, now)
    days_go_by(bank, 31)
    assert pass_over(bank) == (1, 0)
    assert bank.rows("SELECT ended_by FROM sharing_subscription") == [("over",)]


def test_the_message_says_numbers_alone_and_nothing_after_it_was_taken_back(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    with bank.connect("owner") as owner:
        owner.execute("ALTER TABLE sharing_hook DISABLE TRIGGER USER")
        owner.execute(
            "INSERT INTO sharing_hook (organisation_id, client_id, url, entered_by_id, entered_at, confirmed_by_id, confirmed_at, "
            "end_reason) "
            "SELECT c.organisation_id, c.id, 'https://localhost/', u.id, now(), u.id, now(), '' FROM identity_client c, identity_user u "
            "WHERE c.client_id = %s AND u.login = 'banker'",
            [made.client_id],
        )
        owner.execute("ALTER TABLE sharing_hook ENABLE TRIGGER USER")
    bring_penalty(bank, tmp_path, today, now)
    pass_over(bank)
    bank.become("intake")
    (due,) = take(now + timedelta(minutes=1))
    body = bodies_of([due])[due.id].decode()
    assert due.kind == "changes"
    assert f'"authorisation":"{number}","kind":"changed"' in body
    for who in (WANG_WEI.code, WANG_WEI.name, PENALTY):
        assert who not in body
    assert bodies_of([due])[due.id].decode() == body
    bank.become("app")
    withdraw(oneself(), number, at=now)
    bank.become("intake")
    assert number not in bodies_of([due])[due.id].decode()


# The process has made its events and waits to be killed before it commits.
HALF_MADE = """
import sys
import django
django.setup()
from django.db import transaction
from chengxin.sharing.announcing.making import make_changes
with transaction.atomic():
    print("made" if make_changes() == (1, 1) else "none", flush=True)
    sys.stdin.read()
"""


def test_a_pass_that_is_killed_halfway_loses_and_doubles_nothing(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = subscribed(made, now, today)
    bring_penalty(bank, tmp_path, today, now)
    environment = {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": bank.urls["intake"],
        "CHENGXIN_VAULT_KEYS": str(django_settings.VAULT_KEYS),
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    killed_at("made", HALF_MADE, environment)
    assert told(made) == []
    assert pass_over(bank) == (1, 1)
    assert pass_over(bank) == (0, 0)
    assert told(made) == [number]
    assert bank.rows("SELECT count(*) FROM ground_access_entry WHERE channel = 'change'") == [(1,)]


def test_of_two_passes_at_once_one_tells_it(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    subscribed(made, now, today)
    bring_penalty(bank, tmp_path, today, now)
    together = Barrier(2)

    def look(_: int) -> int:
        from chengxin.sharing.announcing.making import make_changes

        together.wait()
        try:
            return make_changes()[1]
        finally:
            connections.close_all()

    bank.become("intake")
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(look, range(2))) == [0, 1]
    bank.become("app")


def test_numbers_follow_the_order_in_which_batches_commit(
    bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    """A batch that was begun first and commits last is told last, and isn't passed over."""
    first, second = subscribed(made, now, today), subscribed(made, now, today, person=LI_NA)
    with bank.connect("owner") as slow:
        slow.execute("BEGIN")
        slow.execute("INSERT INTO sharing_change_look (batch_id) VALUES (0)")
        bring_penalty(bank, tmp_path, today, now, 8, LI_NA)
        assert pass_over(bank) == (1, 1)
        slow.execute("COMMIT")
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank) == (2, 1)
    assert told(made) == [second, first]


STEP = st.one_of(
    st.tuples(st.just("penalty"), st.integers(1, 3)),
    st.tuples(st.just("corrected"), st.integers(1, 3)),
    st.sampled_from(
        [("qualification", 1), ("another", 1), ("sealed", 1), ("withdrawn", 1), ("pass", 0), ("silence", 0), ("take-back", 0),
         ("narrow", 0), ("subscribe", 0), ("unsubscribe", 0), ("days", 31)]
    ),
)  # fmt: skip


def play(step: tuple[str, int], number: str, made: System, register: Register, folder: Path, now: datetime) -> None:
    kind, place = step
    today = now.astimezone().date()
    persons: dict[str, Any] = {
        "silence": lambda: silence(oneself(), number, at=now),
        "take-back": lambda: withdraw(oneself(), number, at=now),
        "narrow": lambda: narrow(oneself(), number, replace(leave(today, QUALIFICATION), announces=True), at=now),
        "subscribe": lambda: subscribe(caller(made), number, at=now),
        "unsubscribe": lambda: unsubscribe(caller(made), number, at=now),
        "days": lambda: days_go_by(register, place),
        "penalty": lambda: bring_penalty(register, folder, today, now, place),
        "corrected": lambda: bring_penalty(register, folder, today, now, place, CF_NR=f"罚款{now.timestamp()}元"),
        "another": lambda: bring_penalty(register, folder, today, now, place, LI_NA),
        "sealed": lambda: close(register, "sealed"),
        "withdrawn": lambda: close(register, "withdrawn"),
        "qualification": lambda: take_in(
            register, write_qualifications(folder / "q.csv", [qualification(today, place)]), now, item=QUALIFICATION
        ),
        "pass": lambda: None,
    }
    persons[kind]()
    register.become("app")


@given(steps=st.lists(STEP, min_size=2, max_size=7))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_event_is_told_where_the_gate_shows_something_else_and_never_otherwise(
    bank: Register, made: System, tmp_path: Path, now: datetime, today: date, steps: list[tuple[str, int]]
) -> None:
    """Whatever happens between two passes, an event is made where the gate shows another thing than at the last, while subscribed to."""
    with bank.connect("owner") as owner:
        for table in ("sharing_change", "sharing_subscription", "sharing_authorisation_recall", "sharing_authorisation_event",
                      "sharing_authorisation", "ground_access_entry"):  # fmt: skip
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            owner.execute(f"DELETE FROM {table}".encode())
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
    pass_over(bank)
    number = subscribed(made, now, today, PENALTY, QUALIFICATION)
    seen = seen_at_the_gate(number, today)
    for step in steps:
        asked = find_own_authorisation(oneself(), number, today)
        with suppress(ChengxinError):
            play(step, number, made, bank, tmp_path, now)
        own = find_own_authorisation(oneself(), number, today)
        live = bank.rows("SELECT FROM sharing_subscription WHERE ended_at IS NULL") != []
        shown = seen_at_the_gate(number, today)
        events = pass_over(bank)[1]
        stands = live and own.state == "stands" and own.standing.announces
        # Narrowing changes what is seen too, and is no change of a record.
        changed = shown != seen and own.standing.items == asked.standing.items
        assert events == int(stands and changed), step
        seen = shown
    assert bank.rows("SELECT count(*) FROM sharing_change") == bank.rows(
        "SELECT count(*) FROM ground_access_entry WHERE channel = 'change'"
    )
