"""Drafts that burden people, open to everybody's comments."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.catalogue.consulted import answered_comments, changes_of, comment_on, consultations, find_consultation
from chengxin.catalogue.errors import CommentRefused
from chengxin.identity.openness import public
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.public.floods import Flood
from chengxin.portal.public.keeping import may_be_kept
from chengxin.portal.public.senders import AN_HOUR, SenderForm, refuse_flood

OPEN = "草案依法公开征求意见；不含任何人的信息"
flood = Flood(AN_HOUR)


class CommentForm(SenderForm):
    salt = "catalogue-comment"
    text = FreeText(
        label=_("您的意见"),
        max_length=2000,
        help_text=_("请勿写证件号码和他人的私事。意见经答复后公开。"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
        error_messages={"required": _("请写下意见。")},
    )
    name = FreeText(
        label=_("怎样称呼您"),
        max_length=60,
        required=False,
        help_text=_("可以不填。填了会随意见公开。"),
        widget=text_input(),
    )


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
            refuse_flood(request, flood, CommentRefused)
            if not form.cleaned_data["website"]:  # people don't see this field
                comment_on(number, form.cleaned_data["text"], form.cleaned_data["name"])
        except CommentRefused as refused:
            refusal, status = refused, refused.status
        else:
            return redirect(f"{reverse('public:consultation', args=[number])}?taken=1")
    form.open()
    context = {
        "found": found,
        "form": form,
        "refusal": refusal,
        "changes": changes_of(found),
        "comments": answered_comments(found),
        "taken": not form.is_bound and "taken" in request.GET,
    }
    return render(request, "portal/public/consultation.html", context, status=status)
