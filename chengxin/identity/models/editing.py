"""What the content system asks of a user. Its answers come from the rights in force; it keeps none of its own."""

from functools import cached_property
from typing import Any

from django.contrib.auth.models import Permission


class Editing:
    """A user as the content system sees one: there is no superuser in this house, and no account has an e-mail address."""

    is_superuser = False
    is_staff = False
    email = ""
    pk: Any

    @cached_property
    def _editing_permissions(self) -> frozenset[str]:
        rows = Permission.objects.filter(group__user=self.pk).values_list("content_type__app_label", "codename")
        return frozenset(f"{app}.{name}" for app, name in rows)

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002  # Django's own signature
        return bool(getattr(self, "is_active", False)) and perm in self._editing_permissions

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app: str) -> bool:
        return any(perm.startswith(f"{app}.") for perm in self._editing_permissions)

    def get_full_name(self) -> str:
        return str(getattr(self, "display_name", ""))

    def get_short_name(self) -> str:
        return self.get_full_name()
