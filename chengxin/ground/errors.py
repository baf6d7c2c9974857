from chengxin.lib.errors import Conflict, NotAllowed, NotFound, Rejected, Unusable


class NotAnswerable(NotAllowed):
    """The one refusal an asker ever sees: it tells neither whether the person exists nor what was wrong."""

    code = "not-answerable"
    message = "无法答复此次查询。请核对姓名、证件号码、用途、依据和案号；本次查询已登记。"
    message_en = (
        "This query can't be answered. Check name, code, purpose, basis and case reference; the query has been entered."
    )
    remedy, remedy_en = (
        "核对姓名、号码、事项、依据、案号；事项是否开通；须授权的是否有授权。不说是哪一项，也不说有没有这个人。",
        "Check name, number, duty item, article, case, enrolment and authorisation; it isn't told which, nor whether anybody is there.",
    )


class InstallationMismatch(Unusable):
    """The process was started for another kind of installation than its database is."""

    code = "installation-mismatch"
    message, message_en = "没有启动：", "Not started:"


class RealInSandbox(Rejected):
    """Something about a person who isn't known to be synthetic was brought to a sandbox. Nothing of it is kept."""

    code = "real-in-sandbox"
    message = "沙箱只收虚构人员：号码以 149999 开头，或者是沙箱自带人员的其他证件号码。没有保存任何内容；真实人员的信息请报送正式系统。"
    message_en = (
        "A sandbox takes synthetic persons alone: numbers that begin with 149999, or the other papers of its own persons. "
        "Nothing was kept; what is about real persons goes to the province's installation."
    )


class ClosedInSandbox(Unusable):
    """What a sandbox doesn't do, whoever asks; the detail says what."""

    code = "closed-in-sandbox"
    message, message_en = "沙箱里没有这一项：", "A sandbox doesn't do this:"


class RebuildUnknown(NotFound):
    code = "rebuild-unknown"
    message = "没有这个派生数据。可以重建的见 chengxin rebuild --list。"
    message_en = "There is nothing derived of this name; see chengxin rebuild --list."


class RebuildDiffers(Conflict):
    """The counts differ after all parts were gone through."""

    code = "rebuild-differs"
    message = "重建之后数目仍对不上，可能正有人改动。请再次执行；仍对不上的，先做台账核验："
    message_en = (
        "The counts still differ after the rebuild. Run it again; where they still differ, prove the ledger first:"
    )


class RebuildRefused(Conflict):
    """What it would be rebuilt from isn't in order; the detail says what."""

    code, message, message_en = "rebuild-refused", "", ""
