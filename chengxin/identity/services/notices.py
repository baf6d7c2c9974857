"""Telling persons, where they asked for it, that there is a message on their page. A notice never says of what."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection

from chengxin.identity.models.contacts import TRIES_MOST
from chengxin.identity.services.contacts import USE
from chengxin.identity.services.gateways import open_gateway
from chengxin.identity.vault import open_sealed
from chengxin.lib.crypto import Sealed
from chengxin.lib.gateways import Letter, NotTaken

MOST = 500
"""Letters a run sends at most; the rest go with the next."""


def make_notices(*, at: datetime) -> int:
    """Put down whom to tell of the last days' messages; gives how many notices are new. One statement, told twice it does nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_make_notices(%s)", [at])
        (made,) = cursor.fetchone() or (0,)
    return int(made)


def send_notices(*, at: datetime) -> Mapping[str, int]:
    """Send what is due, one letter a contact, each claimed before it is sent: killed in between, it is sent again under the same number.

    Gives how many letters were sent, put off, and given up.
    """
    counts = {"sent": 0, "put-off": 0, "given-up": 0}
    while sum(counts.values()) < MOST and (claimed := _claim(at)) is not None:
        counts[_send(*claimed, at=at)] += 1
    return counts


def _claim(at: datetime) -> tuple[str, bytes, str, list[int], int] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT way, value_sealed, key_id, notices, tries FROM identity_take_notices(%s)", [at])
        claimed: tuple[str, bytes, str, list[int], int] | None = cursor.fetchone()
    return claimed


def _send(way: str, box: bytes, key_id: str, notices: list[int], tries: int, *, at: datetime) -> str:
    try:
        (value,) = open_sealed((Sealed(key_id, bytes(box)), USE))
        open_gateway(way).send(value, _letter(notices, at))
    except NotTaken as refused:
        over = refused.final or tries >= TRIES_MOST
        _settle(notices, None, at if over else None, refused.answer)
        return "given-up" if over else "put-off"
    _settle(notices, at, None, "")
    return "sent"


def _settle(notices: list[int], sent: datetime | None, given_up: datetime | None, answer: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_settle_notices(%s, %s, %s, %s)", [notices, sent, given_up, answer[:32]])


def _letter(notices: list[int], at: datetime) -> Letter:
    place = f"{settings.DESK_URL}/me/"
    text = (
        f"您在信用信息系统有 {len(notices)} 条新消息。请登录后查看：{place}\n"
        "这封通知不含任何记录内容；我们不会要您汇款、回复或者提供验证码。不想再收到，可以在“消息和通知”里停用。\n\n"
        f"There are {len(notices)} new messages for you: {place}\n"
        "This notice holds nothing of your records. We never ask for money, answers or codes. You can stop notices on that page.\n"
    )
    return Letter(f"notice-{notices[0]}-{len(notices)}", "您有新的消息 You have new messages", text, at)
