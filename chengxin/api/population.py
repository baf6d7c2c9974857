"""The population authority's own interface: events told in batches, what became of each, what never came."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from chengxin.api.application import PROBLEMS, ClientToken
from chengxin.api.schemas import Problem
from chengxin.api.verifications import bearer_of
from chengxin.identity.services.population.feed import EVENT_COLUMNS, EVENT_MORE, MOST_EVENTS
from chengxin.records.population_calls import CallView, find_call, receive_events, status_for

router = Router(tags=["人口事件 / population events"], auth=ClientToken("population.tell"))
TEXT = {"type": "string", "maxLength": 400}
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
                                "required": list(EVENT_COLUMNS),
                                "properties": dict.fromkeys((*EVENT_COLUMNS, *EVENT_MORE), TEXT),
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
    response={202: Call, **PROBLEMS},
    summary="报送一批人口事件 / tell a batch of events",
    url_name="population-events",
    openapi_extra=BODY,
)
def tell(request: HttpRequest) -> Status[Call]:
    bearer = bearer_of(request)
    token = receive_events(request.body, bearer=bearer, at=timezone.now())
    return Status(202, Call.of(find_call(token, bearer=bearer)))


@router.get(
    "/population/events/{token}",
    response={200: Call, 404: Problem, **PROBLEMS},
    summary="一批事件的处理结果 / what became of a batch",
    url_name="population-call",
)
def call(request: HttpRequest, token: UUID) -> Call:
    return Call.of(find_call(token, bearer=bearer_of(request)))


@router.get(
    "/population/status",
    response={200: FeedShown, **PROBLEMS},
    summary="缺号和等待的事件 / numbers that never came, events that wait",
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
