"""What reviewers ask the officer's organisation about its look-ups, and the answers."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.oversight.queries import find_to_explain, list_lines, list_to_explain
from chengxin.oversight.services import answer_explanation
from chengxin.portal.fields import FreeText


class ExplainForm(forms.Form):
    """The organisation's explanation."""

    words = FreeText(
        label="说明",
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 5}),
        help_text="写明每次查询办的什么事、案号、结果用在哪里。不要写姓名和证件号码。",
        error_messages={"required": "请写明说明。", "max_length": "最多 1000 字。"},
    )


@officers_may("review.explain")
@require_safe
def explanations(request: HttpRequest) -> HttpResponse:
    today = shanghai_date(timezone.now())
    found = [(one, one.overdue(today)) for one in list_to_explain(officer_of(request))]
    return render(request, "portal/desk/explanations.html", {"found": found})


@officers_may("review.explain")
@require_safe
def explanation(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, number)


@officers_may("review.explain")
@require_POST
def explain(request: HttpRequest, number: int) -> HttpResponse:
    form = ExplainForm(request.POST)
    if not form.is_valid():
        return _page(request, number, form)
    answer_explanation(number, form.cleaned_data["words"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "已答复，审查员会看到。")
    return redirect("portal:explanation", number)


def _page(request: HttpRequest, number: int, form: ExplainForm | None = None) -> HttpResponse:
    officer = officer_of(request)
    one = find_to_explain(number, officer)
    context = {
        "one": one,
        "overdue": one.overdue(shanghai_date(timezone.now())),
        "lines": list_lines(one.inquiry, officer),
        "form": form,
        "answer": form or (ExplainForm() if one.open else None),
    }
    return render(request, "portal/desk/explanation.html", context, status=422 if form else 200)
