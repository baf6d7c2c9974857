from collections.abc import Sequence

from chengxin.identity.organising import Reason
from chengxin.lib.errors import ChengxinError, Conflict, NotAllowed, NotFound, Rejected, TooMany, Unproved, Unusable
from chengxin.lib.refusals import Refusal

TOLD = 50


class PopulationUnusable(Unusable):
    code, message, message_en = "population-unusable", "人口文件无法使用：", "The population file can't be used:"


class OrganisationRefused(Conflict):
    code, message, message_en = "organisation-refused", "单位不能这样办理：", "This can't be done to the organisation:"


class OrganisationsUnusable(Unusable):
    code = "organisations-unusable"
    message = "单位名单无法使用："
    message_en = "The list of organisations can't be used:"


class OrganisationsRefused(OrganisationsUnusable):
    """A list that was refused whole; names each line and why."""

    code = "organisations-refused"
    message = "单位名单有误，全表未写入："
    message_en = "Nothing of the list was entered:"

    def __init__(self, lines: Sequence[tuple[int, Reason]]) -> None:
        self.lines = tuple(lines)
        told = self.lines[:TOLD]
        rest = len(self.lines) - len(told)
        super().__init__(
            "".join(f"\n第 {line} 行：{reason.text}" for line, reason in told)
            + (f"\n另有 {rest} 行。" if rest else ""),
            "".join(f"\nline {line}: {reason.text_en}" for line, reason in told) + (f"\n{rest} more." if rest else ""),
        )


class LicenceRefused(Conflict):
    code = "licence-refused"
    message = "许可或者备案不能这样登记："
    message_en = "The licence can't be entered like this:"


class CallUnknown(NotFound):
    code, message, message_en = "call-unknown", "没有这次报送。", "There is no such call."


class BiometricsRefused(Rejected):
    code = "biometrics-refused"
    message = "生物识别信息一概不收，整批退回，未保留任何内容："
    message_en = "Biometric information is never taken; the whole import is refused and nothing of it was kept:"


class SequenceNeeded(Unusable):
    code = "sequence-needed"
    message = "本库已接收过逐条事件，快照须写明它是第几号事件之后的状态（--sequence）。"
    message_en = "Events have been received; say after which number the snapshot was taken (--sequence)."


class OfficerUnknown(NotFound):
    code, message, message_en = "officer-unknown", "没有这位在岗人员。", "There is no such officer."


class GrantRefused(Conflict):
    code, message, message_en = "grant-refused", "不能授予或收回：", "The right can't be granted or withdrawn:"


class AccountRefused(Conflict):
    code, message, message_en = "account-refused", "账户不能这样登记：", "The account can't be entered like this:"


class FactorRefused(Conflict):
    code, message, message_en = "factor-refused", "第二重验证没有改动：", "The second factor stays as it was:"


class PlatformRefused(NotAllowed):
    code = "platform-refused"
    message = "未能登录：平台没有确认您的身份，或者您的姓名、证件号码与人口信息不一致。请回到首页重试；仍不行的，请向信用中心核对信息。"
    message_en = "You couldn't be logged in: the platform didn't vouch for you, or name and number aren't those of the population base."


class PlatformUnreachable(ChengxinError):
    code, status = "platform-unreachable", 503
    message, message_en = (
        "统一身份认证平台暂时连接不上，请稍后再试。",
        "The real-name platform can't be reached; try again later.",
    )


class KeyNotFresh(Conflict):
    code = "key-not-fresh"
    message = "只能改用从未用过且已登记的密钥，且一次只能进行一个轮换。"
    message_en = "Only a key that is entered and was never used can be changed to, and one change at a time."


class CodeUnreadable(Conflict):
    code = "code-unreadable"
    message = "有号码的原文未随散列加密保存，无法改用新密钥。"
    message_en = "A code's text isn't sealed beside its hash, so it can't be hashed under a new key."


class RegistrationRefused(Conflict):
    code = "registration-refused"
    message = "用途不能这样登记："
    message_en = "The purpose can't be registered like this:"


class ClientRefused(Conflict):
    code = "client-refused"
    message = "系统或公钥不能这样登记："
    message_en = "The system or key can't be entered like this:"


class RestorationRefused(Conflict):
    code = "restoration-refused"
    message = "恢复不能这样确认："
    message_en = "A restore can't be acknowledged like this:"


