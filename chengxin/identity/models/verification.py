"""Real-name checks: for which registered purposes, how many, and what was answered. Nobody's name, code or number stands here."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.identity.models.officers import User
from chengxin.identity.models.organisations import Organisation


class RealNameBasis(models.Model):
    """An article as the database's own guards read it: a copy of ``real_names.toml``, one row an article and field."""

    pk = models.CompositePrimaryKey("ref", "field")
    ref = models.CharField(max_length=24)
    field = models.CharField(max_length=16)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "identity_real_name_basis"


class Registration(models.Model):
    """A purpose for which one organisation may check real names, entered by one person and approved by a second.

    ``daily_quota`` and ``daily_misses`` hold for each client and day, ``per_minute`` for its calls, ``desk_quota`` for each officer
    and day, ``per_code`` for one code and organisation a day.
    """

    code = models.CharField(max_length=24, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registrations")
    field = models.CharField(max_length=16)
    purpose = models.CharField(max_length=200)
    basis = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_until = models.DateField()
    daily_quota = models.IntegerField()
    daily_misses = models.IntegerField()
    per_minute = models.IntegerField()
    desk_quota = models.IntegerField()
    per_code = models.SmallIntegerField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "identity_registration"
        constraints = [
            models.CheckConstraint(name="registration_has_purpose", condition=~models.Q(purpose="")),
            models.CheckConstraint(
                name="registration_for_a_term",
                condition=models.Q(valid_until__gt=models.F("valid_from"))
                & models.Q(valid_until__lte=models.F("valid_from") + 1096),
            ),
            models.CheckConstraint(
                name="registration_limits_sane",
                condition=models.Q(
                    daily_quota__range=(1, 5_000_000),
                    daily_misses__range=(1, models.F("daily_quota")),
                    per_minute__range=(1, 600_000),
                    desk_quota__range=(0, 1000),
                    per_code__range=(1, 50),
                ),
            ),
            models.CheckConstraint(
                name="registration_approved_by_another", condition=~models.Q(approved_by=models.F("entered_by"))
            ),
            models.CheckConstraint(
                name="registration_approval_whole",
                condition=models.Q(approved_by=None, approved_at=None)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_withdrawal_whole",
                condition=models.Q(withdrawn_by=None, withdrawn_at=None, withdrawal_reason="")
                | (models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~models.Q(withdrawal_reason="")),
            ),
        ]


class RealNameCheck(models.Model):
    """One check and its answer. Whom it was about stands in the access register alone, under ``entry_id``."""

    class Outcome(models.TextChoices):
        MATCH = "match", "相符"
        MISMATCH = "mismatch", "不符"
        NOT_FOUND = "not_found", "查无"

    class Assurance(models.TextChoices):
        NONE = "none", "无"
        REGISTER = "register", "与人口基础信息一致"
        ATTESTED = "attested", "与人口基础信息一致，且签发机关核验过本人"

    receipt = models.CharField(max_length=30, primary_key=True)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+", db_index=False)
    asker = models.CharField(max_length=64)
    channel = models.CharField(max_length=8)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    assurance = models.CharField(max_length=10, choices=Assurance)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "identity_real_name_check"
        constraints = [
            models.CheckConstraint(name="check_receipt_form", condition=models.Q(receipt__regex=r"^V[A-Z2-7]{26}$")),
            models.CheckConstraint(name="check_channel_known", condition=models.Q(channel__in=("api", "desk"))),
            models.CheckConstraint(
                name="check_outcome_known", condition=models.Q(outcome__in=("match", "mismatch", "not_found"))
            ),
            models.CheckConstraint(
                name="check_assurance_fits",
                condition=models.Q(outcome="match", assurance__in=("register", "attested"))
                | (~models.Q(outcome="match") & models.Q(assurance="none")),
            ),
        ]


class CheckUse(models.Model):
    """What one asker has used of a registration: checks and misses of a day, calls of a minute (``span`` tells which).

    Each total is split into slots that can be counted side by side, each with a share of its own, so that no sum is ever passed.
    """

    class Kind(models.TextChoices):
        CHECKS = "checks"
        MISSES = "misses"
        CALLS = "calls"

    pk = models.CompositePrimaryKey("registration_id", "asker", "day", "kind", "slot")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+", db_index=False)
    asker = models.CharField(max_length=64)
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    slot = models.SmallIntegerField()
    share = models.IntegerField()
    used = models.IntegerField()
    span = models.DateTimeField()

    class Meta:
        db_table = "identity_check_use"
        constraints = [
            models.CheckConstraint(
                name="check_use_kind_known", condition=models.Q(kind__in=("checks", "misses", "calls"))
            ),
            # A batch may hold more misses than were left: they close the day, and are counted all the same.
            models.CheckConstraint(
                name="check_use_within_share",
                condition=models.Q(used__gte=0) & (models.Q(kind="misses") | models.Q(used__lte=models.F("share"))),
            ),
        ]


class CodeTries(models.Model):
    """How often one code was asked about on a day: by one organisation, or by all together. The key can't be traced to a code."""

    pk = models.CompositePrimaryKey("key", "day")
    key = models.BinaryField()
    day = models.DateField()
    tries = models.SmallIntegerField()
    most = models.SmallIntegerField()

    class Meta:
        db_table = "identity_code_tries"
        constraints = [
            models.CheckConstraint(name="code_tries_hashed", condition=Exact(Length("key"), 32)),
            models.CheckConstraint(
                name="code_tries_within_most", condition=models.Q(tries__gte=1, tries__lte=models.F("most"))
            ),
        ]


class CheckReplay(models.Model):
    """The answer given under an idempotency key, kept for a day so that a repeated call is answered with it and not counted again."""

    pk = models.CompositePrimaryKey("asker", "key")
    asker = models.CharField(max_length=64)
    key = models.BinaryField()
    request = models.BinaryField()
    answer = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "identity_check_replay"
        indexes = [models.Index(name="check_replay_at", fields=("at",))]
        constraints = [
            models.CheckConstraint(
                name="check_replay_hashed", condition=Exact(Length("key"), 32) & Exact(Length("request"), 32)
            ),
        ]
