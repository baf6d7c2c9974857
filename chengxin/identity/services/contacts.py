"""A person's own addresses: entered, proven by a code sent there, made quiet for some kinds of messages, dropped."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone

from chengxin.ground.errors import ClosedInSandbox
from chengxin.ground.installation import kind_here
from chengxin.identity.errors import CodeWrong, ContactRefused, ContactUnknown
from chengxin.identity.models import Contact, User
from chengxin.identity.services.gateways import gateway, open_gateway
from chengxin.identity.speaking import speak_for_oneself, speaking_as_person
from chengxin.identity.vault import open_sealed, sealing_vault
from chengxin.lib.crypto import Sealed
from chengxin.lib.gateways import Letter

USE = "contact"
# The mainland's numbering plan: eleven digits, 13 to 19.
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
CODE_SIGNS, CODE_STANDS = 8, timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class OwnContact:
    """A contact as its owner sees it. ``code_until`` is when the code that was sent last ends, if one was."""

    id: int
    way: str
    value: str
    confirmed_at: datetime | None
    code_until: datetime | None
    quiet: tuple[str, ...]


def contacts_of(person: User) -> list[OwnContact]:
    """Give a person's contacts, and those of registrations that were merged into theirs."""
    with speaking_as_person(person):
        found = list(Contact.objects.raw("SELECT * FROM identity_own_contacts()"))
    return [
        OwnContact(
            one.pk,
            one.way,
            open_sealed((Sealed(one.key_id, bytes(one.value_sealed)), USE))[0],
            one.confirmed_at,
            one.code_until,
            tuple(one.quiet),
        )
        for one in found
    ]


def add_contact(person: User, *, way: str, value: str) -> int:
    """Enter an address, in the transaction that has a code sent there; gives its number.

    Raises ContactRefused where it is no address, the way isn't open here, or too many codes were asked for today; ClosedInSandbox.
    """
    if kind_here() == "sandbox":
        raise ClosedInSandbox("不从沙箱发送通知。", "Nobody is written to from a sandbox.")
    if gateway(way) is None:
        raise ContactRefused("这里还没有开通这种通知方式。", "This way of being told isn't open here.")
    sealed = sealing_vault().seal(_read(way, value.strip()), use=USE)
    with speaking_as_person(person):
        number = _call("identity_add_contact(%s, %s, %s)", way, sealed.box, sealed.key_id)
    if number is None:
        raise _too_many()
    return int(number)


def ask_again(person: User, contact_id: int) -> None:
    """Count another code. Raises ContactRefused where none may be sent."""
    with speaking_as_person(person):
        if not _call("identity_code_again(%s)", contact_id):
            raise _too_many()


def prove_contact(person: User, contact_id: int, code: str) -> None:
    """Take the code that was sent. In no transaction of a caller's, so that a wrong try stays counted. Raises CodeWrong."""
    digits = "".join(sign for sign in code if sign.isdigit())
    with transaction.atomic(durable=True):
        speak_for_oneself(person)
        said = str(_call("identity_prove_contact(%s, %s)", contact_id, _digest(contact_id, digits)))
    refused = {
        "wrong": CodeWrong("验证码不对，请核对后重新输入。", "The code is wrong; check it and try again."),
        "spent": CodeWrong("验证码已经失效，请重新发送。", "The code no longer stands; have another one sent."),
    }
    if said in refused:
        raise refused[said]


def drop_contact(person: User, contact_id: int) -> None:
    """Forget an address at once. Raises ContactUnknown."""
    with speaking_as_person(person):
        if not _call("identity_drop_contact(%s)", contact_id):
            raise ContactUnknown


def keep_quiet(person: User, contact_id: int, kinds: Sequence[str]) -> None:
    """Send no notice of these kinds of messages to a contact. Raises ContactUnknown."""
    with speaking_as_person(person):
        if not _call("identity_quiet_contact(%s, %s)", contact_id, sorted(set(kinds))):
            raise ContactUnknown


def send_code(contact_id: int) -> None:
    """Draw a code, put down its digest, and send it. Raises NotTaken; the worker then tries again with another code."""
    code = f"{secrets.randbelow(10**CODE_SIGNS):0{CODE_SIGNS}d}"
    at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT way, value_sealed, key_id FROM identity_take_code(%s, %s, %s)",
            [contact_id, _digest(contact_id, code), at + CODE_STANDS],
        )
        found = cursor.fetchone()
    if found is None:
        return
    way, box, key_id = found
    (value,) = open_sealed((Sealed(key_id, bytes(box)), USE))
    open_gateway(way).send(value, _letter(contact_id, code, at))


def _letter(contact_id: int, code: str, at: datetime) -> Letter:
    text = (
        f"验证码 {code[:4]} {code[4:]}，15 分钟内有效，用于在信用信息系统接收通知。不是您本人操作的，请不必理会。"
        "工作人员不会向您索要验证码。\n\n"
        f"Your code is {code[:4]} {code[4:]}, for 15 minutes. Ignore this if you didn't ask for it; nobody of ours will ask you for it.\n"
    )
    return Letter(f"code-{contact_id}-{int(at.timestamp())}", "验证码 Your code", text, at)


def _read(way: str, value: str) -> str:
    if way == Contact.Way.MAIL:
        try:
            validate_email(value)
        except ValidationError:
            raise ContactRefused(
                "这不像一个电子邮件地址，例如 name@example.com。",
                "This is no e-mail address, such as name@example.com.",
            ) from None
        return value
    if way != Contact.Way.TELEPHONE or MOBILE.fullmatch(value) is None:
        raise ContactRefused(
            "请填写 11 位手机号码，以 1 开头。", "Give a mobile telephone number: eleven digits, beginning with 1."
        )
    return value


def _digest(contact_id: int, code: str) -> bytes:
    return sha256(f"{contact_id}:{code}".encode()).digest()


def _call(function: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", values)  # a name of this file's own
        row = cursor.fetchone()
    return row[0] if row else None


def _too_many() -> ContactRefused:
    return ContactRefused("今天发送的验证码已经够多，请明天再试。", "Enough codes were sent today; try again tomorrow.")
