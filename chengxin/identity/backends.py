"""How Django asks who somebody is: officers by login and password, with the limits of logging in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils import timezone

from chengxin.identity.models import User
from chengxin.identity.openness import address_of
from chengxin.identity.services.logging_in import check_login, may_enter


class Officers(BaseBackend):
    """Checks passwords, and gives the user of a session for as long as that user may be here."""

    def authenticate(  # type: ignore[override]  # Django passes the credentials by name
        self, request: HttpRequest, username: str = "", password: str = "", **_others: Any
    ) -> User | None:
        return check_login(username, password, address=address_of(request), face=settings.FACE, at=timezone.now())

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("organisation").filter(pk=user_id).first()
        return user if user is not None and may_enter(user, settings.FACE) else None
