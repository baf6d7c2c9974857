"""How corrections reach recipients and holders of copies: addresses, deliveries, chasing, revocations, keys to sign by (docs/adr/0030)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.identity.models import Client, Organisation, User


class Hook(models.Model):
    """The address at which an organisation's system is told. Entered by its officer, confirmed by another person at the centre."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_index=False)
    url = models.CharField(max_length=300)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "sharing_hook"
        constraints = [
            models.UniqueConstraint(
                name="hook_one_at_a_time", fields=("organisation",), condition=models.Q(ended_at=None)
            ),
            models.CheckConstraint(name="hook_over_https", condition=models.Q(url__startswith="https://")),
            models.CheckConstraint(
                name="hook_confirmed_wholly",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="hook_ended_wholly",
                condition=models.Q(ended_by=None, ended_at=None, end_reason="")
                | models.Q(ended_by__isnull=False, ended_at__isnull=False) & ~models.Q(end_reason=""),
            ),
        ]


class Delivery(models.Model):
    """One message to an organisation's address, under an id that stays the same however often it is tried.

    ``numbers`` are those of what it tells of. It is due at ``next_at``, or done, or given up. ``fault``: what was wrong the last time.
    """

    class Kind(models.TextChoices):
        RECALLS = "recalls", "更正、撤回"
        CALL_BACKS = "call-backs", "收回授权"
        CHASE = "chase", "催办"
        CHANGES = "changes", "授权内有变化"
        TEST = "test", "试送"

    message = models.CharField(max_length=40)
    organisation = models.CharField(max_length=18)
    hook = models.ForeignKey(Hook, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    numbers = ArrayField(models.BigIntegerField())
    made_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0, db_default=0)
    answered = models.SmallIntegerField(null=True)
    fault = models.CharField(max_length=24, blank=True, db_default="")
    done_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sharing_delivery"
        indexes = [
            models.Index(name="delivery_due", fields=("next_at",), condition=models.Q(next_at__isnull=False)),
            models.Index(name="delivery_of_organisation", fields=("organisation", "-id")),
        ]
        constraints = [
            models.UniqueConstraint(name="delivery_message_once", fields=("message",)),
            models.CheckConstraint(
                name="delivery_kind_known",
                condition=models.Q(kind__in=("recalls", "call-backs", "changes", "chase", "test")),
            ),
            models.CheckConstraint(
                name="delivery_due_or_over",
                condition=models.Q(next_at__isnull=False, done_at=None, gave_up_at=None)
                | models.Q(next_at=None, done_at__isnull=False, gave_up_at=None)
                | models.Q(next_at=None, done_at=None, gave_up_at__isnull=False),
            ),
        ]


class Chase(models.Model):
    """That an organisation was reminded of what it hasn't acknowledged, which was due on a day; ``step`` counts the reminders of it."""

    organisation = models.CharField(max_length=18)
    due_on = models.DateField()
    step = models.SmallIntegerField()
    late = models.IntegerField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "sharing_chase"
        constraints = [
            models.UniqueConstraint(name="chase_once_a_step", fields=("organisation", "due_on", "step")),
            models.CheckConstraint(name="chase_of_something", condition=models.Q(late__gt=0, step__gt=0)),
        ]


class Revocation(models.Model):
    """The token of a copy, or of a line of it, that no longer holds; ``page`` is the page of the feed that it stands on."""

    token = models.BinaryField(primary_key=True)
    page = models.IntegerField(null=True)

    class Meta:
        db_table = "sharing_revocation"
        indexes = [models.Index(name="revocation_waits", fields=("token",), condition=models.Q(page=None))]
        constraints = [
            models.CheckConstraint(name="revocation_token_hashed", condition=Exact(Length("token"), 32)),
        ]


class FeedPage(models.Model):
    """A signed page of the feed, and the signed index as it was when the page was made. Append-only."""

    number = models.IntegerField(primary_key=True)
    note = models.TextField()
    index = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "sharing_feed_page"


class SigningKey(models.Model):
    """The public half of a key that messages or the feed are signed by; the private one is derived from the vault and stored nowhere."""

    pk = models.CompositePrimaryKey("use", "number")
    use = models.CharField(max_length=8)
    number = models.SmallIntegerField()
    public = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "sharing_signing_key"
        constraints = [
            models.CheckConstraint(name="signing_key_use_known", condition=models.Q(use__in=("webhook", "feed"))),
            models.CheckConstraint(name="signing_key_whole", condition=Exact(Length("public"), 32)),
        ]
