"""Queries about one person for organisations' systems, under the duty items for which their organisation stands enrolled."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import BaseModel, ConfigDict, StringConstraints

from chengxin.api.application import ClientToken, answers_of
from chengxin.api.schemas import EXAMPLE_PERSON, CodeTypeName, Words
from chengxin.api.verifications import IdempotencyKey, bearer_of
from chengxin.identity.openness import address_of
from chengxin.identity.tokens import Bearer
from chengxin.lib.pace import on_the_beat
from chengxin.lib.periods import seconds_of_day_left, shanghai_date
from chengxin.sharing.asking import Answered, Caller, Why, answer_system
from chengxin.sharing.deciding import Question
from chengxin.sharing.documents import as_json
from chengxin.sharing.duties.queries import DutyTerms, list_enrolled

ACT = "query.ask"
router = Router(tags=["查询 / queries"], auth=ClientToken(ACT))
DutyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,8}(-[A-Z0-9]{2,8}){1,3}$", max_length=32)]
FormName = Literal["yes_no", "count", "band", "list", "full"]


EXAMPLE: dict[str, Any] = {
    "duty": "XK-SC-01",
    "basis": "XZXKF-34",
    "case_reference": "许可2026-1",
    "officer": "xk-07",
    **EXAMPLE_PERSON,
}


class Purpose(Schema):
    """For what a query is: the same for everybody of a batch."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    duty: DutyCode = Field(description="查询事项编码，例如 XK-SC-01 / code of the duty item")
    basis: Words = Field(
        min_length=1, max_length=40, description="依据，该事项的依据之一，例如 XZXKF-34 / one of its articles"
    )
    officer: str = Field(
        min_length=1, max_length=64, pattern=r"^[\w.@-]+$",
        description="经办人在贵单位的代号，不是姓名 / the officer's pseudonym at your organisation, no name",
    )  # fmt: skip


class Subject(Schema):
    """Whom a query is about and in which case."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    case_reference: Words = Field(max_length=200, description="案号或者事项编号 / case number")
    code_type: CodeTypeName = Field(description="证件种类 / kind of certificate")
    code: Words = Field(max_length=40, repr=False, description="证件号码 / number of the certificate")
    name: Words = Field(max_length=200, repr=False, description="姓名 / name as on the certificate")


class Query(Purpose, Subject):
    """Whom a query is about and why."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [EXAMPLE]})


class BandShown(BaseModel):
    least: int
    most: int | None


class AnswerShown(BaseModel):
    """The answer where its form holds no record; of found, count and band the one that the form has."""

    form: FormName
    items: list[str]
    found: bool | None = None
    count: int | None = None
    band: BandShown | None = None
    disputed_count: int | None = None
    disputed: Literal["none", "some", "all"] = Field(
        description="所依据的记录有没有在异议核查的 / whether any of it is disputed"
    )
    text: str
    text_en: str


class FieldShown(BaseModel):
    code: str
    label: str
    text: str


class RecordShown(BaseModel):
    number: str
    item: str
    item_name: str
    nature: str
    document: str
    organ: str
    decided: date
    grade: str
    state: str = Field(description="disputed：正在异议核查 / being disputed")
    shown_from: date
    shown_until: date
    shown_through: date
    repair_from: date | None
    basis: str
    fields: list[FieldShown]


class QueryAnswered(BaseModel):
    """The answer in the form of the duty: ``answer`` or ``records``. The person isn't told again."""

    entry: UUID = Field(description="查询登记的编号 / number of the access entry")
    number: str
    issued_at: datetime
    salt: str = Field(
        description="撤销核对盐值，留存副本的单位用它查撤销清单 / salt of the copy's tokens in the feed of revocations"
    )
    duty: str
    duty_name: str
    purpose: str
    basis: str
    case: str
    answer: AnswerShown | None = None
    records: list[RecordShown]
    sandbox: bool

    @classmethod
    def of(cls, answered: Answered) -> "QueryAnswered":
        whole = {**as_json(answered.report, sandbox=settings.SANDBOX), "entry": answered.report.entry_id}
        told = {name: value for name, value in whole.items() if name in cls.model_fields}
        return cls(**told)


class DutyShown(Schema):
    """A duty for which the system's organisation stands enrolled today."""

    code: str
    name: str
    purpose: str
    form: FormName
    items: list[str]
    bases: dict[str, str]
    needs: str
    may_store: bool
    keep_days: int | None

    @classmethod
    def of(cls, duty: DutyTerms) -> "DutyShown":
        names = ("code", "name", "purpose", "form", "needs", "may_store", "keep_days")
        told: dict[str, Any] = {name: getattr(duty, name) for name in names}
        return cls(**told, items=list(duty.items), bases=dict(duty.bases))


@router.post("/queries", response=answers_of("queries", s200=QueryAnswered), url_name="queries")
def ask(request: HttpRequest, body: Query, response: HttpResponse, key: IdempotencyKey = "") -> QueryAnswered:
    bearer = bearer_of(request)
    told, limits = answer_query(bearer, address_of(request), body, key=key, at=timezone.now())
    for name, value in limits.items():
        response.headers[name] = value
    return told


def answer_query(
    bearer: Bearer, address: str, body: Query, *, key: str, at: datetime
) -> tuple[QueryAnswered, dict[str, str]]:
    """Answer a query of a system that calls from an address, and give the headers that tell what is left of its day.

    Raises what ``answer_system`` raises.
    """
    caller = Caller(bearer.organisation, bearer.client_id, address, bearer.key, bearer.authorisation)
    why = Why(body.duty, body.basis, body.case_reference, body.officer)
    with on_the_beat(settings.CHECK_BEAT_S):
        answered = answer_system(caller, why, Question(body.code_type, body.code, body.name), at=at, key=key)
    limits = {
        "RateLimit-Policy": f'"day";q={answered.quota};w=86400',
        "RateLimit": f'"day";r={answered.quota - answered.used};t={seconds_of_day_left(at)}',
    }
    return QueryAnswered.of(answered), limits


@router.get(
    "/duties",
    response=answers_of("duties", s200=list[DutyShown]),
    auth=ClientToken("query.ask", standing=True),
    url_name="duties",
)
def duties(request: HttpRequest) -> list[DutyShown]:
    found = list_enrolled(bearer_of(request).organisation, shanghai_date(timezone.now()))
    return [DutyShown.of(duty) for duty in found]
