"""What a provider tells and is told beside its files: months, days, columns, acts."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.catalogue.queries import items_in_force, open_item
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.queries import find_organisation
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.answers import attachment
from chengxin.portal.numbers import whole_number
from chengxin.records.acts import PAGE, list_own_acts
from chengxin.records.errors import NothingRefused, ReceiptMissing
from chengxin.records.mappings import propose_columns, save_mapping
from chengxin.records.nothing import declare_nothing, list_months
from chengxin.records.reconciliation import FIGURES, Day, Receipt, find_receipt, list_days
from chengxin.sharing.documents.day_receipt import as_pdf

SHOWN_MONTHS = 6
BAR, HEIGHT = 14, 90
"""Width of a day in the drawing, and its height."""


class NothingForm(forms.Form):
    item = forms.CharField(max_length=32)
    month = forms.DateField(input_formats=["%Y-%m-%d"])


@officers_may("reporting.see")
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    officer, today = officer_of(request), shanghai_date(timezone.now())
    cells = list_months(officer, today=today, months=SHOWN_MONTHS)
    rows: dict[tuple[str, str], list[Any]] = {}
    for cell in cells:
        rows.setdefault((cell.provider_name, cell.item_name), []).append(cell)
    context = {
        "rows": [(provider, item, found) for (provider, item), found in rows.items()],
        "centre": officer.organisation.kind == "centre",
        "silent": sum(1 for cell in cells if cell.state == "silent"),
    }
    return render(request, "portal/desk/months.html", context)


@officers_may("intake.hand_in")
@require_POST
def nothing(request: HttpRequest) -> HttpResponse:
    form = NothingForm(request.POST)
    if not form.is_valid():
        raise NothingRefused("请选择信息项和月份。", "Choose an item and a month.")
    told = form.cleaned_data
    declare_nothing(told["item"], told["month"], actor=officer_of(request), at=timezone.now())
    messages.success(request, f"已报告：{told['month']:%Y年%m月}没有此项信息。")
    return redirect("portal:months")


@officers_may("reporting.see")
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    officer, today = officer_of(request), shanghai_date(timezone.now())
    found = list_days(officer, until=today)
    by_day: dict[tuple[date, str, str], dict[str, int]] = {}
    for one in found:
        sums = by_day.setdefault((one.day, one.provider, one.provider_name), dict.fromkeys(FIGURES, 0))
        for name in FIGURES:
            sums[name] += one.figures[name]
    rows = [{"day": day, "provider": code, "name": name, **sums} for (day, code, name), sums in by_day.items()]
    context = {"rows": rows, "centre": officer.organisation.kind == "centre", "trend": _trend(found)}
    return render(request, "portal/desk/days.html", context)


def _trend(found: list[Day]) -> dict[str, Any]:
    """Give the drawing of what was accepted and what was refused or held, day by day, the oldest first."""
    sums: dict[date, list[int]] = {}
    for one in found:
        good = one.figures["new"] + one.figures["changed"] + one.figures["unchanged"]
        bad = one.figures["waiting"] + one.figures["refused"]
        before = sums.setdefault(one.day, [0, 0])
        sums[one.day] = [before[0] + good, before[1] + bad]
    most = max((sum(pair) for pair in sums.values()), default=0) or 1
    bars = []
    for place, (day, (good, bad)) in enumerate(sorted(sums.items())):
        up, over = round(good * HEIGHT / most), round(bad * HEIGHT / most)
        bars.append({
            "day": day, "good": good, "bad": bad, "x": place * BAR, "y": HEIGHT - up, "up": up, "y_over": HEIGHT - up - over,
            "over": over,
        })  # fmt: skip
    return {"bars": bars, "width": max(len(bars), 1) * BAR, "height": HEIGHT, "most": most}


@officers_may("reporting.see")
@require_safe
def day_json(request: HttpRequest, code: str, day: str) -> HttpResponseBase:
    receipt = _receipt(request, code, day)
    options = {"ensure_ascii": False, "indent": 1}
    return attachment(JsonResponse(receipt.as_json(), json_dumps_params=options), f"对账单-{code}-{day}.json")


@officers_may("reporting.see")
@require_safe
def day_pdf(request: HttpRequest, code: str, day: str) -> HttpResponseBase:
    receipt = _receipt(request, code, day)
    answer = HttpResponse(as_pdf(receipt), content_type="application/pdf")
    return attachment(answer, f"对账单-{code}-{day}.pdf")


def _receipt(request: HttpRequest, code: str, day: str) -> Receipt:
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    provider = find_organisation(code, shanghai_date(timezone.now()))
    if provider is None:
        raise ReceiptMissing
    return find_receipt(provider, wanted, actor=officer_of(request))


class HeadingForm(forms.Form):
    headings = forms.CharField(
        label="标题行",
        max_length=8_000,
        help_text="从文件里复制标题行粘贴到这里，列名之间用制表符、逗号或者换行隔开。只粘贴标题行，不要粘贴数据。",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4, "autocomplete": "off"}),
        error_messages={"required": "请把文件的标题行粘贴到这里。"},
    )

    def names(self) -> list[str]:
        text: str = self.cleaned_data["headings"]
        return [
            part
            for line in text.splitlines()
            for cell in line.split("\t")
            for part in cell.replace("，", ",").split(",")
        ]


@officers_may("intake.hand_in")
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the headings of a file mean, and keep what is chosen for those that nobody knows."""
    officer, now = officer_of(request), timezone.now()
    item = open_item(code, shanghai_date(now))
    form, refusal, found = HeadingForm(request.POST or None), None, None
    try:
        if request.method == "POST" and "save" in request.POST:
            chosen = dict(zip(request.POST.getlist("heading"), request.POST.getlist("field"), strict=False))
            save_mapping(chosen, item.definition, code, actor=officer, at=now)
            messages.success(request, "已保存，从现在起报送自动使用。请再报送一次文件。")
            return redirect("portal:upload")
        if form.is_valid():
            found = propose_columns(form.names(), item.definition, item.id, actor=officer)
    except ChengxinError as refused:
        refusal = refused
    context = {"form": form, "item": item.definition, "found": found, "refusal": refusal}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "portal/desk/columns.html", context, status=status)


@officers_may("intake.hand_in")
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """List the items whose columns may be mapped, and their blank workbooks."""
    kind = officer_of(request).organisation.kind
    versions = [one for one in items_in_force(shanghai_date(timezone.now())) if kind in one.provider_kinds]
    return render(request, "portal/desk/column_items.html", {"versions": versions})


@officers_may("reporting.see")
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    before = whole_number(request.GET.get("before", ""))
    found = list_own_acts(officer_of(request), before=before, limit=PAGE + 1)
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "portal/desk/acts.html", {"found": found[:PAGE], "older": older})
