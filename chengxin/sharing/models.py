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
