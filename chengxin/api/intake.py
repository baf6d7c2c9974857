"""Handing in by organisations' systems: a record, a file or a stream; how it stands; withdrawing by number."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from ninja import Field, Header, Query, Router, Schema, Status
from pydantic import ConfigDict

from chengxin.api.application import JSON, ClientToken, answers_of, not_json, not_taken
from chengxin.api.bodies import pieces
from chengxin.api.schemas import EXAMPLE_CODE
from chengxin.api.verifications import bearer_of
from chengxin.identity.openness import address_of
from chengxin.lib.calls import BodyTooLong, RequestInvalid
from chengxin.records.queries import BatchView
from chengxin.records.ways.following import events
from chengxin.records.ways.systems import (
    Caller,
    Report,
    admit,
    hand_in,
    look,
    numbers,
    own_item,
    report,
    wait_for,
)
from chengxin.records.ways.withdrawing import NUMBER, REASON

router = Router(tags=["报送 / handing in"])
HANDS_IN, FOLLOWS, WITHDRAWS = (ClientToken(f"intake.{act}") for act in ("hand_in", "follow", "withdraw"))
KEY_HELP = "同一键的重复请求就是第一次的那一批，长期有效；内容不同的退回 / a repeated call is the first batch; another content is refused"
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=128, description=KEY_HELP)]
MOST_BYTES, MOST_FINDINGS, MOST_NUMBERS = 256 * 1024, 1_000, 10_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {"application/x-ndjson": "a.jsonl", "application/jsonl": "a.jsonl", "text/csv": "a.csv", XLSX: "a.xlsx"}
FORMS = ("text/csv", "application/x-ndjson", XLSX)
FILE = {
    "requestBody": {
        "required": True,
        "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in FORMS},
    }
}
PENALTY = {
    "CF_XM": "张三",
    "CF_ZJLX": "居民身份证",
    "CF_ZJHM": EXAMPLE_CODE,
    "CF_WSH": "晋市监罚〔2026〕1号",
}
RECORD = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "minProperties": 1,
                    "description": "目录项的字段，键为字段代码或者名称 / the item's fields by code or label",
                    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                    "examples": [PENALTY],
                }
            }
        },
    }
}


class FindingShown(Schema):
    """What a row didn't pass; never a value of it."""

    row: int
    field: str
    rule: str
    severity: str
    message: str
    message_en: str
    remedy: str
    remedy_en: str


class FirstShown(Schema):
    row: int
    field: str
    rule: str
    message: str


class RuleCount(Schema):
    rule: str
    severity: str
    rows: int


class NumberShown(Schema):
    row: int
    number: str = Field(description="记录编号，更正和撤回时使用 / names the record when it is corrected or withdrawn")
    version: int
    state: str


class Progress(Schema):
    """How far a batch is. ``stuck``: nobody has had it in hand for a minute; it will be taken over."""

    batch: UUID
    state: Literal["received", "done", "unusable"]
    phase: str
    rows: int
    findings: int
    stuck: bool
    first: list[FirstShown] = Field(description="处理中的前几个问题 / the first findings of a batch under way")

    @classmethod
    def of(cls, view: BatchView) -> "Progress":
        first = [FirstShown(row=one.row, field=one.field, rule=one.rule, message=one.message) for one in view.first]
        state: Any = view.batch.state
        return cls(
            batch=view.batch.token,
            state=state,
            phase=view.phase,
            rows=view.rows,
            findings=view.findings,
            stuck=view.stuck,
            first=first,
        )


class BatchShown(Progress):
    """The receipt of a batch: counts that add up, and a page of its findings."""

    item: str
    channel: str
    received_at: datetime
    finished_at: datetime | None
    read: int
    new: int
    changed: int
    unchanged: int
    waiting: int
    refused: int
    failure: str
    failure_en: str
    by_rule: list[RuleCount]
    page: list[FindingShown]
    next: str = Field(description="下一页的 after；没有则为空 / after of the next page")
    numbers: list[NumberShown] = Field([], description="单条报送时的记录编号 / of a single record")

    @classmethod
    def of_report(cls, found: Report) -> "BatchShown":
        batch = found.view.batch
        names = ("channel", "received_at", "finished_at", "failure", "failure_en")
        counts = ("read", "new", "changed", "unchanged", "waiting", "refused")
        shown = FindingShown.__annotations__
        return cls(
            **Progress.of(found.view).model_dump(),
            item=batch.item.code,
            **{name: getattr(batch, name) for name in (*names, *counts)},
            by_rule=[RuleCount(rule=one.rule, severity=one.severity, rows=one.rows) for one in found.counts],
            page=[FindingShown(**{name: getattr(one, name) for name in shown}) for one in found.findings],
            next=found.following,
        )


class Withdrawn(Schema):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    reason: Literal["error", "duplicate", "revoked"] = Field(
        description="误报 error；重复 duplicate；文书撤销 revoked / entered in error; twice; the document was set aside"
    )


