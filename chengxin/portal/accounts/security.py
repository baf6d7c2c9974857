"""What officers see to themselves: password, telephone, passkeys, recovery codes."""

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from chengxin.identity.errors import AccountRefused, FactorRefused
from chengxin.identity.policies import logged_in, officer_of
from chengxin.identity.services.accounts import change_password
from chengxin.identity.services.factors import (
    PASSKEY,
    TOTP,
    add_passkey,
    add_totp,
    factors_of,
    new_secret,
    remove_factor,
    renew_codes,
)
from chengxin.identity.signers import declared
from chengxin.identity.standing import is_fully_in, note_factor
from chengxin.portal.accounts.forms import NewPasskeyForm, NewTotpForm, PasswordForm

NEW_SECRET, NEW_CODES = "new_totp", "new_codes"
OWN = "本人管理自己的密码和第二重验证"


@logged_in(OWN)
def security(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    context = {
        "held": factors_of(officer.pk),
        "must": not is_fully_in(request),
        "since": None if settings.FACE == "editing" else declared(officer),
    }
    return render(request, "portal/accounts/security.html", context)


@logged_in(OWN, prove=True)
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other session of the officer's ends with the old one."""
    officer = officer_of(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            change_password(officer, old=form.cleaned_data["old"], new=form.cleaned_data["new"], at=timezone.now())
        except AccountRefused as refusal:
            form.add_error(None, f"{refusal.detail} / {refusal.detail_en}")
        else:
            update_session_auth_hash(request, officer)
            return redirect("account_home")
    return render(request, "portal/accounts/password.html", {"form": form, "must": officer.first_password})


@logged_in(OWN, prove=True)
def totp(request: HttpRequest) -> HttpResponse:
    """Show a new secret for a telephone, and take it once a code of it comes back."""
    officer = officer_of(request)
    if officer.first_password:
        return redirect("account_password")
    posted = request.POST if request.method == "POST" else None
    secret: str = (request.session.get(NEW_SECRET) if posted is not None else None) or new_secret()
    request.session[NEW_SECRET] = secret
    form = NewTotpForm(posted)
    if form.is_valid():
        try:
            codes = add_totp(officer, secret=secret, code=form.cleaned_data["code"], at=timezone.now())
        except FactorRefused as refusal:
            form.add_error("code", f"{refusal.detail} / {refusal.detail_en}")
        else:
            request.session.pop(NEW_SECRET)
            return _added(request, TOTP, codes)
    return render(request, "portal/accounts/totp.html", {"form": form, **_shown(officer, secret)})


@logged_in(OWN, prove=True)
def passkey(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    if officer.first_password:
        return redirect("account_password")
    form = NewPasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _added(request, PASSKEY, add_passkey(officer, **form.cleaned_data, at=timezone.now()))
    options = {"creation_options": webauthn.begin_registration(officer, passwordless=False)}
    return render(request, "portal/accounts/passkey.html", {"form": form, "js_data": options})


@logged_in(OWN)
def codes(request: HttpRequest) -> HttpResponse:
    """Show recovery codes that were just made, this once."""
    officer = officer_of(request)
    context = {"codes": request.session.pop(NEW_CODES, []), "held": factors_of(officer.pk)}
    return render(request, "portal/accounts/codes.html", context)


@logged_in(OWN, prove=True)
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    if not factors_of(officer.pk):
        return redirect("account_security")
    request.session[NEW_CODES] = renew_codes(officer, at=timezone.now())
    return redirect("account_codes")


@logged_in(OWN, prove=True)
@require_POST
def remove_totp(request: HttpRequest) -> HttpResponse:
    remove_factor(officer_of(request), None, at=timezone.now())
    return redirect("account_security")


@logged_in(OWN, prove=True)
@require_POST
def remove_passkey(request: HttpRequest, number: int) -> HttpResponse:
    remove_factor(officer_of(request), number, at=timezone.now())
    return redirect("account_security")


def _added(request: HttpRequest, factor: str, codes: list[str]) -> HttpResponse:
    """Go on after a factor was added, which proves its owner; new recovery codes are shown on the next page."""
    note_factor(request, factor, timezone.now())
    if not codes:
        return redirect("account_security")
    request.session[NEW_CODES] = codes
    return redirect("account_codes")


def _shown(officer: AbstractBaseUser, secret: str) -> dict[str, Any]:
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(officer, secret)).encode()
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"picture": f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}", "secret": grouped}
