"""What may go wrong with a share link."""

from chengxin.lib.errors import NotFound, Rejected, TooMany
from chengxin.lib.refusals import Refusal


class LinkClosed(NotFound):
    """The link opens nothing, for whichever reason: whoever holds it learns none."""

    code, message, message_en = (
        "link-closed",
        "打不开。可能是链接不完整、访问码不对，也可能已经到期、看完了，或者本人已经收回。请向给您链接的人要一个新的。",
        "It doesn't open. The link may be incomplete, the code wrong, or it is over, used up or taken back. Ask for a new one.",
    )


class LinkUnknown(NotFound):
    code, message, message_en = (
        "link-unknown",
        "没有这个分享，或者已经收回。请从“我的分享”重新打开。",
        "There is no such share link, or it was ended. Open it anew from the list.",
    )


class LinkRefused(Rejected):
    """A link can't be made like that; says why and what to choose instead."""

    code, message, message_en = "link-refused", "", ""

    def __init__(self, refusal: Refusal) -> None:
        self.reason = refusal.code
        super().__init__(refusal.text, refusal.text_en)


class LinkTriedTooOften(TooMany):
    code, message, message_en = (
        "link-tried-too-often",
        "这个网络一小时内打开的次数太多，请过一会儿再试。",
        "That is many tries in an hour from this network; come back later.",
    )
