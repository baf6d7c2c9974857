"""My reports: made out at any time, free, as PDF or JSON; those made out before, and taking one back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.policies import person_of, persons_only
from chengxin.lib.periods import shanghai_date
from chengxin.portal.certificates import CertificateForm, certificate_file, json_named, pdf_named
from chengxin.portal.languages import as_printed, name_of
from chengxin.portal.navigation import public_url
from chengxin.sharing.certificates import certificate_purposes, issue_certificate
from chengxin.sharing.documents import as_json, as_pdf
from chengxin.sharing.own import issue_own_report, list_own_reports
from chengxin.sharing.own import withdraw_report as withdraw_own


@persons_only
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    names = {code: name_of(one) for code, one in certificate_purposes().items()}
    found = [(one, names.get(one.purpose, "")) for one in list_own_reports(person_of(request))]
    return render(request, "portal/person/reports.html", {"reports": found})


@persons_only
@require_POST
def report_pdf(request: HttpRequest) -> HttpResponse:
    report = issue_own_report(person_of(request), at=timezone.now())
    with as_printed():
        content = as_pdf(report, demo=settings.DEMO, sandbox=settings.SANDBOX, check_at=public_url("check-report"))
    return pdf_named(content, report.number)


@persons_only
@require_POST
def report_json(request: HttpRequest) -> HttpResponse:
    report = issue_own_report(person_of(request), at=timezone.now())
    return json_named(as_json(report, demo=settings.DEMO, sandbox=settings.SANDBOX), report.number)


@persons_only
@require_http_methods(["GET", "POST"])
def certificate(request: HttpRequest) -> HttpResponse:
    """Make out a certificate as a file; the form stays where it is when something is wrong with it."""
    at = timezone.now()
    form = CertificateForm(request.POST if request.method == "POST" else None, on=shanghai_date(at))
    if not form.is_valid():
        return render(request, "portal/person/certificate.html", {"form": form}, status=422 if form.is_bound else 200)
    made = issue_certificate(person_of(request), form.wanted(), at=at)
    return certificate_file(made, form.cleaned_data["format"])


@persons_only
@require_POST
def withdraw_report(request: HttpRequest, number: str) -> HttpResponse:
    withdraw_own(person_of(request), number, at=timezone.now())
    messages.success(request, gettext("已作废。凭编号核对的人会看到这份报告已作废。"))
    return redirect("person-reports")
