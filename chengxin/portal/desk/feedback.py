"""What the public said at the site: the credit centre's queue."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.education.feedback.rules import LONGEST
from chengxin.education.feedback.services import answer_feedback, list_feedback, show_feedback
from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.portal.fields import refuse_numbers


class AnswerForm(forms.Form):
    words = forms.CharField(
        label="答复",
        max_length=LONGEST,
        help_text="提意见的人凭编号看到；公开的，所有人都看得到。不要写证件号码和电话。",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        error_messages={
            "required": "请写明答复。 / Give the answer.",
            "max_length": "最多 1000 字。 / At most 1000 signs.",
        },
        validators=[refuse_numbers],
    )


@officers_may("feedback.answer")
@require_safe
def feedback(request: HttpRequest) -> HttpResponse:
    return _page(request)


@officers_may("feedback.answer")
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    form = AnswerForm(request.POST, auto_id=f"answer{number}_%s")
    if not form.is_valid():
        return _page(request, form, number)
    answer_feedback(number, form.cleaned_data["words"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "已答复。")
    return redirect("portal:feedback")


@officers_may("feedback.show")
@require_POST
def show(request: HttpRequest, number: int) -> HttpResponse:
    show_feedback(number, actor=officer_of(request), at=timezone.now())
    messages.success(request, "已同意公开。")
    return redirect("portal:feedback")


def _page(request: HttpRequest, form: AnswerForm | None = None, number: int | None = None) -> HttpResponse:
    today, queue = shanghai_date(timezone.now()), list_feedback(officer_of(request))
    waiting = [
        (one, one.overdue(today), form if form and one.id == number else AnswerForm(auto_id=f"answer{one.id}_%s"))
        for one in queue.waiting
    ]
    told = {"queue": queue, "waiting": waiting, "form": form}
    return render(request, "portal/desk/feedback.html", told, status=422 if form else 200)
