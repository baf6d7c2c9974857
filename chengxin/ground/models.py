"""The access register, the action log, messages to persons, the outbox. Written by ``ground.services`` alone."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class AccessEntry(models.Model):
    """One access to one person's data: who, for what, on which law, which versions; names of fields, never values.

    ``subject_id`` 0 stands for a person the register doesn't know. ``duty`` is the duty item where the purpose needs one,
    ``authorisation`` the number of the person's, where it needs that. The sealer numbers what is committed (``Sealed``); ``entry_id`` is
    ordered by the time of the request. A column added here is part of an entry's leaf (``sealing.leaves``).
    """

    class Outcome(models.TextChoices):
        ANSWERED = "answered"
        EMPTY = "empty"
        REFUSED = "refused"
        FAILED = "failed"

    pk = models.CompositePrimaryKey("subject_id", "entry_id")
    subject_id = models.BigIntegerField()
    entry_id = models.UUIDField()
    at = models.DateTimeField()
    organisation = models.CharField(max_length=18)
    officer = models.CharField(max_length=150)
    purpose = models.CharField(max_length=32)
    duty = models.CharField(max_length=32, default="", db_default="")
    authorisation = models.CharField(max_length=32, default="", db_default="")
    basis = models.CharField(max_length=200)
    case_reference = models.CharField(max_length=200)
    channel = models.CharField(max_length=16)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=40)
    as_of = models.DateField(null=True)
    fields = ArrayField(models.CharField(max_length=64))
    record_ids = ArrayField(models.BigIntegerField())
    versions = ArrayField(models.SmallIntegerField())

    class Meta:
        db_table = "ground_access_entry"
        # The table grows by time: a few pages of summary find a day, and an insert pays next to nothing (docs/adr/0029-review-of-use.md).
        indexes = [BrinIndex(name="access_entry_by_time", fields=("at",), pages_per_range=32, autosummarize=True)]
        constraints = [
            models.CheckConstraint(
                name="access_outcome_known", condition=models.Q(outcome__in=("answered", "empty", "refused", "failed"))
            ),
            models.CheckConstraint(
                name="access_versions_paired", condition=models.Q(record_ids__len=models.F("versions__len"))
            ),
            models.CheckConstraint(
                name="access_refusal_has_reason",
                condition=models.Q(outcome__in=("answered", "empty")) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="access_refusal_has_no_records",
                condition=models.Q(outcome="answered", record_ids__len__gt=0) | models.Q(record_ids=[]),
            ),
            models.CheckConstraint(
                name="access_answer_has_reason",
                condition=models.Q(outcome__in=("refused", "failed"))
                | ~(models.Q(organisation="") | models.Q(officer="") | models.Q(purpose="") | models.Q(basis="")),
            ),
        ]


class Unsealed(models.Model):
    """An entry that waits for its number. Written by a trigger with the entry; goes when it is numbered (docs/adr/0026-sealing.md)."""

    pk = models.CompositePrimaryKey("entry_id", "subject_id")
    entry_id = models.UUIDField()
    subject_id = models.BigIntegerField()

    class Meta:
        db_table = "ground_unsealed"


class Sealed(models.Model):
    """The number of an entry in the tree of its shard and month, the salt, and the hash over all columns of the entry."""

    pk = models.CompositePrimaryKey("subject_id", "entry_id")
    subject_id = models.BigIntegerField()
    entry_id = models.UUIDField()
    shard = models.SmallIntegerField()
    tree = models.CharField(max_length=10)
    seq = models.BigIntegerField()
    salt = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        db_table = "ground_sealed"
        constraints = [
            models.UniqueConstraint(name="sealed_once_a_number", fields=("shard", "tree", "seq")),
            models.CheckConstraint(name="sealed_in_its_shard", condition=models.Q(shard=models.F("subject_id") % 16)),
            models.CheckConstraint(
                name="sealed_tree_form", condition=models.Q(tree__regex=r"^\d{4}-(0[1-9]|1[0-2])(\.\d\d)?$")
            ),
            models.CheckConstraint(name="sealed_from_nought", condition=models.Q(seq__gte=0)),
        ]


class SealedNode(models.Model):
    """The hash of a complete subtree of 2 to the ``height`` leaves, ``place`` among those of its height, for proofs."""

    pk = models.CompositePrimaryKey("shard", "tree", "height", "place")
    shard = models.SmallIntegerField()
    tree = models.CharField(max_length=10)
    height = models.SmallIntegerField()
    place = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "ground_sealed_node"
        constraints = [
            models.CheckConstraint(name="node_height_known", condition=models.Q(height__in=(8, 16, 24))),
        ]


class Checkpoint(models.Model):
    """A signed head of a tree, as it was published: what the tree's first ``size`` leaves are for good."""

    pk = models.CompositePrimaryKey("shard", "tree", "size")
    shard = models.SmallIntegerField()
    tree = models.CharField(max_length=10)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ground_checkpoint"


