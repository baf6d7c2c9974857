"""In which hours a client may ask. The database has the same rule (``sql/locks_hours.sql``)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from chengxin.ground.prepared import fetch_prepared
from chengxin.ground.services import note_act
from chengxin.identity.errors import ClientRefused, OutOfHours
from chengxin.identity.models import Client, ClientLimits, User, WorkDay
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import may
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import SHANGHAI, shanghai_date
from chengxin.lib.workdays import CalendarGap, WorkCalendar

HOURS = "SELECT first_hour, last_hour, working_days FROM identity_client_limits_live WHERE client_id = %s"
WHOLE_DAY = (0, 24)
LOOK_AHEAD = 40
DAY, SINCE = timedelta(days=1), date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From which hour to before which one, in Asia/Shanghai, and whether on working days alone."""

    first_hour: int
    last_hour: int
    working_days: bool


def opens_in_s(hours: Hours, at: datetime, calendar: WorkCalendar) -> int:
    """Give after how many seconds a client may ask: none while it may. A day of which no notice tells is no working day."""
    here = at.astimezone(SHANGHAI)
    for day in (here.date() + number * DAY for number in range(LOOK_AHEAD)):
        opens = datetime.combine(day, time(hours.first_hour), SHANGHAI)
        closes = datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hours.last_hour)
        if here < closes and (not hours.working_days or _is_worked(day, calendar)):
            return max(0, int((opens - here).total_seconds() + 0.999))
    return LOOK_AHEAD * int(DAY.total_seconds())


def _is_worked(day: date, calendar: WorkCalendar) -> bool:
    try:
        return calendar.is_workday(day)
    except CalendarGap:
        return False


def find_hours(client_id: str) -> Hours | None:
    """Give the hours that were set for a client and hold today; None where it may ask at any."""
    rows = fetch_prepared(HOURS, [client_id])
    row = rows[0] if rows else None
    if row is None or (row[0] is None and not row[2]):
        return None
    first, last = WHOLE_DAY if row[0] is None else row[:2]
    return Hours(first, last, row[2])


def out_of_hours(client_id: str, at: datetime) -> OutOfHours:
    """Make the error that tells a client when it may ask again; at least a minute, should the clocks of two machines differ."""
    hours = find_hours(client_id)
    return OutOfHours(again_in_s=max(60, opens_in_s(hours, at, WorkCalendar())) if hours else 60)


def refuse_out_of_hours(client_id: str, at: datetime) -> None:
    """Raise OutOfHours when a client may not ask now."""
    hours = find_hours(client_id)
    if hours is not None and (wait_s := opens_in_s(hours, at, WorkCalendar())):
        raise OutOfHours(again_in_s=wait_s)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is set for a client; None leaves what holds for every client."""

    first_hour: int | None = None
    last_hour: int | None = None
    working_days: bool = False
    a_minute: int | None = None
    a_day: int | None = None


@transaction.atomic
def limit_client(
    client_id: str, limits: Limits, *, valid_from: date, reason: str, actor: User, at: datetime
) -> ClientLimits:
    """Set a client's hours and numbers from a day on; what was set before holds until then.

    Raises NotAllowed when the actor is no system administrator, ClientRefused in words.
    """
    if not may(actor.pk, "clients.limit"):
        told = permissions().acts["clients.limit"]
        raise NotAllowed(f"您的岗位不能{told.name}。", f"Your role doesn't include: {told.name_en}.")
    client = Client.objects.filter(client_id=client_id, suspended_at=None).first()
    if client is None:
        raise ClientRefused(
            f"没有系统 {client_id}，或者已停用。", f"There is no client {client_id}, or it is suspended."
        )
    first, last = limits.first_hour, limits.last_hour
    if not _whole(first, last):
        raise ClientRefused(
            "时间应写成从几点到几点，例如 8 到 18，或者都不填。", "Give both hours, such as 8 to 18, or neither."
        )
    if valid_from < shanghai_date(at):
        raise ClientRefused("最早从今天起。", "It begins today at the earliest.")
    if not reason.strip():
        raise ClientRefused("请写明理由。", "Give the reason.")
    made = ClientLimits.objects.create(
        client=client, valid_from=valid_from, first_hour=first, last_hour=last, working_days=limits.working_days,
        a_minute=limits.a_minute, a_day=limits.a_day, reason=reason.strip(), entered_by=actor, entered_at=at,
    )  # fmt: skip
    note_act(actor.login, "clients.limit", f"client-limits:{made.pk}", at=at, note=client_id)
    return made


def _whole(first: int | None, last: int | None) -> bool:
    """Tell whether two hours are a part of one day, or neither is given."""
    if first is None or last is None:
        return first is last
    return WHOLE_DAY[0] <= first < last <= WHOLE_DAY[1]


def settle_work_days() -> None:
    """Write down the working days that are known, for the database to compare with. Runs as the owner."""
    calendar = WorkCalendar()
    days = (SINCE + number * DAY for number in range((calendar.last_known - SINCE).days + 1))
    known = {day for day in days if _is_worked(day, calendar)}
    held = set(WorkDay.objects.values_list("day", flat=True))
    WorkDay.objects.filter(day__in=held - known).delete()
    WorkDay.objects.bulk_create([WorkDay(day=day) for day in sorted(known - held)])
