"""What anybody says to the credit centre: without a name, without a way to be reached; the answer is found by a number."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chengxin.education.feedback.errors import FeedbackRefused, FeedbackUnknown
from chengxin.education.feedback.given import find_feedback, give_feedback, shown_feedback, terms_of
from chengxin.education.feedback.rules import LONGEST, draw_number, read_number, spell_number
from chengxin.identity.openness import public
from chengxin.lib.periods import shanghai_date
from chengxin.portal.fields import refuse_numbers, text_input
from chengxin.portal.pages import RequestUnreadable
from chengxin.portal.public.floods import Flood
from chengxin.portal.public.senders import AN_HOUR, SenderForm, refuse_flood

flood = Flood(AN_HOUR)


class FeedbackForm(SenderForm):
    salt = "feedback"
    words = forms.CharField(
        label=_("您的意见"),
        max_length=LONGEST,
        help_text=_("不用写您是谁。不要写身份证件号码、电话号码和他人的私事。"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
        error_messages={
            "required": "请写下意见。 / Say what you mean.",
            "max_length": "最多 1000 字。 / At most 1000 signs.",
        },
        validators=[refuse_numbers],
    )
    may_show = forms.BooleanField(
        label=_("答复后可以公开这条意见和答复"),
        required=False,
        help_text=_("不勾选就只有凭编号才看得到。"),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("编号"),
        max_length=40,
        help_text=_("提交意见时给您的十六位字母和数字，中间的短横可以不写。"),
        widget=text_input(spellcheck="false", autocapitalize="characters"),
        error_messages={"required": "请填写编号。 / Give the number."},
    )


@public("谁都可以提意见；不问是谁，不留网址，只经一个有限额的函数写入")
@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    form, refusal = FeedbackForm(request.POST if request.method == "POST" else None), None
    if form.is_valid():
        try:
            return _taken(request, form)
        except FeedbackRefused as refused:
            refusal = refused
    form.open(draw_number())
    try:
        leaf = shown_feedback(request.GET.get("after", ""))
    except ValueError:
        raise RequestUnreadable from None
    told = {"form": form, "refusal": refusal, "leaf": leaf, "terms": terms_of(timezone.now()), "longest": LONGEST}
    return render(request, "portal/public/feedback.html", told, status=422 if form.is_bound else 200)


def _taken(request: HttpRequest, form: FeedbackForm) -> HttpResponse:
    """Take in what was said and tell its number; it stands in this answer alone and in no address. Raises FeedbackRefused."""
    refuse_flood(request, flood, FeedbackRefused)
    told, at = form.cleaned_data, timezone.now()
    if not told["website"]:  # people don't see this field
        give_feedback(told["opened"], told["words"], may_show=told["may_show"], at=at)
    number = {"number": spell_number(told["opened"]), "terms": terms_of(at)}
    return render(request, "portal/public/feedback_taken.html", number)


@public("凭编号查答复；编号无法猜到，查不到的一律同样回答")
@require_http_methods(["GET", "POST"])
def feedback_answer(request: HttpRequest) -> HttpResponse:
    form = NumberForm(request.POST if request.method == "POST" else None)
    told, status = {"form": form, "today": shanghai_date(timezone.now())}, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            told["found"], status = find_feedback(read_number(form.cleaned_data["number"])), 200
        except FeedbackUnknown as unknown:
            told["refusal"], status = unknown, unknown.status
    return render(request, "portal/public/feedback_answer.html", told, status=status)
