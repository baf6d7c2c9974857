"""Drafts that burden people, open to everybody's comments. No account, no address kept: a form's age and a count in memory stop floods."""

import time

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.catalogue.consulted import answered_comments, changes_of, comment_on, consultations, find_consultation
from chengxin.catalogue.errors import CommentRefused
from chengxin.identity.openness import address_of, public
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.public.floods import Flood
from chengxin.portal.public.keeping import may_be_kept

OPEN = "草案依法公开征求意见；不含任何人的信息"
SALT, SOONEST_S, LATEST_S = "catalogue-comment", 3, 24 * 3600
flood = Flood(10)


class CommentForm(forms.Form):
    text = FreeText(
        label="您的意见",
        max_length=2000,
        help_text="请勿写证件号码和他人的私事。意见经答复后公开。",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
        error_messages={"required": "请写下意见。"},
    )
    name = FreeText(
        label="怎样称呼您",
        max_length=60,
        required=False,
        help_text="可以不填。填了会随意见公开。",
        widget=text_input(),
    )
    opened = forms.CharField(widget=forms.HiddenInput)
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_opened(self) -> str:
        """Refuse a form that was sent at once, or that is a day old: programs do the first, and the second can't be told from them."""
        try:
            opened = float(signing.loads(self.cleaned_data["opened"], salt=SALT, max_age=LATEST_S))
        except (signing.BadSignature, ValueError):
            raise forms.ValidationError("页面已过期，请刷新后再提交。 / The page has expired; reload it.") from None
        if time.time() - opened < SOONEST_S:
            raise forms.ValidationError("提交得太快，请稍等几秒再提交。 / Too quick; wait a few seconds.")
        return ""


@may_be_kept
@public(OPEN)
@require_safe
def list_open(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/public/consultations.html", {"found": consultations()})


@public(OPEN)
@require_http_methods(["GET", "POST"])
def consultation(request: HttpRequest, number: int) -> HttpResponse:
    found = find_consultation(number)
    form = CommentForm(request.POST if request.method == "POST" else None)
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            _refuse_flood(request)
            if not form.cleaned_data["website"]:  # people don't see this field
                comment_on(number, form.cleaned_data["text"], form.cleaned_data["name"])
        except CommentRefused as refused:
            refusal, status = refused, refused.status
        else:
            return redirect(f"{reverse('public:consultation', args=[number])}?taken=1")
    if form.is_bound:
        form.data = {**form.data.dict(), "opened": _opened(form)}  # type: ignore[attr-defined]
    else:
        form.initial["opened"] = _opened(form)
    context = {
        "found": found,
        "form": form,
        "refusal": refusal,
        "changes": changes_of(found),
        "comments": answered_comments(found),
        "taken": not form.is_bound and "taken" in request.GET,
    }
    return render(request, "portal/public/consultation.html", context, status=status)


def _opened(form: CommentForm) -> str:
    """Say when the page was opened: what it said itself where that still counts, so that who was too quick only has to wait."""
    told = str(form.data.get("opened", ""))
    try:
        signing.loads(told, salt=SALT, max_age=LATEST_S)
    except signing.BadSignature:
        return signing.dumps(str(time.time()), salt=SALT)
    return told


def _refuse_flood(request: HttpRequest) -> None:
    """Raises CommentRefused when an address sends many in an hour."""
    if flood.over(address_of(request)):
        raise CommentRefused(
            "您这一小时已提交多条意见，请过一会儿再提交。", "That is many in an hour; try again later."
        )
