"""A person's own addresses: proven before anything goes there, told that there is something new and never what, dropped for good."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from chengxin.ground.errors import ClosedInSandbox
from chengxin.ground.services import tell
from chengxin.identity import jobs
from chengxin.identity.errors import CodeWrong, ContactRefused, ContactUnknown
from chengxin.identity.models import User
from chengxin.identity.models.contacts import CODES_A_DAY, TRIES_MOST, WRONG_MOST
from chengxin.identity.services import contacts, notices
from chengxin.identity.vault import forget_keys
from chengxin.lib.gateways import NotTaken
from tests.conftest import Register
from tests.identity import keys
from tests.letters import PostOffice, post_office
from tests.people import LI_NA, WANG_WEI
from tests.sharing.test_own import oneself

ADDRESS = "wang@mail.example"
Held = list[contacts.OwnContact]


@pytest.fixture
def office(register: Register, settings: Any) -> Iterator[PostOffice]:
    with post_office() as opened:
        settings.SMTP_URL, settings.DESK_URL = opened.url, "https://desk.example"
        yield opened


@pytest.fixture
def wang(register: Register) -> User:
    return oneself(WANG_WEI)


def enter(register: Register, who: User, address: str = ADDRESS) -> int:
    """Enter an address as the person, and have the worker send its code."""
    register.become("app")
    number = jobs.enter_contact(who, way="mail", value=address)
    assert register.rows(
        "SELECT count(*) FROM procrastinate_jobs WHERE args = jsonb_build_object('contact_id', %s::bigint)", number
    ) == [(1,)]
    register.become("intake")
    contacts.send_code(number)
    register.become("app")
    return number


def prove(register: Register, office: PostOffice, who: User, address: str = ADDRESS) -> int:
    number = enter(register, who, address)
    contacts.prove_contact(who, number, office.code())
    return number


def told(register: Register, who: User, at: datetime, kind: str = "attached") -> None:
    register.become("app")
    with transaction.atomic():
        tell([who.subject_id or 0], kind, at=at)


def run(register: Register, at: datetime) -> tuple[int, dict[str, int]]:
    register.become("intake")
    made = notices.make_notices(at=at)
    counts = {word: count for word, count in notices.send_notices(at=at).items() if count}
    register.become("app")
    return made, counts


def after(register: Register, **away: float) -> datetime:
    """Give a moment so long after the database's own."""
    ((moment,),) = register.rows("SELECT clock_timestamp()")
    assert isinstance(moment, datetime)
    return moment + timedelta(**away)


def test_address_is_proven_by_the_code_sent_there(register: Register, office: PostOffice, wang: User) -> None:
    number = enter(register, wang)
    (before,) = contacts.contacts_of(wang)
    assert (before.value, before.confirmed_at) == (ADDRESS, None)
    contacts.prove_contact(wang, number, f" {office.code()[:4]}-{office.code()[4:]} ")
    (held,) = contacts.contacts_of(wang)
    assert held.confirmed_at is not None
    assert [to for to, _ in office.came] == [ADDRESS]


def test_address_stands_sealed(register: Register, office: PostOffice, wang: User) -> None:
    enter(register, wang)
    ((box,),) = register.rows("SELECT value_sealed FROM identity_contact")
    assert ADDRESS.encode() not in bytes(box)


def test_wrong_codes_are_counted_and_end_the_code(register: Register, office: PostOffice, wang: User) -> None:
    number, right = enter(register, wang), office.code()
    wrong = f"{(int(right) + 1) % 10**8:08d}"
    for _ in range(WRONG_MOST):
        with pytest.raises(CodeWrong):
            contacts.prove_contact(wang, number, wrong)
    with pytest.raises(CodeWrong, match="失效"):
        contacts.prove_contact(wang, number, right)
    jobs.another_code(wang, number)
    register.become("intake")
    contacts.send_code(number)
    register.become("app")
    contacts.prove_contact(wang, number, office.code())


def test_a_wrong_try_is_never_part_of_a_callers_transaction(register: Register, office: PostOffice, wang: User) -> None:
    """Else whoever rolls back tries for ever."""
    number = enter(register, wang)
    with transaction.atomic(), pytest.raises(RuntimeError):
        contacts.prove_contact(wang, number, "1")
    with pytest.raises(CodeWrong):
        contacts.prove_contact(wang, number, "1")
    assert register.rows("SELECT wrong FROM identity_contact") == [(1,)]


