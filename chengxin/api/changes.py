"""Changes under persons' authorisations, for organisations' systems: subscribing, ending, and that something changed; never what."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema, Status

from chengxin.api.application import ClientToken, answers_of
from chengxin.api.authorisations import LeaveShown, Number
from chengxin.api.calling import MOST, Limit, caller_of
from chengxin.sharing.announcing.systems import SystemChange, changes_after, subscribe, unsubscribe

router = Router(tags=["授权 / authorisations"], auth=ClientToken("authorisation.ask"))


class ChangeShown(Schema):
    """That what an answer under an authorisation tells is no longer what it was. Ask again to see; that is entered as any query."""

    change: int = Field(description="编号，从小到大 / number, in order")
    authorisation: str
    kind: Literal["changed"]
    at: datetime

    @classmethod
    def of(cls, one: SystemChange) -> "ChangeShown":
        return cls(change=one.change, authorisation=one.authorisation, kind="changed", at=one.at)


class ChangePage(Schema):
    items: list[ChangeShown]
    next: int | None = Field(description="下一页的 after；没有则为空 / after of the next page")


After = Annotated[
    int, Query(ge=0, le=(1 << 63) - 1, description="上一页的 next，或者收到过的最后一个编号 / number after which")
]


@router.get("/changes", response=answers_of("changes", s200=ChangePage), url_name="changes")
def changes(request: HttpRequest, after: After = 0, limit: Limit = MOST) -> ChangePage:
    found = changes_after(caller_of(request), after=after, limit=limit + 1)
    shown = [ChangeShown.of(one) for one in found[:limit]]
    return ChangePage(items=shown, next=shown[-1].change if len(found) > limit else None)


@router.post(
    "/authorisations/{number}/changes",
    response=answers_of("authorisation-changes", s200=LeaveShown, s201=LeaveShown),
    url_name="authorisation-changes",
)
def begin(request: HttpRequest, number: Path[Number]) -> Status[LeaveShown]:
    """Be told of changes from now on. Asked for again, it answers how the authorisation stands."""
    one, first = subscribe(caller_of(request), number, at=timezone.now())
    return Status(201 if first else 200, LeaveShown.of(one))


@router.post(
    "/authorisations/{number}/changes/end",
    response=answers_of("authorisation-changes-end", s200=LeaveShown),
    url_name="authorisation-changes-end",
)
def end(request: HttpRequest, number: Path[Number]) -> LeaveShown:
    """Be told no more. Asked for again, it does nothing more."""
    return LeaveShown.of(unsubscribe(caller_of(request), number, at=timezone.now()))
