"""Logging in and out: password, then second factor; and proving once more who one is before a sensitive act."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chengxin.identity.openness import public
from chengxin.identity.policies import demo_only, logged_in, officer_of
from chengxin.identity.queries import find_demo_officer
from chengxin.identity.services.accounts import note_logout, note_proven
from chengxin.identity.services.factors import demo_code, factors_of
from chengxin.identity.signers import declared
from chengxin.identity.standing import by_second_factor, is_fully_in, note_factor
from chengxin.portal.accounts.forms import CodeForm, PasskeyForm


class LoginPage(LoginView):  # type: ignore[misc]  # allauth's base has no types
    template_name = "portal/accounts/login.html"


class SecondFactorPage(AuthenticateView):  # type: ignore[misc]  # allauth's base has no types
    template_name = "portal/accounts/second.html"

    def dispatch(self, request: HttpRequest, *args: Any, **named: Any) -> Any:
        stage = get_pending_stage(request)
        if stage is not None and not factors_of(stage.login.user.pk):
            clear_login(request)  # taken off meanwhile: the login begins anew
        return super().dispatch(request, *args, **named)

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        officer = self.stage.login.user
        told: dict[str, Any] = super().get_context_data(**named)
        return {**told, "held": factors_of(officer.pk), "demo_code": demo_code(officer, at=timezone.now())}


login = public("登录页须向未登录者开放")(LoginPage.as_view())
second_factor = public("只有密码刚刚通过的人在这里有内容，其余转到登录页")(SecondFactorPage.as_view())


@public("任何人都可以结束自己的登录")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        note_logout(request.user, at=timezone.now())
        messages.success(request, gettext("您已退出。"))
    get_adapter().logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@logged_in("按登录的进度引到下一步：先改初始密码，再设第二重验证，再申报本人身份，然后进入工作")
def home(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    if officer.first_password:
        return redirect("account_password")
    if not is_fully_in(request):
        return redirect("account_security")
    # Editors decide about nobody: they need not have declared who they are, and their process couldn't take it in.
    ready = settings.FACE == "editing" or declared(officer)
    return redirect(settings.FACE_HOME if ready else "account_declare")


@logged_in("再次证明是本人，通过后回到原来的页面")
def prove(request: HttpRequest) -> HttpResponse:
    """Take a code or a passkey of an officer who is in, and note the proof."""
    if not by_second_factor(request):
        return redirect("account_home")
    officer, at = officer_of(request), timezone.now()
    posted = request.POST if request.method == "POST" else None
    by_key = posted is not None and "credential" in posted
    code_form = CodeForm(None if by_key else posted, user=officer)
    key_form = PasskeyForm(posted if by_key else None, user=officer)
    chosen = key_form if by_key else code_form
    onward = get_next_redirect_url(request) or ""
    if posted is not None and chosen.is_valid():
        note_factor(request, chosen.factor, at)
        note_proven(officer, chosen.factor, at=at)
        return redirect(onward or "account_home")
    held = factors_of(officer.pk)
    context = {
        "form": code_form,
        "webauthn_form": key_form,
        "held": held,
        "next": onward,
        "demo_code": demo_code(officer, at=at),
        "js_data": {"request_options": webauthn.begin_authentication(officer)} if held.passkeys else None,
    }
    return render(request, "portal/accounts/prove.html", context)


@demo_only
@require_POST
def demo_login(request: HttpRequest, login: str) -> HttpResponse:
    """Spare a visitor of the demo the password; the second factor is asked for as of everybody."""
    officer = find_demo_officer(login)
    if officer is None:
        raise Http404
    get_adapter().logout(request)
    answer: HttpResponse = perform_login(request, Login(user=officer))
    return answer