class ClientUnproved(Unproved):
    """One answer for every reason: unknown client, wrong key, wrong signature, claims that don't hold, shown before."""

    code = "invalid-client"
    message = "未能证明是登记的系统。请检查客户端编号、公钥、签名、aud、exp 和 jti（每个 jti 只能用一次）。"
    message_en = "The client isn't proved. Check client id, key, signature, aud, exp and jti (each jti is taken once)."
    remedy, remedy_en = (
        "核对系统编号、公钥是否已经批准、签名、aud、exp、jti、来访网络；单位的登记和许可是否有效。",
        "Check client id, approval of the key, signature, aud, exp, jti and network; and your organisation's registration and licences.",
    )


class TokenInvalid(Unproved):
    code = "invalid-token"
    message = "访问令牌无效或已过期，请重新取得。"
    message_en = "The access token is invalid or expired; get another."
    remedy, remedy_en = (
        "重新取得令牌；令牌十分钟有效。",
        "Get another token; one holds for ten minutes.",
    )


class ClientNotInForce(Unproved):
    code = "client-not-in-force"
    message, message_en = (
        "该系统已停用、到期，或者单位的登记、许可失效。",
        "The client is suspended or out of its term, or its organisation or a licence of it is.",
    )
    remedy, remedy_en = (
        "联系信用中心。",
        "Ask the credit centre.",
    )


class AddressNotAllowed(NotAllowed):
    code = "address-not-allowed"
    message, message_en = "来访地址不在登记的网络内。", "The address isn't in the client's registered networks."
    remedy, remedy_en = (
        "从登记的网络调用；变更来访网络须重新登记。",
        "Call from a registered network; another network is registered anew.",
    )


class ScopeMissing(NotAllowed):
    code, message, message_en = "insufficient-scope", "令牌不含此项权限。", "The token's scope doesn't include this."
    remedy, remedy_en = (
        "取令牌时在 scope 里写明这项权限。",
        "Name this scope when you ask for the token.",
    )


class GrantUnsupported(Unusable):
    code, status = "unsupported-grant-type", 400
    message = "只支持 client_credentials 和 authorization_code，并以 private_key_jwt 证明身份。"
    message_en = "Only client_credentials and authorization_code, with private_key_jwt, are supported."
    remedy, remedy_en = (
        "照“取得令牌”一节填写 grant_type 和 client_assertion_type。",
        "Send grant_type and client_assertion_type as the guide says.",
    )


class ScopeUnknown(Unusable):
    code, status = "invalid-scope", 400
    message, message_en = "没有这个 scope。", "There is no such scope."
    remedy, remedy_en = (
        "只写本单位可以用的 scope，见 oauth-authorization-server 的 scopes_supported。",
        "Name scopes that are open to your organisation; see scopes_supported.",
    )


class PurposeNotRegistered(NotAllowed):
    code = "purpose-not-registered"
    message = "没有为贵单位登记这个用途，或者登记已失效。"
    message_en = "This purpose isn't registered for your organisation, or no longer is."
    remedy, remedy_en = (
        "办理用途登记。",
        "Register the purpose.",
    )


class OfficerWithoutRight(NotAllowed):
    code = "officer-without-right"
    message = "您没有实名核验的岗位权限。"
    message_en = "You don't hold the role for checking real names."


class QuotaExhausted(TooMany):
    code = "quota-exhausted"
    message = "今天的核验次数不够了，零时起重新计算。"
    message_en = "Not enough of today's quota is left; it begins anew at midnight."
    remedy, remedy_en = (
        "次日再用，或者向信用中心申请增加。",
        "Wait for the next day, or apply for more.",
    )


class TooManyMisses(TooMany):
    code = "too-many-misses"
    message = "今天查无和不符的次数达到上限，零时前不再答复。请先核对数据来源。"
    message_en = "Today's limit of checks without a match is reached; none are answered until midnight. Check your source of data first."
    remedy, remedy_en = (
        "先核对数据来源；次日再用。",
        "Check your source of data first; wait for the next day.",
    )


class RateExceeded(TooMany):
    code = "rate-exceeded"
    message = "请求过快，请在下一分钟再试。"
    message_en = "Too fast; try again in the next minute."
    remedy, remedy_en = (
        "等 Retry-After 写明的秒数。",
        "Wait for the seconds that Retry-After says.",
    )


