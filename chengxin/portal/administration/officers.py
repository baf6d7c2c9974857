"""Officers and their rights: entered and closed by the system administrator, granted and withdrawn by the security administrator."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.identity.permissions import permissions
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.queries import declared_since, find_account, find_grant, list_grants, list_officers, rights_of
from chengxin.identity.services.declarations import reopen
from chengxin.identity.services.officers import close_account, enter_officer
from chengxin.identity.services.rights import grant_role, withdraw_role
from chengxin.lib.periods import shanghai_date
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import OrganisationCode, ReasonForm, day_field, first_password_field
from chengxin.portal.desk.forms import SELECT
from chengxin.portal.fields import FreeText, text_input

PAGE = 50


class GrantForm(ReasonForm):
    role = forms.ChoiceField(label="岗位", widget=forms.Select(attrs=SELECT))
    until = day_field("到哪一天为止", "这一天起失效，最长一年。")
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
    organisation = OrganisationCode(label="所在单位统一社会信用代码")
    password = first_password_field()


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
    context = {"officer": found, "grants": grants, "since": declared_since(found.pk)}
    return render(request, "portal/administration/officer.html", context)


@officers_may("rights.grant")
@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, login: str) -> HttpResponse:
    until = shanghai_date(timezone.now()) + timedelta(days=permissions().longest_days)
    form = GrantForm(posted(request), initial={"until": until})

    def act() -> Done:
        grant_role(login, **form.cleaned_data, actor=officer_of(request), at=timezone.now())
        return Done("已授予岗位权限。该人员须重新登录。", _page(login))

    return carry_out(request, form, act, _about("授予岗位权限", "授予", login))


@officers_may("rights.withdraw")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    found = find_grant(number)
    if found is None:
        raise Http404
    form, login = ReasonForm(posted(request)), found.user.login

    def act() -> Done:
        withdraw_role(number, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return Done("已收回岗位权限，立即生效。", _page(login))

    title = f"收回岗位权限：{permissions().roles[found.role].name}"
    return carry_out(request, form, act, _about(title, "收回", login))


@officers_may("officers.enter")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    form = NewcomerForm(posted(request), initial={"organisation": request.GET.get("organisation", "")})

    def act() -> Done:
        told = {**form.cleaned_data, "organisation_code": form.cleaned_data["organisation"]}
        del told["organisation"]
        made = enter_officer(**told, actor=officer_of(request), at=timezone.now())
        return Done("已登记。请安全管理员授予岗位权限，并把初始密码当面交给本人。", _page(made.login))

    back = reverse("administration:officers")
    return carry_out(request, form, act, Page("登记工作人员", "登记", back, "返回人员列表"))


@officers_may("officers.leave")
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, login: str) -> HttpResponse:
    form = ReasonForm(posted(request))

    def act() -> Done:
        close_account(login, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return Done("账户已停用，该人员的登录已全部结束。", _page(login))

    return carry_out(request, form, act, _about("停用离岗人员账户", "停用", login, "立即生效，不能恢复。"))


@officers_may("officers.reopen")
@require_http_methods(["GET", "POST"])
def reopen_declaration(request: HttpRequest, login: str) -> HttpResponse:
    form = ReasonForm(posted(request))

    def act() -> Done:
        reopen(login, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return Done("已准予重新申报。该人员重新申报之前不能查询、认定和复核。", _page(login))

    meaning = "原来的申报立即失效，该人员须在自己的账户里重新申报。您看不到原来的和新的号码。"
    return carry_out(request, form, act, _about("准予重新申报身份", "准予", login, meaning))


def _page(login: str) -> str:
    return reverse("administration:officer", args=[login])


def _about(title: str, button: str, login: str, meaning: str = "") -> Page:
    return Page(title, button, _page(login), "返回该人员", (("登录名", login),), meaning)
