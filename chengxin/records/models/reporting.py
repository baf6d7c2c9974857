"""What providers tell and are told beside their files: nothing this month, the figures of a day, how their columns are called."""

from django.db import models

from chengxin.catalogue.models import Item
from chengxin.identity.models import Organisation, User
from chengxin.records.models.batches import Batch


class NothingToReport(models.Model):
    """That a provider has nothing of an item for a month: silence can be told from nothing. Never changed; a batch speaks louder."""

    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        db_table = "records_nothing"
        constraints = [
            models.UniqueConstraint(name="nothing_once", fields=("provider", "item", "month")),
            models.CheckConstraint(name="nothing_of_a_whole_month", condition=models.Q(month__day=1)),
        ]


class RefusalsSettled(models.Model):
    """That a provider's clerk is done with the rows refused of a batch: handed in anew, or not to be handed in. Never changed."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, primary_key=True, related_name="+")
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        db_table = "records_refusals_settled"


class ColumnMapping(models.Model):
    """Which field a provider's own heading means for an item, "" where the column is left aside. The newest word counts."""

    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    heading = models.CharField(max_length=100)
    field = models.CharField(max_length=40, blank=True)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "records_mapping"
        indexes = [models.Index(name="mapping_of_provider", fields=("provider", "item", "-id"))]
        constraints = [models.CheckConstraint(name="mapping_of_a_heading", condition=~models.Q(heading=""))]


class DayFigures(models.Model):
    """A provider's day with one item. ``shown``: records that by their dates were shown when it ended; ``held``: rows that wait.

    ``taken_up`` became records after waiting, ``undone`` were taken back: neither was sent that day.
    """

    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    batches = models.IntegerField()
    unusable = models.IntegerField()
    read = models.IntegerField()
    new = models.IntegerField()
    changed = models.IntegerField()
    unchanged = models.IntegerField()
    waiting = models.IntegerField()
    refused = models.IntegerField()
    taken_up = models.IntegerField()
    undone = models.IntegerField()
    shown = models.BigIntegerField()
    held = models.BigIntegerField()

    class Meta:
        db_table = "records_day_figures"
        constraints = [
            models.UniqueConstraint(name="day_once", fields=("provider", "item", "day")),
            models.CheckConstraint(
                name="day_adds_up",
                condition=models.Q(
                    read=models.F("new")
                    + models.F("changed")
                    + models.F("unchanged")
                    + models.F("waiting")
                    + models.F("refused")
                ),
            ),
        ]


class DayReceipt(models.Model):
    """The figures of a provider's day as they were signed: the very text, the public key and the signature."""

    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    content = models.TextField()
    suite = models.CharField(max_length=16)
    public = models.BinaryField()
    signature = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "records_day_receipt"
        constraints = [models.UniqueConstraint(name="day_receipt_once", fields=("provider", "day"))]
