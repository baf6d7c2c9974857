"""The access register, the action log, messages to persons, the outbox. Written by ``ground.services`` alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AccessEntry(models.Model):
    """One access to one person's data: who, for what, on which law, which versions; names of fields, never values.

    ``subject_id`` 0 stands for a person the register doesn't know. ``duty`` is the duty item where the purpose needs one,
    ``authorisation`` the number of the person's, where it needs that.
    The day of sealing numbers the entries (design, decision 8); until then ``entry_id`` (time-ordered) is the only order.
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
