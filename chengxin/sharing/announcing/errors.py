from chengxin.lib.errors import Conflict


class ChangesClosed(Conflict):
    code, message, message_en = (
        "changes-closed",
        "这项授权现在不能订阅变化：不是期限内有效的，或者本人没有同意告知变化。需要的，请重新请求授权，并写明要告知变化。",
        "This can't be subscribed to: it isn't for a period and in force, or the person didn't agree. Ask for a new one that says so.",
    )