class DroppedTree(models.Model):
    """A tree whose entries are past their retention and gone; its heads stay."""

    pk = models.CompositePrimaryKey("shard", "tree")
    shard = models.SmallIntegerField()
    tree = models.CharField(max_length=10)
    size = models.BigIntegerField()
    root = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ground_dropped_tree"


class SealingKey(models.Model):
    """A key that heads were signed by, in its written form; a former one goes on proving its heads."""

    verifier = models.CharField(max_length=200, primary_key=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "ground_sealing_key"


class SealingRound(models.Model):
    """What a round of the sealer did: entries numbered, heads signed, and what kept it from signing or publishing, by codes."""

    at = models.DateTimeField()
    numbered = models.IntegerField()
    signed = models.IntegerField()
    trouble = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "ground_sealing"


class LostEnd(models.Model):
    """An end of a tree that a head outside vouches for and the database no longer has, as a verification found it. Append-only.

    ``size`` and ``root`` are the tree's as it is; ``lost_size`` and ``lost_root`` the head's. Two persons may acknowledge it
    (``identity.Restoration``).
    """

    shard = models.SmallIntegerField()
    tree = models.CharField(max_length=10)
    size = models.BigIntegerField()
    root = models.BinaryField()
    lost_size = models.BigIntegerField()
    lost_root = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ground_lost_end"
        constraints = [
            models.UniqueConstraint(
                name="lost_end_once", fields=("shard", "tree", "size", "root", "lost_size", "lost_root")
            ),
            models.CheckConstraint(
                name="lost_end_beyond_the_tree", condition=models.Q(size__gte=0, lost_size__gt=models.F("size"))
            ),
        ]


class RegisterCheck(models.Model):
    """A verification of the whole register: what was looked at and the first thing that is wrong, by its code and place; "" for nothing."""

    at = models.DateTimeField()
    entries = models.BigIntegerField()
    unsealed = models.BigIntegerField()
    fault = models.CharField(max_length=32, blank=True)
    place = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "ground_register_check"


class Action(models.Model):
    """One act of an officer or administrator, written with the act. ``actor`` is empty for the owner at the server.

    ``subject`` names what was acted on by kind and number; ``note`` holds codes and dates, never a value of a person's.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    act = models.CharField(max_length=48)
    subject = models.CharField(max_length=120)
    note = models.CharField(max_length=200)

    class Meta:
        db_table = "ground_action"
        indexes = [models.Index(name="action_by_actor", fields=("actor", "-id"))]
        constraints = [
            models.CheckConstraint(name="action_names_its_act", condition=~models.Q(act="")),
        ]


class Message(models.Model):
    """What the register tells a person, written with what it tells of; append-only. ``kind`` names the words, ``reference`` a number."""

    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "ground_message"
        indexes = [
            models.Index(name="message_of_subject", fields=("subject_id", "-id")),
            models.Index(name="message_by_time", fields=("at",)),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_to_somebody_of_a_kind", condition=models.Q(subject_id__gt=0) & ~models.Q(kind="")
            ),
        ]


class Event(models.Model):
    """What one task tells the others, written with what it tells of and delivered by the worker.

    ``reference`` is a number, never a value.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=64)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ground_event"
        indexes = [models.Index(name="event_waiting", fields=("id",), condition=models.Q(delivered_at=None))]
        constraints = [
            models.CheckConstraint(
                name="event_of_a_kind_about_something", condition=~models.Q(kind="") & ~models.Q(reference="")
            ),
        ]


class Installation(models.Model):
    """What this database is, for good: a province's or a sandbox. One row, written as the database is first prepared."""

    class Kind(models.TextChoices):
        PROVINCE = "province"
        SANDBOX = "sandbox"

    kind = models.CharField(max_length=8, choices=Kind)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ground_installation"
        constraints = [
            models.CheckConstraint(name="installation_once", condition=models.Q(id=1)),
            models.CheckConstraint(name="installation_of_a_kind", condition=models.Q(kind__in=("province", "sandbox"))),
        ]


class Rebuild(models.Model):
    """How far the rebuilding of something derived has come: ``upto`` is the place after which it goes on, whatever stopped it.

    ``looked`` counts what was looked at, ``mended`` what differed from what it is derived from and was put right.
    """

    name = models.CharField(max_length=40)
    upto = models.CharField(max_length=100, blank=True)
    looked = models.BigIntegerField(default=0)
    mended = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ground_rebuild"
        constraints = [
            models.UniqueConstraint(
                name="rebuild_one_at_a_time", fields=("name",), condition=models.Q(finished_at=None)
            ),
            models.CheckConstraint(
                name="rebuild_mends_what_it_looks_at",
                condition=models.Q(mended__gte=0, looked__gte=models.F("mended")),
            ),
        ]
