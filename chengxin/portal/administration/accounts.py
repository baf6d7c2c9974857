"""Officers who can't log in: unlocked or given a first password by the system administrator, rid of a lost factor by the security one.

Neither alone can log in as somebody else: whoever sets a password doesn't touch the second factor, and the other way round.
"""

from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.queries import find_account
from chengxin.identity.services.accounts import set_first_password, take_off_factors
from chengxin.identity.services.logging_in import locked_until, unlock
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import ReasonForm, first_password_field


class PasswordForm(forms.Form):
    password = first_password_field()


@officers_may("officers.unlock")
@require_http_methods(["GET", "POST"])
def free(request: HttpRequest, login: str) -> HttpResponse:
    def act() -> Done:
        unlock(login, actor=officer_of(request), at=timezone.now())
        return Done("已解除锁定，本人可以再次登录。", _page(login))

    at = timezone.now()
    until = locked_until(_account(login)[0], at=at)
    now = f"锁定到 {_moment(until)}" if until else "没有锁定"
    meaning = "请先向本人核实是不是自己输错。有人在猜密码的，不要解除，等锁定自己结束。"
    return carry_out(request, forms.Form(posted(request)), act, _about("解除登录锁定", "解除", login, meaning, now))


@officers_may("officers.new_password")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, login: str) -> HttpResponse:
    form = PasswordForm(posted(request))

    def act() -> Done:
        password = form.cleaned_data["password"]
        set_first_password(login, password=password, actor=officer_of(request), at=timezone.now())
        return Done("已设置。请当面交给本人；本人登录时必须改掉。", _page(login))

    meaning = "原密码立即失效，本人的登录全部结束。第二重验证不变。"
    return carry_out(request, form, act, _about("设置初始密码", "设置", login, meaning))


@officers_may("officers.take_off_factor")
@require_http_methods(["GET", "POST"])
def factors(request: HttpRequest, login: str) -> HttpResponse:
    form = ReasonForm(posted(request))

    def act() -> Done:
        take_off_factors(login, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return Done("已取下。本人下次登录时重新绑定。", _page(login))

    meaning = "验证器、通行密钥和备用码全部取下，本人的登录全部结束。请先当面核实本人；密码不变。"
    return carry_out(request, form, act, _about("取下第二重验证", "取下", login, meaning))


def _account(login: str) -> tuple[int, str]:
    """Give number and name of an officer. Raises Http404."""
    found = find_account(login)
    if found is None:
        raise Http404
    return found.pk, found.display_name


def _page(login: str) -> str:
    return reverse("administration:officer", args=[login])


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _about(title: str, button: str, login: str, meaning: str, now: str = "") -> Page:
    facts = [("姓名", _account(login)[1]), ("登录名", login), *([("现在", now)] if now else [])]
    return Page(title, button, _page(login), "返回该人员", tuple(facts), meaning)