def test_an_officer_has_no_addresses_here(register: Register, office: PostOffice) -> None:
    with pytest.raises(ValueError, match="never for a person"):
        contacts.contacts_of(User(login="officer"))


def test_code_ends_after_a_quarter_of_an_hour(register: Register, office: PostOffice, wang: User) -> None:
    number = enter(register, wang)
    register.rows("UPDATE identity_contact SET code_until = now() - interval '1 second' RETURNING id")
    with pytest.raises(CodeWrong, match="失效"):
        contacts.prove_contact(wang, number, office.code())


def test_nobody_proves_changes_or_drops_anothers(register: Register, office: PostOffice, wang: User) -> None:
    number, other = enter(register, wang), oneself(LI_NA)
    with pytest.raises(CodeWrong):
        contacts.prove_contact(other, number, office.code())
    with pytest.raises(ContactUnknown):
        contacts.drop_contact(other, number)
    with pytest.raises(ContactUnknown):
        contacts.keep_quiet(other, number, ["attached"])
    with pytest.raises(ContactRefused):
        jobs.another_code(other, number)
    assert contacts.contacts_of(other) == []
    assert len(contacts.contacts_of(wang)) == 1


def test_five_codes_a_day_and_no_letter_box_is_filled(register: Register, office: PostOffice, wang: User) -> None:
    for place in range(CODES_A_DAY):
        enter(register, wang, f"{place}@mail.example")
    with pytest.raises(ContactRefused, match="明天"):
        jobs.enter_contact(wang, way="mail", value="6@mail.example")
    (held,) = contacts.contacts_of(wang)
    with pytest.raises(ContactRefused, match="明天"):
        jobs.another_code(wang, held.id)
    assert held.value == f"{CODES_A_DAY - 1}@mail.example"


@pytest.mark.parametrize(
    ("way", "value"),
    [("mail", "wang"), ("mail", "a@b"), ("telephone", "13800000000"), ("mail", "x@y.example\nBcc: z@y.example")],
)
def test_what_is_no_address_or_no_open_way_is_refused(
    register: Register, office: PostOffice, wang: User, way: str, value: str
) -> None:
    with pytest.raises(ContactRefused):
        jobs.enter_contact(wang, way=way, value=value)
    assert contacts.contacts_of(wang) == []


@pytest.mark.parametrize(
    "value", ["1380000000", "23800000000", "12800000000", "１３８００００００００", "+8613800000000"]
)
def test_what_is_no_mobile_number_is_refused(register: Register, wang: User, settings: Any, value: str) -> None:
    settings.SMS_PROGRAM = "/bin/true"
    with pytest.raises(ContactRefused, match="11 位"):
        jobs.enter_contact(wang, way="telephone", value=value)


def test_short_messages_go_out_by_the_operators_program(
    register: Register, wang: User, settings: Any, tmp_path: Path
) -> None:
    program = tmp_path / "send"
    program.write_text(f"#!/bin/sh\ncat >> {tmp_path / 'came'}\n")
    program.chmod(0o700)
    settings.SMS_PROGRAM = str(program)
    number = jobs.enter_contact(wang, way="telephone", value="13800000000")
    register.become("intake")
    contacts.send_code(number)
    assert '"to": "13800000000"' in (tmp_path / "came").read_text()


def test_notice_says_that_there_is_something_and_not_what(register: Register, office: PostOffice, wang: User) -> None:
    prove(register, office, wang)
    told(register, wang, after(register), "merge-done")
    told(register, wang, after(register))
    assert run(register, after(register)) == (2, {"sent": 1})
    assert "2 条新消息" in office.text()
    assert "https://desk.example/me/" in office.text()
    assert not any(word in office.text() for word in ("合并", "记录有误", "王伟", "merge", "attached"))
    assert run(register, after(register, minutes=5)) == (0, {})


def test_only_what_came_after_the_proof_is_told(register: Register, office: PostOffice, wang: User) -> None:
    told(register, wang, after(register, minutes=-1))
    prove(register, office, wang)
    assert run(register, after(register)) == (0, {})