@router.post(
    "/items/{code}/records",
    response=answers_of("records", s200=BatchShown, s202=BatchShown),
    auth=HANDS_IN,
    url_name="records",
    openapi_extra=RECORD,
)
def record(request: HttpRequest, code: str, key: Key = "") -> Status[BatchShown]:
    """200 with receipt, record number and findings; 202 when it is still being processed: ask GET /batches/{batch}."""
    return _single(request, code, read_record(request), key)


@router.post(
    "/items/{code}/batches",
    response=answers_of("batches", s202=BatchShown),
    auth=HANDS_IN,
    url_name="batches",
    openapi_extra=FILE,
)
def batch(request: HttpRequest, code: str, key: Key = "") -> Status[BatchShown]:
    """Read piece by piece into the sealed spool, with Content-Length or chunked; Content-Digest (sha-256) is checked where it is given."""
    at, caller = timezone.now(), caller_of(request)
    name = NAMES.get((request.content_type or "").lower())
    if name is None:
        raise not_taken(*FORMS)
    admit(caller, code, at)
    token = hand_in(caller, code, pieces(request), key=key, at=at, name=name)
    return Status(202, BatchShown.of_report(report(caller, token, at=at)))


@router.get(
    "/batches/{token}",
    response=answers_of("batch", s200=BatchShown),
    auth=FOLLOWS,
    url_name="batch",
)
def batch_shown(
    request: HttpRequest,
    token: UUID,
    after: Annotated[str, Query(pattern=r"^(\d{1,9}-\d{1,9})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_FINDINGS)] = 100,
) -> BatchShown:
    row, _, number = after.partition("-")
    place = (int(row or 0), int(number or 0))
    return BatchShown.of_report(report(caller_of(request), token, at=timezone.now(), after=place, limit=limit))


@router.get(
    "/batches/{token}/numbers",
    response=answers_of("batch-numbers", s200=list[NumberShown]),
    auth=FOLLOWS,
    url_name="batch-numbers",
)
def batch_numbers(
    request: HttpRequest,
    token: UUID,
    after: Annotated[int, Query(ge=0, lt=1 << 31)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_NUMBERS)] = 1_000,
) -> list[NumberShown]:
    return _numbers(caller_of(request), token, after, limit)


@router.get(
    "/batches/{token}/events",
    response=answers_of("batch-events", s200=str),
    auth=FOLLOWS,
    url_name="batch-events",
)
def batch_events(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """A stream ends by itself after half a minute; come again until the event is ``end``."""
    caller, at = caller_of(request), timezone.now()
    look(caller, token, at)
    return event_stream(lambda: _told(look(caller, token, at)))


@router.post(
    "/records/{number}/withdraw",
    response=answers_of("withdraw", s200=BatchShown, s202=BatchShown),
    auth=WITHDRAWS,
    url_name="withdraw",
)
def withdraw(request: HttpRequest, number: str, body: Withdrawn, key: Key = "") -> Status[BatchShown]:
    """The record gets a last version without values and is shown to nobody from then on; nothing is deleted."""
    code = own_item(caller_of(request), number, timezone.now())
    return _single(request, code, {NUMBER: number, REASON: body.reason}, key)


def _single(request: HttpRequest, code: str, values: dict[str, Any], key: str) -> Status[BatchShown]:
    at, caller = timezone.now(), caller_of(request)
    line = json.dumps(values, ensure_ascii=False).encode()
    token = hand_in(caller, code, [line], key=key, at=at, name="a.jsonl", single=True)
    ended = wait_for(caller, token, at)
    shown = BatchShown.of_report(report(caller, token, at=at))
    if ended:
        shown.numbers = _numbers(caller, token, 0, 2)
    return Status(200 if ended else 202, shown)


def _numbers(caller: Caller, token: UUID, after: int, limit: int) -> list[NumberShown]:
    found = numbers(caller, token, at=timezone.now(), after=after, limit=limit)
    return [NumberShown(row=row, number=number, version=version, state=state) for row, number, version, state in found]


def read_record(request: HttpRequest) -> dict[str, Any]:
    """Read one flat object. Raises RequestInvalid on anything else, and tells nothing of what stood there.

    Raises MediaTypeUnknown, BodyTooLong before anything is read.
    """
    if not_json(request):
        raise not_taken(JSON)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise BodyTooLong
    try:
        values = json.loads(request.body)
    except (ValueError, RecursionError):
        raise RequestInvalid from None
    if not isinstance(values, dict) or not values or any(isinstance(one, dict | list) for one in values.values()):
        raise RequestInvalid
    return values


def caller_of(request: HttpRequest) -> Caller:
    bearer = bearer_of(request)
    return Caller(bearer.client_id, bearer.organisation, address_of(request))


def _told(view: BatchView) -> tuple[str, bool]:
    return Progress.of(view).model_dump_json(), view.batch.state != "received"


def event_stream(how: Callable[[], tuple[str, bool]]) -> HttpResponse:
    response: Any = StreamingHttpResponse(events(how), content_type="text/event-stream; charset=utf-8")
    response.headers["X-Accel-Buffering"] = "no"
    return response  # type: ignore[no-any-return]
