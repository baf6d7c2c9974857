"""The ledger: versions, payloads, what was superseded, what the statements about it go by."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class Version(models.Model):
    """A version of a record: codes, dates, state and a salted commitment. Append-only; the newest is derived.

    ``record_id`` is a keyed hash of item, organ and document number, so the key is the natural key as well and one index
    serves both (design, decision 1). Shown on the days ``shown_from <= day < shown_until``; equal dates mean never.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "有效"
        WITHDRAWN = "withdrawn", "已撤回"
        REVOKED = "revoked", "已撤销"
        REPAIRED = "repaired", "已修复"
        SEALED = "sealed", "已封存"
        MOVED = "moved", "已转至他人名下"

    pk = models.CompositePrimaryKey("subject_id", "record_id", "version")
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    item_id = models.SmallIntegerField()
    batch_id = models.IntegerField()
    row_number = models.IntegerField()
    state = models.CharField(max_length=10, choices=State)
    decided = models.DateField()
    ended = models.DateField(null=True)
    final = models.DateField(null=True)
    grade = models.CharField(max_length=8, blank=True)
    shown_from = models.DateField()
    shown_until = models.DateField()
    repair_from = models.DateField(null=True)
    erase_on = models.DateField()
    terms_edition = models.CharField(max_length=16)
    commitment = models.BinaryField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "records_version"
        indexes = [BrinIndex(name="version_by_batch", fields=("batch_id",), pages_per_range=32)]
        constraints = [
            models.CheckConstraint(name="version_from_one", condition=models.Q(version__gte=1)),
            models.CheckConstraint(
                name="version_state_known",
                condition=models.Q(state__in=("active", "withdrawn", "revoked", "repaired", "sealed", "moved")),
            ),
            models.CheckConstraint(
                name="version_shown_in_order", condition=models.Q(shown_until__gte=models.F("shown_from"))
            ),
            models.CheckConstraint(
                name="version_erased_after_shown", condition=models.Q(erase_on__gte=models.F("shown_until"))
            ),
            models.CheckConstraint(
                name="version_not_shown_before_decided", condition=models.Q(shown_from__gte=models.F("decided"))
            ),
            models.CheckConstraint(
                name="version_not_shown_before_final",
                condition=models.Q(final=None)
                | models.Q(shown_from__gte=models.F("final"))
                | models.Q(shown_from=models.F("shown_until")),
            ),
            models.CheckConstraint(
                name="version_active_is_committed",
                condition=~models.Q(state="active") | models.Q(commitment__isnull=False),
            ),
            models.CheckConstraint(
                name="version_commitment_length",
                condition=models.Q(commitment=None) | models.Q(Exact(Length("commitment"), 32)),
            ),
        ]


class Layout(models.Model):
    """Which fields stand at which place of a body: the fields that an edition of an item keeps, in the catalogue's order.

    Written once for each list of fields, so that no record repeats their names.
    """

    id = models.SmallAutoField(primary_key=True)
    item_id = models.SmallIntegerField()
    fields = ArrayField(models.CharField(max_length=40))

    class Meta:
        db_table = "records_layout"
        constraints = [models.UniqueConstraint(name="layout_once", fields=("item_id", "fields"))]


class Payload(models.Model):
    """The values of a version as canonical JSON (the text that the commitment is made over), with the salt of its commitment.

    ``body`` is an array of texts in the order of the layout, "" where nothing stands. Only the eraser role may delete, after
    ``erase_on``.
    """

    pk = models.CompositePrimaryKey("subject_id", "record_id", "version")
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    layout_id = models.SmallIntegerField()
    salt = models.BinaryField()
    body = models.TextField()

    class Meta:
        db_table = "records_payload"
        constraints = [
            models.CheckConstraint(name="payload_salted", condition=Exact(Length("salt"), 16)),
        ]


class Superseded(models.Model):
    """A version that a later one replaced, and when the register knew it. Written by the ledger's own trigger."""

    pk = models.CompositePrimaryKey("subject_id", "record_id", "version")
    subject_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "records_superseded"


class TermNumber(models.Model):
    """A legal number from its first day on, as the files of terms have it: what the ledger's trigger holds lengths against."""

    pk = models.CompositePrimaryKey("name", "number", "valid_from")
    name = models.CharField(max_length=32)
    number = models.CharField(max_length=32)
    valid_from = models.DateField()
    unit = models.CharField(max_length=16)
    value = models.IntegerField()

    class Meta:
        db_table = "records_term"


class Occupation(models.Model):
    """A key occupation from a day on, as ``occupations.toml`` has it: what the statements about practices go by."""

    pk = models.CompositePrimaryKey("code", "valid_from")
    code = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    value = models.CharField(max_length=2)
    titles = ArrayField(models.CharField(max_length=20))

    class Meta:
        db_table = "records_occupation"
