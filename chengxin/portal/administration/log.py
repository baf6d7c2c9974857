"""The action log, as the audit administrator reads it: who did what, when, to which number. Never a person's data."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.ground.queries import MOST, PAGE, Wanted, list_actions
from chengxin.identity.policies import officers_may
from chengxin.portal.administration.forms import day_field
from chengxin.portal.desk.answers import attachment
from chengxin.portal.fields import text_input

HEAD = ("序号", "时间", "何人", "事项", "对象", "说明")


class LogForm(forms.Form):
    """What to look for. Everything may be left out."""

    actor = forms.CharField(label="登录名", required=False, max_length=64, widget=text_input(autocapitalize="none"))
    act = forms.CharField(
        label="事项（开头几个字母）",
        required=False,
        max_length=48,
        help_text="例如 rights（岗位权限）、organisations（单位）、clients（系统和公钥）、login（登录）。",
        widget=text_input(autocapitalize="none"),
    )
    first = day_field("从", required=False)
    last = day_field("到", required=False)
    before = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        told: dict[str, Any] = self.cleaned_data
        return Wanted(told["actor"], told["act"], told["first"], told["last"])


@officers_may("log.read")
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    form = LogForm(request.GET)
    if not form.is_valid():
        return render(request, "portal/administration/log.html", {"form": form, "rows": []}, status=422)
    rows = list_actions(form.wanted(), before=form.cleaned_data["before"], limit=PAGE + 1)
    query = request.GET.copy()
    query["before"] = str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""
    file = request.GET.copy()
    file.pop("before", None)
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "older": query.urlencode() if len(rows) > PAGE else "",
        "file": file.urlencode(),
        "most": MOST,
    }
    return render(request, "portal/administration/log.html", context)


@officers_may("log.read")
@require_safe
def log_file(request: HttpRequest) -> HttpResponse:
    form = LogForm(request.GET)
    if not form.is_valid():
        return render(request, "portal/administration/log.html", {"form": form, "rows": []}, status=422)
    rows = list_actions(form.wanted(), limit=MOST)
    written = _csv(
        (one.pk, timezone.localtime(one.at).isoformat(timespec="seconds"), one.actor, one.act, one.subject, one.note)
        for one in rows
    )
    response = HttpResponse(written.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    return attachment(response, "操作日志.csv")


def _csv(rows: Iterable[tuple[Any, ...]]) -> str:
    """Write rows as CSV. What a spreadsheet would take for a formula is written as a text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in rows:
        writer.writerow([f"'{cell}" if str(cell)[:1] in "=+-@\t\r" and cell != "" else cell for cell in row])
    return out.getvalue()
