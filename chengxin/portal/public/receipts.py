"""Checking a receipt of a real-name check. Whoever holds the number learns who checked when for what, not whom."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chengxin.identity.checking import find_receipt
from chengxin.identity.errors import ReceiptUnknown
from chengxin.identity.openness import public
from chengxin.identity.real_names import real_names
from chengxin.portal.fields import text_input


class ReceiptForm(forms.Form):
    receipt = forms.CharField(
        label=_("回执编号"),
        min_length=27,
        max_length=27,
        help_text=_("V 开头，共 27 位字母和数字。"),
        widget=text_input(spellcheck="false", autocapitalize="characters"),
        error_messages={
            "required": _("请填写回执编号。"),
            "min_length": _("回执编号共 27 位，请核对。"),
            "max_length": _("回执编号共 27 位，请核对。"),
        },
    )


@public("回执只写明单位、用途和答复，不写是谁；编号无法猜到")
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    found = find_receipt(form.cleaned_data["receipt"])
    if found is None:
        return _page(request, form, refusal=ReceiptUnknown(), status=404)
    field, basis = real_names().fields[found.field].name, real_names().bases.get(found.basis)
    return _page(request, ReceiptForm(), receipt=found, field=field, basis=basis)


def _page(request: HttpRequest, form: ReceiptForm, *, status: int = 200, **more: object) -> HttpResponse:
    return render(request, "portal/public/receipt.html", {"form": form, **more}, status=status)
