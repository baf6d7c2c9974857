"""What an organisation's systems are told became of records that they read, and their acknowledgement."""

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from chengxin.api.application import ClientToken, answers_of
from chengxin.api.calling import MOST, After, Limit, Open, caller_of
from chengxin.sharing.correcting.systems import SystemRecall, acknowledge_recall, recalls_after

router = Router(tags=["更正、撤回通知 / recalls"], auth=ClientToken("recall.acknowledge"))
Cause = Literal[
    "withdrawn", "corrected", "repaired", "sealed", "expired", "moved", "disputed", "dispute-ended"
]  # fmt: skip


class RecallShown(Schema):
    """A record that your organisation read and what became of it: numbers, a cause and days; no name, no code."""

    recall: int = Field(description="通知编号，确认时用 / number to acknowledge it by")
    record: str = Field(description="记录编号，和当时答复里的一致 / as in the answer that was given")
    report: str = Field(description="当时的报告编号；没有的为空 / number of the answer; empty where it had none")
    cause: Cause
    told_at: datetime
    due: date | None = Field(description="在这一天之前（含当日）确认 / to be acknowledged by the end of this day")
    acknowledged_at: datetime | None

    @classmethod
    def of(cls, one: SystemRecall) -> "RecallShown":
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class RecallPage(Schema):
    items: list[RecallShown]
    next: int | None = Field(description="下一页的 after；没有则为空 / after of the next page")


@router.get("/recalls", response=answers_of("recalls", s200=RecallPage), url_name="recalls")
def recalls(request: HttpRequest, after: After = 0, limit: Limit = MOST, *, open_only: Open = False) -> RecallPage:
    found = recalls_after(caller_of(request), after=after, limit=limit + 1, open_only=open_only)
    shown = [RecallShown.of(one) for one in found[:limit]]
    return RecallPage(items=shown, next=shown[-1].recall if len(found) > limit else None)


@router.post(
    "/recalls/{number}/acknowledgements",
    response=answers_of("recall-acknowledgements", s200=RecallShown, s201=RecallShown),
    url_name="recall-acknowledgements",
)
def acknowledge(request: HttpRequest, number: int) -> Status[RecallShown]:
    """Acknowledge that the copies were dealt with. Acknowledged again, it answers what was acknowledged the first time."""
    one, first = acknowledge_recall(caller_of(request), number, at=timezone.now())
    return Status(201 if first else 200, RecallShown.of(one))
