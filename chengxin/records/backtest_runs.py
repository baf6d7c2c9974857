"""Trials of checks that the credit centre asks for on its page: entered, carried on month by month by the worker, shown in numbers."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import DataError, connection, transaction
from django.db.models import QuerySet, Sum

from chengxin.catalogue.errors import ItemNotOpen, PurposeUnknown
from chengxin.catalogue.queries import find_purpose, items_in_force, open_item
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.speaking import speaking_as
from chengxin.lib.codes import holds_code
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.records.backtesting import ACT, PURPOSE, tests_of
from chengxin.records.checks import Check, CheckBook, editions
from chengxin.records.errors import BacktestRefused, BacktestUnknown
from chengxin.records.models import Backtest, BacktestMonth
from chengxin.records.services import areas

LISTED = 25
LONGEST_MONTHS = 120
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """A check of an edition that can be tried, and the items it is asked of today."""

    edition: str
    check: Check
    items: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"{self.edition}/{self.check.code}"


@dataclass(frozen=True, slots=True)
class Counted:
    """A run as it is listed: of ``held`` records so far, ``found``."""

    run: Backtest
    held: int
    found: int


def choices(on: date) -> list[Choice]:
    """Give what can be tried today, the newest edition first: checks that are data wholly, of every edition, come or to come."""
    items = [open_item(version.item.code, on) for version in items_in_force(on)]
    found = []
    for _, book in reversed(editions()):
        for check in book.checks.values():
            of = tuple(
                one.definition.code
                for one in items
                if check.conditions and check.asked_of(one.definition.code) and tests_of(check, one, on)
            )
            if of:
                found.append(Choice(book.edition, check, of))
    return found


@transaction.atomic
def ask_backtest(
    choice: str, item_code: str, *, since: date, until: date, case: str, actor: User, at: datetime
) -> Backtest:
    """Enter that a check is to be tried on what an item holds, for the purpose of checking data. Raises NotAllowed, BacktestRefused."""
    if not may(actor.pk, ACT):
        raise NotAllowed("只有信用中心的工作人员可以试算。", "Only officers of the credit centre try checks.")
    on = shanghai_date(at)
    chosen = next((one for one in choices(on) if one.code == choice and item_code in one.items), None)
    if chosen is None:
        raise BacktestRefused(
            "这条规则不能在这个信息项的记录上试算，请重新选择。", "This check can't be tried on records of this item."
        )
    _refuse_days(since, until, on)
    if not case.strip():
        raise BacktestRefused("请填写事项编号。", "Give the case.")
    if holds_code(case, on=on, areas=areas()):
        raise BacktestRefused("事项编号里不能写身份证件号码。", "Take the identity code out of the case.")
    check = chosen.check
    with speaking_as(actor):
        made = Backtest.objects.create(
            edition=chosen.edition,
            digest=_book(chosen.edition).digest,
            rule=check.code,
            rule_version=check.version,
            severity=check.severity,
            item_id=open_item(item_code, on).id,
            since=since,
            until=until,
            case_reference=case.strip(),
            asked_by=actor,
            asked_at=at,
        )
        note_act(actor.login, ACT, f"backtest:{made.pk}", at=at, note=f"{case.strip()} {check.code}"[:200])
    return made


def _refuse_days(since: date, until: date, on: date) -> None:
    if until > on:
        raise BacktestRefused("截止日不能在今天以后。", "The last day lies ahead.")
    if since > until:
        raise BacktestRefused("起始日不能在截止日以后。", "The first day lies after the last.")
    if (until.year - since.year) * 12 + until.month - since.month >= LONGEST_MONTHS:
        raise BacktestRefused(
            f"一次最多试算 {LONGEST_MONTHS} 个月。", f"At most {LONGEST_MONTHS} months are tried at once."
        )


def _book(edition: str) -> CheckBook:
    return next(book for _, book in editions() if book.edition == edition)


def carry_on(*, at: datetime) -> bool:
    """Count one month more of the run that was asked first, in a transaction of its own; False where none is left.

    Stopped at any point, the month is counted anew by the next call. Two calls at once take different runs.
    """
    with transaction.atomic():
        run = Backtest.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(ended_at=None)
        found = run.select_related("item").order_by("pk").first()
        if found is None:
            return False
        found.failure = _count(found, at)
        found.months_done += 0 if found.failure else 1
        found.ended_at = at if found.failure or found.months_done == found.months else None
        found.save(update_fields=["months_done", "ended_at", "failure"])
        return True


def _count(run: Backtest, at: datetime) -> str:
    """Count a month; gives why it can't be, "" where it was."""
    on = shanghai_date(at)
    book = next((book for _, book in editions() if (book.edition, book.digest) == (run.edition, run.digest)), None)
    check = book.checks.get(run.rule) if book else None
    if check is None:
        return "edition-gone"
    try:
        item, purpose = open_item(run.item.code, on), find_purpose(PURPOSE, on)
    except (ItemNotOpen, PurposeUnknown):
        return "not-open"
    tests = tests_of(check, item, on)
    if tests is None:
        return "not-open"
    since, until = run.part(run.months_done)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM records_backtest_months(%s, %s::smallint, %s::jsonb, %s, %s)",
                [purpose.id, item.id, json.dumps(tests), since, until],
            )
            rows = cursor.fetchall()
    except DataError:
        # A value that was held before its field had this type.
        logger.exception("backtest %s can't be counted", run.pk)
        return "values-of-another-type"
    BacktestMonth.objects.bulk_create(
        BacktestMonth(backtest=run, provider_id=provider, month=month, held=held, found=met)
        for provider, month, held, met in sorted(rows)
    )
    return ""


def list_backtests(actor: User, *, before: int | None = None, limit: int = LISTED) -> list[Counted]:
    """Give the runs, the newest first, each with its counts so far. One statement."""
    with speaking_as(actor):
        rows = _runs().order_by("-pk")
        return [_counted(run) for run in (rows.filter(pk__lt=before) if before else rows)[:limit]]


def open_backtest(number: int, actor: User) -> tuple[Counted, list[BacktestMonth]]:
    """Give a run with its counts by provider and month. Raises BacktestUnknown."""
    with speaking_as(actor):
        run = _runs().filter(pk=number).first()
        if run is None:
            raise BacktestUnknown
        months = BacktestMonth.objects.select_related("provider").filter(backtest=run)
        return _counted(run), list(months.order_by("provider__name", "month"))


def providers_of(months: list[BacktestMonth]) -> Iterator[tuple[str, int, int]]:
    """Sum counts by provider, those found most often first."""
    sums: dict[str, list[int]] = {}
    for one in months:
        held, found = sums.setdefault(one.provider.name, [0, 0])
        sums[one.provider.name] = [held + one.held, found + one.found]
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1][1], pair[0]))
    return ((name, held, found) for name, (held, found) in ordered)


def _runs() -> QuerySet[Backtest]:
    return Backtest.objects.select_related("item", "asked_by").annotate(
        sum_held=Sum("counts__held", default=0), sum_found=Sum("counts__found", default=0)
    )


def _counted(run: Backtest) -> Counted:
    return Counted(run, run.sum_held, run.sum_found)  # type: ignore[attr-defined]  # annotated by _runs
