"""What the institutions' interface offers, and how each operation can refuse.

The one list that its description, its answers and the published list of codes are made from.
"""

from dataclasses import dataclass

from chengxin.catalogue.errors import ItemNotOpen
from chengxin.ground.errors import ClosedInSandbox, NotAnswerable, RealInSandbox
from chengxin.identity import errors as who
from chengxin.lib.calls import BodyTooLong, DatabaseAway, MediaTypeUnknown, MethodUnknown, RequestInvalid
from chengxin.lib.errors import ChengxinError, NotAllowed
from chengxin.records import errors as records
from chengxin.sharing.announcing.errors import ChangesClosed
from chengxin.sharing.authorising import errors as leave
from chengxin.sharing.batches import errors as many
from chengxin.sharing.errors import DutyNotNamed, RecallUnknown

Errors = tuple[type[ChengxinError], ...]
BASE = "/api/v1"
EVERYWHERE: Errors = (RequestInvalid, MethodUnknown, DatabaseAway, ChengxinError)
BODY: Errors = (BodyTooLong, MediaTypeUnknown)
CLIENT: Errors = (who.TokenInvalid, who.ScopeMissing, who.ClientNotInForce, who.AddressNotAllowed)
LIMITS: Errors = (who.QuotaExhausted, who.RateExceeded, who.OutOfHours)
CHECKS: Errors = (who.PurposeNotRegistered, *LIMITS, who.TooManyMisses, who.KeyReused)
HANDING_IN: Errors = (
    ItemNotOpen, records.ProviderNotStanding, records.ProviderNotCompetent, records.RepeatDiffers, records.BodyCutShort,
    records.FileUnusable, records.ForbiddenColumns, records.RealRows,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how it is called, what it does, and every error that it answers with.

    ``scope`` is what a token for it covers, none where it needs none. ``metered`` ones tell what is left of the day.
    """

    method: str
    path: str
    name: str
    name_en: str
    errors: Errors
    scope: str = ""
    metered: bool = False

    @property
    def address(self) -> str:
        return f"{BASE}{self.path}"

    @property
    def statuses(self) -> tuple[int, ...]:
        return tuple(sorted({error.status for error in self.errors}))

    def codes_of(self, status: int) -> list[str]:
        return sorted({error.code for error in self.errors if error.status == status})


def _get(scope: str, path: str, name: str, name_en: str, *errors: type[ChengxinError]) -> Operation:
    return Operation("GET", path, name, name_en, (*EVERYWHERE, *CLIENT, *errors), scope)


def _post(
    scope: str, path: str, name: str, name_en: str, *errors: type[ChengxinError], metered: bool = False
) -> Operation:
    return Operation("POST", path, name, name_en, (*EVERYWHERE, *BODY, *CLIENT, *errors), scope, metered)


CHECK, TELL, ASK = "verification.check", "population.tell", "query.ask"
ASK_LEAVE, ACKNOWLEDGE, ASK_MANY = "authorisation.ask", "recall.acknowledge", "query.batch"
TAKEN_BACK = "authorisation.acknowledge"
HAND_IN, FOLLOW, WITHDRAW = "intake.hand_in", "intake.follow", "intake.withdraw"
# By the name of the operation's address.
OPERATIONS: dict[str, Operation] = {
    "token": Operation(
        "POST",
        "/token",
        "取得访问令牌",
        "get an access token",
        (*EVERYWHERE, *BODY, who.ClientUnproved, who.GrantUnsupported, who.ScopeUnknown, leave.GrantInvalid),
    ),
    "par": Operation(
        "POST",
        "/par",
        "请本人在浏览器里授权：先交请求",
        "push what is asked of a person",
        (
            *EVERYWHERE,
            *BODY,
            who.ClientUnproved,
            who.GrantUnsupported,
            who.ScopeUnknown,
            who.ClientNotInForce,
            who.AddressNotAllowed,
            *LIMITS,
            leave.PushUnfit,
            leave.RedirectUnknown,
            leave.EnrolmentUnknown,
            leave.AuthorisationRefused,
        ),
    ),
    "verifications": _post(
        CHECK,
        "/verifications",
        "核验一人",
        "check one person",
        *CHECKS,
        who.CodeTriedTooOften,
        who.CodeInvalid,
        who.NameMissing,
        metered=True,
    ),
    "verifications-batch": _post(
        CHECK,
        "/verifications/batch",
        "一次核验至多一万人",
        "check up to ten thousand at once",
        *CHECKS,
        who.BatchUnfit,
        metered=True,
    ),
    "receipts": _post(CHECK, "/receipts", "核对回执", "check a receipt", who.ReceiptUnknown),
    "purposes": _get(CHECK, "/purposes", "本单位登记的用途", "registered purposes"),
    "population-events": _post(
        TELL,
        "/population/events",
        "报送一批人口事件",
        "tell a batch of events",
        who.PopulationUnusable,
        who.BiometricsRefused,
        ClosedInSandbox,
        NotAllowed,
        who.CallUnknown,
    ),
    "population-call": _get(
        TELL, "/population/events/{token}", "一批事件的处理结果", "what became of a batch", who.CallUnknown
    ),
    "population-status": _get(
        TELL, "/population/status", "缺号和等待的事件", "numbers that never came, events that wait", NotAllowed
    ),
    "records": _post(
        HAND_IN,
        "/items/{code}/records",
        "报送一条，当场答复",
        "hand in one record and get its answer",
        *HANDING_IN,
        records.BatchUnknown,
    ),
    "batches": _post(
        HAND_IN,
        "/items/{code}/batches",
        "报送一个文件或者 JSON Lines 流",
        "hand in a file or a stream of JSON Lines",
        *HANDING_IN,
        records.BatchUnknown,
    ),
    "batch": _get(
        FOLLOW,
        "/batches/{token}",
        "一批的进展、回执和问题",
        "progress, receipt and findings of a batch",
        records.BatchUnknown,
    ),
    "batch-numbers": _get(
        FOLLOW, "/batches/{token}/numbers", "一批的记录编号", "the record numbers of a batch", records.BatchUnknown
    ),
    "batch-events": _get(
        FOLLOW,
        "/batches/{token}/events",
        "一批的进展，服务器推送",
        "progress by server-sent events",
        records.BatchUnknown,
    ),
    "withdraw": _post(
        WITHDRAW,
        "/records/{number}/withdraw",
        "按编号撤回一条",
        "withdraw a record by its number",
        *HANDING_IN,
        records.RecordUnknown,
        records.BatchUnknown,
    ),
    "queries": _post(
        ASK,
        "/queries",
        "查询一人",
        "ask about one person",
        NotAnswerable,
        DutyNotNamed,
        who.HandsRefused,
        RealInSandbox,
        *LIMITS,
        who.KeyReused,
        metered=True,
    ),
    "query-batches": _post(
        ASK_MANY,
        "/queries/batches",
        "批量查询，十万人以下",
        "ask about up to a hundred thousand persons",
        *LIMITS,
        who.KeyReused,
        NotAnswerable,
        records.BodyCutShort,
        many.BatchLineUnfit,
        many.BatchSizeUnfit,
        many.ResultKeyUnfit,
        many.ResultKeyPrivate,
        many.BatchByLeave,
        metered=True,
    ),
    "query-batch": _get(
        ASK_MANY, "/queries/batches/{number}", "一批查询的进展", "how a batch stands", many.BatchUnknown
    ),
    "query-batch-erase": _post(
        ASK_MANY,
        "/queries/batches/{number}/erase",
        "提前清除一批",
        "erase a batch before its time",
        many.BatchUnknown,
    ),
    "query-batch-parts": _get(
        ASK_MANY, "/queries/batches/{number}/parts", "一批的各部分", "the parts of a batch", many.BatchUnknown
    ),
    "query-batch-part": _get(
        ASK_MANY,
        "/queries/batches/{number}/parts/{place}",
        "一部分的加密答复",
        "the encrypted answers of a part",
        many.BatchUnknown,
        many.BatchOver,
        many.PartWaiting,
        many.PartFailed,
    ),
    "authorisations": _post(
        ASK_LEAVE,
        "/authorisations",
        "请求本人授权",
        "ask a person for leave",
        *LIMITS,
        who.KeyReused,
        who.HandsRefused,
        leave.EnrolmentUnknown,
        leave.AuthorisationRefused,
        metered=True,
    ),
    "authorisation": _get(
        ASK_LEAVE,
        "/authorisations/{number}",
        "本单位的请求怎样了",
        "how a request of one's own stands",
        leave.RequestUnknown,
    ),
    "authorisation-changes": _post(
        ASK_LEAVE,
        "/authorisations/{number}/changes",
        "订阅一项授权的变化",
        "be told when something under an authorisation changed",
        leave.RequestUnknown,
        ChangesClosed,
    ),
    "authorisation-changes-end": _post(
        ASK_LEAVE,
        "/authorisations/{number}/changes/end",
        "不再订阅",
        "be told no more",
        leave.RequestUnknown,
    ),
    "changes": _get(ASK_LEAVE, "/changes", "哪些授权有了变化", "under which authorisations something changed"),
    "call-backs": _get(TAKEN_BACK, "/call-backs", "本人收回的授权", "what persons took back"),
    "call-back-acknowledgements": _post(
        TAKEN_BACK,
        "/call-backs/{number}/acknowledgements",
        "确认一项收回，说明副本怎样处理了",
        "acknowledge what was taken back, and say what became of the copies",
        leave.CallBackUnknown,
        leave.AuthorisationRefused,
    ),
    "recalls": _get(ACKNOWLEDGE, "/recalls", "更正、撤回通知", "recalls"),
    "recall-acknowledgements": _post(
        ACKNOWLEDGE, "/recalls/{number}/acknowledgements", "确认一条通知", "acknowledge a recall", RecallUnknown
    ),
    "duties": _get(ASK, "/duties", "本单位开通的查询事项", "duty items enrolled for"),
}
