"""Papers at the window: taken in as scans on a visit, listed without what they say, opened with a case."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.scanning import kinds_for
from chengxin.identity.services.scans import PAGE, find_scan, list_scans, scans_of_visit, take_in
from chengxin.identity.services.visits import Open, find_visit
from chengxin.lib.errors import Rejected, Unusable
from chengxin.lib.papers.refusals import LARGEST, MOST_PAGES
from chengxin.portal.desk.answers import printed
from chengxin.portal.desk.forms import SELECT
from chengxin.portal.desk.scan_uploads import FIELD, refusal_of
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.numbers import whole_number
from chengxin.portal.scans import scan_shown
from chengxin.sharing.documents import scan_receipt_pdf
from chengxin.sharing.scans import LONGEST_CASE, open_at_desk

TAKEN = "application/pdf,image/jpeg,image/png"


class ScanForm(forms.Form):
    """A paper from whoever stands there. On a telephone or a tablet the field offers the camera too."""

    kind = forms.ChoiceField(
        label="材料种类", widget=forms.Select(attrs=SELECT), error_messages={"required": "请选择材料种类。"}
    )
    scan_file = forms.FileField(
        label="扫描件或者照片",
        help_text=f"PDF、JPEG 或者 PNG，不超过 {LARGEST >> 20} MB，PDF 不超过 {MOST_PAGES} 页。一份材料一个文件。"
        "照片里的拍摄地点等信息会自动去掉。",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": TAKEN}),
        error_messages={"required": "请选择扫描件，或者拍照。", "empty": "文件是空的。请重新扫描或者拍照。"},
    )
    looked = forms.BooleanField(
        label="我看过：原件清楚、完整，没有办这件事用不着的内容（例如病历）",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": "请先看过原件，再勾选。"},
    )

    def __init__(self, *args: Any, visit: str, **named: Any) -> None:
        super().__init__(*args, **named)
        choices = [("", "请选择"), *((one.code, one.name) for one in kinds_for(visit))]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class CaseForm(forms.Form):
    case = FreeText(
        label="为办什么事查看",
        max_length=LONGEST_CASE,
        help_text="写案号或者事由。会登记下来。",
        widget=text_input(),
        error_messages={"required": "请写明案号或者事由。"},
    )


@officers_may("window.serve")
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    found = find_visit(officer, number, at=at)
    form = ScanForm(request.POST, request.FILES, visit=found.kind)
    refusal: Rejected | Unusable | None = refusal_of(request)
    if refusal is None and form.is_valid():
        try:
            made = take_in(officer, number, form.cleaned_data["kind"], form.cleaned_data[FIELD].read(), at=at)
        except (Rejected, Unusable) as refused:
            refusal = refused
        else:
            messages.success(request, f"已收下，编号 {made}。请把纸质原件还给来人。")
            return redirect("portal:visit", number)
    return render(request, "portal/desk/visit.html", {**of_visit(request, found, form), "refusal": refusal}, status=422)


def of_visit(request: HttpRequest, found: Open, form: ScanForm | None = None) -> dict[str, Any]:
    """Give what the page of a visit shows."""
    taken = scans_of_visit(officer_of(request), found.id, at=timezone.now())
    return {"one": found, "form": form or ScanForm(visit=found.kind), "taken": taken}


@officers_may("window.serve")
@require_POST
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    found = find_visit(officer, number, at=at)
    taken = scans_of_visit(officer, found.id, at=at)
    named = {"demo": settings.DEMO, "sandbox": settings.SANDBOX}
    return printed(scan_receipt_pdf(found.id, officer.organisation.name, taken, at=at, **named), f"receipt-{number}")


@officers_may("scans.read")
@require_safe
def scans(request: HttpRequest) -> HttpResponse:
    before = whole_number(request.GET.get("before", "")) or 0
    found = list_scans(officer_of(request), at=timezone.now(), before=before, limit=PAGE + 1)
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "portal/desk/scans.html", {"found": found[:PAGE], "older": older})


@officers_may("scans.read")
@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, number: str) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    one, _ = find_scan(officer, number, at=at)
    form = CaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return scan_shown(*open_at_desk(officer, number, form.cleaned_data["case"], at=at))
    return render(request, "portal/desk/scan.html", {"form": form, "one": one}, status=422 if form.is_bound else 200)
