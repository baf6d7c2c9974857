"""Queries about many persons at once: who asked, the parts in which they are answered, and for a time what is asked and answered."""

from django.db import models

from chengxin.sharing.batches.limits import MOST_IN_PART, MOST_PERSONS


class QueryBatch(models.Model):
    """What one system asks about many persons at once. Of the persons it holds their number alone, and stays."""

    number = models.CharField(max_length=32, unique=True)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    client = models.CharField(max_length=64)
    duty = models.CharField(max_length=32)
    basis = models.CharField(max_length=40)
    officer = models.CharField(max_length=64)
    persons = models.IntegerField()
    result_key = models.TextField()
    """The asker's public key (JWK), under which answers are encrypted."""
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sharing_batch"
        indexes = [
            models.Index(name="batch_of_organisation", fields=("organisation", "-id")),
            models.Index(name="batch_to_erase", fields=("expires_at",), condition=models.Q(erased_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="batch_persons_few", condition=models.Q(persons__gt=0, persons__lte=MOST_PERSONS)
            ),
            models.CheckConstraint(
                name="batch_says_for_what",
                condition=~(models.Q(duty="") | models.Q(basis="") | models.Q(officer="") | models.Q(client="")),
            ),
            models.CheckConstraint(name="batch_expires", condition=models.Q(expires_at__gt=models.F("asked_at"))),
        ]


class BatchPart(models.Model):
    """Some of a batch's persons, answered in one transaction. Counts are what was entered of them in the access register."""

    batch = models.ForeignKey(QueryBatch, models.PROTECT, related_name="+", db_index=False)
    place = models.SmallIntegerField()
    persons = models.SmallIntegerField()
    settled_at = models.DateTimeField(null=True)
    answered = models.SmallIntegerField(null=True)
    empty = models.SmallIntegerField(null=True)
    refused = models.SmallIntegerField(null=True)
    failed = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "sharing_batch_part"
        indexes = [
            models.Index(name="batch_part_waiting", fields=("place", "id"), condition=models.Q(settled_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(name="batch_part_place", fields=("batch", "place")),
            models.CheckConstraint(
                name="batch_part_few", condition=models.Q(place__gt=0, persons__gt=0, persons__lte=MOST_IN_PART)
            ),
            models.CheckConstraint(
                name="batch_part_counts_everybody",
                condition=models.Q(settled_at=None, answered=None, empty=None, refused=None, failed=None)
                | models.Q(
                    settled_at__isnull=False,
                    answered__isnull=False,
                    empty__isnull=False,
                    refused__isnull=False,
                    failed__isnull=False,
                    persons=models.F("answered") + models.F("empty") + models.F("refused") + models.F("failed"),
                ),
            ),
        ]


class BatchQuestion(models.Model):
    """Whom a part asks about, sealed; gone when the part is settled."""

    part = models.OneToOneField(BatchPart, models.PROTECT, primary_key=True, related_name="+")
    questions_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)

    class Meta:
        db_table = "sharing_batch_question"


class BatchResult(models.Model):
    """A part's answers, which only the asker's private key opens; gone when the batch expires."""

    part = models.OneToOneField(BatchPart, models.PROTECT, primary_key=True, related_name="+")
    jwe = models.TextField()

    class Meta:
        db_table = "sharing_batch_result"


class BatchUse(models.Model):
    """About how many persons a system asked in batches on a day. Counted by the database alone."""

    pk = models.CompositePrimaryKey("client", "day")
    client = models.CharField(max_length=64)
    day = models.DateField()
    persons = models.IntegerField()

    class Meta:
        db_table = "sharing_batch_use"
        constraints = [models.CheckConstraint(name="batch_use_counts", condition=models.Q(persons__gt=0))]
