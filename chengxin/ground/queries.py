"""Reading the action log. The access register has no readers here: a person's own is the portal's to show."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chengxin.ground.models import Action
from chengxin.lib.periods import SHANGHAI

PAGE, MOST = 100, 50_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts to list: of somebody, of a kind (by how its name begins), within days, both included."""

    actor: str = ""
    act: str = ""
    first: date | None = None
    last: date | None = None


def list_actions(wanted: Wanted, *, before: int | None = None, limit: int = PAGE) -> list[Action]:
    """Give acts, the newest first, those before a number. At most ``MOST``."""
    rows = Action.objects.order_by("-pk")
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.act:
        rows = rows.filter(act__startswith=wanted.act)
    if wanted.first:
        rows = rows.filter(at__gte=_midnight(wanted.first))
    if wanted.last:
        rows = rows.filter(at__lt=_midnight(wanted.last + timedelta(days=1)))
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows[: min(limit, MOST)])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
