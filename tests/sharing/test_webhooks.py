"""A recipient's system is told at its address: signed, with numbers alone, again and again under one id, and by nobody twice at once."""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from chengxin.identity.errors import HandsRefused
from chengxin.lib.outside import Way
from chengxin.lib.workdays import WorkCalendar
from chengxin.sharing.authorising.services import grant, withdraw
from chengxin.sharing.correcting.errors import HookRefused, HookUnknown
from chengxin.sharing.correcting.keys import WEBHOOK, change_key, public_keys
from chengxin.sharing.correcting.queries import list_deliveries, list_hooks
from chengxin.sharing.correcting.rules import PAUSES, again_at, chases_due, refuse_address
from chengxin.sharing.correcting.sending import send_due, take
from chengxin.sharing.correcting.services import confirm_hook, end_hook, enter_hook, try_hook
from chengxin.sharing.recalls import list_recalls
from tests.conftest import Register
from tests.hooking import Recipient, receiving
from tests.hooks import correct, officer, read_record, said, settle_hook, verified, way_to
from tests.identity.verifying import system
from tests.killing import killed_at
from tests.leave import BANK, ask, hold, leave, settle_bank
from tests.people import LI_NA, WANG_WEI
from tests.records.test_adjudication import officers
from tests.sharing.test_own import oneself

KEYS = {"recall", "record", "report", "cause", "told_at", "due"}
STANDING = """SELECT tries, fault, answered, next_at IS NOT NULL, done_at IS NOT NULL, gave_up_at IS NOT NULL FROM sharing_delivery
    ORDER BY id"""


@pytest.fixture
def recipient(tmp_path: Path) -> Iterator[Recipient]:
    with receiving(tmp_path) as found:
        yield found


@pytest.fixture
def read(register: Register, tmp_path: Path, today: date, now: datetime) -> tuple[str, str]:
    return read_record(register, tmp_path, today, now)


def publics(at: datetime) -> list[bytes]:
    return [public for _, public, _, until in public_keys(WEBHOOK) if until is None or until > at]


