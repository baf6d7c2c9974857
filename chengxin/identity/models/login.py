"""Sessions, second factors, and failures to log in."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.identity.models.officers import User


class DemoPerson(models.Model):
    """A synthetic person whose own page a demo shows to its visitors. Written by the owner, and by nobody outside a demo."""

    subject = models.OneToOneField("identity.Person", on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=100)

    class Meta:
        db_table = "identity_demo_person"


class Session(models.Model):
    """A session of one of the faces. The cookie's key stands here as a digest, what the session holds is sealed.

    ``user`` is empty until somebody has logged in. A session that is gone from here is over at once.
    """

    class Face(models.TextChoices):
        DESK = "desk", "工作台和本人"
        ADMINISTRATION = "administration", "管理端"
        EDITING = "editing", "网站编辑"

    key_digest = models.BinaryField(primary_key=True)
    face = models.CharField(max_length=16, choices=Face)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="sessions")
    content = models.BinaryField()
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "identity_session"
        constraints = [
            models.CheckConstraint(
                name="session_face_known", condition=models.Q(face__in=("desk", "administration", "editing"))
            ),
            models.CheckConstraint(
                name="session_seen_after_begun", condition=models.Q(seen_at__gte=models.F("began_at"))
            ),
        ]


class FailedTry(models.Model):
    """How often logging in failed lately: of an officer by number, of a made-up login or an address by the bucket it falls into.

    Buckets bound the table, and keep what was typed out of it.
    """

    class Kind(models.TextChoices):
        OFFICER = "officer"
        UNKNOWN = "unknown"
        ADDRESS = "address"

    pk = models.CompositePrimaryKey("kind", "bucket")
    kind = models.CharField(max_length=8, choices=Kind)
    bucket = models.BigIntegerField()
    failures = models.IntegerField()
    first_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["FailedTry"]] = models.Manager()

    class Meta:
        db_table = "identity_failed_try"
        constraints = [
            models.CheckConstraint(
                name="failed_try_bounded",
                condition=models.Q(kind="officer")
                | models.Q(kind__in=("unknown", "address"), bucket__gte=0, bucket__lt=1 << 20),
            ),
        ]


class Totp(models.Model):
    """The secret from which an officer's telephone makes codes (RFC 6238), sealed by the vault.

    ``last_step`` is the newest half-minute whose code was used: neither it nor an older one is taken again.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="totp")
    secret_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    last_step = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "identity_totp"


class RecoveryCode(models.Model):
    """A code on paper that stands in once for a lost second factor. Kept as a digest: eighty random bits need no key."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_recovery_code"
        constraints = [
            models.CheckConstraint(name="recovery_code_hashed", condition=Exact(Length("digest"), 32)),
        ]


class House(models.Model):
    """What kind of installation this is, in its one row: only in a demo may accounts be demo accounts."""

    id = models.SmallIntegerField(primary_key=True)
    demo = models.BooleanField()

    class Meta:
        db_table = "identity_house"
        constraints = [models.CheckConstraint(name="house_once", condition=models.Q(id=1))]
