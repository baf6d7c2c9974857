"""Rows in question of a batch: what is asked, holding to them with a reason, and taking that back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import add_months, shanghai_date
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.numbers import whole_number
from chengxin.records.errors import WaiverRefused
from chengxin.records.jobs import waive_questions
from chengxin.records.queries import find_batch
from chengxin.records.terms import waiver_months
from chengxin.records.waiving import LISTED, Question, end_waiver, list_questions, list_waivers, open_waiver

LONGEST_NUMBER = 18


class WaiverForm(forms.Form):
    """Which rows are held to, why, and to which day."""

    reason = FreeText(
        label="理由",
        max_length=200,
        help_text="写明核对了什么，例如“已与处罚决定书原件核对，罚款三十万元无误”。不要写证件号码。",
        widget=text_input(),
        error_messages={"required": "请写明理由。"},
    )
    last_day = forms.DateField(
        label="保留到（含当日）",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        error_messages={"required": "请填写保留到哪一天。", "invalid": "日期应写成 2026-12-31。"},
    )

    def __init__(self, *args: Any, rows: list[Question], today: date, **named: Any) -> None:
        super().__init__(*args, **named)
        longest = add_months(today, waiver_months(today)) - timedelta(days=1)
        self.fields["last_day"].initial = longest
        self.fields["last_day"].help_text = f"最晚 {longest}。到期再报送同样内容时，会再问一次。"
        self.fields["rows"] = forms.MultipleChoiceField(
            label="核对无误的行",
            choices=[(str(one.id), str(one.row)) for one in rows if one.waiver is None],
            error_messages={"required": "请勾选核对无误的行。"},
        )

    @property
    def chosen(self) -> list[int]:
        return [int(number) for number in self.cleaned_data["rows"]]


@officers_may("intake.waive", own_rows=True)
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, token: UUID) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    view, today = find_batch(token, officer.organisation.pk), shanghai_date(at)
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) <= LONGEST_NUMBER else 0
    found = list_questions(view.batch.pk, today, after=place, limit=LISTED + 1)
    form = WaiverForm(request.POST if request.method == "POST" else None, rows=found[:LISTED], today=today)
    if form.is_valid():
        until = form.cleaned_data["last_day"] + timedelta(days=1)
        try:
            count = waive_questions(
                token, form.chosen, reason=form.cleaned_data["reason"], until=until, actor=officer, at=at
            )
        except WaiverRefused as refused:
            form.add_error(None, f"{refused.text} / {refused.text_en}")
        else:
            messages.success(request, f"已保留 {count} 行，正在重新核对。")
            return redirect("portal:questions", token)
    context = {
        "view": view,
        "rows": found[:LISTED],
        "open": any(one.waiver is None for one in found[:LISTED]),
        "following": found[LISTED - 1].id if len(found) > LISTED else None,
        "first": place == 0,
        "form": form,
        "chosen": request.POST.getlist("rows"),
    }
    return render(request, "portal/desk/questions.html", context, status=422 if form.is_bound else 200)


class EndForm(forms.Form):
    """Why a waiver is taken back."""

    reason = FreeText(
        label="收回的理由",
        max_length=200,
        help_text="写明为什么不再有效，例如“复核原件后发现罚款应为三万元”。不要写姓名和证件号码。",
        widget=text_input(),
        error_messages={"required": "请写明收回的理由。"},
    )


@officers_may("intake.see_waivers")
@require_safe
def waivers(request: HttpRequest) -> HttpResponse:
    today = shanghai_date(timezone.now())
    before = whole_number(request.GET.get("before", ""))
    found = list_waivers(officer_of(request), before=before, limit=LISTED + 1)
    older = found[LISTED - 1].pk if len(found) > LISTED else None
    context = {"found": [(one, one.stage(today)) for one in found[:LISTED]], "older": older}
    return render(request, "portal/desk/waivers.html", context)


@officers_may("intake.see_waivers")
@require_safe
def waiver(request: HttpRequest, number: int) -> HttpResponse:
    return _show(request, number, EndForm())


@officers_may("intake.end_waiver")
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    return _end(request, number)


@officers_may("intake.overrule_waiver")
@require_POST
def overrule(request: HttpRequest, number: int) -> HttpResponse:
    return _end(request, number)


def _end(request: HttpRequest, number: int) -> HttpResponse:
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            end_waiver(number, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        except WaiverRefused as refused:
            form.add_error(None, f"{refused.text} / {refused.text_en}")
        else:
            messages.success(request, "已收回。同样的内容再次报送时，会重新询问。")
            return redirect("portal:waiver", number)
    return _show(request, number, form)


def _show(request: HttpRequest, number: int, form: EndForm) -> HttpResponse:
    officer = officer_of(request)
    made = open_waiver(number, officer)
    stage, way = made.stage(shanghai_date(timezone.now())), ""
    if stage == "stands" and made.waived_by_id == officer.pk:
        way = "portal:end-waiver"
    elif stage == "stands" and officer.organisation.kind == "centre":
        way = "portal:overrule-waiver"
    context = {"made": made, "stage": stage, "way": way, "form": form}
    return render(request, "portal/desk/waiver.html", context, status=422 if form.is_bound else 200)
