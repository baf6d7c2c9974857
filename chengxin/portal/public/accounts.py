"""Logging in and out."""

from typing import Any

from django import forms
from django.contrib.auth import login as log_in
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from chengxin.identity.policies import demo_only, public
from chengxin.identity.queries import find_demo_officer

REFUSED = "登录名或密码不正确。 / Login or password is wrong."


class LoginForm(AuthenticationForm):
    """Login and password; one error for every reason."""

    error_css_class = "is-invalid"
    username = UsernameField(
        label="登录名",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "username", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.error_messages = {"invalid_login": REFUSED, "inactive": REFUSED}


login = public("登录页须向未登录者开放")(
    LoginView.as_view(
        template_name="portal/public/login.html", authentication_form=LoginForm, redirect_authenticated_user=True
    )
)
logout = public("任何人都可以结束自己的登录")(LogoutView.as_view())


@demo_only
@require_POST
def demo_login(request: HttpRequest, login: str) -> HttpResponse:
    officer = find_demo_officer(login)
    if officer is None:
        raise Http404
    log_in(request, officer, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("portal:desk")
