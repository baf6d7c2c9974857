"""Checking a real name at the desk, for organisations without a system of their own: the same service and the same rules."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.identity.checking import Purpose, list_purposes
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.real_names import real_names
from chengxin.identity.services.verification import Answer, Asked, Enquirer, verify
from chengxin.lib.errors import ChengxinError
from chengxin.lib.pace import on_the_beat
from chengxin.portal.desk.forms import CODE_TYPES, SELECT
from chengxin.portal.fields import text_input


class CheckForm(forms.Form):
    """Whom to check and for which registered purpose. Name and code are never given back to the browser."""

    purpose = forms.ChoiceField(label="用途", widget=forms.RadioSelect(attrs={"class": "form-check-input"}))
    name = forms.CharField(label="姓名", max_length=200, widget=text_input(spellcheck="false"))
    code_type = forms.ChoiceField(label="证件种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    code = forms.CharField(
        label="证件号码",
        max_length=40,
        help_text="照证件原样填写，中间不留空格。",
        widget=text_input(spellcheck="false", autocapitalize="characters", inputmode="text"),
    )

    def __init__(self, *args: object, purposes: list[Purpose], **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]
        self._purposes = purposes
        choices = [(one.code, f"{one.purpose}（{one.code}）") for one in purposes]
        self.fields["purpose"].choices = choices  # type: ignore[attr-defined]
        self.fields["purpose"].initial = choices[0][0] if len(choices) == 1 else None
        for name, words in (("purpose", "选择用途"), ("name", "填写姓名"), ("code", "填写证件号码")):
            self.fields[name].error_messages["required"] = f"请{words}。"

    def asked(self) -> Asked:
        return Asked(self.cleaned_data["code_type"], self.cleaned_data["code"], self.cleaned_data["name"])

    def without_person(self) -> "CheckForm":
        kept = {name: self.cleaned_data[name] for name in ("purpose", "code_type")}
        return CheckForm(initial=kept, purposes=self._purposes)


@officers_may("verification.check")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    purposes = list_purposes(officer.organisation.code)
    form = CheckForm(request.POST if request.method == "POST" else None, purposes=purposes)
    if not form.is_valid():
        return _page(request, form, purposes, status=422 if form.is_bound else 200)
    enquirer = Enquirer("desk", officer.organisation.code, officer.login)
    try:
        with on_the_beat(settings.CHECK_BEAT_S):
            answer, _ = verify(enquirer, form.cleaned_data["purpose"], form.asked(), at=timezone.now())
    except ChengxinError as refusal:
        return _page(request, form.without_person(), purposes, refusal=refusal, status=refusal.status)
    return _page(request, form.without_person(), purposes, answer=answer)


def _page(
    request: HttpRequest,
    form: CheckForm,
    purposes: list[Purpose],
    *,
    answer: Answer | None = None,
    refusal: ChengxinError | None = None,
    status: int = 200,
) -> HttpResponse:
    bases = [
        {"purpose": one, "field": real_names().fields[one.field].name, "basis": real_names().bases[one.basis]}
        for one in purposes
    ]
    context = {"form": form, "bases": bases, "answer": answer, "refusal": refusal}
    return render(request, "portal/desk/verification.html", context, status=status)
