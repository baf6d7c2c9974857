"""The ledger (versions, payloads, what was superseded) and what intake leaves beside it (batches, findings, waiting rows)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.catalogue.models import Edition, Item
from chengxin.identity.models import Organisation, Person, User


class Batch(models.Model):
    """One file handed in, and what became of it. ``done`` is set in the transaction that writes the records."""

    class State(models.TextChoices):
        RECEIVED = "received", "已接收"
        DONE = "done", "已完成"
        UNUSABLE = "unusable", "文件无法使用"

    token = models.UUIDField(unique=True, default=uuid.uuid4)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="batches")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="batches")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="batches")
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="batches")
    # The decision of a human that this batch of one row carries out.
    adjudication = models.OneToOneField(
        "Adjudication", on_delete=models.PROTECT, null=True, related_name="carried_out_by"
    )
    digest = models.BinaryField()
    form = models.CharField(max_length=8)
    encoding = models.CharField(max_length=16, blank=True)
    encoding_how = models.CharField(max_length=60, blank=True)
    size_bytes = models.BigIntegerField()
    as_of = models.DateField()
    attested = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rules_edition = models.CharField(max_length=16, blank=True)
    read = models.IntegerField(default=0)
    new = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    failure = models.CharField(max_length=400, blank=True)
    failure_en = models.CharField(max_length=400, blank=True)

    class Meta:
        db_table = "records_batch"
        indexes = [models.Index(name="batch_by_provider", fields=("provider", "-id"))]
        constraints = [
            models.CheckConstraint(
                name="batch_state_known", condition=models.Q(state__in=("received", "done", "unusable"))
            ),
            models.CheckConstraint(
                name="batch_counts_add_up",
                condition=models.Q(
                    read=models.F("new")
                    + models.F("changed")
                    + models.F("unchanged")
                    + models.F("waiting")
                    + models.F("refused")
                ),
            ),
            models.CheckConstraint(
                name="batch_finished_iff_ended",
                condition=models.Q(state="received", finished_at=None)
                | (~models.Q(state="received") & models.Q(finished_at__isnull=False)),
            ),
        ]


class Progress(models.Model):
    """How far a batch is: written outside its transaction, so that it shows while the batch itself does not."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, primary_key=True, related_name="progress")
    phase = models.CharField(max_length=16)
    rows = models.IntegerField()
    findings = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "records_progress"


class CheckRule(models.Model):
    """A check as one edition has it: what it says and how to mend it. Findings name it by code and version."""

    pk = models.CompositePrimaryKey("code", "version")
    code = models.CharField(max_length=40)
    version = models.SmallIntegerField()
    severity = models.CharField(max_length=8)
    safeguard = models.BooleanField()
    message = models.CharField(max_length=300)
    message_en = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300)
    remedy_en = models.CharField(max_length=300)
    source = models.CharField(max_length=200)

    class Meta:
        db_table = "records_check_rule"
        constraints = [
            models.CheckConstraint(
                name="rule_severity_known", condition=models.Q(severity__in=("refuse", "wait", "note"))
            ),
        ]


class Finding(models.Model):
    """One check that one row did not pass. No value of the row is in it."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="findings")
    row_number = models.IntegerField()
    rule = models.CharField(max_length=40)
    rule_version = models.SmallIntegerField()
    field = models.CharField(max_length=32, blank=True)
    record_number = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "records_finding"
        indexes = [models.Index(name="finding_by_batch", fields=("batch", "row_number", "id"))]


class Waiting(models.Model):
    """A row that waits for a human, the population base or a missing date. Sealed with the vault; keyed digest against doubles."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="waiting_rows")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="waiting_rows")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="waiting_rows")
    row_number = models.IntegerField()
    rule = models.CharField(max_length=40)
    digest = models.BinaryField()
    row_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    since = models.DateTimeField()

    class Meta:
        db_table = "records_waiting"
        constraints = [
            models.UniqueConstraint(name="waiting_once", fields=("item", "provider", "digest")),
            models.CheckConstraint(name="waiting_digest_keyed", condition=Exact(Length("digest"), 32)),
        ]


class Adjudication(models.Model):
    """What a human decides about a waiting row: whose it is, or that it goes back to its provider.

    Where the record is adverse a second officer agrees before anything comes of it; the database refuses the first one's own word. The
    digest is the row's, so that what was decided stays bound to what was handed in. ``result`` tells what came of it.
    """

    class Outcome(models.TextChoices):
        ATTACH = "attach", "认定为此人"
        RETURN = "return", "退回信源单位"

    waiting_id = models.BigIntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="adjudications")
    row_number = models.IntegerField()
    digest = models.BinaryField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    code_reason = models.CharField(max_length=20, blank=True)
    adverse = models.BooleanField()
    ground = models.CharField(max_length=200)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    done_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, blank=True)

    class Meta:
        db_table = "records_adjudication"
        indexes = [models.Index(name="adjudication_by_batch", fields=("batch", "row_number"))]
        constraints = [
            models.UniqueConstraint(
                name="adjudication_one_open",
                fields=("waiting_id",),
                condition=models.Q(done_at=None) & (models.Q(agreed=None) | models.Q(agreed=True)),
            ),
            models.CheckConstraint(name="adjudication_digest_keyed", condition=Exact(Length("digest"), 32)),
            models.CheckConstraint(
                name="adjudication_names_whom",
                condition=models.Q(outcome="attach", subject__isnull=False)
                | models.Q(outcome="return", subject__isnull=True),
            ),
            models.CheckConstraint(name="adjudication_has_ground", condition=~models.Q(ground="")),
            models.CheckConstraint(
                name="adjudication_second_is_another",
                condition=models.Q(second_by=None, second_at=None, agreed=None)
                | (
                    models.Q(second_at__isnull=False, agreed__isnull=False)
                    & ~models.Q(second_by=models.F("decided_by"))
                ),
            ),
            models.CheckConstraint(
                name="adjudication_done_when_agreed",
                condition=models.Q(done_at=None, result="")
                | (
                    models.Q(done_at__isnull=False, result__in=("record", "refused", "returned", "gone"))
                    & (
                        models.Q(outcome="return")
                        | models.Q(adverse=False)
                        | models.Q(agreed__isnull=False, agreed=True)
                    )
                ),
            ),
        ]


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
                condition=models.Q(state__in=("active", "withdrawn", "revoked", "repaired", "sealed")),
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
