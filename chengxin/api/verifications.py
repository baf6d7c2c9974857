"""Real-name checks for organisations' systems."""

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Router

from chengxin.api.application import ClientToken, answers_of
from chengxin.api.schemas import (
    Batch,
    Check,
    Checked,
    CheckedBatch,
    PurposeShown,
    ReceiptNumber,
    ReceiptShown,
)
from chengxin.identity.checking import find_receipt, list_purposes
from chengxin.identity.errors import ReceiptUnknown
from chengxin.identity.openness import address_of
from chengxin.identity.services.verification import Answers, Enquirer, verify, verify_many
from chengxin.identity.tokens import Bearer
from chengxin.lib.pace import on_the_beat
from chengxin.lib.periods import seconds_of_day_left

router = Router(tags=["实名核验 / real-name checks"], auth=ClientToken("verification.check"))
STANDING = ClientToken("verification.check", standing=True)
KEY_HELP = "同一键的重复请求得到第一次的答复，不再计数；保留 24 小时 / a repeated call is answered as the first time"
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=128, description=KEY_HELP)]


@router.post(
    "/verifications",
    response=answers_of("verifications", s200=Checked),
    url_name="verifications",
)
def check(request: HttpRequest, body: Check, response: HttpResponse, key: IdempotencyKey = "") -> Checked:
    at = timezone.now()
    with on_the_beat(settings.CHECK_BEAT_S):
        answer, answers = verify(enquirer(request), body.purpose, body.asked(), at=at, key=key)
    tell_limits(response, answers, at)
    return Checked.of(answer)


@router.post(
    "/verifications/batch",
    response=answers_of("verifications-batch", s200=CheckedBatch),
    url_name="verifications-batch",
)
def check_batch(request: HttpRequest, body: Batch, response: HttpResponse, key: IdempotencyKey = "") -> CheckedBatch:
    at = timezone.now()
    with on_the_beat(settings.CHECK_BEAT_S):
        answers = verify_many(enquirer(request), body.purpose, [one.asked() for one in body.items], at=at, key=key)
    tell_limits(response, answers, at)
    return CheckedBatch(items=[Checked.of(answer) for answer in answers.items])


@router.post(
    "/receipts",
    response=answers_of("receipts", s200=ReceiptShown),
    auth=STANDING,
    url_name="receipts",
)
def receipt(request: HttpRequest, body: ReceiptNumber) -> ReceiptShown:  # noqa: ARG001  # Ninja's own signature
    found = find_receipt(body.receipt)
    if found is None:
        raise ReceiptUnknown
    return ReceiptShown(
        at=found.at,
        organisation=found.organisation,
        purpose=found.purpose,
        field=found.field,
        basis=found.basis,
        result=found.outcome,  # type: ignore[arg-type]
        assurance=found.assurance,
    )


@router.get(
    "/purposes",
    response=answers_of("purposes", s200=list[PurposeShown]),
    auth=STANDING,
    url_name="purposes",
)
def purposes(request: HttpRequest) -> list[PurposeShown]:
    return [
        PurposeShown(
            code=one.code,
            field=one.field,
            purpose=one.purpose,
            basis=one.basis,
            valid_until=one.valid_until.isoformat(),
            daily_quota=one.daily_quota,
            daily_misses=one.daily_misses,
            per_minute=one.per_minute,
        )
        for one in list_purposes(bearer_of(request).organisation)
    ]


def bearer_of(request: HttpRequest) -> Bearer:
    """Give the client that the router let in."""
    bearer: Any = getattr(request, "auth", None)
    if not isinstance(bearer, Bearer):
        raise TypeError("an operation for clients without a client")
    return bearer


def enquirer(request: HttpRequest) -> Enquirer:
    bearer = bearer_of(request)
    return Enquirer("api", bearer.organisation, bearer.client_id, address_of(request))


def tell_limits(response: HttpResponse, answers: Answers, at: datetime) -> None:
    """Tell the day's quota and what is left of it (draft-ietf-httpapi-ratelimit-headers)."""
    response.headers["RateLimit-Policy"] = f'"day";q={answers.quota};w=86400'
    response.headers["RateLimit"] = f'"day";r={answers.quota - answers.used};t={seconds_of_day_left(at)}'
