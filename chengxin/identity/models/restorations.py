"""Acknowledging that a restore from a backup lost the newest entries of the access register (docs/adr/0036-restores.md)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.identity.models.officers import User


class Restoration(models.Model):
    """An acknowledgement by two persons, which is never changed: entered by one administrator, approved by another, or withdrawn before.

    ``gaps`` are the lost ends that it is about (``ground.LostEnd``); ``log`` says which backup was restored, when, by whom.
    ``digest`` is over all of it, and stands in the entry of the access register that is made with the approval (``entry_id``).
    """

    gaps = ArrayField(models.BigIntegerField())
    reason = models.CharField(max_length=300)
    log = models.CharField(max_length=2000)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(null=True)
    digest = models.BinaryField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_restoration"
        constraints = [
            models.CheckConstraint(
                name="restoration_says_what",
                condition=models.Q(gaps__len__gt=0) & ~models.Q(reason="") & ~models.Q(log=""),
            ),
            models.CheckConstraint(
                name="restoration_approved_by_another", condition=~models.Q(approved_by=models.F("entered_by"))
            ),
            models.CheckConstraint(
                name="restoration_approved_wholly",
                condition=models.Q(approved_by=None, approved_at=None, entry_id=None, digest=None)
                | models.Q(
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    entry_id__isnull=False,
                    digest__isnull=False,
                    withdrawn_at=None,
                ),
            ),
            models.CheckConstraint(
                name="restoration_withdrawn_wholly",
                condition=models.Q(withdrawn_by=None, withdrawn_at=None)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
            ),
        ]
