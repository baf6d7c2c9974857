"""What may go wrong with duty items and enrolments."""

from chengxin.lib.errors import Conflict, NotFound, Rejected, Unusable


class DutiesUnusable(Unusable):
    code, message, message_en = "duties-unusable", "查询事项文件无法装入：", "The file of duty items can't be loaded:"


class DutyUnknown(NotFound):
    code, message, message_en = (
        "duty-unknown",
        "没有这个查询事项，或者今天没有有效依据。请从列表中选择。",
        "There is no such duty item, or no law behind it is in force today. Choose from the list.",
    )


class EnrolmentUnknown(NotFound):
    code, message, message_en = (
        "enrolment-unknown",
        "没有这份申请，请从列表重新打开。",
        "There is no such application; open it anew from the list.",
    )


class EnrolmentRefused(Rejected):
    """What was applied for, or how it is to be decided, isn't fit; says what to put right."""

    code, message, message_en = "enrolment-refused", "未能办理：", "That can't be done:"


class EnrolmentSettled(Conflict):
    code, message, message_en = (
        "enrolment-settled",
        "这份申请已经有人办过，或者现在还不能这样办。请重新打开看它办到哪一步。",
        "This was settled already, or can't be done yet. Open it anew to see how far it is.",
    )
