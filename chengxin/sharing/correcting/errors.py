from chengxin.lib.errors import NotFound, Rejected
from chengxin.lib.refusals import Refusal


class HookRefused(Rejected):
    """An address can't be entered or confirmed like that; says why."""

    code, message, message_en = "hook-refused", "", ""

    def __init__(self, refusal: Refusal) -> None:
        self.reason = refusal.code
        super().__init__(refusal.text, refusal.text_en)


class HookUnknown(NotFound):
    code, message, message_en = (
        "hook-unknown",
        "没有这个接收地址，或者已经停用、已经确认，或者还有一次试送没有结果。",
        "There is no such address; or it was ended, confirmed already, or a test is still under way.",
    )
