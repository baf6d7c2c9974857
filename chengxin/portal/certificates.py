"""The form of a certificate and its files: on the person's own page, and at the window."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chengxin.portal.desk.answers import attachment
from chengxin.portal.languages import as_printed, in_english, name_of
from chengxin.portal.navigation import public_url
from chengxin.records.terms import certificate_months
from chengxin.sharing.certificates import Certificate, Offered, Wanted, certificate_purposes, offered_fields
from chengxin.sharing.documents import certificate_json, certificate_pdf

CHECK = {"class": "form-check-input"}
UNKNOWN = "没有这一项，请从列表中选择。 / Choose from the list."


class CertificateForm(forms.Form):
    """For what, about which fields, for how long, and as which file."""

    purpose = forms.ChoiceField(
        label=_("用在哪里"),
        help_text=_("会印在报告上。收到的人只能用于这个用途。"),
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={"required": "请选择用途。 / Choose what it is for.", "invalid_choice": UNKNOWN},
    )
    covers = forms.MultipleChoiceField(
        label=_("包含哪些信用领域"),
        help_text=_("只选对方要求的。没有选的，报告上不会出现。"),
        widget=forms.CheckboxSelectMultiple(attrs=CHECK),
        error_messages={"required": "请至少选择一个领域。 / Choose at least one field.", "invalid_choice": UNKNOWN},
    )
    months = forms.TypedChoiceField(
        label=_("多久有效"),
        coerce=int,
        help_text=_("其中有记录更早不再展示的，有效期到那一天为止。您随时可以作废。"),
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={"required": "请选择有效期。 / Choose for how long.", "invalid_choice": UNKNOWN},
    )
    format = forms.ChoiceField(choices=[("pdf", "PDF"), ("json", "JSON")], required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, on: date) -> None:
        super().__init__(data)
        self._offer("purpose", [(one.code, name_of(one)) for one in certificate_purposes().values()])
        self._offer("covers", [(field.code, _covered(field)) for field in offered_fields(on)])
        self._offer(
            "months",
            [
                (str(month), ngettext("%(number)d 个月", "%(number)d 个月", month) % {"number": month})
                for month in range(1, certificate_months(on) + 1)
            ],
        )
        self.initial["months"] = "1"

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def wanted(self) -> Wanted:
        told = self.cleaned_data
        return Wanted(told["purpose"], tuple(told["covers"]), told["months"])


def _covered(field: Offered) -> str:
    return field.name_en if in_english() else f"{field.name}（{field.item_class}）"


def certificate_file(made: Certificate, kind: str) -> HttpResponse:
    """Give a certificate as the file that was asked for: JSON, else PDF."""
    if kind == "json":
        return json_named(certificate_json(made, demo=settings.DEMO, sandbox=settings.SANDBOX), made.number)
    with as_printed():
        address = public_url("check-report")
    content = certificate_pdf(made, check_at=address, demo=settings.DEMO, sandbox=settings.SANDBOX)
    return pdf_named(content, made.number)


def pdf_named(content: bytes, name: str) -> HttpResponse:
    return attachment(HttpResponse(content, content_type="application/pdf"), f"{name}.pdf")


def json_named(content: dict[str, Any], name: str) -> HttpResponse:
    return attachment(JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1}), f"{name}.json")
