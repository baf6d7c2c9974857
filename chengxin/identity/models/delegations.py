"""Who may act for whom."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.identity.models.officers import User
from chengxin.identity.models.people import Person


class Delegation(models.Model):
    """One person acting for another: a guardian by law, or an agent by power of attorney, for named acts and a term.

    Entered by one officer, confirmed by a second, ended once. Which are in force today is the view ``identity_acting``'s to say.
    """

    class Kind(models.TextChoices):
        GUARDIAN = "guardian", "监护人"
        AGENT = "agent", "委托代理人"

    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acting_for")
    kind = models.CharField(max_length=8, choices=Kind)
    acts = ArrayField(models.CharField(max_length=12))
    valid_from = models.DateField()
    valid_until = models.DateField()
    evidence = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "identity_delegation"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="delegation_to_another", condition=~models.Q(agent=models.F("subject"))),
            models.CheckConstraint(
                name="delegation_acts_known",
                condition=models.Q(acts__contained_by=["view", "object", "repair", "authorise"]) & ~models.Q(acts=[]),
            ),
            models.CheckConstraint(
                name="delegation_for_a_term",
                condition=models.Q(valid_until__gt=models.F("valid_from"))
                & (
                    models.Q(kind="agent", valid_until__lte=models.F("valid_from") + 366)
                    | models.Q(kind="guardian", valid_until__lte=models.F("valid_from") + 1830)
                ),
            ),
            models.CheckConstraint(name="delegation_has_evidence", condition=~models.Q(evidence="")),
            models.CheckConstraint(
                name="delegation_confirmed_by_a_second",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | (
                    models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~models.Q(confirmed_by=models.F("entered_by"))
                ),
            ),
            models.CheckConstraint(
                name="delegation_end_has_reason",
                condition=models.Q(ended_at=None, ended_by=None, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
            ),
        ]
