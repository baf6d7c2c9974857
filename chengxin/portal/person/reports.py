"""My report: made out at any time, free, as PDF or JSON; those made out before, and taking one back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import person_of, persons_only
from chengxin.portal.desk.answers import attachment
from chengxin.sharing.documents import as_json, as_pdf
from chengxin.sharing.own import issue_own_report, list_own_reports
from chengxin.sharing.own import withdraw_report as withdraw_own


@persons_only
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/person/reports.html", {"reports": list_own_reports(person_of(request))})


@persons_only
@require_POST
def report_pdf(request: HttpRequest) -> HttpResponse:
    report = issue_own_report(person_of(request), at=timezone.now())
    content = as_pdf(report, demo=settings.DEMO, sandbox=settings.SANDBOX)
    return attachment(HttpResponse(content, content_type="application/pdf"), f"{report.number}.pdf")


@persons_only
@require_POST
def report_json(request: HttpRequest) -> HttpResponse:
    report = issue_own_report(person_of(request), at=timezone.now())
    content = as_json(report, demo=settings.DEMO, sandbox=settings.SANDBOX)
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return attachment(response, f"{report.number}.json")


@persons_only
@require_POST
def withdraw_report(request: HttpRequest, number: str) -> HttpResponse:
    withdraw_own(person_of(request), number, at=timezone.now())
    messages.success(request, "已作废。凭编号核对的人会看到这份报告已作废。")
    return redirect("person-reports")
