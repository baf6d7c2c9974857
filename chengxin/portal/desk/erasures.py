"""What the officer's organisation states of the copies of what it was told, month by month."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.oversight.erasing import list_owed, state_erasure
from chengxin.oversight.errors import InquiryRefused
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.own_words import COPIES


class StateForm(forms.Form):
    """What became of the copies."""

    copies = forms.ChoiceField(
        label="查得的内容怎样处理了",
        choices=list(COPIES.items()),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "请选择怎样处理了。"},
    )
    law = FreeText(
        label="哪一部法律、哪一条",
        required=False,
        max_length=200,
        help_text="只有法律规定还须保存的才写。",
        widget=text_input(),
    )


@officers_may("erasure.state")
@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    return _page(request)


@officers_may("erasure.state")
@require_POST
def state(request: HttpRequest, number: int) -> HttpResponse:
    form = StateForm(request.POST, auto_id=f"erasure{number}_%s")
    if not form.is_valid():
        return _page(request, form, number)
    try:
        state_erasure(number, **form.cleaned_data, actor=officer_of(request), at=timezone.now())
    except InquiryRefused as refused:
        form.add_error("law", f"{refused.text} / {refused.text_en}")
        return _page(request, form, number)
    messages.success(request, "已提交，不能再改。")
    return redirect("portal:erasures")


def _page(request: HttpRequest, form: StateForm | None = None, number: int | None = None) -> HttpResponse:
    today = shanghai_date(timezone.now())
    found = [
        (one, one.overdue(today), form if form and one.id == number else StateForm(auto_id=f"erasure{one.id}_%s"))
        for one in list_owed(officer_of(request))
    ]
    return render(request, "portal/desk/erasures.html", {"found": found, "form": form}, status=422 if form else 200)
