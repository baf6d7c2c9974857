"""Of which authorisations an institution hears changes, what it was told, which batches weren't looked at yet (docs/adr/0035)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.sharing.authorising.models import Authorisation
from chengxin.sharing.duties.models import Enrolment


class Subscription(models.Model):
    """That an institution's system wants to be told when something under an authorisation changed. Ends once, for good.

    It rests on one enrolment and one system. ``known`` are the batches that waited to be looked at when it began: no news to it.
    ``ended_by``: the system, ``person``, or ``over`` where what it rested on fell.
    """

    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.CharField(max_length=18)
    client = models.CharField(max_length=32)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+", db_index=False)
    known = ArrayField(models.BigIntegerField())
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=32, blank=True, db_default="")

    class Meta:
        db_table = "sharing_subscription"
        indexes = [models.Index(name="subscription_of", fields=("authorisation", "-id"))]
        constraints = [
            models.UniqueConstraint(
                name="subscription_one_at_a_time", fields=("authorisation",), condition=models.Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="subscription_ended_wholly",
                condition=models.Q(ended_at=None, ended_by="")
                | models.Q(ended_at__isnull=False) & ~models.Q(ended_by=""),
            ),
        ]


class Change(models.Model):
    """That something under an authorisation changed, and that the institution is told so: no content. Append-only.

    Its entry in the access register is written by the database with it.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    organisation = models.CharField(max_length=18)
    entry_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "sharing_change"
        indexes = [models.Index(name="change_of_organisation", fields=("organisation", "id"))]
        constraints = [models.UniqueConstraint(name="change_entered_once", fields=("entry_id",))]


class ChangeLook(models.Model):
    """A batch that wrote versions and wasn't looked at yet. Put down by the ledger's own trigger, and cleared by the pass."""

    batch_id = models.IntegerField()

    class Meta:
        db_table = "sharing_change_look"
