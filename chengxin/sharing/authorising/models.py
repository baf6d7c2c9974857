"""What institutions ask a person to let them see, what the person answered, what was used and what was called back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.identity.models import User, Visit
from chengxin.sharing.duties.models import Duty


class Authorisation(models.Model):
    """What an institution asks a person for. Append-only; how it stands follows from its events (``sql/locks_leave.sql``).

    ``subject_id`` 0: it reaches nobody, and ``undelivered`` says why. ``valid_until`` is the first day on which it would count no more,
    ``lapses_on`` the first on which it can't be answered. ``keep_days`` 0: nothing of what is seen is kept. ``announces``: the institution
    would be told that something of it changed, without content (docs/adr/0035-changes.md).
    """

    number = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    undelivered = models.CharField(max_length=20, blank=True)
    organisation = models.CharField(max_length=18)
    officer = models.CharField(max_length=150)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="+", db_index=False)
    items = ArrayField(models.CharField(max_length=32))
    once = models.BooleanField()
    valid_until = models.DateField()
    announces = models.BooleanField(default=False, db_default=False)
    keep_days = models.IntegerField()
    erase_by = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    reference = models.CharField(max_length=120)
    channel = models.CharField(max_length=16)
    asked_at = models.DateTimeField()
    lapses_on = models.DateField()

    class Meta:
        db_table = "sharing_authorisation"
        indexes = [
            models.Index(name="authorisation_of_subject", fields=("subject_id", "-id")),
            models.Index(name="authorisation_of_organisation", fields=("organisation", "-id")),
        ]
        constraints = [
            models.UniqueConstraint(name="authorisation_number_once", fields=("number",)),
            models.CheckConstraint(
                name="authorisation_reaches_somebody_or_says_why",
                condition=models.Q(subject_id__gt=0, undelivered="")
                | models.Q(subject_id=0) & ~models.Q(undelivered=""),
            ),
            models.CheckConstraint(
                name="authorisation_says_for_what",
                condition=~(models.Q(reason="") | models.Q(reference="") | models.Q(items=[])),
            ),
            models.CheckConstraint(
                name="authorisation_kept_until_a_day",
                condition=models.Q(keep_days=0, erase_by=None) | models.Q(keep_days__gt=0, erase_by__isnull=False),
            ),
            models.CheckConstraint(
                name="authorisation_announces_for_a_period",
                condition=models.Q(announces=False) | models.Q(once=False),
            ),
        ]


class AuthorisationEvent(models.Model):
    """What the person did with it, and what stands from then on. Append-only. ``receipt`` is the number of the receipt made of it.

    ``due_on``: by when the recipient acknowledges that something was taken back; ``due_estimated``: a day in the count isn't known yet.
    """

    class Kind(models.TextChoices):
        GRANTED = "granted"
        REFUSED = "refused"
        NARROWED = "narrowed"
        WITHDRAWN = "withdrawn"
        SILENCED = "silenced"

    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    items = ArrayField(models.CharField(max_length=32))
    once = models.BooleanField()
    valid_until = models.DateField()
    announces = models.BooleanField(default=False, db_default=False)
    receipt = models.CharField(max_length=32, blank=True)
    channel = models.CharField(max_length=16)
    due_on = models.DateField(null=True)
    due_estimated = models.BooleanField()

    class Meta:
        db_table = "sharing_authorisation_event"
        indexes = [models.Index(name="authorisation_event_of", fields=("authorisation", "-id"))]
        constraints = [
            models.UniqueConstraint(
                name="authorisation_receipt_once", fields=("receipt",), condition=~models.Q(receipt="")
            ),
            models.UniqueConstraint(
                name="authorisation_answered_once",
                fields=("authorisation",),
                condition=models.Q(kind__in=("granted", "refused")),
            ),
            models.UniqueConstraint(
                name="authorisation_withdrawn_once", fields=("authorisation",), condition=models.Q(kind="withdrawn")
            ),
            models.CheckConstraint(
                name="authorisation_event_leaves_something",
                condition=models.Q(kind__in=("granted", "narrowed", "silenced")) & ~models.Q(items=[])
                | models.Q(kind__in=("refused", "withdrawn"), items=[]),
            ),
            models.CheckConstraint(
                name="authorisation_event_has_receipt",
                condition=models.Q(kind="refused", receipt="") | ~models.Q(receipt=""),
            ),
            models.CheckConstraint(
                name="authorisation_taken_back_by_a_day",
                condition=models.Q(kind__in=("granted", "refused", "silenced"), due_on=None)
                | models.Q(kind__in=("narrowed", "withdrawn"), due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="authorisation_event_announces_for_a_period",
                condition=models.Q(announces=False) | models.Q(kind__in=("granted", "narrowed"), once=False),
            ),
        ]


class AuthorisationUse(models.Model):
    """That an entry of the access register used an authorisation. Written by the database with the entry, and by nobody else."""

    entry_id = models.UUIDField(primary_key=True)
    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "sharing_authorisation_use"
        indexes = [models.Index(name="authorisation_use_of", fields=("authorisation", "-at"))]


class AuthorisationRecall(models.Model):
    """What is called back from the recipient. Written by the database with its event; acknowledged once, saying what became of copies."""

    event = models.OneToOneField(AuthorisationEvent, on_delete=models.PROTECT, primary_key=True, related_name="+")
    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.CharField(max_length=18)
    items = ArrayField(models.CharField(max_length=32))
    told_at = models.DateTimeField()
    due_on = models.DateField()
    due_estimated = models.BooleanField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    copies = models.CharField(max_length=12, blank=True)
    law = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "sharing_authorisation_recall"
        indexes = [models.Index(name="authorisation_recall_to", fields=("organisation", "-event"))]
        constraints = [
            models.CheckConstraint(
                name="authorisation_recall_acknowledged_wholly",
                condition=models.Q(acknowledged_at=None, acknowledged_by="", copies="", law="")
                | models.Q(acknowledged_at__isnull=False, copies__in=("erased", "never-stored"), law="")
                & ~models.Q(acknowledged_by="")
                | models.Q(acknowledged_at__isnull=False, copies="kept-by-law")
                & ~(models.Q(acknowledged_by="") | models.Q(law="")),
            ),
        ]


class AuthorisationPaper(models.Model):
    """A signed paper at the credit centre's window by which a person grants or takes back: entered by one officer, witnessed by another.

    Nothing comes of it before it is witnessed; then the database writes its event, in the same transaction. ``scan`` is the paper's number.
    """

    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", db_index=False)
    scan = models.CharField(max_length=32)
    kind = models.CharField(max_length=10)
    items = ArrayField(models.CharField(max_length=32))
    once = models.BooleanField()
    valid_until = models.DateField()
    announces = models.BooleanField(default=False, db_default=False)
    receipt = models.CharField(max_length=32)
    due_on = models.DateField(null=True)
    due_estimated = models.BooleanField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    witnessed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    witnessed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sharing_authorisation_paper"
        indexes = [
            models.Index(name="authorisation_paper_waits", fields=("id",), condition=models.Q(witnessed_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(name="authorisation_paper_once", fields=("scan",)),
            models.CheckConstraint(
                name="authorisation_paper_grants_or_takes_back",
                condition=models.Q(kind="granted", due_on=None) & ~models.Q(items=[])
                | models.Q(kind="withdrawn", items=[], due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="authorisation_paper_witnessed_by_another",
                condition=models.Q(witnessed_by=None, witnessed_at=None)
                | models.Q(witnessed_by__isnull=False, witnessed_at__isnull=False)
                & ~models.Q(witnessed_by=models.F("entered_by")),
            ),
        ]


class PushedRequest(models.Model):
    """What a system asks of whoever will come with its reference (RFC 9126): nobody is named. Append-only.

    ``digest`` is all that is kept of the reference. It holds for minutes; ``challenge`` is that of PKCE (RFC 7636, S256).
    """

    digest = models.BinaryField()
    client_id = models.CharField(max_length=32)
    organisation = models.CharField(max_length=18)
    officer = models.CharField(max_length=150)
    redirect = models.CharField(max_length=300)
    state = models.CharField(max_length=512)
    challenge = models.CharField(max_length=43)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="+", db_index=False)
    items = ArrayField(models.CharField(max_length=32))
    once = models.BooleanField()
    valid_until = models.DateField()
    announces = models.BooleanField(default=False, db_default=False)
    keep_days = models.IntegerField()
    erase_by = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    reference = models.CharField(max_length=120)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "sharing_pushed"
        constraints = [
            models.UniqueConstraint(name="pushed_digest_once", fields=("digest",)),
            models.CheckConstraint(
                name="pushed_with_a_challenge", condition=models.Q(challenge__regex=r"^[A-Za-z0-9_-]{43}$")
            ),
        ]


class PushedAnswer(models.Model):
    """That somebody decided about a pushed request, once. Of whoever didn't grant nothing is kept, not even that it was they."""

    pushed = models.OneToOneField(PushedRequest, on_delete=models.PROTECT, primary_key=True, related_name="+")
    authorisation = models.OneToOneField(Authorisation, on_delete=models.PROTECT, null=True, related_name="+")
    code_digest = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "sharing_pushed_answer"
        constraints = [
            models.UniqueConstraint(name="pushed_code_once", fields=("code_digest",)),
            models.CheckConstraint(
                name="pushed_code_of_a_grant",
                condition=models.Q(authorisation=None, code_digest=None)
                | models.Q(authorisation__isnull=False, code_digest__isnull=False),
            ),
        ]


class CodeExchange(models.Model):
    """That a code was exchanged for a token, once; ``reused`` once it was shown again, which ends that token. Grows by that alone."""

    answer = models.OneToOneField(PushedAnswer, on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField()
    reused_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sharing_code_exchange"
