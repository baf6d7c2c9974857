from chengxin.lib.errors import Conflict, NotFound, TooMany, Unusable


class FileUnusable(Unusable):
    """The file as a whole can't be taken in; nothing of it was.

    What is told is the detail alone, whole sentences: wherever it is shown, a heading says already that the file is no use.
    """

    code, message, message_en = "file-unusable", "", ""


class ForbiddenColumns(FileUnusable):
    """A column names a kind of data that may never be held (safeguard 2)."""

    code = "forbidden-columns"
    message = "文件含有禁止归集的信息列，整份文件未接收、未保存："
    message_en = "The file has columns of a kind that may never be collected; nothing of it was kept:"


class BatchUnknown(NotFound):
    code, message, message_en = "batch-unknown", "没有这个批次。", "There is no such batch."


class ProviderNotStanding(Conflict):
    code = "provider-not-standing"
    message = "该单位的登记或者许可今天不在有效期内，不能报送。"
    message_en = "The organisation's registration or licence isn't valid today, so it hands in nothing."


class ProviderNotCompetent(Conflict):
    code = "provider-not-competent"
    message = "该单位不是此信息项的提供单位。"
    message_en = "This organisation is no provider of the item."


class WaiverRefused(Conflict):
    """A waiver that can't be entered; the detail says why."""

    code, message, message_en = "waiver-refused", "", ""


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
