from chengxin.lib.errors import Conflict, NotAllowed, NotFound, Rejected, TooMany
from chengxin.lib.refusals import Refusal


class DayToCome(Rejected):
    """A view of the past was asked for a day that hasn't come."""

    code = "day-to-come"
    message = "所查的日子还没有到，只能查看今天或者过去某一日的情况。"
    message_en = "The day asked for hasn't come yet; only today or a day gone by can be shown."


class DutyNotNamed(Rejected):
    """The organisation stands enrolled for several duties of the purpose. Tells of the asker alone, nothing of the person."""

    code = "duty-not-named"
    message = "本单位在这个用途下开通了几个查询事项，请写明是哪一个（--duty、duty 或者在页面上选）。本次查询已登记。"
    message_en = (
        "Your organisation is enrolled for several duty items under this purpose; name one. The query has been entered."
    )
    remedy, remedy_en = (
        "写明 duty。",
        "Name the duty.",
    )


class RecallUnknown(NotFound):
    code, message, message_en = (
        "recall-unknown",
        "没有这项通知，或者已经确认。",
        "There is no such notice, or it was acknowledged.",
    )


class OwnRecordUnknown(NotFound):
    code, message, message_en = (
        "own-record-unknown",
        "没有这条记录。请从“我的档案”重新打开。",
        "There is no such record. Open it anew from your file.",
    )


class EntryUnknown(NotFound):
    code, message, message_en = (
        "entry-unknown",
        "没有这次查询，或者不能就它提问。请从“谁查过我”重新打开。",
        "There is no such entry, or it can't be questioned. Open it anew from the list.",
    )


class AskedAlready(Conflict):
    code, message, message_en = (
        "asked-already",
        "这次查询您已经问过，答复会显示在“我的提问”里。",
        "You have questioned this entry already; the answer will stand among your questions.",
    )


class QuestionUnknown(NotFound):
    code, message, message_en = (
        "question-unknown",
        "没有这个提问，或者已经答复。",
        "There is no such question, or it was answered.",
    )


class ReportUnknown(NotFound):
    code, message, message_en = (
        "report-unknown",
        "没有这份报告，或者已经作废。",
        "There is no such report, or it was withdrawn.",
    )


class ReportUnmatched(NotFound):
    code, message, message_en = (
        "report-unmatched",
        "没有编号和核验码都对得上的报告。请照报告首页逐个核对；还是对不上的，不要采用，请对方重新出具一份。",
        "No report has this number with this code. Compare both with its first page; if they still don't match, ask for a new one.",
    )


class OwnQuestion(NotAllowed):
    code, message, message_en = (
        "own-question",
        "这是您本人提出的问题，须由同事答复。",
        "You asked this yourself: a colleague answers it.",
    )


class CheckedTooOften(TooMany):
    code, message, message_en = (
        "checked-too-often",
        "这个编号今天输错的次数太多，请明天再核对，或者请对方重新出具一份。",
        "Wrong codes were tried too often for this number today. Come back tomorrow, or ask for a new report.",
    )


class CertificateRefused(Rejected):
    """A certificate can't be made out like that; says why and what to choose instead."""

    code, message, message_en = "certificate-refused", "", ""

    def __init__(self, refusal: Refusal) -> None:
        self.reason = refusal.code
        super().__init__(refusal.text, refusal.text_en)
