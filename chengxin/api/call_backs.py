"""What persons took back of the authorisations of an organisation, for its systems, and what became of the copies."""

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from chengxin.api.application import ClientToken, answers_of
from chengxin.api.calling import MOST, After, Limit, Open, caller_of
from chengxin.sharing.authorising.calling_back import SystemCallBack, acknowledge_by_system, call_backs_after

router = Router(tags=["授权 / authorisations"], auth=ClientToken("authorisation.acknowledge"))
Copies = Literal["erased", "never-stored", "kept-by-law"]


class CallBackShown(Schema):
    """What your organisation has leave for no more: numbers, items and days; nothing of the person."""

    call_back: int = Field(description="编号，确认时用 / number to acknowledge it by")
    authorisation: str
    kind: Literal["narrowed", "withdrawn"]
    reference: str = Field(description="贵单位的业务编号 / your own reference")
    items: list[str] = Field(description="收回了哪些信息项 / items that were taken back")
    told_at: datetime
    due: date = Field(description="在这一天之前（含当日）确认 / to be acknowledged by the end of this day")
    acknowledged_at: datetime | None
    copies: Copies | None = Field(description="副本怎样处理了；没有确认的为空 / what became of the copies")
    law: str = Field(description="还须保存的依据 / by which law they are kept")

    @classmethod
    def of(cls, one: SystemCallBack) -> "CallBackShown":
        told = {name: getattr(one, name) for name in cls.model_fields}
        return cls(**{**told, "copies": one.copies or None})


class CallBackPage(Schema):
    items: list[CallBackShown]
    next: int | None = Field(description="下一页的 after；没有则为空 / after of the next page")


class CopiesTold(Schema):
    """What became of the copies of what was taken back."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    copies: Copies = Field(description="erased 已删除，never-stored 没有保存过，kept-by-law 法律规定还须保存")
    law: str = Field(
        default="", max_length=200, description="kept-by-law 的写明哪部法律第几条 / with kept-by-law: law and article"
    )


@router.get("/call-backs", response=answers_of("call-backs", s200=CallBackPage), url_name="call-backs")
def call_backs(request: HttpRequest, after: After = 0, limit: Limit = MOST, *, open_only: Open = False) -> CallBackPage:
    found = call_backs_after(caller_of(request), after=after, limit=limit + 1, open_only=open_only)
    shown = [CallBackShown.of(one) for one in found[:limit]]
    return CallBackPage(items=shown, next=shown[-1].call_back if len(found) > limit else None)


@router.post(
    "/call-backs/{number}/acknowledgements",
    response=answers_of("call-back-acknowledgements", s200=CallBackShown, s201=CallBackShown),
    url_name="call-back-acknowledgements",
)
def acknowledge(request: HttpRequest, number: int, body: CopiesTold) -> Status[CallBackShown]:
    """Say what became of the copies; the person is told. Acknowledged again, it answers what was acknowledged the first time."""
    one, first = acknowledge_by_system(caller_of(request), number, copies=body.copies, law=body.law, at=timezone.now())
    return Status(201 if first else 200, CallBackShown.of(one))