def test_kinds_made_quiet_and_other_persons_are_left_alone(register: Register, office: PostOffice, wang: User) -> None:
    number = prove(register, office, wang)
    contacts.keep_quiet(wang, number, ["merge-done"])
    told(register, wang, after(register), "merge-done")
    told(register, oneself(LI_NA), after(register))
    assert run(register, after(register)) == (0, {})
    contacts.keep_quiet(wang, number, [])
    assert run(register, after(register)) == (1, {"sent": 1})


def test_dropped_address_is_gone_with_what_was_due_there(register: Register, office: PostOffice, wang: User) -> None:
    number = prove(register, office, wang)
    told(register, wang, after(register))
    register.become("intake")
    notices.make_notices(at=after(register))
    register.become("app")
    contacts.drop_contact(wang, number)
    assert run(register, after(register)) == (0, {})
    assert register.rows("SELECT count(*) FROM identity_contact, identity_notice") == [(0,)]


def test_proven_address_stays_until_the_new_one_is_proven(register: Register, office: PostOffice, wang: User) -> None:
    prove(register, office, wang)
    number = enter(register, wang, "new@mail.example")
    assert [one.value for one in contacts.contacts_of(wang)] == [ADDRESS, "new@mail.example"]
    contacts.prove_contact(wang, number, office.code())
    assert [one.value for one in contacts.contacts_of(wang)] == ["new@mail.example"]


def test_what_could_not_be_sent_is_tried_later_and_ends(register: Register, office: PostOffice, wang: User) -> None:
    prove(register, office, wang)
    told(register, wang, after(register))
    office.answer = "450 later"
    assert run(register, after(register)) == (1, {"put-off": 1})
    assert run(register, after(register)) == (0, {})
    for tried in range(2, TRIES_MOST):
        assert run(register, after(register, hours=tried * 6)) == (0, {"put-off": 1})
    assert run(register, after(register, hours=60)) == (0, {"given-up": 1})
    office.answer = "250 OK"
    assert run(register, after(register, hours=70)) == (0, {})
    assert register.rows("SELECT answer, tries FROM identity_notice") == [("smtp-450", TRIES_MOST)]


def test_address_that_does_not_exist_is_given_up_at_once(register: Register, office: PostOffice, wang: User) -> None:
    prove(register, office, wang)
    told(register, wang, after(register))
    office.answer = "550 no such box"
    assert run(register, after(register)) == (1, {"given-up": 1})


def test_whoever_is_killed_while_sending_is_followed_by_another_under_the_same_number(
    register: Register, office: PostOffice, wang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(register, office, wang)
    told(register, wang, after(register))

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(notices, "_settle", killed)
        with pytest.raises(SystemExit):
            run(register, after(register))
    register.become("app")
    assert run(register, after(register, minutes=2)) == (0, {"sent": 1})
    assert len({message["Message-ID"] for _, message in office.came[1:]}) == 1
    assert len(office.came) == 3


def test_code_that_could_not_be_sent_is_tried_again_by_the_queue(
    register: Register, office: PostOffice, wang: User
) -> None:
    number = jobs.enter_contact(wang, way="mail", value=ADDRESS)
    office.answer = "450 later"
    register.become("intake")
    with pytest.raises(NotTaken):
        contacts.send_code(number)
    assert jobs.send_code.retry_strategy is not None


def test_addresses_follow_a_rotation(
    register: Register, office: PostOffice, wang: User, settings: Any, tmp_path: Path
) -> None:
    settings.VAULT_KEYS = Path(shutil.copy(settings.VAULT_KEYS, tmp_path / "vault.json"))
    forget_keys()
    number = prove(register, office, wang)
    keys.rotate(register)
    register.become("app")
    (held,) = contacts.contacts_of(wang)
    assert (held.id, held.value) == (number, ADDRESS)


def test_nobody_is_written_to_from_a_sandbox(
    register: Register, office: PostOffice, wang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "kind_here", lambda: "sandbox")
    with pytest.raises(ClosedInSandbox):
        jobs.enter_contact(wang, way="mail", value=ADDRESS)
