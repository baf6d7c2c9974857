from collections.abc import Sequence
from datetime import timedelta

from chengxin.lib.errors import Conflict, NotFound, Rejected, TooMany, Unusable


class FileUnusable(Unusable):
    """The file as a whole can't be taken in; nothing of it was.

    What is told is the detail alone, whole sentences: wherever it is shown, a heading says already that the file is no use.
    """

    code, message, message_en = "file-unusable", "", ""


class FileEmpty(FileUnusable):
    """There isn't a byte in it: saved or exported before anything was, or broken on its way."""

    def __init__(self) -> None:
        super().__init__(
            "文件是空的，一个字节也没有。请打开自己保存的文件，看内容在不在，重新导出或者另存后再报送。",
            "The file is empty, without one byte. Open what you kept, see that its rows are there, export it again and hand that in.",
        )


class ForbiddenColumns(FileUnusable):
    """A column names a kind of data that may never be held (safeguard 2)."""

    code = "forbidden-columns"
    message = "文件含有禁止归集的信息列，整份文件未接收、未保存："
    message_en = "The file has columns of a kind that may never be collected; nothing of it was kept:"


class RealRows(FileUnusable):
    """A sandbox was handed a file some rows of which aren't shown to be of synthetic persons. Rows are named by number alone."""

    code = "real-in-sandbox"

    def __init__(self, rows: Sequence[int]) -> None:
        told = "、".join(map(str, rows))
        super().__init__(
            f"沙箱只收虚构人员（号码以 149999 开头，或者是沙箱自带人员的其他证件号码），第 {told} 行（或更多）不是。"
            "整份文件没有收下，什么都没有保存。真实人员的信息请报送正式系统。",
            "A sandbox takes synthetic persons alone (numbers that begin with 149999, or the other papers of its own persons); "
            f"rows {told} (or more) aren't. The whole file was refused and nothing of it kept. "
            "What is about real persons goes to the province's installation.",
        )


class BatchUnknown(NotFound):
    code, message, message_en = "batch-unknown", "没有这个批次。", "There is no such batch."


class ProviderNotStanding(Conflict):
    code = "provider-not-standing"
    message = "该单位的登记或者许可今天不在有效期内，不能报送。"
    message_en = "The organisation's registration or licence isn't valid today, so it hands in nothing."
    remedy, remedy_en = (
        "联系信用中心。",
        "Ask the credit centre.",
    )


class ProviderNotCompetent(Conflict):
    code = "provider-not-competent"
    message = "该单位不是此信息项的提供单位。"
    message_en = "This organisation is no provider of the item."
    remedy, remedy_en = (
        "核对信息目录规定的提供单位。",
        "See whom the catalogue names as provider.",
    )


class WaiverRefused(Conflict):
    """A waiver that can't be entered; the detail says why."""

    code, message, message_en = "waiver-refused", "", ""


class RecordUnknown(NotFound):
    code = "record-unknown"
    message = "没有这个编号的记录，或者不是本单位报送的。"
    message_en = "No record has this number, or your organisation didn't hand it in."
    remedy, remedy_en = (
        "从回执或者 numbers 中复制记录编号。",
        "Copy the number from the receipt or from numbers.",
    )


class BodyCutShort(Unusable):
    code = "body-cut-short"
    message = "内容不完整或者与摘要不符，本次未接收。请用同一幂等键从头重发。"
    message_en = (
        "The body is incomplete or differs from its digest; nothing was taken. Send it again under the same key."
    )
    remedy, remedy_en = (
        "用同一个幂等键从头重发。",
        "Send it again from the start under the same key.",
    )


class UploadUnknown(NotFound):
    code = "upload-unknown"
    message = "没有这个上传，或者已过一天。请重新上传。"
    message_en = "There is no such upload, or its day is over. Hand the file in again."


class PartsElsewhere(Conflict):
    code = "upload-offset-differs"
    message = "上传的位置不对，请从服务器所说的位置继续。"
    message_en = "The upload stands elsewhere; go on from the offset that the server tells."


class PartsBusy(Conflict):
    code = "upload-busy"
    message = "这个上传正在写入，请稍候。"
    message_en = "The upload is being written to; wait a moment."


class PartsTooMany(TooMany):
    code = "uploads-too-many"
    message = "未完成的上传太多，请先完成，或者等一天后自动清除。"
    message_en = "Too many uploads are unfinished; finish them, or wait until they are swept after a day."


class DropRefused(Rejected):
    """A drop that isn't in order. ``patience``: for how long it is given time to come into order, where not the usual."""

    code, message, message_en = "drop-refused", "", ""

    def __init__(self, detail: str = "", detail_en: str = "", *, patience: timedelta | None = None) -> None:
        self.patience = patience
        super().__init__(detail, detail_en)


class RepeatDiffers(Rejected):
    """A name that the sender gave to one hand-in is used for another."""

    code = "idempotency-key-differs"
    message = "同一个幂等键已用于不同的内容，本次未接收。请换一个键。"
    message_en = "The same idempotency key was used for another content; nothing was taken. Use another key."
    remedy, remedy_en = (
        "换一个幂等键。",
        "Use another idempotency key.",
    )


class MendFileGone(NotFound):
    code = "mend-file-gone"
    message = "待修改行文件已取走或已过保存时间；请重新上传。"
    message_en = "The file of rows to mend was taken or has expired; hand the file in again."


class DecisionRefused(Conflict):
    """A decision about a waiting row that can't be taken; the detail says why."""

    code, message, message_en = "decision-refused", "", ""


class WaitingRowGone(NotFound):
    code = "waiting-row-gone"
    message = "这一行已经不在等待，可能已由人口库更新自动认定，或者已经办结。"
    message_en = "The row waits no more: the population base settled it, or somebody did."


class TooManyOpened(TooMany):
    code = "too-many-opened"
    message = "今天打开的待核对行已达上限，请明天再办，或者请同事办理。"
    message_en = "You have opened as many waiting rows today as may be; go on tomorrow, or let a colleague."


class UndoRefused(Conflict):
    """A batch can't be undone; the detail says why."""

    code, message, message_en = "undo-refused", "", ""


class WaiverUnknown(NotFound):
    code, message, message_en = "waiver-unknown", "没有这条保留。", "There is no such waiver."


class BacktestRefused(Rejected):
    """A check can't be tried so; the detail says why."""

    code, message, message_en = "backtest-refused", "", ""


class BacktestUnknown(NotFound):
    code, message, message_en = "backtest-unknown", "没有这次试算。", "There is no such trial."


class UndoUnknown(NotFound):
    code, message, message_en = "undo-unknown", "没有这项撤回。", "There is no such undoing."


class NothingRefused(Conflict):
    """That there is nothing can't be said; the detail says why."""

    code, message, message_en = "nothing-refused", "", ""


class MappingRefused(Conflict):
    """Columns can't be mapped so; the detail says why."""

    code, message, message_en = "mapping-refused", "", ""


class ReceiptMissing(NotFound):
    code, message, message_en = "receipt-missing", "没有这一天的对账单。", "There is no receipt of that day."


class MonthUnknown(NotFound):
    code = "month-unknown"
    message, message_en = (
        "没有这个月的统计数字。数字在月底以后公布，请从统计页选择月份。",
        "There are no figures of this month. They are published after its end; choose a month on the statistics page.",
    )
