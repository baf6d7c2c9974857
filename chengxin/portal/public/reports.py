"""Checking a report or certificate that somebody was shown: by its number and check code, and never by an address that a server logs.

The picture on the paper leads here with both behind the #, which no browser sends; a script fills the form in and takes them out of the
address. Whoever has no script types them.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chengxin.catalogue.published import published_items
from chengxin.identity.openness import address_of, public
from chengxin.lib.errors import ChengxinError
from chengxin.portal.fields import text_input
from chengxin.portal.languages import name_of
from chengxin.portal.public.floods import Flood
from chengxin.sharing.certificates import certificate_purposes
from chengxin.sharing.errors import CheckedTooOften, ReportUnmatched
from chengxin.sharing.own import Checked, check_report

NUMBER, CODE = 20, 8
WRONG_NUMBER = format_lazy(_("报告编号共 {count} 位，请核对。"), count=NUMBER)
WRONG_CODE = format_lazy(_("核验码共 {count} 位，请核对。"), count=CODE)
flood = Flood(60)


class CheckForm(forms.Form):
    """Neither number nor code is given back to the browser after an answer."""

    number = forms.CharField(
        label=_("报告编号"),
        min_length=NUMBER,
        max_length=NUMBER,
        help_text=format_lazy(_("CX 开头，共 {count} 位字母和数字。"), count=NUMBER),
        widget=text_input(spellcheck="false", autocapitalize="characters"),
        error_messages={
            "required": _("请填写报告编号。"),
            "min_length": WRONG_NUMBER,
            "max_length": WRONG_NUMBER,
        },
    )
    code = forms.CharField(
        label=_("核验码"),
        min_length=CODE,
        max_length=CODE,
        help_text=format_lazy(_("印在报告上的 {count} 位字母和数字。"), count=CODE),
        widget=text_input(spellcheck="false", autocapitalize="characters"),
        error_messages={
            "required": _("请填写核验码。"),
            "min_length": WRONG_CODE,
            "max_length": WRONG_CODE,
        },
    )


@public("核对只说报告的种类、用途、时间和状态，不说是谁、不说内容；编号和核验码无法猜到")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    form = CheckForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    try:
        found = _check(request, form)
    except ChengxinError as refused:
        return _page(request, CheckForm(), refusal=refused, status=refused.status)
    return _page(request, CheckForm(), checked=found, **_worded(found))


def _check(request: HttpRequest, form: CheckForm) -> Checked:
    """Check what was sent. Raises ReportUnmatched, CheckedTooOften."""
    if flood.over(address_of(request)):
        raise CheckedTooOften
    found = check_report(form.cleaned_data["number"], form.cleaned_data["code"])
    if found is None:
        raise ReportUnmatched
    return found


def _worded(found: Checked) -> dict[str, Any]:
    """Put words to what a certificate is for and what it covers, and give the last day on which it counts."""
    names = {item.code: name_of(item) for item in published_items()} if found.covers else {}
    purpose = certificate_purposes().get(found.purpose)
    return {
        "purpose": name_of(purpose) if purpose else found.purpose,
        "covers": [names.get(code, code) for code in found.covers],
        "through": found.valid_until - timedelta(days=1) if found.valid_until else None,
    }


def _page(request: HttpRequest, form: CheckForm, *, status: int = 200, **more: object) -> HttpResponse:
    return render(request, "portal/public/report.html", {"form": form, **more}, status=status)
