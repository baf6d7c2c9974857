"""Reports issued: number, person, entry; never their content."""

from django.db import models


class Report(models.Model):
    """A report that was issued. Its number leads to the access entry written with it."""

    pk = models.CompositePrimaryKey("subject_id", "number")
    subject_id = models.BigIntegerField()
    number = models.CharField(max_length=32)
    entry_id = models.UUIDField()
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "sharing_report"
        constraints = [
            models.UniqueConstraint(name="report_number_once", fields=("number", "subject_id")),
        ]


class Recall(models.Model):
    """That an organisation which read a record is told of its withdrawal, and when it acknowledged. ``entry_id`` is its last reading."""

    reference = models.CharField(max_length=64)
    organisation = models.CharField(max_length=18)
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    entry_id = models.UUIDField()
    case_reference = models.CharField(max_length=200)
    read_at = models.DateTimeField()
    told_at = models.DateTimeField()
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
