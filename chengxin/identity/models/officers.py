"""Who logs in."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from chengxin.identity.models.organisations import Organisation


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
