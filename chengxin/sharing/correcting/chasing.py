"""Reminding recipients of what they haven't acknowledged, on set working days after it was due."""

from datetime import datetime

from django.db import connection, transaction

from chengxin.lib.periods import shanghai_date
from chengxin.lib.workdays import WorkCalendar
from chengxin.records.terms import chasing_term
from chengxin.sharing.correcting.rules import chases_due


@transaction.atomic
def chase_late(*, at: datetime) -> int:
    """Remind every organisation that is late, once a step; gives how many reminders were made. Two statements."""
    today = shanghai_date(at)
    term, calendar = chasing_term(today), WorkCalendar()
    after = [term.numbers[step] for step in ("first", "second", "third")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_late_days(%s)", [today])
        steps = {day: chases_due(day, on=today, after=after, calendar=calendar) for (day,) in cursor.fetchall()}
        due = {day: step for day, step in steps.items() if step}
        cursor.execute("SELECT sharing_chase_late(%s::date[], %s::smallint[], %s)", [list(due), list(due.values()), at])
        return int((cursor.fetchone() or (0,))[0])
