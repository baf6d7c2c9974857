"""The report on how organisations used the register: a page, CSV and JSON, of numbers alone."""

import csv
import io
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import add_months, shanghai_date
from chengxin.oversight.reporting import as_values, report_of, take_report
from chengxin.oversight.sampling import list_draws
from chengxin.portal.desk.answers import attachment
from chengxin.portal.desk.registers import harmless

COLUMNS = {
    "organisation": "统一社会信用代码",
    "name": "单位",
    "asked": "查询",
    "answered": "有答复",
    "refused": "被拒绝",
    "persons": "涉及人数",
    "duties": "按事项",
    "signals": "信号",
    "sampled": "抽样",
    "in_order": "合规",
    "misuse": "违规",
    "unproven": "不能认定",
    "open": "没有办结",
    "explained_late": "说明逾期",
    "questions_late": "本人提问逾期",
    "recalls_late": "更正、撤回通知逾期",
}
MONTHS = 12


@officers_may("review.report")
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    officer, month = officer_of(request), _month(request)
    this = shanghai_date(timezone.now()).replace(day=1)
    context = {
        "rows": report_of(month, officer),
        "month": month,
        "months": [add_months(this, -back) for back in range(MONTHS)],
        "draws": list_draws(officer),
    }
    return render(request, "portal/desk/use_report.html", context)


@officers_may("review.report")
@require_safe
def report_csv(request: HttpRequest) -> HttpResponse:
    month = _month(request)
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS.values())
    for row in as_values(take_report(month, actor=officer_of(request), at=timezone.now())):
        writer.writerow([harmless(_cell(row[name])) for name in COLUMNS])
    return attachment(
        HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8"), f"查询情况-{month:%Y-%m}.csv"
    )


@officers_may("review.report")
@require_safe
def report_json(request: HttpRequest) -> HttpResponse:
    month = _month(request)
    rows = as_values(take_report(month, actor=officer_of(request), at=timezone.now()))
    answer = JsonResponse({"month": f"{month:%Y-%m}", "organisations": rows}, json_dumps_params={"ensure_ascii": False})
    return attachment(answer, f"查询情况-{month:%Y-%m}.json")


def _cell(value: object) -> str:
    return (
        "；".join(f"{code or '（无）'} {many}" for code, many in sorted(value.items()))
        if isinstance(value, dict)
        else str(value)
    )


def _month(request: HttpRequest) -> date:
    """Read the month that is asked for; the present one where it is none."""
    try:
        return datetime.strptime(request.GET.get("month", ""), "%Y-%m").date()  # noqa: DTZ007  # a month has no time zone
    except ValueError:
        return shanghai_date(timezone.now()).replace(day=1)
