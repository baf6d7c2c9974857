"""What humans decide: whose a waiting row is, and which records go to another person."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.catalogue.models import Item
from chengxin.identity.models import Organisation, Person, TransferStep, User
from chengxin.records.models.batches import Batch


class Opening(models.Model):
    """That an officer opened a waiting row: nobody agrees to what they have not looked at, nor opens more on a day than the limit.

    The database puts the moment and counts.
    """

    waiting_id = models.BigIntegerField()
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "records_opening"
        indexes = [models.Index(name="opening_by_officer", fields=("officer", "opened_at"))]


class Adjudication(models.Model):
    """What a human decides about a waiting row: whose it is, or that it goes back to its provider.

    Where the record is adverse a second officer agrees before anything comes of it; the database refuses the first one's own word. The
    digest is the row's, so that what was decided stays bound to what was handed in; ``corrects_…`` is the record that the row itself names
    as the one it replaces, and the only one that carrying out may withdraw. ``held`` tells why it can't be carried out yet, ``result`` what
    came of it. Until then either officer may take it back with a ground, and the row is open again.
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
    corrects_subject_id = models.BigIntegerField(null=True)
    corrects_record_id = models.BigIntegerField(null=True)
    adverse = models.BooleanField()
    ground = models.CharField(max_length=200)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_ground = models.CharField(max_length=200, blank=True)
    held = models.CharField(max_length=40, blank=True)
    done_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, blank=True)

    class Meta:
        db_table = "records_adjudication"
        indexes = [models.Index(name="adjudication_by_batch", fields=("batch", "row_number"))]
        constraints = [
            models.UniqueConstraint(
                name="adjudication_one_open",
                fields=("waiting_id",),
                condition=models.Q(done_at=None, taken_back_at=None) & (models.Q(agreed=None) | models.Q(agreed=True)),
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
                name="adjudication_taken_back_with_ground",
                condition=models.Q(taken_back_by=None, taken_back_at=None, taken_back_ground="")
                | models.Q(taken_back_by__isnull=False, taken_back_at__isnull=False, done_at=None)
                & ~models.Q(taken_back_ground=""),
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


class Move(models.Model):
    """A record that a step takes from one person to another, or to nobody: written by the ledger's own function, once.

    Which version is copied, which one says at the old place that it moved (None where nothing left), and which one stands at the new
    place, in which state (None and "" where nothing is written). ``outcome``: ``moved``; ``joined``, the other person had the same
    document; ``closed``, it was closed and stays so; ``kept-back``, it can't stand against the other person; ``detached``;
    ``restored``, as it was before the step that is undone.
    """

    pk = models.CompositePrimaryKey("step_id", "record_id")
    step = models.ForeignKey(TransferStep, on_delete=models.PROTECT, related_name="moves", db_index=False)
    record_id = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="moves", db_index=False)
    row_number = models.IntegerField()
    copied_subject = models.BigIntegerField()
    copied_version = models.SmallIntegerField()
    from_subject = models.BigIntegerField(null=True)
    from_version = models.SmallIntegerField(null=True)
    into_subject = models.BigIntegerField(null=True)
    into_version = models.SmallIntegerField(null=True)
    state = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=10)

    class Meta:
        db_table = "records_move"
        indexes = [models.Index(name="move_from", fields=("from_subject", "record_id"))]
        constraints = [
            models.CheckConstraint(
                name="move_outcome_known",
                condition=models.Q(outcome__in=("moved", "joined", "closed", "kept-back", "detached", "restored")),
            ),
        ]
