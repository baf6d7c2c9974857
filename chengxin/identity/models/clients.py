"""Organisations' systems that speak to the API, and the public keys they are known by."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.identity.models.officers import User
from chengxin.identity.models.organisations import Organisation


class Client(models.Model):
    """One system of one organisation. It can do nothing until a second person has approved one of its keys.

    ``addresses`` are the networks it may call from, in CIDR form.
    """

    client_id = models.CharField(max_length=32, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="clients")
    name = models.CharField(max_length=100)
    addresses = ArrayField(models.CharField(max_length=50))
    valid_from = models.DateField()
    valid_until = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    suspended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    suspension_reason = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "identity_client"
        constraints = [
            models.CheckConstraint(name="client_id_form", condition=models.Q(client_id__regex=r"^c-[a-z2-7]{16}$")),
            models.CheckConstraint(name="client_has_address", condition=models.Q(addresses__len__gt=0)),
            models.CheckConstraint(
                name="client_for_a_term",
                condition=models.Q(valid_until__gt=models.F("valid_from"))
                & models.Q(valid_until__lte=models.F("valid_from") + 1096),
            ),
            models.CheckConstraint(
                name="client_suspension_has_reason",
                condition=models.Q(suspended_at=None, suspension_reason="", suspended_by=None)
                | (models.Q(suspended_at__isnull=False, suspended_by__isnull=False) & ~models.Q(suspension_reason="")),
            ),
        ]


class ClientKey(models.Model):
    """A public key of a client (JWK, RFC 7517); the private one never leaves the client. Two may be valid while one replaces the other."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="keys")
    kid = models.CharField(max_length=64)
    public = models.TextField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_client_key"
        constraints = [
            models.UniqueConstraint(name="client_key_once", fields=("client", "kid")),
            models.CheckConstraint(
                name="client_key_for_a_term",
                condition=models.Q(valid_until__gt=models.F("valid_from"))
                & models.Q(valid_until__lte=models.F("valid_from") + 732),
            ),
            models.CheckConstraint(
                name="client_key_approved_by_another", condition=~models.Q(approved_by=models.F("entered_by"))
            ),
            models.CheckConstraint(
                name="client_key_approval_whole",
                condition=models.Q(approved_by=None, approved_at=None)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="client_key_withdrawal_whole",
                condition=models.Q(withdrawn_by=None, withdrawn_at=None)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
            ),
        ]


class ClientRedirect(models.Model):
    """An address of an organisation's own to which a browser is led back after a person decided (RFC 6749, 3.1.2).

    Entered by one administrator, approved by another; compared whole, sign by sign.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="redirects")
    address = models.CharField(max_length=300)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_client_redirect"
        constraints = [
            models.CheckConstraint(
                name="client_redirect_form",
                condition=models.Q(address__regex=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?/[^#\s]*$"),
            ),
            models.CheckConstraint(
                name="client_redirect_approved_by_another", condition=~models.Q(approved_by=models.F("entered_by"))
            ),
            models.CheckConstraint(
                name="client_redirect_approval_whole",
                condition=models.Q(approved_by=None, approved_at=None)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="client_redirect_withdrawal_whole",
                condition=models.Q(withdrawn_by=None, withdrawn_at=None)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
            ),
        ]


class ClientAssertion(models.Model):
    """A signed statement that a client has shown once (RFC 7523); the same one is not taken twice."""

    pk = models.CompositePrimaryKey("client_id", "jti_hash")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_index=False)
    jti_hash = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "identity_client_assertion"
        indexes = [models.Index(name="client_assertion_expiry", fields=("expires_at",))]
        constraints = [
            models.CheckConstraint(name="client_assertion_hashed", condition=Exact(Length("jti_hash"), 32)),
        ]


class ClientLimits(models.Model):
    """When one client may ask, and how often, from a day on: dated, append-only, the newest that began holds.

    Hours are whole ones in Asia/Shanghai, ``first_hour`` to before ``last_hour``. It only narrows what every client may: the smaller
    number holds. Nothing set means that nothing of its own holds any more.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="limits")
    valid_from = models.DateField()
    first_hour = models.SmallIntegerField(null=True)
    last_hour = models.SmallIntegerField(null=True)
    working_days = models.BooleanField(default=False)
    a_minute = models.IntegerField(null=True)
    a_day = models.IntegerField(null=True)
    reason = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "identity_client_limits"
        constraints = [
            models.CheckConstraint(
                name="client_limits_hours_whole",
                condition=models.Q(first_hour=None, last_hour=None)
                | models.Q(
                    first_hour__isnull=False,
                    first_hour__gte=0,
                    last_hour__isnull=False,
                    last_hour__gt=models.F("first_hour"),
                    last_hour__lte=24,
                ),
            ),
            models.CheckConstraint(
                name="client_limits_leave_something",
                condition=(models.Q(a_minute=None) | models.Q(a_minute__gt=0))
                & (models.Q(a_day=None) | models.Q(a_day__gt=0)),
            ),
            models.CheckConstraint(name="client_limits_have_a_reason", condition=~models.Q(reason="")),
        ]


class WorkDay(models.Model):
    """A working day, make-up days among them, as far as notices are known: the rule's answer, for the database to compare with."""

    day = models.DateField(primary_key=True)

    class Meta:
        db_table = "identity_work_day"
