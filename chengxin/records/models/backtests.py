"""Checks tried on what is held: what was asked, and how many records it would have found, in numbers alone."""

from datetime import date

from django.db import models

from chengxin.catalogue.models import Item
from chengxin.identity.models import Organisation, User
from chengxin.lib.periods import add_months


class Backtest(models.Model):
    """That a check of an edition was tried on an item's records handed in on the days from ``since`` to ``until``, both included.

    Carried on month by month; ``failure`` names why it ended early. ``digest`` is the edition's: another text under its name isn't tried.
    """

    edition = models.CharField(max_length=16)
    digest = models.CharField(max_length=12)
    rule = models.CharField(max_length=40)
    rule_version = models.SmallIntegerField()
    severity = models.CharField(max_length=10)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    case_reference = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    months_done = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "records_backtest"
        indexes = [models.Index(name="backtest_going_on", fields=("id",), condition=models.Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(name="backtest_of_days_in_order", condition=models.Q(until__gte=models.F("since"))),
            models.CheckConstraint(name="backtest_has_case", condition=~models.Q(case_reference="")),
            models.CheckConstraint(
                name="backtest_fails_when_it_ends", condition=models.Q(failure="") | models.Q(ended_at__isnull=False)
            ),
        ]

    @property
    def months(self) -> int:
        """Tell of how many months it is."""
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month + 1

    def part(self, place: int) -> tuple[date, date]:
        """Give the first and the last day of one of its months that it is about."""
        first = add_months(self.since.replace(day=1), place)
        last = add_months(first, 1).toordinal() - 1
        return max(first, self.since), min(date.fromordinal(last), self.until)

    @property
    def stage(self) -> str:
        if self.ended_at is None:
            return "running" if self.months_done else "waits"
        return "failed" if self.failure else "done"


class BacktestMonth(models.Model):
    """Of how many records of a provider, handed in in a month, a check would have found how many."""

    backtest = models.ForeignKey(Backtest, on_delete=models.PROTECT, related_name="counts", db_index=False)
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    held = models.BigIntegerField()
    found = models.BigIntegerField()

    class Meta:
        db_table = "records_backtest_month"
        constraints = [
            models.UniqueConstraint(name="backtest_month_once", fields=("backtest", "provider", "month")),
            models.CheckConstraint(
                name="backtest_found_of_held", condition=models.Q(found__gte=0, held__gte=models.F("found"))
            ),
        ]
