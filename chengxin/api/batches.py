"""Queries about many persons at once: sent as JSON Lines, answered as a job, fetched in parts that the asker's private key alone opens."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja import Query as InAddress
from pydantic import ValidationError

from chengxin.api.application import ClientToken, answers_of, not_taken
from chengxin.api.bodies import pieces
from chengxin.api.calling import caller_of
from chengxin.api.queries import Purpose, Subject
from chengxin.api.verifications import IdempotencyKey
from chengxin.lib.periods import seconds_of_day_left
from chengxin.sharing.batches import services
from chengxin.sharing.batches.errors import BatchLineUnfit, BatchSizeUnfit
from chengxin.sharing.batches.keys import public_key
from chengxin.sharing.batches.limits import MOST_IN_PART, MOST_PERSONS
from chengxin.sharing.batches.queries import BatchState, PartState

router = Router(tags=["批量查询 / batches of queries"], auth=ClientToken("query.batch"))
FORMS, JOSE = ("application/x-ndjson", "application/jsonl"), "application/jose"
MOST_BYTES, MOST_LINE, MOST_PARTS = 48 * 1024 * 1024, 4 * 1024, 100
FILE: Any = {
    "requestBody": {
        "required": True,
        "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in FORMS},
    }
}
Form = TypeVar("Form", bound=Schema)


class BatchPurpose(Purpose):
    """The first line of a batch: what for, and under which key it is answered."""

    result_key: dict[str, Any] = Field(
        repr=False, description="公钥（JWK，EC P-256），只有它的私钥能打开结果 / the public key whose private half opens the results"
    )  # fmt: skip


class Counts(Schema):
    """How many persons ended how: answered, with nothing on record, not answerable, not answered by a fault of ours."""

    persons: int
    answered: int
    empty: int
    refused: int
    failed: int


class QueryBatchShown(Counts):
    """How a batch stands. ``over``: expired or erased, whether or not everybody was answered."""

    number: str
    state: Literal["waiting", "under_way", "done", "over"]
    duty: str
    parts: int
    settled: int = Field(description="已经答复的部分 / parts that are settled")
    asked_at: datetime
    expires_at: datetime = Field(description="到这时结果清除，没有答复的不再答复 / then results are erased")
    address: str

    @classmethod
    def of(cls, batch: BatchState) -> "QueryBatchShown":
        address = reverse("api:query-batch", args=[batch.number])
        told: dict[str, Any] = {name: getattr(batch, name) for name in cls.model_fields if name != "address"}
        return cls(**told, address=address)


class PartShown(Counts):
    place: int
    state: Literal["waiting", "done", "failed"]
    settled_at: datetime | None

    @classmethod
    def of(cls, part: PartState) -> "PartShown":
        told: dict[str, Any] = {name: getattr(part, name) for name in cls.model_fields}
        return cls(**told)


@router.post(
    "/queries/batches",
    response=answers_of("query-batches", s202=QueryBatchShown),
    url_name="query-batches",
    openapi_extra=FILE,
)
def ask(request: HttpRequest, response: HttpResponse, key: IdempotencyKey = "") -> Status[QueryBatchShown]:
    """JSON Lines: first what for (duty, basis, officer, result_key), then a person a line (case_reference, code_type, code, name)."""
    if (request.content_type or "").lower() not in FORMS:
        raise not_taken(*FORMS)
    at = timezone.now()
    purpose, parts = read_batch(pieces(request))
    taken = services.ask_batch(caller_of(request), purpose, parts, at=at, key=key)
    shown = QueryBatchShown.of(taken.batch)
    response.headers["Location"] = shown.address
    response.headers["RateLimit-Policy"] = f'"batch-day";q={taken.quota};w=86400'
    response.headers["RateLimit"] = f'"batch-day";r={taken.quota - taken.used};t={seconds_of_day_left(at)}'
    return Status(202, shown)


@router.get(
    "/queries/batches/{number}", response=answers_of("query-batch", s200=QueryBatchShown), url_name="query-batch"
)
def batch(request: HttpRequest, number: str) -> QueryBatchShown:
    return QueryBatchShown.of(services.see_batch(caller_of(request), number))


@router.post(
    "/queries/batches/{number}/erase",
    response=answers_of("query-batch-erase", s200=QueryBatchShown),
    url_name="query-batch-erase",
)
def erase(request: HttpRequest, number: str) -> QueryBatchShown:
    """Questions and results go at once; what isn't answered yet stays so. Again is no error."""
    return QueryBatchShown.of(services.erase_batch(caller_of(request), number))


