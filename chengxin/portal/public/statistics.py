"""The register in numbers, for everybody: as plots with their tables, and as one file."""

import csv
from io import StringIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public
from chengxin.lib.regions import cities
from chengxin.portal.plots import Plot, Row
from chengxin.portal.public.keeping import may_be_kept
from chengxin.portal.words import CASE_KINDS, word
from chengxin.records.statistics import Statistics, statistics

RECEIVED = (
    gettext_noop("月份"), gettext_noop("新增"), gettext_noop("变更"), gettext_noop("待核对"), gettext_noop("退回"),
    gettext_noop("整批撤回"),
)  # fmt: skip
HEAD = (gettext_noop("统计"), gettext_noop("项目"), gettext_noop("栏目"), gettext_noop("数字"))
REASON = "汇总的数字，小于十的不公布；不含任何人的信息"
WITHHELD = _("不足 10 的数字不公布，其余向下取整到十；合计是公布的各格之和，不含不公布的。")
OWN_NAMES = {"1000": gettext_noop("国家机关"), "1400": gettext_noop("省级机关")}


@may_be_kept
@public(REASON)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    told = statistics(request.GET.get("month", ""))
    plots = [*_of_month(told), *_of_months(told)] if told else []
    return render(request, "portal/public/statistics.html", {"told": told, "plots": plots, "withheld": WITHHELD})


@public(REASON)
@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """Give every figure on the page as one table, for reuse."""
    told, text = statistics(request.GET.get("month", "")), StringIO()
    writer = csv.writer(text)
    writer.writerow([gettext(one) for one in HEAD])
    for plot in [*_of_month(told), *_of_months(told)] if told else []:
        for row in plot.rows:
            for name, value in zip(plot.head[1:], row.values, strict=True):
                writer.writerow([plot.caption, row.label, name, "" if value is None else value])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"statistics-{told.month}" if told else "statistics"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _of_month(told: Statistics) -> list[Plot]:
    classes = told.shown_classes
    names = _names()
    return [
        Plot(
            gettext("%(month)s 月底正在展示的记录，按信息类别") % {"month": told.month},
            "bar",
            [gettext("信息类别"), gettext("记录（条）")],
            [
                *(Row(told.classes.get(one, one), [told.shown_of(item_class=one)]) for one in classes),
                Row(gettext("合计"), [told.shown_of()]),
            ],
            gettext("展示，指期限之内、依授权或者依法可以查到；绝大多数不向社会公开。"),
        ),
        Plot(
            gettext("%(month)s 月底正在展示的记录，按提供单位所在地") % {"month": told.month},
            "bar",
            [gettext("地区"), *(told.classes.get(one, one) for one in classes), gettext("合计")],
            [
                Row(
                    names.get(region, region),
                    [*(told.shown_of(one, region) for one in classes), told.shown_of(region=region)],
                )
                for region in told.shown_regions
            ],
        ),
    ]


def _of_months(told: Statistics) -> list[Plot]:
    kinds = list(CASE_KINDS)
    return [
        Plot(
            gettext("每月收到的行"),
            "line",
            [gettext(one) for one in RECEIVED],
            [Row(one.month, [one.new, one.changed, one.waiting, one.refused, one.undone]) for one in told.received],
        ),
        Plot(
            gettext("按时报送的比例（%）"),
            "line",
            [gettext("月份"), gettext("按时（%）")],
            [Row(one.month, [one.in_time_percent]) for one in told.received],
            gettext("新记录在规定的工作日以内报来的，算按时。"),
        ),
        Plot(
            gettext("每月办结的认定和更正"),
            "line",
            [gettext("月份"), *(word(kind, "case_kind") for kind in kinds)],
            [Row(one.month, [told.cases.get((one.month, kind), 0) for kind in kinds]) for one in told.received],
        ),
    ]


def _names() -> dict[str, str]:
    return {one.code[:4]: one.name for one in cities()} | {code: gettext(name) for code, name in OWN_NAMES.items()}
