"""The population authority's own interface: events told in batches, what became of each, what never came."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from chengxin.api.application import JSON, ClientToken, answers_of, not_json, not_taken
from chengxin.api.schemas import EXAMPLE_CODE
from chengxin.api.verifications import bearer_of
from chengxin.identity.services.population.feed import EVENT_COLUMNS, EVENT_MORE, MOST_EVENTS
from chengxin.records.population_calls import CallView, find_call, receive_events, status_for

router = Router(tags=["人口事件 / population events"], auth=ClientToken("population.tell", standing=True))
# Each event is answered for on its own: one that can't be read is no reason to refuse the others.
TEXT = {
    "description": "文字；读不出的事件在 fates 里答复 / a text; an event that can't be read is answered for in ``fates``"
}
EVENT = {
    "SJBH": "14000020261128000001",
    "SJXH": "1",
    "SJLX": "QY",
    "CSRQ": "19900101",
    "ZJLX": "居民身份证",
    "ZJHM": EXAMPLE_CODE,
    "XZQH": "140202",
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["events"],
                    "properties": {
                        "events": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_EVENTS,
                            "items": {
                                "type": "object",
                                "description": f"{'、'.join(EVENT_COLUMNS)} 必填 / are needed",
                                "properties": dict.fromkeys((*EVENT_COLUMNS, *EVENT_MORE), TEXT),
                                "examples": [EVENT],
                            },
                        }
                    },
                }
            }
        },
    }
}


class Fate(Schema):
    place: int = Field(description="事件在这一批中的位置，从 1 起 / its place in the batch, from 1")
    fate: str = Field(description="applied、parked、known、minor、closed，或者退回的规则 / or the rule that refused it")


class Call(Schema):
    """A batch and what became of it. ``state``: received, done, unusable."""

    call: UUID
    state: str
    received_at: datetime
    finished_at: datetime | None
    events: int
    minors: int
    applied: int
    known: int
    parked: int
    taken_up: int
    fates: list[Fate]

    @classmethod
    def of(cls, found: CallView) -> "Call":
        return cls(
            call=found.token,
            state=found.state,
            received_at=found.received_at,
            finished_at=found.finished_at,
            **found.counts,
            fates=[Fate(place=one.place, fate=one.fate) for one in found.fates],
        )


class Gap(Schema):
    first: int
    last: int


class FeedShown(Schema):
    last_sequence: int | None
    missing: int
    gaps: list[Gap] = Field(description="最多列一千段 / the first thousand stretches")
    parked: int


MOST_GAPS = 1_000


@router.post(
    "/population/events",
    response=answers_of("population-events", s202=Call),
    url_name="population-events",
    openapi_extra=BODY,
)
def tell(request: HttpRequest) -> Status[Call]:
    bearer = bearer_of(request)
    if not_json(request):
        raise not_taken(JSON)
    token = receive_events(request.body, bearer=bearer, at=timezone.now())
    return Status(202, Call.of(find_call(token, bearer=bearer)))


@router.get(
    "/population/events/{token}",
    response=answers_of("population-call", s200=Call),
    url_name="population-call",
)
def call(request: HttpRequest, token: UUID) -> Call:
    return Call.of(find_call(token, bearer=bearer_of(request)))


@router.get(
    "/population/status",
    response=answers_of("population-status", s200=FeedShown),
    url_name="population-status",
)
def status(request: HttpRequest) -> FeedShown:
    found = status_for(bearer_of(request), at=timezone.now())
    return FeedShown(
        last_sequence=found.last,
        missing=found.missing,
        gaps=[Gap(first=first, last=last) for first, last in found.gaps[:MOST_GAPS]],
        parked=sum(one.events for one in found.parked),
    )
