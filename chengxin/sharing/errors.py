from chengxin.lib.errors import NotFound, Rejected


class DayToCome(Rejected):
    """A view of the past was asked for a day that hasn't come."""

    code = "day-to-come"
    message = "所查的日子还没有到，只能查看今天或者过去某一日的情况。"
    message_en = "The day asked for hasn't come yet; only today or a day gone by can be shown."


class RecallUnknown(NotFound):
    code, message, message_en = (
        "recall-unknown",
        "没有这项通知，或者已经确认。",
        "There is no such notice, or it was acknowledged.",
    )
