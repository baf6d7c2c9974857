"""The page on which an officer declares once who they are."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.identity.errors import DeclarationRefused
from chengxin.identity.openness import address_of
from chengxin.identity.parties import Party
from chengxin.identity.policies import logged_in, officer_of
from chengxin.identity.services.declarations import declare
from chengxin.identity.services.logging_in import count_try, forgive
from chengxin.identity.signers import declared
from chengxin.identity.standing import is_fully_in
from chengxin.lib.codes import CodeType
from chengxin.portal.fields import Choice, text_input
from chengxin.portal.languages import in_english

LOCKED = ("多次不符，已暂时锁定，请稍后再试。", "locked for a while after too many failures; try again later.")


def _code_types() -> list[tuple[str, str]]:
    kinds = [kind for kind in CodeType if not kind.name.startswith("ORGANISATION")]
    return [(kind.value, kind.label_en if in_english() else kind.label) for kind in kinds]


class WhoForm(forms.Form):
    """One's own certificate. Neither name nor code is given back to the browser after a refusal."""

    code_type = forms.ChoiceField(label=_("证件种类"), choices=_code_types, widget=Choice())
    name = forms.CharField(
        label=_("姓名"),
        max_length=200,
        widget=text_input(spellcheck="false"),
        error_messages={"required": "请填写您的姓名。 / Give your name."},
    )
    code = forms.CharField(
        label=_("证件号码"),
        max_length=40,
        help_text=_("照证件原样填写，中间不留空格。"),
        widget=text_input(spellcheck="false", autocapitalize="characters", inputmode="text"),
        error_messages={"required": "请填写您的证件号码。 / Give your number."},
    )

    def party(self) -> Party:
        told = self.cleaned_data
        return Party(told["code_type"], told["code"], told["name"])


@logged_in("本人申报自己是谁，只能申报一次", prove=True)
def declare_oneself(request: HttpRequest) -> HttpResponse:
    """Take an officer's declaration, each try counted: a wrong name under a code must not be guessed at."""
    if not is_fully_in(request):
        return redirect("account_home")
    officer = officer_of(request)
    form, refusal = WhoForm(request.POST if request.method == "POST" else None), None
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            _declare(request, form.party())
        except DeclarationRefused as refused:
            form, refusal, status = (
                WhoForm(initial={"code_type": form.cleaned_data["code_type"]}),
                refused,
                refused.status,
            )
        else:
            messages.success(request, gettext("已申报。"))
            return redirect(settings.FACE_HOME)
    context = {"form": form, "refusal": refusal, "since": declared(officer), "onward": settings.FACE_HOME}
    return render(request, "portal/accounts/declare.html", context, status=status)


def _declare(request: HttpRequest, party: Party) -> None:
    officer, at, address = officer_of(request), timezone.now(), address_of(request)
    if not count_try(officer, address=address, at=at):
        raise DeclarationRefused(*LOCKED)
    declare(officer, party, at=at)
    forgive(officer, address=address)
