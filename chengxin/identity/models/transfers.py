"""Merging and splitting persons: what goes from one subject to another, and each time it was decided and done (docs/adr/0011)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.identity.models.officers import User
from chengxin.identity.models.people import Person


class Transfer(models.Model):
    """Codes and records that go from one subject to another. Never changed; whether it is in force, its last step that was done tells.

    A merge takes all. A split takes the codes with these marks and the records with these ids; ``fresh`` makes a new person of the codes.
    What is detached goes to nobody (``into_subject`` None).
    """

    class Kind(models.TextChoices):
        MERGE = "merge", "合并"
        SPLIT = "split", "拆分"
        DETACH = "detach", "移出"

    kind = models.CharField(max_length=8, choices=Kind)
    from_subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # No key to persons: a new one is made when the first step is carried out. The number is given by the table's own trigger.
    into_subject = models.BigIntegerField(null=True, db_index=True)
    fresh = models.BooleanField(default=False)
    code_marks = ArrayField(models.BinaryField(), default=list)
    record_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        db_table = "identity_transfer"
        constraints = [
            models.CheckConstraint(
                name="transfer_between_two",
                condition=models.Q(kind="detach", into_subject=None)
                | (
                    models.Q(kind__in=("merge", "split"), into_subject__isnull=False)
                    & ~models.Q(into_subject=models.F("from_subject"))
                ),
            ),
            models.CheckConstraint(
                name="transfer_takes_something",
                condition=models.Q(kind="merge", code_marks=[], record_ids=[], fresh=False)
                | models.Q(kind="detach", code_marks=[], record_ids__len__gt=0, fresh=False)
                | models.Q(kind="split", fresh=True, code_marks__len__gt=0)
                | models.Q(kind="split", fresh=False, code_marks=[], record_ids__len__gt=0),
            ),
        ]


class TransferStep(models.Model):
    """One decision to carry a transfer out, or to undo it: by one officer, agreed to by another, done once.

    ``record_ids`` of a step back are those that came after the step forth and go back with it. ``failure`` tells why the worker couldn't.
    """

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="steps")
    forth = models.BooleanField()
    record_ids = ArrayField(models.BigIntegerField(), default=list)
    ground = models.CharField(max_length=200)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    done_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "identity_transfer_step"
        constraints = [
            models.UniqueConstraint(
                name="step_one_open",
                fields=("transfer",),
                condition=models.Q(done_at=None) & (models.Q(agreed=None) | models.Q(agreed=True)),
            ),
            models.CheckConstraint(name="step_has_ground", condition=~models.Q(ground="")),
            models.CheckConstraint(
                name="step_second_is_another",
                condition=models.Q(second_by=None, second_at=None, agreed=None)
                | (
                    models.Q(second_at__isnull=False, agreed__isnull=False)
                    & ~models.Q(second_by=models.F("decided_by"))
                ),
            ),
            models.CheckConstraint(
                name="step_done_when_agreed",
                condition=models.Q(done_at=None) | models.Q(agreed__isnull=False, agreed=True),
            ),
        ]


class TransferCode(models.Model):
    """A code that either person had when a transfer was carried out first, by its mark, and whether it goes over."""

    pk = models.CompositePrimaryKey("transfer_id", "code_mark")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="codes", db_index=False)
    code_mark = models.BinaryField()
    goes = models.BooleanField()

    class Meta:
        db_table = "identity_transfer_code"
