"""The monthly sample: sizes by the published plan, drawn in the database from a seed that nobody chooses; each opens an inquiry."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.lib.periods import add_months, shanghai_date
from chengxin.oversight.errors import MonthNotOver
from chengxin.oversight.models import Draw
from chengxin.oversight.rules import sample_size
from chengxin.oversight.terms import sampling_plan

BACK = 3
"""So many months without a sample are made up."""
SHOWN = 24


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample that was drawn: its month, its seed, whether that comes from the signed heads, and how many entries it holds."""

    month: date
    seed: str
    of_heads: bool
    at: datetime
    entries: int


@transaction.atomic
def draw_month(month: date, *, at: datetime) -> int | None:
    """Draw the sample of a month that is over, by the plan in force on its last day; None where it was drawn already.

    Two statements. Runs as intake. Raises MonthNotOver, TermGap.
    """
    first, beyond = month.replace(day=1), add_months(month.replace(day=1), 1)
    if beyond > shanghai_date(at):
        raise MonthNotOver
    plan = dict(sampling_plan(first).numbers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation, way, many FROM oversight_frame(%s)", [first])
        sizes = [
            {
                "organisation": organisation,
                "way": way,
                "many": many,
                "size": sample_size(many, of_thousand=plan[way], least=plan["least"]),
                "numbers": {"of_thousand": plan[way], "least": plan["least"], "month": first.month},
            }
            for organisation, way, many in cursor.fetchall()
        ]
        cursor.execute("SELECT oversight_draw(%s, %s)", [first, json.dumps(sizes)])
        (drawn,) = cursor.fetchone() or (None,)
        return drawn


def draw_due(*, at: datetime) -> dict[date, int]:
    """Draw the samples of the last months that weren't drawn yet; give how many entries each holds."""
    this = shanghai_date(at).replace(day=1)
    months = [add_months(this, -back) for back in range(BACK, 0, -1)]
    done = set(Draw.objects.filter(month__in=months).values_list("month", flat=True))
    return {month: draw_month(month, at=at) or 0 for month in months if month not in done}


def list_draws(actor: User) -> list[Drawn]:
    """Give the samples that were drawn, for a reviewer; the newest first."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM oversight_draws(%s)", [SHOWN])
        return [Drawn(*row) for row in cursor.fetchall()]
