"""What may go wrong with queries about many persons at once."""

from chengxin.lib.errors import Conflict, NotFound, Rejected, Unusable


class BatchUnknown(NotFound):
    code, message, message_en = (
        "query-batch-unknown",
        "没有这个批次或者这一部分。请核对编号。",
        "There is no such batch or part. Check its number.",
    )


class BatchLineUnfit(Unusable):
    """A line isn't in form; names it by its number, never what stands there."""

    code = "batch-line-unfit"
    message = "批量查询没有受理，没有保存任何内容："
    message_en = "The batch wasn't taken in, and nothing of it is kept:"

    def __init__(self, line: int, fields: str) -> None:
        super().__init__(
            f"第 {line} 行不合格式（{fields}）。请改正后整批重新提交。",
            f"line {line} isn't in form ({fields}). Correct it and send the whole batch again.",
        )


class BatchSizeUnfit(Unusable):
    code = "batch-size-unfit"
    message = "批量查询没有受理：第一行写为什么查，以后每行一人，一人以上、十万人以下，全文不超过 48 MB。请分批提交。"
    message_en = (
        "The batch wasn't taken in: the first line says what for, then a person a line, one to a hundred thousand, 48 MB in all. Send "
        "several batches."
    )


class ResultKeyUnfit(Unusable):
    code = "result-key-unfit"
    message = "批量查询没有受理：result_key 须是 P-256 的公钥（JWK）。"
    message_en = "The batch wasn't taken in: result_key is a public key on P-256 (JWK)."


class ResultKeyPrivate(Unusable):
    code = "result-key-private"
    message = "批量查询没有受理：result_key 里有私钥（d）。请只发公钥，并停用这一对密钥，因为私钥已经离开贵单位。"
    message_en = (
        "The batch wasn't taken in: result_key holds the private key (d). Send the public key alone, and a new pair, since this "
        "one's private key has left your house."
    )


class BatchByLeave(Rejected):
    code = "batch-by-leave"
    message = "这个查询事项须经本人授权，只能逐人查询，不能批量查询。"
    message_en = "This duty item needs each person's authorisation: ask about one person at a time, not in a batch."


class PartWaiting(Conflict):
    code, message, message_en = (
        "batch-part-waiting",
        "这一部分还没有答复，请稍后再取。",
        "This part isn't answered yet; come back later.",
    )


class PartFailed(Conflict):
    code = "batch-part-failed"
    message = "这一部分未能答复（系统故障），已逐人登记为失败。请将这些人另成一批重新查询。"
    message_en = "This part couldn't be answered (a fault of ours) and was entered as failed. Ask about these persons in a new batch."


class BatchOver(Conflict):
    code, message, message_en = (
        "batch-over",
        "这个批次已经到期或者已经按贵单位的要求清除，结果不再保存。",
        "This batch has expired or was erased as you asked; its results are no longer kept.",
    )