@router.get(
    "/queries/batches/{number}/parts",
    response=answers_of("query-batch-parts", s200=list[PartShown]),
    url_name="query-batch-parts",
)
def parts(
    request: HttpRequest,
    number: str,
    after: Annotated[int, InAddress(ge=0, le=MOST_PERSONS)] = 0,
    limit: Annotated[int, InAddress(ge=1, le=MOST_PARTS)] = MOST_PARTS,
) -> list[PartShown]:
    found = services.see_parts(caller_of(request), number, after=after, limit=limit)
    return [PartShown.of(part) for part in found]


@router.get(
    "/queries/batches/{number}/parts/{place}",
    response=answers_of("query-batch-part", s200=str),
    url_name="query-batch-part",
)
def part(request: HttpRequest, number: str, place: int) -> HttpResponse:
    """A compact JWE (ECDH-ES, A256GCM); inside JSON Lines, an answer a person in the order of the questions."""
    return HttpResponse(services.fetch_part(caller_of(request), number, place), content_type=JOSE)


def read_batch(source: Iterator[bytes]) -> tuple[services.Purpose, list[services.Part]]:
    """Read a body a piece at a time into parts. Raises BatchLineUnfit, BatchSizeUnfit, ResultKeyPrivate, ResultKeyUnfit, BodyCutShort."""
    read = _lines(source)
    purpose, made, rows, persons = None, list[services.Part](), list[Any](), 0
    for number, line in read:
        if purpose is None:
            purpose = _purpose(number, line)
            continue
        if (persons := persons + 1) > MOST_PERSONS:
            raise BatchSizeUnfit
        rows.append(_row(number, line))
        if len(rows) == MOST_IN_PART:
            made.append(services.part_of(rows))
            rows = []
    if rows:
        made.append(services.part_of(rows))
    if purpose is None or not made:
        raise BatchSizeUnfit
    return purpose, made


def _lines(source: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give the lines with their numbers; an empty one counts and is passed over. Raises BatchSizeUnfit, BatchLineUnfit."""
    held, number, size = b"", 0, 0
    for piece in source:
        if (size := size + len(piece)) > MOST_BYTES:
            raise BatchSizeUnfit
        *whole, held = (held + piece).split(b"\n")
        for line in whole:
            number += 1
            if line.strip():
                yield number, line
        if len(held) > MOST_LINE:
            raise BatchLineUnfit(number + 1, f"> {MOST_LINE} B")
    if held.strip():
        yield number + 1, held


def _purpose(number: int, line: bytes) -> services.Purpose:
    told = _read(BatchPurpose, number, line)
    return services.Purpose(told.duty, told.basis, told.officer, public_key(told.result_key))


def _row(number: int, line: bytes) -> tuple[int, str, str, str, str]:
    told = _read(Subject, number, line)
    return number, told.code_type, told.code, told.name, told.case_reference


def _read(form: type[Form], number: int, line: bytes) -> Form:
    """Read a line by its schema; tells which places are wrong, and nothing of what stands there."""
    if len(line) > MOST_LINE:
        raise BatchLineUnfit(number, f"> {MOST_LINE} B")
    try:
        return form.model_validate_json(line)
    except ValidationError as error:
        known = {".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False, include_url=False)}
        # What isn't a field of ours was written by the caller, who might have written anything.
        told = sorted(name if name in form.model_fields else "?" for name in known)
        raise BatchLineUnfit(number, "、".join(told)) from None
