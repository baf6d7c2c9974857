"""What persons ask the officer's organisation about its queries, and the answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.forms import ReplyForm
from chengxin.sharing.entries import answer_question, list_questions_to


@officers_may("access.answer")
@require_safe
def access_questions(request: HttpRequest) -> HttpResponse:
    return _page(request)


@officers_may("access.answer")
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    form = ReplyForm(request.POST, auto_id=f"answer{number}_%s")
    if not form.is_valid():
        return _page(request, form, number)
    answer_question(number, words=form.cleaned_data["words"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "已答复，本人会收到消息。")
    return redirect("portal:access-questions")


def _page(request: HttpRequest, form: ReplyForm | None = None, number: int | None = None) -> HttpResponse:
    today = shanghai_date(timezone.now())
    found = [
        (one, one.overdue(today), form if form and one.id == number else ReplyForm(auto_id=f"answer{one.id}_%s"))
        for one in list_questions_to(officer_of(request))
    ]
    return render(
        request, "portal/desk/access_questions.html", {"found": found, "form": form}, status=422 if form else 200
    )
