"""The one tree of errors that services raise.

ChengxinError
├── Unproved 401      whoever asks hasn't shown who they are, or what they showed no longer holds
├── NotFound 404      what was asked for is not there, or may not be known to be there
├── NotAllowed 403    the asker may not do this
├── Conflict 409      the state of the thing forbids it
├── TooMany 429       a quota or a rate is used up; says when it begins anew
├── Rejected 422      a rule of law or of the format refuses it; carries the source
├── Unavailable 503   what it takes isn't there just now
└── Unusable 422      a file or setting can't be read at all; says what, where and how to mend it

A task adds leaves in its own ``errors.py``. One middleware turns them into pages and problem documents; one function
in the command line turns them into two lines and an exit code. Messages never hold a personal value.
"""

from typing import ClassVar

from chengxin.lib.sources import Source


# Errors are named by what happened, so that `raise ObjectionClosed` reads as a sentence; hence no suffix (N818).
class ChengxinError(Exception):
    """Base of all errors that are answers, not bugs."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    message: ClassVar[str] = "系统未能完成操作。"
    message_en: ClassVar[str] = "The operation could not be completed."
    # How whoever calls mends it, as the published list of codes says; a leaf says more than its branch where it can.
    remedy: ClassVar[str] = "稍后再试；仍不行的，把时间和操作告诉信用中心。"
    remedy_en: ClassVar[str] = "Try again later; if it lasts, tell the credit centre when and what you did."

    def __init__(self, detail: str = "", detail_en: str = "") -> None:
        """Keep what is particular to this case; both texts stand after the class's own message."""
        self.detail = detail
        self.detail_en = detail_en or detail
        super().__init__(self.text)

    @property
    def text(self) -> str:
        return f"{self.message}{self.detail}"

    @property
    def text_en(self) -> str:
        return f"{self.message_en} {self.detail_en}".strip()


class NotFound(ChengxinError):
    code, status = "not-found", 404
    message, message_en = "未找到。", "Not found."
    remedy, remedy_en = "核对编号和网址。", "Check number and address."


class Unproved(ChengxinError):
    code, status = "unproved", 401
    message, message_en = "尚未证明身份。", "Who asks is not proved."
    remedy, remedy_en = "重新证明身份或者取得令牌。", "Prove who you are, or get a token, anew."


class NotAllowed(ChengxinError):
    code, status = "not-allowed", 403
    message, message_en = "无权进行此操作。", "You may not do this."
    remedy, remedy_en = (
        "由有权的人员或者系统办理；需要这项权限的，向信用中心申请。",
        "Leave it to whoever may, or apply to the credit centre for the right.",
    )


class Conflict(ChengxinError):
    code, status = "conflict", 409
    message, message_en = "当前状态不允许此操作。", "The present state forbids this."
    remedy, remedy_en = (
        "先看现在的状态，再决定要不要重办。",
        "Look at the present state first, then decide whether to do it anew.",
    )


class TooMany(ChengxinError):
    """``again_in_s``: after how many seconds the same may be asked again."""

    code, status = "too-many", 429
    message, message_en = "请求过多。", "Too many requests."
    remedy, remedy_en = "等 Retry-After 写明的秒数以后再试。", "Wait for the seconds that Retry-After says."

    def __init__(self, detail: str = "", detail_en: str = "", *, again_in_s: int = 60) -> None:
        self.again_in_s = again_in_s
        super().__init__(detail, detail_en)


class Rejected(ChengxinError):
    code, status = "rejected", 422
    message, message_en = "依规则不予接受。", "Refused by rule."
    remedy, remedy_en = "按说明改正以后重发。", "Mend what it says and send it again."

    def __init__(self, detail: str = "", detail_en: str = "", *, source: Source | None = None) -> None:
        self.source = source
        super().__init__(detail, detail_en)


class Unavailable(ChengxinError):
    """``again_in_s``: after how many seconds it is worth asking again."""

    code, status = "unavailable", 503
    message, message_en = "暂时不能办理。", "Not possible just now."
    remedy, remedy_en = (
        "等 Retry-After 写明的秒数以后，用同一个幂等键重发。",
        "Wait for the seconds that Retry-After says, then send it again under the same idempotency key.",
    )

    def __init__(self, detail: str = "", detail_en: str = "", *, again_in_s: int = 10) -> None:
        self.again_in_s = again_in_s
        super().__init__(detail, detail_en)


class Unusable(ChengxinError):
    code, status = "unusable", 422
    message, message_en = "无法使用。", "Unusable."
    remedy, remedy_en = "按说明改正以后重发。", "Mend what it says and send it again."
