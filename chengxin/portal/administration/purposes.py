"""Registered purposes of real-name checks: registered by the system administrator, approved and withdrawn by the security administrator."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.identity.listings import find_registration, page_of_purposes
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.real_names import real_names
from chengxin.identity.services.registrations import (
    LONGEST_DAYS,
    Applied,
    Limits,
    approve_purpose,
    register_purpose,
    withdraw_purpose,
)
from chengxin.lib.periods import shanghai_date
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import OrganisationCode, ReasonForm, day_field, must
from chengxin.portal.desk.forms import SELECT
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.words import PURPOSE_STATES

PAGE = 50


def limit_field(label: str, least: int, most: int, help_text: str) -> forms.IntegerField:
    told = f"请填写 {least} 至 {most} 之间的整数。 / A whole number from {least} to {most}."
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={"required": told, "invalid": told, "min_value": told, "max_value": told},
    )


class PurposeForm(forms.Form):
    organisation = OrganisationCode(label="单位统一社会信用代码")
    ground = forms.ChoiceField(
        label="领域和法律依据",
        help_text="选单位申请所依据的那一条。没有的，不能登记。",
        widget=forms.Select(attrs=SELECT),
        error_messages=must("请选择法律依据。", "Choose the article."),
    )
    purpose = FreeText(
        label="用途",
        max_length=200,
        help_text="一句话写明核验什么事，例如“客运购票实名查验”。本人看得到。",
        widget=text_input(),
        error_messages=must("请写明用途。", "Give the purpose."),
    )
    until = day_field("到哪一天为止", f"这一天起不能再核验，最长 {LONGEST_DAYS} 天。")
    daily_quota = limit_field("每个系统每天最多核验次数", 1, 5_000_000, "按单位申请的业务量核定。")
    daily_misses = limit_field("其中不符和查无最多次数", 1, 5_000_000, "到数当天停止答复，防止拿核验试号码。")
    per_minute = limit_field("每个系统每分钟最多调用次数", 1, 600_000, "")
    desk_quota = limit_field("每名核验员每天最多核验次数", 0, 1000, "不在工作台核验的，填 0。")
    per_code = limit_field("同一号码每天最多核验次数", 1, 50, "")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        today, book = shanghai_date(timezone.now()), real_names()
        grouped = [
            (
                field.name,
                [(f"{field.code} {one.ref}", f"{one.source}：{one.gist}") for one in book.bases_of(code, today)],
            )
            for code, field in book.fields.items()
        ]
        self.fields["ground"].choices = [("", "请选择"), *grouped]  # type: ignore[attr-defined]

    def applied(self) -> Applied:
        told = self.cleaned_data
        field, _, basis = told["ground"].partition(" ")
        return Applied(told["organisation"], field, told["purpose"], basis, told["until"])

    def limits(self) -> Limits:
        names = ("daily_quota", "daily_misses", "per_minute", "desk_quota", "per_code")
        return Limits(**{name: self.cleaned_data[name] for name in names})


@officers_may("verification.see")
@require_safe
def purposes(request: HttpRequest) -> HttpResponse:
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    chosen = state if state in PURPOSE_STATES else ""
    last = int(before) if before.isascii() and before.isdigit() else None
    found = page_of_purposes(chosen, on=shanghai_date(timezone.now()), before=last, limit=PAGE + 1)
    context = {
        "found": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else "",
        "chosen": chosen,
        "states": [("", "全部"), *PURPOSE_STATES.items()],
    }
    return render(request, "portal/administration/purposes.html", context)


@officers_may("verification.see")
@require_safe
def purpose(request: HttpRequest, code: str) -> HttpResponse:
    today = shanghai_date(timezone.now())
    found = find_registration(code, on=today)
    if found is None:
        raise Http404
    book = real_names()
    context = {"one": found, "field": book.fields[found.field], "basis": book.bases.get(found.basis), "today": today}
    return render(request, "portal/administration/purpose.html", context)


@officers_may("verification.register")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    usual = {"daily_quota": 1000, "daily_misses": 100, "per_minute": 600, "desk_quota": 100, "per_code": 20}
    until = shanghai_date(at) + timedelta(days=365)
    form = PurposeForm(
        posted(request), initial={**usual, "organisation": request.GET.get("organisation", ""), "until": until}
    )

    def act() -> Done:
        made = register_purpose(form.applied(), form.limits(), actor=officer_of(request), at=at)
        return Done(f"已登记为 {made.code}。请安全管理员批准，批准以前不能核验。", _page(made.code))

    back = reverse("administration:purposes")
    return carry_out(request, form, act, Page("登记实名核验用途", "登记，等待批准", back, "返回用途列表"))


@officers_may("verification.approve")
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, code: str) -> HttpResponse:
    def act() -> Done:
        approve_purpose(code, actor=officer_of(request), at=timezone.now())
        return Done("已批准，今天起可以核验。", _page(code))

    meaning = "请核对单位的申请材料：依据、用途和次数与申请一致，再批准。"
    return carry_out(request, forms.Form(posted(request)), act, _about("批准实名核验用途", "批准", code, meaning))


@officers_may("verification.withdraw")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    form = ReasonForm(posted(request))

    def act() -> Done:
        withdraw_purpose(code, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return Done("已撤销，立即生效。", _page(code))

    meaning = "撤销立即生效，不能恢复；以后再用的，重新登记。等待批准的，也用撤销来退回。"
    return carry_out(request, form, act, _about("撤销实名核验用途", "撤销", code, meaning))


def _page(code: str) -> str:
    return reverse("administration:purpose", args=[code])


def _about(title: str, button: str, code: str, meaning: str) -> Page:
    one = find_registration(code, on=shanghai_date(timezone.now()))
    if one is None:
        raise Http404
    basis = real_names().bases.get(one.basis)
    facts = (
        ("编号", one.code),
        ("单位", one.organisation.name),
        ("用途", one.purpose),
        ("依据", f"{basis.source}：{basis.gist}" if basis else one.basis),
        ("期限", f"{one.valid_from} 至 {one.valid_until}（不含）"),
        ("每个系统每天", f"{one.daily_quota} 次，其中不符和查无 {one.daily_misses} 次"),
        ("登记", one.entered_by.display_name),
    )
    return Page(title, button, _page(code), "返回该用途", facts, meaning)
