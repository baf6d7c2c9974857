from chengxin.lib.errors import Conflict, NotFound, Unusable


class PopulationUnusable(Unusable):
    code, message, message_en = "population-unusable", "人口文件无法使用：", "The population file can't be used:"


class OfficerUnknown(NotFound):
    code, message, message_en = "officer-unknown", "没有这位在岗人员。", "There is no such officer."


class GrantRefused(Conflict):
    code, message, message_en = "grant-refused", "不能授予或收回：", "The right can't be granted or withdrawn:"


class AccountRefused(Conflict):
    code, message, message_en = "account-refused", "账户不能这样登记：", "The account can't be entered like this:"


class KeyNotFresh(Conflict):
    code = "key-not-fresh"
    message = "只能改用从未用过且已登记的密钥，且一次只能进行一个轮换。"
    message_en = "Only a key that is entered and was never used can be changed to, and one change at a time."


class CodeUnreadable(Conflict):
    code = "code-unreadable"
    message = "有号码的原文未随散列加密保存，无法改用新密钥。"
    message_en = "A code's text isn't sealed beside its hash, so it can't be hashed under a new key."
