"""Checks tried on what is held, for the officers of the credit centre: numbers by provider and month, no value, nobody."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.catalogue.queries import items_in_force
from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import add_months, shanghai_date
from chengxin.portal.desk.forms import SELECT
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.numbers import whole_number
from chengxin.portal.words import SEVERITIES
from chengxin.records.backtest_runs import LISTED, Choice, choices, list_backtests, open_backtest, providers_of
from chengxin.records.errors import BacktestRefused
from chengxin.records.jobs import ask_backtest

ACT = "checks.backtest"
USUAL_MONTHS = 12


def _day(label: str, missing: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        error_messages={"required": missing, "invalid": "日期应写成 2026-12-31。"},
    )


class BacktestForm(forms.Form):
    """Which check is tried, on which item, for which days, for which case."""

    choice = forms.ChoiceField(
        label="规则",
        widget=forms.Select(attrs=SELECT),
        help_text="只有写成条件的规则能试算；尚未施行的版本也可以。",
        error_messages={"required": "请选择规则。"},
    )
    item = forms.ChoiceField(
        label="信息项", widget=forms.Select(attrs=SELECT), error_messages={"required": "请选择信息项。"}
    )
    since = _day("报送日期从", "请填写从哪一天起。")
    until = _day("到（含当日）", "请填写到哪一天。")
    case = FreeText(
        label="事项编号",
        max_length=120,
        help_text="记入操作日志，例如“校核〔2026〕3号”。不要写姓名和证件号码。",
        widget=text_input(),
        error_messages={"required": "请填写事项编号。"},
    )

    def __init__(self, *args: Any, offer: list[Choice], names: dict[str, str], today: date, **named: Any) -> None:
        super().__init__(*args, **named)
        tried = [
            (one.code, f"{one.edition} · {one.check.code}（{SEVERITIES[one.check.severity]}）：{one.check.message}")
            for one in offer
        ]
        self.fields["choice"].choices = [("", "请选择"), *tried]  # type: ignore[attr-defined]
        items = sorted({code for one in offer for code in one.items})
        self.fields["item"].choices = [("", "请选择"), *((code, names[code]) for code in items)]  # type: ignore[attr-defined]
        self.fields["since"].initial, self.fields["until"].initial = add_months(today, -USUAL_MONTHS), today


@officers_may(ACT)
@require_safe
def backtests(request: HttpRequest) -> HttpResponse:
    before = whole_number(request.GET.get("before", ""))
    found = list_backtests(officer_of(request), before=before, limit=LISTED + 1)
    older = found[LISTED - 1].run.pk if len(found) > LISTED else None
    return render(request, "portal/desk/backtests.html", {"found": found[:LISTED], "older": older, "names": _names()})


@officers_may(ACT)
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    today = shanghai_date(at)
    form = BacktestForm(request.POST or None, offer=choices(today), names=_names(), today=today)
    if form.is_valid():
        told = form.cleaned_data
        days = {"since": told["since"], "until": told["until"]}
        try:
            made = ask_backtest(
                told["choice"], told["item"], **days, case=told["case"], actor=officer_of(request), at=at
            )
        except BacktestRefused as refused:
            form.add_error(None, f"{refused.text} / {refused.text_en}")
        else:
            return redirect("portal:backtest", made.pk)
    return render(request, "portal/desk/backtest_new.html", {"form": form}, status=422 if form.is_bound else 200)


@officers_may(ACT)
@require_safe
def backtest(request: HttpRequest, number: int) -> HttpResponse:
    counted, months = open_backtest(number, officer_of(request))
    context = {
        "one": counted,
        "run": counted.run,
        "months": months,
        "providers": list(providers_of(months)),
        "names": _names(),
    }
    return render(request, "portal/desk/backtest.html", context)


@officers_may(ACT)
@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponse:
    counted, _ = open_backtest(number, officer_of(request))
    response = render(request, "portal/desk/backtest_progress.html", {"one": counted, "run": counted.run})
    if counted.run.ended_at is not None:
        response.headers["HX-Refresh"] = "true"
    return response


def _names() -> dict[str, str]:
    return {item.item.code: item.name for item in items_in_force(shanghai_date(timezone.now()))}
