"""Reports issued: number, person, entry; never their content. Recalls of what was read. Questions that persons ask about entries."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class Report(models.Model):
    """A report that was issued. Its number leads to the access entry written with it.

    ``own`` and ``special`` were made out to the person themselves; ``check_digest`` is the digest of number and check code, which stands on
    the report alone. ``salt`` stands on the copy too: with it its holder finds it in the feed of revocations. A ``special`` one is a
    certificate: it says for what it is, which items it covers, and until when it counts.
    """

    class Kind(models.TextChoices):
        DUTY = "duty", "依职责出具"
        OWN = "own", "本人申请"
        SPECIAL = "special", "专项信用报告"

    pk = models.CompositePrimaryKey("subject_id", "number")
    subject_id = models.BigIntegerField()
    number = models.CharField(max_length=32)
    entry_id = models.UUIDField()
    issued_at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.DUTY, db_default=Kind.DUTY)
    check_digest = models.BinaryField(null=True)
    purpose = models.CharField(max_length=12, blank=True, db_default="")
    covers = ArrayField(models.CharField(max_length=20), null=True)
    valid_until = models.DateField(null=True)
    salt = models.BinaryField(null=True)

    class Meta:
        db_table = "sharing_report"
        # By digest alone, so that a number nobody has and one with a wrong code are looked for in the same way.
        indexes = [
            models.Index(
                name="report_checked", fields=("check_digest",), condition=models.Q(check_digest__isnull=False)
            )
        ]
        constraints = [
            models.UniqueConstraint(name="report_number_once", fields=("number", "subject_id")),
            models.CheckConstraint(name="report_kind_known", condition=models.Q(kind__in=("duty", "own", "special"))),
            models.CheckConstraint(
                name="report_certificate_says_what",
                condition=models.Q(kind="special", covers__isnull=False, covers__len__gt=0, valid_until__isnull=False)
                & ~models.Q(purpose="")
                | models.Q(purpose="", covers=None, valid_until=None) & ~models.Q(kind="special"),
            ),
            models.CheckConstraint(
                name="report_salted",
                condition=models.Q(salt=None) | models.Q(Exact(Length("salt"), 16), salt__isnull=False),
            ),
            models.CheckConstraint(
                name="report_of_ones_own_can_be_checked",
                condition=models.Q(kind="duty", check_digest=None)
                | models.Q(Exact(Length("check_digest"), 32), check_digest__isnull=False),
            ),
        ]


class ReportWithdrawal(models.Model):
    """That a person withdrew a report of their own. Append-only."""

    number = models.CharField(max_length=32, primary_key=True)
    withdrawn_at = models.DateTimeField()

    class Meta:
        db_table = "sharing_report_withdrawal"


class ReportCheck(models.Model):
    """How often a report was checked on a day by whoever held its number and code. Counted by the database alone."""

    pk = models.CompositePrimaryKey("number", "day")
    number = models.CharField(max_length=32)
    day = models.DateField()
    hits = models.IntegerField()

    class Meta:
        db_table = "sharing_report_check"
        constraints = [models.CheckConstraint(name="report_check_counts", condition=models.Q(hits__gt=0))]


class CheckTry(models.Model):
    """How often a day a wrong pair of number and code was tried, by a digest of the number in two bytes: so many places and no more."""

    place = models.IntegerField(primary_key=True)
    day = models.DateField()
    tries = models.IntegerField()

    class Meta:
        db_table = "sharing_check_try"


class Recall(models.Model):
    """That an organisation which read a record is told of its withdrawal or correction, and when it acknowledged.

    ``entry_id`` is its last reading. ``due_on``: the last day to acknowledge in time; none where it was told before there was a term.
    """

    reference = models.CharField(max_length=64)
    organisation = models.CharField(max_length=18)
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    entry_id = models.UUIDField()
    case_reference = models.CharField(max_length=200)
    read_at = models.DateTimeField()
    told_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    due_estimated = models.BooleanField(default=False, db_default=False)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "sharing_recall"
        indexes = [models.Index(name="recall_of_organisation", fields=("organisation", "-id"))]
        constraints = [
            models.UniqueConstraint(
                name="recall_once", fields=("reference", "organisation", "subject_id", "record_id")
            ),
            models.CheckConstraint(
                name="recall_acknowledged_by_somebody",
                condition=models.Q(acknowledged_at=None, acknowledged_by="")
                | models.Q(acknowledged_at__isnull=False) & ~models.Q(acknowledged_by=""),
            ),
        ]


class EntryQuestion(models.Model):
    """A question of a person's about one entry of the access register, to the organisation that looked; answered once.

    ``due_estimated``: a day in the count isn't known yet.
    """

    subject_id = models.BigIntegerField()
    entry_id = models.UUIDField()
    organisation = models.CharField(max_length=18)
    asked_at = models.DateTimeField()
    words = models.CharField(max_length=500)
    due_on = models.DateField()
    due_estimated = models.BooleanField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sharing_question"
        indexes = [
            models.Index(name="question_of_organisation", fields=("organisation", "answered_at", "due_on")),
            models.Index(name="question_of_subject", fields=("subject_id", "-id")),
        ]
        constraints = [
            models.UniqueConstraint(name="question_once_an_entry", fields=("entry_id", "subject_id")),
            models.CheckConstraint(name="question_says_what", condition=~models.Q(words="")),
            models.CheckConstraint(
                name="question_answered_by_somebody",
                condition=models.Q(answered_at=None, answered_by="", answer="")
                | models.Q(answered_at__isnull=False) & ~models.Q(answered_by="") & ~models.Q(answer=""),
            ),
            models.CheckConstraint(
                name="question_seen_after_its_answer",
                condition=models.Q(seen_at=None)
                | models.Q(seen_at__gte=models.F("answered_at"), answered_at__isnull=False),
            ),
        ]
