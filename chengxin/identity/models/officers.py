"""Who logs in, and what they may do for how long."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.identity.models.editing import Editing
from chengxin.identity.models.organisations import Organisation
from chengxin.identity.models.people import Person


class Officers(BaseUserManager["User"]):
    """Makes users; there is no superuser in this house."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login=username)


class User(Editing, AbstractBaseUser):
    """An officer of an organisation, or a person of the register who logged in; exactly one of both.

    What officers may do stands in ``RoleGrant``, never here. A person has neither name nor password here: their login is a number
    nobody types, their name is opened from the vault where it is shown.
    """

    login = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    # Typed as if never empty: who works with officers gets them from where no person passes (policies.officer_of, queries).
    organisation: "models.ForeignKey[Organisation, Organisation]" = models.ForeignKey(  # type: ignore[misc]
        Organisation, on_delete=models.PROTECT, null=True, related_name="officers"
    )
    subject = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, related_name="user")
    is_active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    # A password that somebody else chose opens nothing but the page that changes it.
    first_password = models.BooleanField(default=False, db_default=False)

    # Which groups of the content system somebody is in follows from their rights: a view, never kept by hand.
    groups = models.ManyToManyField(
        Group, through="identity.GroupMember", related_name="user_set", related_query_name="user"
    )

    objects: ClassVar[Officers] = Officers()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "identity_user"
        constraints = [
            models.CheckConstraint(
                name="user_is_officer_or_person",
                condition=models.Q(organisation__isnull=False, subject=None)
                | models.Q(
                    organisation=None,
                    subject__isnull=False,
                    display_name="",
                    password__startswith="!",  # noqa: S106  # Django's sign of no password
                    demo=False,
                    first_password=False,
                ),
            ),
        ]


class GroupMember(models.Model):
    """Who is in which group of the content system, read from the rights in force (identity_group_member)."""

    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.DO_NOTHING, related_name="+")

    class Meta:
        managed = False
        db_table = "identity_group_member"


class RoleGrant(models.Model):
    """One role for one officer for a term, with its reason. Never changed but once: by withdrawing it.

    ``granted_by`` is empty only where the owner appointed somebody at the server. Which of them are in force today is the view
    ``identity_right``'s to say.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_until = models.DateField()
    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "identity_role_grant"
        constraints = [
            models.CheckConstraint(
                name="grant_role_known",
                condition=models.Q(
                    role__in=(
                        "clerk",
                        "officer",
                        "verifier",
                        "reviewer",
                        "adjudicator",
                        "site_editor",
                        "site_publisher",
                        "system_admin",
                        "security_admin",
                        "audit_admin",
                    )
                ),
            ),
            # 三员 and officers alike: a right ends, and is thought about again, within a year.
            models.CheckConstraint(
                name="grant_for_a_term",
                condition=models.Q(valid_until__gt=models.F("valid_from"))
                & models.Q(valid_until__lte=models.F("valid_from") + 366),
            ),
            models.CheckConstraint(name="grant_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(name="grant_to_another", condition=~models.Q(granted_by=models.F("user"))),
            models.CheckConstraint(
                name="grant_withdrawal_has_reason",
                condition=models.Q(withdrawn_at=None, withdrawal_reason="", withdrawn_by=None)
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawal_reason="")),
            ),
        ]


class RoleUse(models.Model):
    """The last day a grant was used: one that nobody uses lapses."""

    grant = models.OneToOneField(RoleGrant, on_delete=models.PROTECT, primary_key=True)
    last_used = models.DateField()

    class Meta:
        db_table = "identity_role_use"


class Declaration(models.Model):
    """Who an officer is: declared once by themselves, so that nobody decides about themselves (docs/adr/0012).

    ``code_hashes`` holds the keyed hash of their identity code, two while the hash key is being changed; whom it leads to is asked anew
    each time. ``subject_id`` is whom it led to when it was declared or was last taken off a person. A security administrator may reopen
    one, once; the officer then declares anew.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="declarations")
    code_type = models.CharField(max_length=32)
    code_hashes = ArrayField(models.BinaryField())
    code_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    subject_id = models.BigIntegerField(null=True)
    declared_at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reopening_reason = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        db_table = "identity_declaration"
        constraints = [
            models.UniqueConstraint(
                name="declaration_one_stands", fields=("user",), condition=models.Q(reopened_at=None)
            ),
            models.CheckConstraint(
                name="declaration_hashed", condition=models.Q(code_hashes__len__gte=1, code_hashes__len__lte=2)
            ),
            models.CheckConstraint(
                name="declaration_reopened_with_reason",
                condition=models.Q(reopened_at=None, reopened_by=None, reopening_reason="")
                | (models.Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~models.Q(reopening_reason="")),
            ),
        ]