class OutOfHours(TooMany):
    code = "out-of-hours"
    message = "现在不在登记的查询时间内，本次没有查询。"
    message_en = "It is outside the hours registered for this client; nothing was asked."
    remedy, remedy_en = (
        "等 Retry-After 写明的秒数，在登记的时间内查询；要改时间的，向信用中心申请。",
        "Wait for the seconds that Retry-After says; apply to the credit centre for other hours.",
    )


class CodeTriedTooOften(TooMany):
    code = "code-tried-too-often"
    message = "今天对这个号码的核验次数已达上限。"
    message_en = "This code was asked about too often today."
    remedy, remedy_en = (
        "次日再试；先核对证件。",
        "Try again tomorrow; look at the certificate first.",
    )


class CodeInvalid(Rejected):
    code = "code-invalid"
    message = "证件种类或号码的格式、校验位不对，没有核验。"
    message_en = "The kind of certificate, or the form or check digit of its number, is wrong; nothing was checked."
    remedy, remedy_en = (
        "核对证件种类和号码。",
        "Compare kind and number with the certificate.",
    )


class NameMissing(Rejected):
    code, message, message_en = "name-missing", "没有姓名。", "The name is missing."
    remedy, remedy_en = (
        "补上姓名。",
        "Add the name.",
    )


class BatchUnfit(Rejected):
    code, message, message_en = "batch-unfit", "一批应有 1 至 10000 项。", "A batch holds 1 to 10,000 items."
    remedy, remedy_en = (
        "分批，每批 1 至 10000 项。",
        "Send batches of 1 to 10,000 items.",
    )


class KeyReused(Conflict):
    code = "idempotency-key-reused"
    message, message_en = "这个幂等键已用于另一个请求。", "This idempotency key was used for another request."
    remedy, remedy_en = (
        "换一个幂等键。",
        "Use another idempotency key.",
    )


class ReceiptUnknown(NotFound):
    code = "receipt-unknown"
    message = "没有这个回执。请核对编号。"
    message_en = "There is no such receipt. Check its number."


class DelegationRefused(Rejected):
    code, message, message_en = "delegation-refused", "不能这样代理：", "Nobody can act for another like this:"


class VisitRefused(Rejected):
    code, message, message_en = "visit-refused", "不能这样办理：", "Nobody can be served like this:"


class VisitOver(Conflict):
    code = "visit-over"
    message = "这次办理已经结束、超过时限或者不是您经办的。请重新核验证件，再办理一次。"
    message_en = "This visit is over, past its time or another officer's. Look at the certificate again and begin anew."


class ScanRefused(Rejected):
    code, message, message_en = "scan-refused", "没有收下这份材料：", "This paper wasn't taken in:"


class ScanUnknown(NotFound):
    code = "scan-unknown"
    message = "没有这份材料，或者不是本中心收的。请核对编号。"
    message_en = "There is no such paper, or another centre took it in. Check its number."


class ScanGone(NotFound):
    code = "scan-gone"
    message = "这份材料的扫描件已过保存期限，已经清除。"
    message_en = "The scan of this paper is past its term and was erased."


class TransferRefused(Conflict):
    code = "transfer-refused"
    message = "不能这样合并或者拆分："
    message_en = "Persons can't be merged or split like this:"


class StepFailed(Conflict):
    """A step that two officers agreed to can't be carried out; the detail is the reason's code."""

    code, message, message_en = "step-failed", "没有办成：", "This couldn't be carried out:"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason, reason)


class HandsRefused(NotAllowed):
    """An officer who decides about themselves, signs twice, or hasn't said who they are. ``reason`` tells which."""

    code, message, message_en = "hands-refused", "", ""

    def __init__(self, refusal: Refusal) -> None:
        self.reason = refusal.code
        super().__init__(refusal.text, refusal.text_en)


class DeclarationRefused(Conflict):
    code, message, message_en = "declaration-refused", "没有申报：", "Not declared:"


class ContactRefused(Rejected):
    code, message, message_en = "contact-refused", "没有保存这个联系方式：", "This contact wasn't kept:"


class CodeWrong(Rejected):
    code, message, message_en = "code-wrong", "没有确认：", "Not confirmed:"


class ContactUnknown(NotFound):
    code = "contact-unknown"
    message, message_en = "没有这个联系方式，可能已经删除。", "There is no such contact; it may have been dropped."


class ViewRefused(Conflict):
    code, message, message_en = "view-refused", "没有保存：", "Not kept:"
