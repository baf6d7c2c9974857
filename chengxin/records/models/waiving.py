"""What a provider waives: a question about one content, with a reason and an end."""

from datetime import date

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.catalogue.models import Item
from chengxin.identity.models import Organisation, User


class Waiver(models.Model):
    """That a provider holds to a row in question: who, why, until when (the first day on which it counts no more).

    Bound to rule, its version and the keyed digest of the row's content, never to a row number: it holds when the same content is handed
    in again, and falls when the content or the rule changes. ``batch`` and ``row_number`` tell where the question was asked. It is never
    changed but for its being taken back, once, by whoever gave it or the credit centre: from that moment it counts no more.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey("Batch", on_delete=models.PROTECT, related_name="waivers")
    row_number = models.IntegerField()
    rule = models.CharField(max_length=40)
    rule_version = models.SmallIntegerField()
    digest = models.BinaryField()
    reason = models.CharField(max_length=200)
    waived_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    waived_at = models.DateTimeField()
    until = models.DateField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        db_table = "records_waiver"
        indexes = [models.Index(name="waiver_by_provider", fields=("provider", "item", "digest"))]
        constraints = [
            models.CheckConstraint(name="waiver_digest_keyed", condition=Exact(Length("digest"), 32)),
            models.CheckConstraint(name="waiver_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="waiver_taken_back_by_somebody_for_a_reason",
                condition=models.Q(ended_by=None, ended_at=None, end_reason="")
                | models.Q(ended_by__isnull=False, ended_at__isnull=False) & ~models.Q(end_reason=""),
            ),
        ]

    def stage(self, on: date) -> str:
        """Tell how it stands on a day."""
        return "ended" if self.ended_at else "over" if self.until <= on else "stands"
