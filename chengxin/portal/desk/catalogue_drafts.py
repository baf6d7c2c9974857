"""Drafts of the catalogue at the desk: begun, looked at, and taken a step further by whoever it is up to."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.catalogue.consulting import answer_comment, comments_of
from chengxin.catalogue.drafting import (
    StepForm,
    begin_draft,
    changes_of,
    drafts_for,
    find_draft,
    stand_of,
    take_step,
)
from chengxin.catalogue.numbers import consultation_days
from chengxin.catalogue.publishing import publish
from chengxin.catalogue.queries import edition_of, supplement_choices
from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.catalogue_forms import (
    AnswerForm,
    BeginForm,
    ConsultForm,
    NewItemForm,
    PublishForm,
    ReasonForm,
)


@officers_may("catalogue.follow", own_rows=True)
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    context = {"found": drafts_for(officer_of(request)), "form": BeginForm()}
    return render(request, "portal/desk/drafts.html", context)


@officers_may("catalogue.draft", own_rows=True)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    form = BeginForm(request.POST)
    if not form.is_valid():
        found = drafts_for(officer_of(request))
        return render(request, "portal/desk/drafts.html", {"found": found, "form": form}, status=422)
    draft = begin_draft(form.cleaned_data["title"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "草案已建立，请添加信息项。")
    return redirect("portal:draft", draft.pk)


@officers_may("catalogue.follow", own_rows=True)
@require_safe
def draft(request: HttpRequest, number: int) -> HttpResponse:
    return draft_page(request, number)


def draft_page(request: HttpRequest, number: int, *, status: int = 200, **forms_in: Any) -> HttpResponse:
    """Show a draft with what may be done to it; ``forms_in`` are forms that come back with their errors, or a refusal."""
    officer, today = officer_of(request), shanghai_date(timezone.now())
    found = find_draft(number, officer)
    shortest = consultation_days(today)
    context = {
        "draft": found,
        "stand": stand_of(found),
        "edition": edition_of(found),
        "steps": found.steps.select_related("actor__organisation").order_by("pk"),
        "items": found.items.order_by("code"),
        "changes": changes_of(found, today),
        "comments": comments_of(found),
        "mine": found.organisation_id == officer.organisation_id,
        "kind": officer.organisation.kind,
        "today": today,
        "shortest": shortest,
        "new_item": NewItemForm(items=supplement_choices(today)),
        "reason": ReasonForm(auto_id="reason_%s"),
        "consult": ConsultForm(initial={"until": today + timedelta(days=shortest)}),
        "publishing": PublishForm(initial={"valid_from": today + timedelta(days=1)}),
        "answer": AnswerForm(),
        **forms_in,
    }
    return render(request, "portal/desk/draft.html", context, status=status)


def _step(request: HttpRequest, number: int, kind: str, told: str, given: StepForm | None = None) -> HttpResponse:
    try:
        take_step(number, kind, actor=officer_of(request), at=timezone.now(), given=given or StepForm())
    except ChengxinError as refused:
        if refused.status not in {409, 422}:
            raise
        return draft_page(request, number, status=refused.status, refusal=refused)
    messages.success(request, told)
    return redirect("portal:draft", number)


def _with_reason(request: HttpRequest, number: int, kind: str, told: str) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="reason_%s")
    if not form.is_valid():
        return draft_page(request, number, status=422, reason=form, form=form)
    return _step(request, number, kind, told, StepForm(reason=form.cleaned_data["reason"]))


@officers_may("catalogue.draft", own_rows=True)
@require_POST
def submit(request: HttpRequest, number: int) -> HttpResponse:
    return _step(request, number, "submit", "已提交信用中心审核，审核期间不能修改。")


@officers_may("catalogue.draft", own_rows=True)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    return _with_reason(request, number, "withdraw", "草案已撤回。")


@officers_may("catalogue.review", own_rows=True)
@require_POST
def review(request: HttpRequest, number: int) -> HttpResponse:
    return _step(request, number, "review", "审核通过。")


@officers_may("catalogue.review", own_rows=True)
@require_POST
def send_back(request: HttpRequest, number: int) -> HttpResponse:
    return _with_reason(request, number, "return", "已退回修改。")


@officers_may("catalogue.review", own_rows=True)
@require_POST
def consult(request: HttpRequest, number: int) -> HttpResponse:
    form = ConsultForm(request.POST)
    if not form.is_valid():
        return draft_page(request, number, status=422, consult=form, form=form)
    return _step(request, number, "consult", "已公开征求意见。", StepForm(until=form.cleaned_data["until"]))


@officers_may("catalogue.review", own_rows=True)
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return draft_page(request, number, status=422, answer=form, form=form)
    told = form.cleaned_data
    answer_comment(number, told["comment"], told["answer"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "已答复，意见和答复随草案公开。")
    return redirect("portal:draft", number)


@officers_may("catalogue.approve", own_rows=True)
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    return _step(request, number, "approve", "已批准，由信用中心发布。")


@officers_may("catalogue.approve", own_rows=True)
@require_POST
def decline(request: HttpRequest, number: int) -> HttpResponse:
    return _with_reason(request, number, "return", "已退回修改。")


@officers_may("catalogue.publish", own_rows=True)
@require_POST
def issue(request: HttpRequest, number: int) -> HttpResponse:
    form = PublishForm(request.POST)
    if not form.is_valid():
        return draft_page(request, number, status=422, publishing=form, form=form)
    told = form.cleaned_data
    try:
        edition = publish(number, told["code"], told["valid_from"], actor=officer_of(request), at=timezone.now())
    except ChengxinError as refused:
        if refused.status not in {409, 422}:
            raise
        return draft_page(request, number, status=refused.status, refusal=refused, publishing=form)
    messages.success(request, f"目录 {edition.code} 已发布，{edition.valid_from} 起施行。")
    return redirect("portal:draft", number)
