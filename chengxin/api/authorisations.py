"""Asking persons for leave, for organisations' systems: the request, and how it stands."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from chengxin.api.application import ClientToken, answers_of
from chengxin.api.calling import caller_of
from chengxin.api.queries import DutyCode
from chengxin.api.schemas import CodeTypeName
from chengxin.api.verifications import IdempotencyKey
from chengxin.lib.pace import on_the_beat
from chengxin.lib.periods import seconds_of_day_left
from chengxin.sharing.authorising.queries import AskedFor
from chengxin.sharing.authorising.rules import Leave
from chengxin.sharing.authorising.services import Wanted
from chengxin.sharing.authorising.systems import follow_request, request_by_system
from chengxin.sharing.deciding import Question

router = Router(tags=["授权 / authorisations"], auth=ClientToken("authorisation.ask"))
ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,8}(-[A-Z0-9]{2,8}){1,3}$", max_length=32)]
Number = Annotated[str, StringConstraints(pattern=r"^SQ[0-9]{8}[0-9A-Z]{10}$")]
DAY = timedelta(days=1)


class LeaveAsked(Schema):
    """What an organisation asks a person for, and why."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    duty: DutyCode = Field(description="须经本人授权的查询事项 / a duty item that needs the person's leave")
    items: list[ItemCode] = Field(min_length=1, max_length=100, description="信息项，不超出该事项 / items of that duty")
    once: bool = Field(
        description="true 只查一次，false 期限内可以多次 / once, or as often as needed until the last day"
    )
    last_day: date = Field(description="有效到哪一天（含当日）/ the last day on which it counts")
    announces: bool = Field(
        default=False,
        description="请求本人同意：内容有变化时告知贵单位“有变化”，不告知内容；只查一次的不能 / "
        "ask that you be told when something changed, without content; not with once",
    )
    keep_days: int = Field(ge=0, le=3660, description="查得的保存几天，0 不保存 / days that you keep what you get")
    reason: str = Field(min_length=1, max_length=300, description="为什么，本人会看到 / why, in words for the person")
    reference: str = Field(min_length=1, max_length=120, description="贵单位的业务编号 / your own reference")

    def wanted(self) -> Wanted:
        leave = Leave(frozenset(self.items), self.once, self.last_day + DAY, self.announces)
        return Wanted(self.duty, leave, self.keep_days, self.reason, self.reference)


class LeaveRequest(LeaveAsked):
    """A request and whom it is addressed to."""

    officer: str = Field(
        min_length=1, max_length=64, pattern=r"^[\w.@-]+$",
        description="经办人在贵单位的代号，不是姓名 / the officer's pseudonym at your organisation, no name",
    )  # fmt: skip
    code_type: CodeTypeName = Field(description="证件种类 / kind of certificate")
    code: str = Field(max_length=40, repr=False, description="证件号码 / number of the certificate")
    name: str = Field(max_length=200, repr=False, description="姓名 / name as on the certificate")


class LeaveTaken(Schema):
    """That a request was taken. Whether it reached anybody isn't told."""

    number: str = Field(description="授权请求的编号 / number of the request")
    sandbox: bool


class LeaveShown(Schema):
    """How a request stands. Whoever refused, didn't answer, or couldn't be reached looks alike."""

    number: str
    state: Literal["waits", "none", "stands", "used", "over", "withdrawn", "suspended"] = Field(
        description="waits 等待，none 没有授权，stands 有效 / none: there is no authorisation"
    )
    duty: str
    items: list[str] = Field(
        description="本人同意的信息项；等待时是请求的 / items granted; while it waits, those asked for"
    )
    once: bool
    last_day: date
    announces: bool = Field(
        description="本人同意告知变化；等待时是请求的 / changes may be told; while it waits, as asked for"
    )
    subscribed: bool = Field(description="现在正在告知变化 / changes are told now")
    keep_days: int
    erase_by: date | None
    reference: str
    asked_at: datetime
    waits_until: date = Field(description="最迟等到哪一天（不含）/ first day on which it waits no more")
    uses: int

    @classmethod
    def of(cls, one: AskedFor) -> "LeaveShown":
        stands = one.left or one.asked
        return cls(
            number=one.number, state=one.state, duty=one.duty.code, items=sorted(stands.items), once=stands.once,  # type: ignore[arg-type]
            last_day=stands.valid_until - DAY, announces=stands.announces, subscribed=one.subscribed, keep_days=one.keep_days,
            erase_by=one.erase_by, reference=one.reference, asked_at=one.asked_at, waits_until=one.lapses_on, uses=one.uses,
        )  # fmt: skip


@router.post(
    "/authorisations",
    response=answers_of("authorisations", s201=LeaveTaken),
    url_name="authorisations",
)
def ask_leave(
    request: HttpRequest, body: LeaveRequest, response: HttpResponse, key: IdempotencyKey = ""
) -> Status[LeaveTaken]:
    at = timezone.now()
    question = Question(body.code_type, body.code, body.name)
    with on_the_beat(settings.CHECK_BEAT_S):
        taken = request_by_system(caller_of(request), body.officer, body.wanted(), question, at=at, key=key)
    response.headers["RateLimit-Policy"] = f'"day";q={taken.quota};w=86400'
    response.headers["RateLimit"] = f'"day";r={taken.quota - taken.used};t={seconds_of_day_left(at)}'
    return Status(201, LeaveTaken(number=taken.number, sandbox=settings.SANDBOX))


@router.get(
    "/authorisations/{number}",
    response=answers_of("authorisation", s200=LeaveShown),
    url_name="authorisation",
)
def follow_leave(request: HttpRequest, number: Path[Number]) -> LeaveShown:
    return LeaveShown.of(follow_request(caller_of(request), number, at=timezone.now()))
