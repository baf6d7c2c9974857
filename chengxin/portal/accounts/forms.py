"""Forms of logging in: what is typed, counted before it is looked at, and one answer for every reason to refuse it."""

import json
from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengxin.identity.openness import address_of
from chengxin.identity.services.factors import use_code
from chengxin.identity.services.logging_in import count_try, forgive, note_wrong_factor

REFUSED = (
    "登录名或密码不正确，或者多次失败后已暂时锁定；请稍后再试。"
    " / Login or password is wrong, or locked for a while after too many failures; try again later."
)
WRONG_CODE = (
    "验证码不正确、已用过，或者多次失败后已暂时锁定。 / The code is wrong or used, or locked after too many failures."
)
WRONG_KEY = "没有认出这个通行密钥，请再试一次或者改用验证码。 / The passkey wasn't recognised; try again or use a code."


def _text(**attributes: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "spellcheck": "false", **attributes})


def _password(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"class": "form-control", "autocomplete": autocomplete})


class LoginForm(AllauthLoginForm):  # type: ignore[misc]  # allauth's base has no types
    """Login and password."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label_suffix = ""
        self.fields["login"] = forms.CharField(
            label=_("登录名"), max_length=64, widget=_text(autocomplete="username", autocapitalize="none")
        )
        self.fields["password"] = forms.CharField(label=_("密码"), strip=False, widget=_password("current-password"))
        self.order_fields(["login", "password"])


class CodeForm(forms.Form):
    """A code from the telephone, or a recovery code, of whoever has to prove who they are."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=40,
        help_text=_("手机验证器上的六位数字，或者一个没用过的备用码。"),
        widget=_text(autocomplete="one-time-code", autocapitalize="characters"),
        error_messages={"required": _("请输入验证码。")},
    )

    def __init__(self, *args: Any, user: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.user = user
        self.factor = ""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        with _counted(self.user) as let_in:
            self.factor = use_code(self.user, code, at=timezone.now()) if let_in else ""
            if not self.factor:
                raise ValidationError(WRONG_CODE, code="wrong")
        return code

    def save(self) -> None:
        """Tell allauth's stage of logging in which factor it was."""
        record_authentication(context.request, self.user, "mfa", type=self.factor)


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth's base has no types
    """A passkey's answer to the question that the page asked."""

    factor = Authenticator.Type.WEBAUTHN.value

    def clean_credential(self) -> Authenticator:
        with _counted(self.user) as let_in:
            if not let_in:
                raise ValidationError(WRONG_KEY, code="locked")
            try:
                found: Authenticator = super().clean_credential()
            except (KeyError, TypeError, ValueError, AttributeError):
                raise ValidationError(WRONG_KEY, code="wrong") from None
            return found


class NewTotpForm(forms.Form):
    """The first code of a telephone that was just given its secret."""

    code = forms.CharField(
        label=_("验证器上的六位数字"),
        max_length=10,
        widget=_text(autocomplete="one-time-code", inputmode="numeric"),
        error_messages={"required": _("请输入验证器上的六位数字。")},
    )


class NewPasskeyForm(forms.Form):
    """A passkey that was just made, and how its owner calls it."""

    name = forms.CharField(label=_("名称"), max_length=40, initial=_("通行密钥"), widget=_text(autocomplete="off"))
    credential = forms.JSONField(
        widget=forms.HiddenInput, error_messages={"required": _("没有收到通行密钥，请再试一次。")}
    )

    def clean_credential(self) -> dict[str, object]:
        credential: dict[str, object] = self.cleaned_data["credential"]
        try:
            webauthn.parse_registration_response(credential)
            webauthn.complete_registration(credential)
        except (KeyError, TypeError, ValueError, AttributeError, ValidationError):
            raise ValidationError(WRONG_KEY, code="wrong") from None
        if len(json.dumps(credential)) > 20_000:  # noqa: PLR2004  # bytes; a registration has two thousand
            raise ValidationError(WRONG_KEY, code="long")
        return credential


class PasswordForm(forms.Form):
    """The present password and a new one, twice."""

    old = forms.CharField(label=_("现在的密码"), strip=False, widget=_password("current-password"))
    new = forms.CharField(
        label=_("新密码"),
        strip=False,
        help_text=_("至少 12 个字符，不能是常见密码，例如用四个不相干的词。"),
        widget=_password("new-password"),
    )
    again = forms.CharField(label=_("再输一次新密码"), strip=False, widget=_password("new-password"))

    def clean(self) -> dict[str, Any] | None:
        if self.cleaned_data.get("new") != self.cleaned_data.get("again"):
            self.add_error("again", _("两次输入的新密码不一样。"))
        return self.cleaned_data


class _counted:  # noqa: N801  # reads as a word in `with _counted(user) as let_in`
    """Count a try before it is looked at; take the count back when it was right, which no error says otherwise."""

    def __init__(self, user: Any) -> None:
        self._user = user
        request: HttpRequest = context.request
        self._address = address_of(request)
        self._let_in = False

    def __enter__(self) -> bool:
        self._let_in = count_try(self._user, address=self._address, at=timezone.now())
        return self._let_in

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if not self._let_in:
            return
        if kind is None:
            forgive(self._user, address=self._address)
        else:
            note_wrong_factor(self._user, address=self._address, at=timezone.now())
