"""Who was served at the credit centre's window."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.identity.models.delegations import Delegation
from chengxin.identity.models.officers import User
from chengxin.identity.models.people import Person


class Visit(models.Model):
    """That an officer saw somebody in person, by their certificate, and may print what that person may have, for some minutes.

    ``subject`` is whom it is about, ``applicant`` who stands there in their place: the agent of a delegation, or a close relative of the
    dead, whose application a second officer confirms first. Opened, confirmed and ended once, and changed in nothing else.
    """

    class Kind(models.TextChoices):
        SELF = "self", "本人"
        DELEGATE = "delegate", "代理人"
        RELATIVE = "relative", "死者的近亲属"

    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visits")
    kind = models.CharField(max_length=8, choices=Kind)
    code_type = models.CharField(max_length=24)
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, null=True, related_name="+")
    relation = models.CharField(max_length=12, default="")
    interest = models.CharField(max_length=200, default="")
    papers = ArrayField(models.CharField(max_length=12), default=list)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_visit"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="visit_of_officer", fields=("officer", "-id")),
            models.Index(name="visit_waits", fields=("id",), condition=models.Q(closes_at=None, ended_at=None)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="visit_of_a_kind",
                condition=models.Q(kind="self", applicant=None, delegation=None)
                | models.Q(kind="delegate", applicant__isnull=False, delegation__isnull=False)
                | models.Q(kind="relative", applicant__isnull=False, delegation=None),
            ),
            models.CheckConstraint(
                name="visit_of_a_relative_says_why",
                condition=models.Q(
                    kind="relative",
                    relation__in=["spouse", "parent", "child", "sibling", "grandparent", "grandchild"],
                    papers__contains=["death"],
                    papers__len__gte=2,
                )
                & ~models.Q(interest="")
                | models.Q(kind__in=["self", "delegate"], relation="", interest="", papers=[]),
            ),
            models.CheckConstraint(name="visit_to_another", condition=~models.Q(applicant=models.F("subject"))),
            models.CheckConstraint(
                name="visit_confirmed_by_a_second",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(kind="relative", confirmed_at__isnull=False, confirmed_by__isnull=False)
                & ~models.Q(confirmed_by=models.F("officer")),
            ),
            models.CheckConstraint(
                name="visit_opens_when_confirmed",
                condition=models.Q(kind="relative", confirmed_at=None, closes_at=None)
                | models.Q(kind="relative", confirmed_at__isnull=False, closes_at__isnull=False)
                | models.Q(kind__in=["self", "delegate"], closes_at__isnull=False),
            ),
        ]
