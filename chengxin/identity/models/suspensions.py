"""What stops a system, an officer or an enrolment from looking anybody up, for a time. Written by the database's functions alone."""

from django.db import models

from chengxin.identity.models.clients import Client
from chengxin.identity.models.officers import User
from chengxin.identity.models.organisations import Organisation


class Suspension(models.Model):
    """A suspension by two signatures, ended by two. It stands from ``agreed_at`` to ``ended_at``; a proposal may be dropped instead.

    ``enrolment`` is the number of one (sharing). ``name``: the login or the system's name that entries have; empty for an enrolment.
    ``organisation`` is whose it is. ``reference`` names the inquiry that it follows from.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="suspensions")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="suspensions")
    enrolment = models.BigIntegerField(null=True)
    name = models.CharField(max_length=64, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    reference = models.CharField(max_length=64, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)
    end_proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    end_proposed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_suspension"
        indexes = [
            models.Index(
                name="suspension_stands",
                fields=("name",),
                condition=models.Q(agreed_at__isnull=False, ended_at=None),
            )
        ]
        constraints = [
            *(
                models.UniqueConstraint(
                    name=f"suspension_one_{what}", fields=(what,), condition=models.Q(dropped_at=None, ended_at=None)
                )
                for what in ("client", "officer", "enrolment")
            ),
            models.CheckConstraint(
                name="suspension_of_one_thing",
                condition=models.Q(client__isnull=False, officer=None, enrolment=None) & ~models.Q(name="")
                | models.Q(client=None, officer__isnull=False, enrolment=None) & ~models.Q(name="")
                | models.Q(client=None, officer=None, enrolment__isnull=False, name=""),
            ),
            models.CheckConstraint(name="suspension_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="suspension_agreed_or_dropped",
                condition=models.Q(agreed_at=None, agreed_by=None, dropped_at=None, dropped_by=None)
                | models.Q(agreed_at__isnull=False, agreed_by__isnull=False, dropped_at=None, dropped_by=None)
                | models.Q(agreed_at=None, agreed_by=None, dropped_at__isnull=False, dropped_by__isnull=False),
            ),
            models.CheckConstraint(
                name="suspension_end_proposed_wholly",
                condition=models.Q(end_proposed_at=None, end_proposed_by=None, end_reason="")
                | models.Q(end_proposed_at__isnull=False, end_proposed_by__isnull=False, agreed_at__isnull=False)
                & ~models.Q(end_reason=""),
            ),
            models.CheckConstraint(
                name="suspension_ended_after_proposal",
                condition=models.Q(ended_at=None, ended_by=None)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False, end_proposed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="suspension_by_two",
                condition=~models.Q(agreed_by=models.F("proposed_by"))
                & ~models.Q(ended_by=models.F("end_proposed_by")),
            ),
        ]
