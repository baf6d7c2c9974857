"""Nothing this month: silence told from nothing, provider by provider, item by item, month by month."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from chengxin.catalogue.models import Item
from chengxin.catalogue.queries import items_in_force
from chengxin.ground.services import note_act
from chengxin.identity.models import Organisation, User
from chengxin.identity.queries import may
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.refusals import Refusal
from chengxin.records.errors import NothingRefused
from chengxin.records.models import NothingToReport

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A month of a provider with an item: what came, or who said that there is nothing, or neither."""

    provider: str
    provider_name: str
    item: str
    item_name: str
    month: date
    batches: int = 0
    accepted: int = 0
    declared_by: str = ""
    declared_at: datetime | None = None

    @property
    def state(self) -> str:
        """Tell how the month stands: came, nothing, silent."""
        if self.batches:
            return "came"
        return "nothing" if self.declared_at else "silent"


def refuse_nothing(month: date, today: date, *, competent: bool, batches: int) -> Refusal | None:
    """Tell why nothing can't be declared for a month, None where it can.

    Source: the opinion of 2018, task 2 (records come promptly, accurately, completely); the month is the house's own term.
    """
    if month > today:
        return Refusal("month-to-come", f"{month:%Y年%m月}还没有到。", f"{month:%Y-%m} is still to come.")
    if not competent:
        return Refusal(
            "not-provider", "本单位不是此信息项的提供单位，无须报告。", "Your organisation is no provider of this item."
        )
    if batches:
        return Refusal(
            "month-reported",
            "这个月已经报送过此信息项，不能再报“无”。",
            "Something of this item was handed in that month already.",
        )
    return None


@transaction.atomic
def declare_nothing(item_code: str, month: date, *, actor: User, at: datetime) -> NothingToReport:
    """Say that the officer's organisation has nothing of an item for a month. Raises NotAllowed, NothingRefused."""
    if not may(actor.pk, "intake.hand_in"):
        raise NotAllowed("只有本单位的报送经办人可以报告。", "Only the provider's clerks may say so.")
    today, first = shanghai_date(at), month.replace(day=1)
    kinds = {version.item.code: version.provider_kinds for version in items_in_force(today)}
    with speaking_as(actor):
        rows = _ask(first)
        item = Item.objects.filter(code=item_code).first()
        came = sum(
            row[3] for row in rows if item and (row[0], row[1], row[2]) == (actor.organisation.pk, item.pk, first)
        )
        competent = actor.organisation.kind in kinds.get(item_code, ())
        refusal = refuse_nothing(first, today, competent=competent, batches=came)
        if refusal is not None or item is None:
            raise NothingRefused(
                *((refusal.text, refusal.text_en) if refusal else ("没有这个信息项。", "No such item."))
            )
        made = NothingToReport(provider=actor.organisation, item=item, month=first, declared_by=actor, declared_at=at)
        _insert(made)
        note_act(actor.login, "intake.nothing", f"item:{item_code}", at=at, note=f"{first:%Y-%m}")
        return made


def _insert(made: NothingToReport) -> None:
    """Enter a declaration; the application may read none, so nothing is returned. Raises NothingRefused where there is one already."""
    values: list[Any] = [made.provider_id, made.item_id, made.month, made.declared_by_id, made.declared_at]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO records_nothing (provider_id, item_id, month, declared_by_id, declared_at) VALUES (%s, %s, %s, %s, %s)",
                values,
            )
    except IntegrityError as error:
        if "nothing_once" not in str(error):
            raise
        raise NothingRefused("这个月已经报告过“无”。", "That was said for this month already.") from None


def list_months(actor: User, *, today: date, months: int = MONTHS) -> list[Cell]:
    """Give every month of every item that the officer's organisation may hand in; at the credit centre, of every provider.

    By provider, item, and month, the newest first: silent months are there too. Three statements whatever the providers.
    """
    wanted = _last_months(today, months)
    with speaking_as(actor):
        found = {(row[0], row[1], row[2]): row[3:] for row in _ask(wanted[-1])}
    organisations = Organisation.objects.order_by("name")
    if actor.organisation.kind != "centre":
        organisations = organisations.filter(pk=actor.organisation.pk)
    cells = []
    versions = items_in_force(today)
    for one in organisations:
        for version in versions:
            if one.kind not in version.provider_kinds:
                continue
            for month in wanted:
                told = found.get((one.pk, version.item_id, month), (0, 0, "", None))
                cells.append(
                    Cell(
                        one.code,
                        one.name,
                        version.item.code,
                        version.name,
                        month,
                        told[0],
                        int(told[1]),
                        *(told[2] or "", told[3]),
                    )
                )
    return cells


def _last_months(today: date, months: int) -> list[date]:
    made, first = [], today.replace(day=1)
    for _ in range(months):
        made.append(first)
        first = first.replace(year=first.year - (first.month == 1), month=(first.month - 2) % 12 + 1)
    return made


def _ask(since: date) -> list[tuple[int, int, date, int, int, str, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_months(%s)", [since])
        found: list[tuple[int, int, date, int, int, str, datetime | None]] = cursor.fetchall()
    return found
