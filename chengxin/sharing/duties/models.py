"""Duty items as published data, and which organisation stands enrolled for which. Written by ``loading`` and ``services`` alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.catalogue.models import Purpose
from chengxin.identity.models import Organisation, User

LONGEST_DAYS = 1096


class Duty(models.Model):
    """A duty item (查询事项): what organisations of which kinds may ask for on which article, and in which form they are answered.

    Append-only and never wider than its purpose. It ends at ``valid_until``, or the day on which the one that ``replaces`` it begins.
    ``bands``: the lower bounds of the bands above none, where the form is ``band``.
    """

    class Form(models.TextChoices):
        YES_NO = "yes_no", "有无"
        COUNT = "count", "数量"
        BAND = "band", "数量档次"
        LIST = "list", "事项清单"
        FULL = "full", "全部内容"

    code = models.CharField(max_length=32, unique=True)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="duties")
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    organisation_kinds = ArrayField(models.CharField(max_length=16))
    bases = ArrayField(models.CharField(max_length=40))
    items = ArrayField(models.CharField(max_length=32))
    form = models.CharField(max_length=8, choices=Form)
    bands = ArrayField(models.SmallIntegerField())
    may_store = models.BooleanField()
    keep_days = models.IntegerField(null=True)
    needs = models.CharField(max_length=16)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="successor")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    edition = models.CharField(max_length=32)
    source = ArrayField(models.CharField(max_length=200))
    provisional = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "sharing_duty"
        constraints = [
            models.CheckConstraint(
                name="duty_form_known", condition=models.Q(form__in=("yes_no", "count", "band", "list", "full"))
            ),
            models.CheckConstraint(name="duty_needs_known", condition=models.Q(needs__in=("case", "authorisation"))),
            models.CheckConstraint(
                name="duty_is_somebodys_for_something",
                condition=models.Q(organisation_kinds__len__gt=0, bases__len__gt=0, items__len__gt=0),
            ),
            models.CheckConstraint(
                name="duty_has_bands_where_its_form_does",
                condition=models.Q(form="band", bands__len__gt=0) | ~models.Q(form="band") & models.Q(bands=[]),
            ),
            models.CheckConstraint(
                name="duty_stored_for_a_time",
                condition=models.Q(may_store=True, keep_days__isnull=False, keep_days__gt=0)
                | models.Q(may_store=False, keep_days=None),
            ),
            models.CheckConstraint(
                name="duty_validity_ordered",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]


class Enrolment(models.Model):
    """An organisation's enrolment for a duty: applied for, decided by the centre, published by the supervising department, ended once.

    The five statements are those of 政务数据共享条例 20: ``basis`` (使用依据, an article of the duty's), ``scene`` (使用场景), ``scope``
    (使用范围), ``way`` (共享方式), ``wanted_until`` (使用时限). ``valid_from`` and ``valid_until`` are the centre's, who decides.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", "同意"
        REFUSED = "refused", "不同意"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="enrolments")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="enrolments")
    basis = models.CharField(max_length=40)
    scene = models.CharField(max_length=300)
    scope = models.CharField(max_length=300)
    way = models.CharField(max_length=300)
    wanted_until = models.DateField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    due_estimated = models.BooleanField()
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "sharing_enrolment"
        indexes = [
            models.Index(
                name="enrolment_standing",
                fields=("organisation", "duty"),
                condition=models.Q(published_at__isnull=False, ended_at=None),
            ),
            models.Index(
                name="enrolment_waiting", fields=("due_on",), condition=models.Q(decided_at=None, ended_at=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="enrolment_asked_once",
                fields=("organisation", "duty"),
                condition=models.Q(decided_at=None, ended_at=None),
            ),
            models.CheckConstraint(
                name="enrolment_states_all_five",
                condition=~(models.Q(basis="") | models.Q(scene="") | models.Q(scope="") | models.Q(way="")),
            ),
            models.CheckConstraint(
                name="enrolment_decided_wholly",
                condition=models.Q(decision="", reason="", decided_by=None, decided_at=None)
                | models.Q(decision__in=("approved", "refused"), decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="enrolment_approved_for_a_term",
                condition=models.Q(
                    decision="approved",
                    valid_from__isnull=False,
                    valid_until__isnull=False,
                    valid_until__gt=models.F("valid_from"),
                    valid_until__lte=models.F("wanted_until"),
                )
                & models.Q(valid_until__lte=models.F("valid_from") + LONGEST_DAYS)
                | ~models.Q(decision="approved") & models.Q(valid_from=None, valid_until=None),
            ),
            models.CheckConstraint(
                name="enrolment_published_when_approved",
                condition=models.Q(published_by=None, published_at=None)
                | models.Q(published_by__isnull=False, published_at__isnull=False, decision="approved"),
            ),
            models.CheckConstraint(
                name="enrolment_ended_with_reason",
                condition=models.Q(ended_by=None, ended_at=None, end_reason="")
                | models.Q(ended_by__isnull=False, ended_at__isnull=False) & ~models.Q(end_reason=""),
            ),
            models.CheckConstraint(
                name="enrolment_by_three",
                condition=~models.Q(decided_by=models.F("asked_by"))
                & ~models.Q(published_by=models.F("asked_by"))
                & ~models.Q(published_by=models.F("decided_by")),
            ),
        ]


class QueryUse(models.Model):
    """How many persons a system asked about on a day, and in the last minute in which it asked. Counted by the database alone."""

    pk = models.CompositePrimaryKey("client", "day")
    client = models.CharField(max_length=64)
    day = models.DateField()
    used = models.IntegerField()
    minute = models.DateTimeField()
    in_minute = models.IntegerField()

    class Meta:
        db_table = "sharing_query_use"
        constraints = [models.CheckConstraint(name="query_use_counts", condition=models.Q(used__gt=0, in_minute__gt=0))]
