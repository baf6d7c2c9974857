"""Persons and their codes, organisations, users."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class Organisation(models.Model):
    """A body that hands in records or asks for them, under its unified code (GB 32100)."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "信源单位"
        COURT = "court", "人民法院"
        CENTRE = "centre", "信用中心"
        FINANCIAL = "financial", "金融机构"
        CREDIT_AGENCY = "credit_agency", "征信机构"
        SCHOOL = "school", "学校"
        AUDITOR = "auditor", "审计、监督检查机关"

    code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind)
    region = models.CharField(max_length=6)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "identity_organisation"
        constraints = [
            models.CheckConstraint(
                name="organisation_code_form", condition=models.Q(code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$")
            ),
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=models.Q(
                    kind__in=("department", "court", "centre", "financial", "credit_agency", "school", "auditor")
                ),
            ),
            models.CheckConstraint(
                name="organisation_validity_ordered",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]


class Officers(BaseUserManager["User"]):
    """Makes users; there is no superuser in this house."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login=username)


class User(AbstractBaseUser):
    """An officer of an organisation. Persons log in otherwise (real-name platform) and are no users of this table."""

    class Role(models.TextChoices):
        CLERK = "clerk", "信源单位经办人"
        OFFICER = "officer", "查询经办人"

    login = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="officers")
    role = models.CharField(max_length=16, choices=Role)
    is_active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)

    objects: ClassVar[Officers] = Officers()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "identity_user"
        constraints = [
            models.CheckConstraint(name="user_role_known", condition=models.Q(role__in=("clerk", "officer"))),
        ]


class VaultKey(models.Model):
    """The keys this database was written with, by id and a check value; the keys themselves stay outside."""

    key_id = models.CharField(max_length=32, primary_key=True)
    check_value = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "identity_vault_key"


class Person(models.Model):
    """A person of the population base. Code and name are sealed; ``born`` decides who may be a subject at all."""

    class Capacity(models.TextChoices):
        FULL = "full", "完全民事行为能力"
        LIMITED = "limited", "限制民事行为能力"
        NONE = "none", "无民事行为能力"

    subject_id = models.BigIntegerField(primary_key=True)
    born = models.DateField()
    region = models.CharField(max_length=6)
    capacity = models.CharField(max_length=8, choices=Capacity, default=Capacity.FULL)
    capacity_since = models.DateField(null=True)
    died = models.DateField(null=True)
    code_sealed = models.BinaryField()
    name_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_person"
        constraints = [
            models.CheckConstraint(name="person_subject_positive", condition=models.Q(subject_id__gt=0)),
            models.CheckConstraint(
                name="person_capacity_known", condition=models.Q(capacity__in=("full", "limited", "none"))
            ),
            models.CheckConstraint(
                name="person_capacity_dated",
                condition=models.Q(capacity="full") | models.Q(capacity_since__isnull=False),
            ),
            models.CheckConstraint(
                name="person_died_after_birth", condition=models.Q(died=None) | models.Q(died__gte=models.F("born"))
            ),
        ]


class Code(models.Model):
    """Which subject a code leads to: keyed hash of the code, and a keyed tag of code and name together.

    The tag is bound to the code, so that equal names of different persons have different tags and nothing can be counted
    without the key. Its own table and its own step (design, decision 11).
    """

    code_hash = models.BinaryField(primary_key=True)
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="codes", db_index=False)
    name_tag = models.BinaryField()
    code_type = models.CharField(max_length=32)

    class Meta:
        db_table = "identity_code"
        constraints = [
            models.CheckConstraint(name="code_hash_is_keyed_hash", condition=Exact(Length("code_hash"), 32)),
        ]
