"""What may go wrong with inquiries and suspensions."""

from chengxin.lib.errors import Conflict, NotAllowed, NotFound, Rejected
from chengxin.lib.refusals import Refusal


class InquiryUnknown(NotFound):
    code, message, message_en = (
        "inquiry-unknown",
        "没有这件审查，或者它涉及您的单位，由另一单位的审查员办理。请从列表重新打开。",
        "There is no such inquiry, or it is about your own organisation. Open it anew from the list.",
    )


class InquiryRefused(Rejected):
    """What a reviewer wants can't be done; says why and what to do instead."""

    code, message, message_en = "inquiry-refused", "", ""

    def __init__(self, refusal: Refusal) -> None:
        self.reason = refusal.code
        super().__init__(refusal.text, refusal.text_en)


class InquirySettled(Conflict):
    code, message, message_en = (
        "inquiry-settled",
        "这件审查已经办结，或者单位都已经问过。请重新打开看它办到哪一步。",
        "This inquiry is closed, or everybody was asked already. Open it anew to see how far it is.",
    )


class ReviewerBarred(NotAllowed):
    """A reviewer has to do with what the inquiry is about; another one handles it."""

    def __init__(self, refusal: Refusal) -> None:
        self.reason = refusal.code
        super().__init__(refusal.text, refusal.text_en)


class ExplanationUnknown(NotFound):
    code, message, message_en = (
        "explanation-unknown",
        "没有这项要求，或者已经答复、已经办结。请从列表重新打开。",
        "There is no such request, or it was answered or closed. Open it anew from the list.",
    )


class OwnExplanation(NotAllowed):
    code, message, message_en = (
        "own-explanation",
        "问的就是您本人的查询，须由本单位的另一名工作人员说明。",
        "This is about look-ups of your own; a colleague explains them.",
    )


class SuspensionUnknown(NotFound):
    code, message, message_en = (
        "suspension-unknown",
        "没有这项暂停，或者它涉及您的单位。请从列表重新打开。",
        "There is no such suspension, or it is about your own organisation. Open it anew from the list.",
    )


class SuspensionSettled(Conflict):
    code, message, message_en = (
        "suspension-settled",
        "这一步已经有人办过，或者现在还不能办。请重新打开看它办到哪一步。",
        "This step was taken already, or can't be taken yet. Open it anew to see how far it is.",
    )


class ErasureUnknown(NotFound):
    code, message, message_en = (
        "erasure-unknown",
        "没有这份删除证明要交，或者已经交了。请从列表重新打开。",
        "There is no such statement to give, or it was given. Open it anew from the list.",
    )


class MonthNotOver(Rejected):
    code, message, message_en = (
        "month-not-over",
        "这个月还没有过完，过完才抽样。请改写月份。",
        "That month isn't over yet; a sample is drawn when it is. Change the month.",
    )


class DayNotOver(Rejected):
    code, message, message_en = (
        "day-not-over",
        "这一天还没有过完，只能审查已经过完的日子。请改写日期。",
        "That day isn't over yet; only days gone by are reviewed. Change the date.",
    )
