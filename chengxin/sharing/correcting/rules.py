"""When a message is tried again, when a recipient is reminded, and which addresses are taken: pure rules."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from chengxin.lib.outside import read_address
from chengxin.lib.refusals import Refusal
from chengxin.lib.workdays import WorkCalendar

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""After the first try, the second, and so on; the last one from then on."""
NO_ADDRESS = Refusal(
    "hook-address",
    "地址应以 https:// 开头，写主机名和路径，不带用户名、密码和 #，最多 300 个字符，例如 https://api.example.gov.cn/chengxin。",
    "An address begins with https://, has a host's name and a path, no user name, password or #, at most 300 signs.",
)
HOLDS_CODE = Refusal(
    "hook-identity-code", "地址里不能有身份证件号码。", "An address holds no identity code."
)  # whatever stands in an address is logged on its way
ONE_ALREADY = Refusal(
    "hook-one-already",
    "本单位已有一个接收地址：先停用，再登记新的；停用期间的通知在页面上处理。",
    "Your organisation has an address: end it first, then enter the new one.",
)
NO_CLIENT = Refusal(
    "hook-client",
    "请选择本单位今天在用的系统；没有的，先由系统管理员登记。",
    "Choose a system of your organisation that may call today.",
)
NO_REASON = Refusal("hook-reason", "请写明停用的理由。", "Say why it is ended.")


def refuse_address(url: str) -> Refusal | None:
    """Tell why an address isn't taken, None where it is. Whom it leads to is looked at whenever something is sent (``lib.outside``)."""
    return None if read_address(url) else NO_ADDRESS


def again_at(tries: int, *, now: datetime, give_up_at: datetime) -> datetime | None:
    """Give when a message is tried again after so many tries; None when that would be past its end.

    Source: Standard Webhooks (growing pauses); safeguard 7 (chased otherwise once the term is over).
    """
    then = now + PAUSES[min(tries, len(PAUSES)) - 1]
    return then if then < give_up_at else None


def chases_due(due_on: date, *, on: date, after: Sequence[int], calendar: WorkCalendar) -> int:
    """Give how many reminders are due of what should have been acknowledged on a day: one after each of these numbers of working days.

    Source: 个人信息保护法 第四十六条; safeguard 7 (the numbers are the house's own, ``recall-chasing``).
    """
    return sum(calendar.add_or_estimate(due_on, days).day <= on for days in after)
