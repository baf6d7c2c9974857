"""What we tell django-allauth about this house: nobody signs up, what counts as a second factor, what a login writes down."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.openness import address_of
from chengxin.identity.services.accounts import note_login
from chengxin.identity.services.factors import factors_of
from chengxin.identity.services.logging_in import may_enter
from chengxin.identity.standing import PLATFORM, note_factor
from chengxin.portal.accounts.forms import REFUSED, WRONG_KEY

GREETING = "account/messages/logged_in.txt"


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth's base has no types
    """Officers log in with login and password; nobody signs up, no mail is sent."""

    error_messages = {  # noqa: RUF012  # allauth's own shape
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": REFUSED,
        "too_many_login_attempts": REFUSED,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's own signature
        return False

    def send_mail(self, *_arguments: Any, **_named: Any) -> None:
        """Send nothing: accounts have no e-mail address."""

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *arguments: Any, **named: Any
    ) -> None:
        """Pass on what allauth tells, but for its greeting, which names the login and covers what waits."""
        if message_template != GREETING:
            super().add_message(request, level, message_template, *arguments, **named)

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        person = getattr(request.user, "subject_id", None) is not None
        return reverse(settings.PERSON_HOME if person else settings.LOGIN_REDIRECT_URL)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin the session of somebody who passed every stage, under a new key, and write it into the action log with it."""
        if not may_enter(user, settings.FACE):  # it may have changed since the password was taken
            raise ImmediateHttpResponse(redirect(settings.LOGIN_URL))
        factor = PLATFORM if user.subject_id is not None else _second_factor(request, user)
        at = timezone.now()
        with transaction.atomic():
            super().login(request, user)
            note_factor(request, factor, at)
            note_login(user, factor, at=at)
            request.session.save()


def _second_factor(request: HttpRequest, user: Any) -> str:
    records = get_authentication_records(request, user)
    return next((str(one["type"]) for one in reversed(records) if one["method"] == "mfa"), "")


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth's base has no types
    """Telephones are kept by us, sealed by the vault; passkeys by allauth."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": WRONG_KEY}  # noqa: RUF012  # allauth's own shape

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:  # noqa: ARG002  # either kind is asked for alike
        return bool(user.is_authenticated and factors_of(user.pk))

    def get_totp_issuer(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        told: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**told, "name": str(settings.MFA_TOTP_ISSUER)}


class Platforms(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth's base has no types
    """The real-name platform is named by settings, and by nothing in the database."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:  # noqa: ARG002  # allauth's own signature
        told = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        apps = [SocialApp(provider="openid_connect", **app) for app in told if app["settings"]["server_url"]]
        return [app for app in apps if provider in {None, app.provider, app.provider_id}]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002  # allauth's own signature
        return False