def test_a_correction_reaches_the_system_signed_and_with_numbers_alone(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    at = now + timedelta(minutes=1)
    assert send_due(way=way_to(recipient), at=at) == {"done": 1}
    ((headers, body),) = recipient.sent
    assert verified(headers, body, publics(at)) == 1
    assert verified(headers, body + b" ", publics(at)) == 0
    told = said(recipient)
    assert told["type"] == "recalls"
    (one,) = told["data"]["recalls"]
    assert set(one) == KEYS
    assert (one["record"], one["report"], one["cause"]) == (*read, "corrected")
    text = body.decode()
    for who in (WANG_WEI, LI_NA):
        assert who.code not in text
        assert who.name not in text
    assert send_due(way=way_to(recipient), at=at + timedelta(hours=5)) == {}
    register.become("app")
    (sent,) = list_deliveries(officer("officer"))
    assert (sent.state, sent.tries, sent.answered, sent.message) == ("done", 1, 204, headers["webhook-id"])
    assert list_deliveries(officer("clerk")) == []


def test_nothing_is_sent_before_the_centre_confirms_and_what_waits_is_sent_then(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    number, _ = settle_hook(register, recipient.url, now, confirmed=False)
    correct(register, tmp_path, today, now)
    assert send_due(way=way_to(recipient), at=now + timedelta(minutes=1)) == {}
    register.become("app")
    confirm_hook(number, actor=officer("colleague"), at=now)
    register.become("intake")
    assert send_due(way=way_to(recipient), at=now + timedelta(minutes=1)) == {"done": 1}
    assert said(recipient)["data"]["recalls"][0]["record"] == read[0]


def test_what_is_not_taken_is_tried_again_under_the_same_id_with_growing_pauses(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    recipient.answers = [500, 503, 204]
    at = now + timedelta(minutes=1)
    assert send_due(way=way_to(recipient), at=at) == {"answer": 1}
    assert send_due(way=way_to(recipient), at=at + PAUSES[0] - timedelta(seconds=1)) == {}
    at += PAUSES[0]
    assert send_due(way=way_to(recipient), at=at) == {"answer": 1}
    assert register.rows("SELECT next_at FROM sharing_delivery") == [(at + PAUSES[1],)]
    assert send_due(way=way_to(recipient), at=at + PAUSES[1]) == {"done": 1}
    assert len({headers["webhook-id"] for headers, _ in recipient.sent}) == 1
    assert len({body for _, body in recipient.sent}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in recipient.sent}) == 3
    assert register.rows(STANDING) == [(3, "", 204, False, True, False)]


def test_it_is_given_up_with_the_term_and_waits_on_the_page(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    recipient.answers = [500]
    ((end,),) = register.rows("SELECT give_up_at FROM sharing_delivery")
    assert end > now + timedelta(days=4)
    send_due(way=way_to(recipient), at=end - timedelta(seconds=1))
    assert register.rows(STANDING) == [(1, "answer", 500, False, False, True)]
    assert send_due(way=way_to(recipient), at=end + timedelta(days=1)) == {}
    register.become("app")
    (one,) = list_recalls(officer("officer"))
    assert (one.number, one.acknowledged_at) == (read[0], None)


def test_an_address_that_is_gone_is_left_alone_at_once(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    recipient.answers = [410]
    send_due(way=way_to(recipient), at=now + timedelta(minutes=1))
    assert register.rows(STANDING) == [(1, "answer", 410, False, False, True)]


def test_a_closed_network_is_refused_and_says_so(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    assert send_due(way=Way(authority=recipient.authority), at=now + timedelta(minutes=1)) == {"address-refused": 1}
    assert recipient.sent == []


def test_the_address_is_ended_and_nothing_more_is_sent_there(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    number, _ = settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    register.become("app")
    with pytest.raises(HookRefused):
        end_hook(number, reason=" ", actor=officer("officer"), at=now)
    with pytest.raises(HookUnknown):
        end_hook(number, reason="x", actor=officer("clerk"), at=now)
    end_hook(number, reason="系统停用", actor=officer("officer"), at=now)
    with pytest.raises(HookUnknown):
        try_hook(number, actor=officer("officer"), at=now)
    register.become("intake")
    assert send_due(way=way_to(recipient), at=now + timedelta(minutes=1)) == {"no-address": 1}
    assert recipient.sent == []


# The process has sent the message and waits to be killed before it says so.
HALF_SENT = """
import sys
import django
django.setup()
from datetime import datetime
from chengxin.sharing.correcting import sending
from chengxin.site.outbox import way_out
def stop(*_):
    print("sent", flush=True)
    sys.stdin.read()
sending._settle = stop
sending.send_due(way=way_out(), at=datetime.fromisoformat(%r))
"""


def test_a_sender_that_is_killed_loses_nothing_and_the_next_one_sends_under_the_same_id(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    at = now + timedelta(minutes=1)
    environment = {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": register.urls["intake"],
        "CHENGXIN_VAULT_KEYS": str(settings.VAULT_KEYS),
        "CHENGXIN_WEBHOOK_NETWORKS": "127.0.0.0/8,::1/128",
        "CHENGXIN_WEBHOOK_AUTHORITY": recipient.authority,
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    killed_at("sent", HALF_SENT % at.isoformat(), environment)
    assert register.rows(STANDING) == [(1, "", None, True, False, False)]
    assert send_due(way=way_to(recipient), at=at + timedelta(seconds=30)) == {}
    assert send_due(way=way_to(recipient), at=at + timedelta(minutes=3)) == {"done": 1}
    first, second = (headers["webhook-id"] for headers, _ in recipient.sent)
    assert first == second
    assert register.rows(STANDING) == [(2, "", 204, False, True, False)]


def test_of_two_senders_at_once_one_takes_it(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    at = now + timedelta(minutes=1)
    with register.connect("intake") as other:
        other.execute("BEGIN")
        assert len(other.execute("SELECT * FROM sharing_take_deliveries(%s, '2 minutes', 10)", [at]).fetchall()) == 1
        assert take(at) == []
        other.execute("COMMIT")
    assert take(at) == []


def test_a_try_that_another_one_overtook_settles_nothing(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    at = now + timedelta(minutes=1)
    (slow,) = take(at)
    (quick,) = take(at + timedelta(minutes=3))
    settle = "SELECT sharing_settle_delivery(%s, %s::smallint, 500::smallint, 'answer', NULL)"
    assert register.rows(settle, slow.id, slow.tries) == [(False,)]
    assert register.rows(settle, quick.id, quick.tries) == [(True,)]


def test_both_keys_sign_while_one_replaces_the_other(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    old = publics(now)
    register.become("owner")
    assert change_key(WEBHOOK, both_for=timedelta(days=14), at=now) == 2
    correct(register, tmp_path, today, now)
    recipient.answers = [500, 204]
    send_due(way=way_to(recipient), at=now + timedelta(minutes=1))
    headers, body = recipient.sent[0]
    assert verified(headers, body, old) == 1
    assert verified(headers, body, publics(now)) == 2
    register.become("owner")
    with transaction.atomic():
        change_key(WEBHOOK, both_for=timedelta(0), at=now)
    register.become("intake")
    send_due(way=way_to(recipient), at=now + timedelta(hours=1))
    headers, body = recipient.sent[1]
    assert len(headers["webhook-signature"].split()) == 2  # the first still for its days, the second ended at once
    assert verified(headers, body, publics(now + timedelta(days=15))) == 1


def test_a_call_back_of_an_authorisation_is_sent_too(
    register: Register, recipient: Recipient, tmp_path: Path, today: date, now: datetime
) -> None:
    hold(register, tmp_path, today, now)
    settle_bank(register, now)
    made = system(register, organisation=BANK)
    officers(register)
    number = enter_hook(made.client_id, recipient.url, actor=officer("banker"), at=now)
    confirm_hook(number, actor=officer("colleague"), at=now)
    asked = ask(now, leave(today))
    person = oneself()
    grant(person, asked, leave(today), at=now)
    withdraw(person, asked, at=now)
    register.become("intake")
    assert send_due(way=way_to(recipient), at=now + timedelta(minutes=1)) == {"done": 1}
    told = said(recipient)
    (one,) = told["data"]["call_backs"]
    assert (told["type"], one["authorisation"], one["kind"]) == ("call-backs", asked, "withdrawn")
    assert set(one) == {"call_back", "authorisation", "kind", "told_at", "due"}
    assert WANG_WEI.name not in recipient.sent[0][1].decode()


def test_who_enters_does_not_confirm_and_strangers_do_neither(
    register: Register, recipient: Recipient, now: datetime
) -> None:
    number, made = settle_hook(register, recipient.url, now, confirmed=False)
    with pytest.raises(HandsRefused):
        confirm_hook(number, actor=officer("officer"), at=now)
    with pytest.raises(HookUnknown):
        confirm_hook(number, actor=officer("clerk"), at=now)
    with pytest.raises(HookRefused, match="一个接收地址"):
        enter_hook(made.client_id, recipient.url, actor=officer("officer"), at=now)
    with pytest.raises(HookRefused, match="系统"):
        enter_hook(made.client_id, recipient.url, actor=officer("verifier"), at=now)
    with pytest.raises(HookRefused, match="https"):
        enter_hook(made.client_id, "http://a.example/", actor=officer("officer"), at=now)
    with pytest.raises(HookRefused, match="证件号码"):
        enter_hook(made.client_id, f"https://a.example/{WANG_WEI.code}", actor=officer("officer"), at=now)
    assert [one.state for one in list_hooks(officer("officer"))] == ["waits"]
    assert list_hooks(officer("verifier")) == []
    confirm_hook(number, actor=officer("colleague"), at=now)
    with pytest.raises(HookUnknown):
        confirm_hook(number, actor=officer("colleague"), at=now)


def test_a_test_is_sent_without_content_to_an_address_that_waits(
    register: Register, recipient: Recipient, now: datetime
) -> None:
    number, _ = settle_hook(register, recipient.url, now, confirmed=False)
    try_hook(number, actor=officer("officer"), at=now)
    with pytest.raises(HookUnknown):
        try_hook(number, actor=officer("officer"), at=now)
    register.become("intake")
    assert send_due(way=way_to(recipient), at=now + timedelta(minutes=1)) == {"done": 1}
    assert (said(recipient)["type"], said(recipient)["data"]) == ("test", {})


def test_many_recalls_come_in_messages_of_a_hundred(
    register: Register, recipient: Recipient, read: tuple[str, str], tmp_path: Path, today: date, now: datetime
) -> None:
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    with register.connect("owner") as connection:
        connection.execute(
            "INSERT INTO sharing_recall (reference, organisation, subject_id, record_id, entry_id, case_reference, read_at, told_at,"
            " acknowledged_by) SELECT 'batch:9', organisation, subject_id, n, entry_id, '', read_at, told_at, ''"
            " FROM sharing_recall, generate_series(1, 250) n"
        )
    sizes = register.rows("SELECT cardinality(numbers) FROM sharing_delivery ORDER BY id")
    assert sorted(size for (size,) in sizes) == [1, 50, 100, 100]


@pytest.mark.parametrize(
    ("tries", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 180), (6, 360), (7, 720), (8, 720), (40, 720)]
)
def test_pauses_grow(tries: int, minutes: int, now: datetime) -> None:
    assert again_at(tries, now=now, give_up_at=now + timedelta(days=9)) == now + timedelta(minutes=minutes)
    assert again_at(tries, now=now, give_up_at=now + timedelta(minutes=minutes)) is None


def test_reminders_fall_due_on_working_days() -> None:
    due = date(2026, 9, 24)  # the Thursday before the National Day week of 2026
    steps = [
        chases_due(due, on=day, after=(1, 5, 10), calendar=WorkCalendar())
        for day in (date(2026, 9, 24), date(2026, 9, 25), date(2026, 9, 28), date(2026, 10, 8), date(2026, 10, 30))
    ]
    assert steps[0] == 0
    assert steps == sorted(steps)
    assert steps[-1] == 3


def test_an_address_is_plain_https() -> None:
    assert refuse_address("https://api.example.gov.cn/x") is None
    refused = refuse_address("http://api.example.gov.cn/x")
    assert refused is not None
    assert refused.code == "hook-address"
