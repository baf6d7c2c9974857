"""The flow in plots: rows by day, and how long cases took by week."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.portal.plots import Plot, Row
from chengxin.records.flow import Flow, flow_of

KINDS = {
    "decided": ("从收到待核对的行到认定（小时）", "按办理的那一周算。一半的不超过“中位”，十分之九的不超过“九成”。"),
    "seconded": ("从认定到复核（小时）", "只有不利信息须第二名工作人员复核。"),
    "undoing": ("从申请整批撤回到信用中心复核（小时）", ""),
}


@officers_may("reporting.see")
@require_safe
def flow(request: HttpRequest) -> HttpResponse:
    officer, today = officer_of(request), shanghai_date(timezone.now())
    found = flow_of(officer, until=today)
    context = {"plots": plots_of(found, today), "centre": officer.organisation.kind == "centre"}
    return render(request, "portal/desk/flow.html", context)


def plots_of(found: Flow, today: date) -> list[Plot]:
    """Give a plot of each figure of which there is any."""
    plots = []
    if found.days:
        rows = [
            Row(f"{one.day:%m-%d}{'（至今）' if one.day == today else ''}", [one.accepted, one.waiting, one.refused])
            for one in found.days
        ]
        note = "每天凌晨结前一天的数；今天的数到现在为止。"
        plots.append(Plot("近一个月每天报送的行", "bar", ["日期", "接受", "等待", "退回"], rows, note))
    for kind, (caption, note) in KINDS.items():
        weeks = [one for one in found.weeks if one.kind == kind]
        rows = [Row(f"{one.week:%Y-%m-%d} 起", [one.median_h, one.ninth_h, one.cases]) for one in weeks]
        if rows:
            plots.append(Plot(caption, "line", ["一周", "中位", "九成", "件数"], rows, note))
    return plots
