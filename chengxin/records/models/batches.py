"""What intake leaves beside the ledger: batches, how far they are, checks, findings, waiting rows."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.catalogue.models import Edition, Item
from chengxin.identity.models import Organisation, TransferStep, User


class Batch(models.Model):
    """One file handed in, and what became of it. ``done`` is set in the transaction that writes the records."""

    class State(models.TextChoices):
        RECEIVED = "received", "已接收"
        DONE = "done", "已完成"
        UNUSABLE = "unusable", "文件无法使用"

    class Channel(models.TextChoices):
        """By which way a batch came in; ``house`` are the register's own: decisions carried out, transfers."""

        UNNOTED = "", "未记载"
        PAGE = "page", "网页"
        API = "api", "接口"
        EXCHANGE = "exchange", "前置机交换表"
        DIRECTORY = "directory", "目录"
        COMMAND = "command", "命令"
        HOUSE = "house", "平台内部"

    token = models.UUIDField(unique=True, default=uuid.uuid4)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="batches")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="batches")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="batches")
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="batches")
    # The decision of a human that this batch of one row carries out.
    adjudication = models.OneToOneField(
        "Adjudication", on_delete=models.PROTECT, null=True, related_name="carried_out_by"
    )
    # The step of a transfer of persons by which these records came here.
    transfer_step = models.ForeignKey(TransferStep, on_delete=models.PROTECT, null=True, related_name="batches")
    # The undoing of another batch that this one carries out.
    undoing = models.OneToOneField("Undoing", on_delete=models.PROTECT, null=True, related_name="carried_out_by")
    # Batches from before there were channels have none, and those that the release before this one enters.
    channel = models.CharField(max_length=10, choices=Channel, blank=True, db_default=Channel.UNNOTED)
    # The organisation's system that handed it in through the API.
    client = models.CharField(max_length=32, blank=True, db_default="")
    # What the sender calls this hand-in, as a keyed digest: a repeated one is the same batch.
    repeat_key = models.BinaryField(null=True)
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
        indexes = [
            models.Index(name="batch_by_provider", fields=("provider", "-id")),
            models.Index(name="batch_by_day", fields=("finished_at",)),
        ]
        constraints = [
            models.UniqueConstraint(name="batch_once", fields=("provider", "repeat_key")),
            models.CheckConstraint(
                name="batch_channel_known",
                condition=models.Q(channel__in=("", "page", "api", "exchange", "directory", "command", "house")),
            ),
            models.CheckConstraint(
                name="batch_client_iff_api",
                condition=models.Q(channel="api", client__gt="") | (~models.Q(channel="api") & models.Q(client="")),
            ),
            models.CheckConstraint(
                name="batch_repeat_key_length",
                condition=models.Q(repeat_key=None) | models.Q(Exact(Length("repeat_key"), 32)),
            ),
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
    """How far a batch is: written outside its transaction, so that it shows while the batch itself does not.

    ``beat_at`` is told every few seconds for as long as a worker has the batch in hand, by the database session ``holder`` (its process
    number) that began at ``holder_since``. ``first`` are the first findings: row, check, field; never a value.
    """

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, primary_key=True, related_name="progress")
    phase = models.CharField(max_length=16)
    rows = models.IntegerField()
    findings = models.IntegerField()
    at = models.DateTimeField()
    beat_at = models.DateTimeField(null=True)
    holder = models.IntegerField(null=True)
    holder_since = models.DateTimeField(null=True)
    first = models.JSONField(db_default=[])

    class Meta:
        db_table = "records_progress"


class Mark(models.Model):
    """Keyed marks of the lines from which records came, some ten thousand lines a part, so that a file handed in again is known.

    ``content`` is a table in Arrow's form; ``erase_on`` the day on which the first of its records is erased, and this part with it.
    """

    pk = models.CompositePrimaryKey("batch_id", "part")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_index=False)
    part = models.IntegerField()
    erase_on = models.DateField()
    content = models.BinaryField()

    class Meta:
        db_table = "records_mark"


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
    # What must be known to ask it, a right value, and the harm a wrong one does to the person; "" in the edition that had none of them.
    scope = models.CharField(max_length=8, blank=True, default="", db_default="")
    example = models.CharField(max_length=200, blank=True, default="", db_default="")
    example_en = models.CharField(max_length=200, blank=True, default="", db_default="")
    harm = models.CharField(max_length=300, blank=True, default="", db_default="")
    harm_en = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        db_table = "records_check_rule"
        constraints = [
            models.CheckConstraint(
                name="rule_severity_known", condition=models.Q(severity__in=("refuse", "wait", "question", "note"))
            ),
        ]


class Finding(models.Model):
    """One check that one row did not pass; at row 0 a note about the file, with the number of ``rows`` it is about.

    No value of the row is in it. A question keeps the keyed digest of the row's content, which a waiver hangs on.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="findings")
    row_number = models.IntegerField()
    rule = models.CharField(max_length=40)
    rule_version = models.SmallIntegerField()
    field = models.CharField(max_length=32, blank=True)
    record_number = models.CharField(max_length=40, blank=True)
    digest = models.BinaryField(null=True)
    rows = models.IntegerField(default=1, db_default=1)

    class Meta:
        db_table = "records_finding"
        indexes = [models.Index(name="finding_by_batch", fields=("batch", "row_number", "id"))]
        constraints = [
            models.CheckConstraint(
                name="finding_digest_keyed", condition=models.Q(digest=None) | models.Q(Exact(Length("digest"), 32))
            ),
            models.CheckConstraint(name="finding_of_rows", condition=models.Q(rows__gte=1)),
        ]


class Waiting(models.Model):
    """A row that waits for a human, the population base or a missing date. Sealed with the vault; keyed digest against doubles.

    ``rules`` are all the reasons that the last try found, ``rule`` the one that leads: whose it is before when it may be entered.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="waiting_rows")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="waiting_rows")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="waiting_rows")
    row_number = models.IntegerField()
    rule = models.CharField(max_length=40)
    rules = ArrayField(models.CharField(max_length=40), default=list)
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
