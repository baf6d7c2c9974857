"""What may go wrong with a person's authorisations."""

from chengxin.lib.errors import NotAllowed, NotFound, Rejected, Unusable
from chengxin.lib.refusals import Refusal


class AuthorisationUnknown(NotFound):
    code, message, message_en = (
        "authorisation-unknown",
        "没有这项授权，或者现在不能这样办。请从“我的授权”重新打开。",
        "There is no such authorisation, or this can't be done with it now. Open it anew from the list.",
    )


class EnrolmentUnknown(NotFound):
    code, message, message_en = (
        "enrolment-unknown",
        "本单位今天没有登记这个须经本人授权的查询事项。请从列表重新选择。",
        "Your organisation isn't enrolled for such a duty item today. Choose from the list.",
    )


class RequestUnknown(NotFound):
    code, message, message_en = (
        "request-unknown",
        "本单位没有这个编号的授权请求。请核对编号。",
        "Your organisation has no request of this number. Check the number.",
    )


class RedirectUnknown(Unusable):
    code, status = "redirect-unknown", 400
    message = "没有登记并批准这个返回地址。地址须与登记的逐字相同。"
    message_en = "This redirect_uri isn't entered and approved. It must be the same, sign by sign."


class PushUnfit(Unusable):
    code, status = "push-unfit", 400
    message = (
        "请求须是 response_type=code，code_challenge_method=S256，code_challenge 共 43 位，state 不空且不超过 512 位。"
    )
    message_en = (
        "Ask with response_type=code, code_challenge_method=S256, a code_challenge of 43 signs and a state of 1 to 512."
    )


class PushedUnknown(NotFound):
    code, message, message_en = (
        "pushed-unknown",
        "这次请求打不开：可能已经过了十分钟，或者已经决定过。请回到对方的页面重新开始。对方没有得到任何东西。",
        "This request doesn't open: its ten minutes may be over, or it was decided. Go back and begin anew. They got nothing.",
    )


class GrantInvalid(Unusable):
    """One answer for every reason: no such code, another's, another address, a wrong verifier, too late, shown before."""

    code, status = "invalid-grant", 400
    message = "授权码无效：不存在、已用过、过了 60 秒，或者与系统、返回地址、code_verifier 不符。"
    message_en = (
        "The code isn't valid: unknown, used, older than 60 seconds, or of another client, redirect_uri or verifier."
    )


class CallBackUnknown(NotFound):
    code, message, message_en = (
        "call-back-unknown",
        "没有这项收回通知，或者已经确认。",
        "There is no such call-back, or it was acknowledged.",
    )


class PaperMissing(NotFound):
    code, message, message_en = (
        "paper-missing",
        "还没有收下本人签字的授权书或者撤回授权书：请先在这次办理里扫描收下（种类选“信用信息授权书、撤回授权书”），再登记。代理人不能代办。",
        "Take in the signed paper on this visit first. Nobody grants or takes back in another's place.",
    )


class PaperUnknown(NotFound):
    code, message, message_en = (
        "paper-unknown",
        "没有这份等待见证的材料，或者已经见证、过了半小时。",
        "No such paper waits for a witness, or it was witnessed, or its half hour is over.",
    )


class AuthorisationRefused(Rejected):
    """Something can't be asked for or granted like that; says why and what to do instead."""

    code, message, message_en = "authorisation-refused", "", ""

    def __init__(self, refusal: Refusal) -> None:
        self.reason = refusal.code
        super().__init__(refusal.text, refusal.text_en)


class NotForInstitutions(NotAllowed):
    code, message, message_en = (
        "not-for-institutions",
        "只有登记了查询事项的单位的查询经办人可以请求授权。",
        "Only an asking officer of an enrolled organisation asks for an authorisation.",
    )
