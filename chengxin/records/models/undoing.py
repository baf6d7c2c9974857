"""Undoing a whole batch: who decided and agreed, and what became of each of its records."""

from django.db import models
from django.utils import timezone

from chengxin.catalogue.models import Item
from chengxin.identity.models import Organisation, User
from chengxin.records.models.batches import Batch


class Undoing(models.Model):
    """That a batch was wrong: decided by an officer of its provider, agreed to by one of the credit centre, carried out by the worker.

    ``received_at``, ``new`` and ``changed`` are the batch's, put by the database: the second officer sees what it is about, and no batch.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="undoings")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)
    new = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    ground = models.CharField(max_length=200)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    done_at = models.DateTimeField(null=True)
    withdrawn = models.IntegerField(default=0)
    restored = models.IntegerField(default=0)
    left = models.IntegerField(default=0)

    class Meta:
        db_table = "records_undoing"
        indexes = [models.Index(name="undoing_by_provider", fields=("provider", "-id"))]
        constraints = [
            models.UniqueConstraint(
                name="undoing_once", fields=("batch",), condition=models.Q(agreed=None) | models.Q(agreed=True)
            ),
            models.CheckConstraint(name="undoing_has_ground", condition=~models.Q(ground="")),
            models.CheckConstraint(
                name="undoing_second_is_another",
                condition=models.Q(second_by=None) | ~models.Q(second_by=models.F("decided_by")),
            ),
            models.CheckConstraint(
                name="undoing_done_when_agreed",
                condition=models.Q(done_at=None) | models.Q(agreed__isnull=False, agreed=True),
            ),
        ]

    @property
    def stage(self) -> str:
        if self.agreed is None:
            return "second"
        if not self.agreed:
            return "declined"
        return "done" if self.done_at else "agreed"


class UndoRow(models.Model):
    """What became of a record of an undone batch. ``restored_version``: the one whose content came back."""

    class Outcome(models.TextChoices):
        WITHDRAWN = "withdrawn", "已撤回"
        RESTORED = "restored", "恢复为先前内容"
        LEFT = "left", "后来又有变化，未动"

    undoing = models.ForeignKey(Undoing, on_delete=models.PROTECT, related_name="rows")
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    row_number = models.IntegerField()
    version = models.SmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    restored_version = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "records_undo_row"
        indexes = [models.Index(name="undo_row_by_undoing", fields=("undoing", "outcome", "row_number"))]
        constraints = [
            models.CheckConstraint(
                name="undo_outcome_known", condition=models.Q(outcome__in=("withdrawn", "restored", "left"))
            ),
        ]
