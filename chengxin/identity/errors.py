from chengxin.lib.errors import Conflict, NotFound, Unusable


class PopulationUnusable(Unusable):
    code, message, message_en = "population-unusable", "人口文件无法使用：", "The population file can't be used:"


class OfficerUnknown(NotFound):
    code, message, message_en = "officer-unknown", "没有这位在岗人员。", "There is no such officer."


class GrantRefused(Conflict):
    code, message, message_en = "grant-refused", "不能授予或收回：", "The right can't be granted or withdrawn:"


class AccountRefused(Conflict):
    code, message, message_en = "account-refused", "账户不能这样登记：", "The account can't be entered like this:"
