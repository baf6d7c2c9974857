"""Officers and their rights: entered and closed by the system administrator, granted and withdrawn by the security administrator."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.identity.permissions import permissions
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.queries import find_account, find_grant, list_grants, list_officers, rights_of
from chengxin.identity.services.officers import close_account, enter_officer
from chengxin.identity.services.rights import grant_role, withdraw_role
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.forms import SELECT
from chengxin.portal.fields import FreeText, text_input

PAGE = 50
DAY = {"class": "form-control", "type": "date"}


class ReasonForm(forms.Form):
    reason = FreeText(label="理由", max_length=200, widget=text_input(), error_messages={"required": "请写明理由。"})


class GrantForm(ReasonForm):
    role = forms.ChoiceField(label="岗位", widget=forms.Select(attrs=SELECT))
    until = forms.DateField(
        label="到哪一天为止",
        help_text="这一天起失效，最长一年。",
        widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY),
        error_messages={"required": "请选择日期。", "invalid": "请写成 2026-12-31 的形式。"},
    )
    field_order = ("role", "until", "reason")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        roles = [(one.code, one.name) for one in permissions().roles.values()]
        self.fields["role"].choices = [("", "请选择"), *roles]  # type: ignore[attr-defined]
        self.fields["role"].error_messages["required"] = "请选择岗位。"


class NewcomerForm(forms.Form):
    login = forms.CharField(
        label="登录名",
        max_length=64,
        help_text="小写字母、数字、点、横线，字母开头，例如 zhang.min。",
        widget=text_input(autocapitalize="none", spellcheck="false"),
        error_messages={"required": "请填写登录名。"},
    )
    display_name = FreeText(
        label="姓名", max_length=60, widget=text_input(), error_messages={"required": "请填写姓名。"}
    )
    organisation = forms.CharField(
        label="所在单位统一社会信用代码",
        max_length=18,
        widget=text_input(autocapitalize="characters", spellcheck="false"),
        error_messages={"required": "请填写单位代码。"},
    )
    password = forms.CharField(
        label="初始密码",
        help_text="至少 12 个字符。本人第一次登录时必须改掉。",
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
        error_messages={"required": "请填写初始密码。"},
    )


@officers_may("rights.see")
@require_safe
def officers(request: HttpRequest) -> HttpResponse:
    found = list_officers(after=request.GET.get("after", ""), limit=PAGE + 1)
    context = {"officers": found[:PAGE], "more": found[PAGE - 1].login if len(found) > PAGE else ""}
    return render(request, "portal/administration/officers.html", context)


@officers_may("rights.see")
@require_safe
def officer(request: HttpRequest, login: str) -> HttpResponse:
    found = find_account(login)
    if found is None:
        raise Http404
    in_force = {right.grant_id: right for right in rights_of(found.pk)}
    grants = [
        {"one": one, "role": permissions().roles[one.role].name, "right": in_force.get(one.pk)}
        for one in list_grants(found.pk)
    ]
    return render(request, "portal/administration/officer.html", {"officer": found, "grants": grants})


@officers_may("rights.grant")
@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, login: str) -> HttpResponse:
    until = shanghai_date(timezone.now()) + timedelta(days=permissions().longest_days)
    form = GrantForm(request.POST if request.method == "POST" else None, initial={"until": until})

    def act() -> str:
        told = form.cleaned_data
        grant_role(
            login,
            role=told["role"],
            until=told["until"],
            reason=told["reason"],
            actor=officer_of(request),
            at=timezone.now(),
        )
        return "已授予岗位权限。"

    return _done(request, form, act, login, "授予岗位权限", "授予")


@officers_may("rights.withdraw")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    found = find_grant(number)
    if found is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        withdraw_role(number, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return "已收回岗位权限，立即生效。"

    title = f"收回岗位权限：{permissions().roles[found.role].name}"
    return _done(request, form, act, found.user.login, title, "收回")


@officers_may("officers.enter")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    form = NewcomerForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        told = form.cleaned_data
        enter_officer(
            login=told["login"],
            display_name=told["display_name"],
            organisation_code=told["organisation"],
            password=told["password"],
            actor=officer_of(request),
            at=timezone.now(),
        )
        return "已登记。请安全管理员授予岗位权限，并把初始密码当面交给本人。"

    login = form.cleaned_data.get("login", "") if form.is_valid() else ""
    return _done(request, form, act, login, "登记工作人员", "登记")


@officers_may("officers.leave")
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, login: str) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        close_account(login, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return "账户已停用，该人员的登录已全部结束。"

    return _done(request, form, act, login, "停用离岗人员账户", "停用")


def _done(request: HttpRequest, form: forms.Form, act: Any, login: str, title: str, button: str) -> HttpResponse:
    """Show the form, or do its act and lead back to the officer; a refusal stands above the form in its words."""
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            told = act()
        except ChengxinError as refused:
            refusal, status = refused, refused.status
        else:
            messages.success(request, told)
            return redirect("administration:officer", login)
    context = {"form": form, "refusal": refusal, "login": login, "title": title, "button": button}
    return render(request, "portal/administration/act.html", context, status=status)
