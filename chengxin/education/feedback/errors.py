"""What may go wrong with what the public says."""

from chengxin.lib.errors import Conflict, NotFound


class FeedbackRefused(Conflict):
    code, message, message_en = "feedback-refused", "意见没有收下：", "This wasn't taken in:"


class FeedbackUnknown(NotFound):
    code, message, message_en = (
        "feedback-unknown",
        "没有查到。请核对编号，一个字也不能差；保存期满的意见已经清除。",
        "Nothing found. Compare the number sign by sign; what was kept for its time is erased.",
    )


class FeedbackSettled(Conflict):
    code, message, message_en = (
        "feedback-settled",
        "这条意见已经有人办过，或者现在不能这样办。请重新打开“意见反馈”。",
        "This is settled already, or can't be done now. Open the list anew.",
    )
