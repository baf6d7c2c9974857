"""The person's messages, and where they want to be told that there are new ones."""

from typing import Any

from django import forms
from django.contrib import messages as shown
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity import jobs
from chengxin.identity.errors import CodeWrong, ContactRefused
from chengxin.identity.policies import person_of, persons_only
from chengxin.identity.services import contacts
from chengxin.identity.services.gateways import Way, open_ways
from chengxin.portal.fields import text_input
from chengxin.portal.words import PERSON_MESSAGES, SHORT_MESSAGES, word
from chengxin.sharing.queries import own_messages

SHOWN = 100
HINTS = {
    Way.MAIL: {"type": "email", "inputmode": "email", "autocomplete": "email"},
    Way.TELEPHONE: {"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"},
}


class ContactForm(forms.Form):
    """An address of one of the ways that are open here."""

    def __init__(self, data: Any = None, *, way: Way, refusal: ContactRefused | None = None) -> None:
        super().__init__(data, auto_id=f"{way.value}_%s")
        self.way = way
        self.fields["value"] = forms.CharField(
            label=_("电子邮件地址") if way == Way.MAIL else _("手机号码"),
            max_length=254,
            widget=text_input(**HINTS[way]),
            error_messages={"required": _("请填写。")},
        )
        if refusal is not None:
            self.full_clean()
            self.add_error("value", f"{refusal.text} / {refusal.text_en}")


class ProofForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        help_text=_("八位数字，15 分钟内有效。"),
        widget=text_input(inputmode="numeric", autocomplete="one-time-code"),
        error_messages={"required": _("请填写收到的验证码。")},
    )

    def __init__(self, data: Any = None, *, number: int, refusal: CodeWrong | None = None) -> None:
        super().__init__(data, auto_id=f"proof_{number}_%s")
        if refusal is not None:
            self.full_clean()
            self.add_error("code", f"{refusal.text} / {refusal.text_en}")


def _short_messages() -> list[tuple[str, str]]:
    return [(code, word(code, "short_message")) for code in SHORT_MESSAGES]


class QuietForm(forms.Form):
    """Of which kinds of messages notices are sent."""

    kinds = forms.MultipleChoiceField(
        label=_("哪些消息发通知"),
        choices=_short_messages,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@persons_only
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    return _page(request)


@persons_only
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    way = Way(request.POST["way"]) if request.POST.get("way") in Way.values else Way.MAIL
    form = ContactForm(request.POST, way=way)
    if not form.is_valid():
        return _page(request, entering=form)
    try:
        jobs.enter_contact(person_of(request), way=way, value=form.cleaned_data["value"])
    except ContactRefused as refusal:
        return _page(request, entering=ContactForm(request.POST, way=way, refusal=refusal))
    return _back(request, gettext("验证码正在发送，一般一分钟内收到。请填写在下面。"))


@persons_only
@require_POST
def prove(request: HttpRequest, number: int) -> HttpResponse:
    form = ProofForm(request.POST, number=number)
    if not form.is_valid():
        return _page(request, proving=(number, form))
    try:
        contacts.prove_contact(person_of(request), number, form.cleaned_data["code"])
    except CodeWrong as refusal:
        return _page(request, proving=(number, ProofForm(request.POST, number=number, refusal=refusal)))
    return _back(request, gettext("已确认。以后有新消息会通知您。"))


@persons_only
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    jobs.another_code(person_of(request), number)
    return _back(request, gettext("新的验证码正在发送，先前的不再有效。"))


@persons_only
@require_POST
def quiet(request: HttpRequest, number: int) -> HttpResponse:
    form = QuietForm(request.POST)
    form.full_clean()
    wanted = form.cleaned_data.get("kinds", [])
    contacts.keep_quiet(person_of(request), number, [kind for kind in PERSON_MESSAGES if kind not in wanted])
    return _back(request, gettext("已保存。"))


@persons_only
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    contacts.drop_contact(person_of(request), number)
    return _back(request, gettext("已删除，不再向那里发送通知。"))


def _back(request: HttpRequest, word: str) -> HttpResponse:
    shown.success(request, word)
    return redirect("person-messages")


def _page(
    request: HttpRequest, *, entering: ContactForm | None = None, proving: tuple[int, ProofForm] | None = None
) -> HttpResponse:
    held = contacts.contacts_of(person_of(request))
    cards = [_card(one, *(proving or (0, None))) for one in held]
    proven_or_waiting = {one.way for one in held}
    context = {
        "found": own_messages(person_of(request), limit=SHOWN),
        "cards": cards,
        "forms": [
            entering if entering is not None and entering.way == way else ContactForm(way=way)
            for way in open_ways()
            if way not in proven_or_waiting or (entering is not None and entering.way == way)
        ],
        "form": entering or (proving[1] if proving else None),
    }
    return render(request, "portal/person/messages.html", context, status=422 if context["form"] else 200)


def _card(one: contacts.OwnContact, number: int, proof: ProofForm | None) -> dict[str, Any]:
    wanted = [kind for kind in SHORT_MESSAGES if kind not in one.quiet]
    return {
        "contact": one,
        "proof": proof if proof is not None and one.id == number else ProofForm(number=one.id),
        "quiet": QuietForm(initial={"kinds": wanted}, auto_id=f"quiet_{one.id}_%s"),
    }
