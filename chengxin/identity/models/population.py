"""What the population authority told: its events, those that wait for their person, and what they amount to beside the person."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.identity.models.people import Person

KINDS = ("snapshot", "new", "name", "number", "correction", "death", "move", "capacity", "attestation")
EVENT_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"


class PopulationEvent(models.Model):
    """One event that changed a person, once by the authority's id, its content sealed. Never removed, and changed in its seal alone.

    ``sequence`` is the authority's; ``edition`` is 0 for an event and counts the snapshots taken after that number.
    """

    event_id = models.CharField(max_length=64, unique=True)
    sequence = models.BigIntegerField()
    edition = models.IntegerField()
    kind = models.CharField(max_length=16)
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField()
    body_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_population_event"
        indexes = [models.Index(name="event_of_subject", fields=("subject",))]
        constraints = [
            models.UniqueConstraint(
                name="event_sequence_once", fields=["sequence"], condition=models.Q(edition=0), include=["event_id"]
            ),
            models.CheckConstraint(name="event_id_form", condition=models.Q(event_id__regex=EVENT_ID)),
            models.CheckConstraint(name="event_kind_known", condition=models.Q(kind__in=KINDS)),
            models.CheckConstraint(
                name="event_place", condition=models.Q(sequence__gte=0, edition__gte=0, edition__lt=1_000_000)
            ),
            models.CheckConstraint(name="event_digest_keyed", condition=Exact(Length("digest"), 32)),
        ]


class ParkedEvent(models.Model):
    """An event about a code that nobody has told of yet, or one that a human must look at; it goes when it is applied, and only then.

    Known by a mark of its code instead of the hash, which a change of keys makes anew for persons' codes alone.
    """

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", "号码尚未见过"
        TWO_PERSONS = "two-persons", "新旧号码分属两人"

    event_id = models.CharField(max_length=64, unique=True)
    sequence = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=16)
    code_mark = models.BinaryField(db_index=True)
    old_mark = models.BinaryField(null=True, db_index=True)
    digest = models.BinaryField()
    body_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    reason = models.CharField(max_length=16, choices=Reason)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_population_parked"
        constraints = [
            models.CheckConstraint(
                name="parked_reason_known", condition=models.Q(reason__in=("unknown", "two-persons"))
            ),
            models.CheckConstraint(name="parked_mark_keyed", condition=Exact(Length("code_mark"), 32)),
        ]


class PopulationCall(models.Model):
    """A batch of events that the authority's system sent, and what became of it; its content is spooled until then, and then nowhere.

    ``fates`` names the place of each event in the batch and what became of it, never a value.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "正在处理"
        DONE = "done", "已完成"
        UNUSABLE = "unusable", "无法使用"

    token = models.UUIDField(primary_key=True)
    client = models.CharField(max_length=18)
    organisation = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    events = models.IntegerField()
    minors = models.IntegerField(default=0)
    applied = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    parked = models.IntegerField(default=0)
    taken_up = models.IntegerField(default=0)
    fates = models.JSONField(default=list)

    class Meta:
        db_table = "identity_population_call"
        constraints = [
            models.CheckConstraint(
                name="call_state_known", condition=models.Q(state__in=("received", "done", "unusable"))
            ),
            models.CheckConstraint(
                name="call_finished_iff_ended",
                condition=models.Q(state="received", finished_at=None)
                | (~models.Q(state="received") & models.Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(name="call_has_events", condition=models.Q(events__gt=0)),
        ]


class DroppedSequence(models.Model):
    """The sequence number of an event about a minor: all that stays of it."""

    sequence = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "identity_population_dropped"
        constraints = [models.CheckConstraint(name="dropped_positive", condition=models.Q(sequence__gt=0))]


class MinorWord(models.Model):
    """That somebody who bears a code is a minor, said at a place in the sequence: all that is kept of an event that may close a person.

    Only of codes that could be an adult's: a number that shows its bearer's minority leads to nobody who is held. ``corrects``: the code
    was theirs by mistake. ``subject``: whom the code led to at that place, as far as is known.
    """

    pk = models.CompositePrimaryKey("code_mark", "rank")
    code_mark = models.BinaryField()
    rank = models.BigIntegerField()
    corrects = models.BooleanField()
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_minor_word"
        constraints = [models.CheckConstraint(name="minor_mark_keyed", condition=Exact(Length("code_mark"), 32))]


class Snapshot(models.Model):
    """A file that gave the whole state after a sequence number; ``edition`` counts those after the same number."""

    pk = models.CompositePrimaryKey("sequence", "edition")
    sequence = models.BigIntegerField()
    edition = models.IntegerField()
    rows = models.IntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_population_snapshot"
        constraints = [
            models.CheckConstraint(
                name="snapshot_place", condition=models.Q(sequence__gte=0, edition__gt=0, rows__gte=0)
            )
        ]


class WithdrawnCode(models.Model):
    """A code that led to a person by mistake, up to ``until_rank``; from then on it leads there no more, and may be another's."""

    pk = models.CompositePrimaryKey("code_mark", "until_rank")
    code_mark = models.BinaryField()
    until_rank = models.BigIntegerField()
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    code_type = models.CharField(max_length=32)

    class Meta:
        db_table = "identity_withdrawn_code"
        constraints = [models.CheckConstraint(name="withdrawn_mark_keyed", condition=Exact(Length("code_mark"), 32))]


class Capacity(models.Model):
    """One word of the authority on a person's civil capacity from a day on. The highest rank begun by a day tells of that day.

    Only persons of whom something else than full capacity was ever told have rows; ``identity_incapacity`` gives the stretches.
    """

    pk = models.CompositePrimaryKey("subject_id", "rank")
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    rank = models.BigIntegerField()
    capacity = models.CharField(max_length=8, choices=Person.Capacity)
    since = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_capacity"
        constraints = [
            models.CheckConstraint(name="capacity_known", condition=models.Q(capacity__in=("full", "limited", "none")))
        ]


class Attestation(models.Model):
    """That an authority checked who a person is: who, when, at which level, by which method. Never what it looked at.

    There is no field for anything of the body, here or anywhere (safeguard 2).
    """

    pk = models.CompositePrimaryKey("subject_id", "rank")
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    rank = models.BigIntegerField()
    authority = models.CharField(max_length=18)
    checked_on = models.DateField()
    level = models.CharField(max_length=12)
    method = models.CharField(max_length=24)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_attestation"
        constraints = [
            models.CheckConstraint(
                name="attestation_authority_form", condition=models.Q(authority__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$")
            ),
            models.CheckConstraint(
                name="attestation_level_known", condition=models.Q(level__in=("basic", "substantial", "high"))
            ),
            models.CheckConstraint(
                name="attestation_method_known",
                condition=models.Q(
                    method__in=("document", "in-person", "face-compared", "fingerprint-at-issue", "chip-read")
                ),
            ),
        ]
