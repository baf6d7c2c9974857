"""What happens to laws, entered at the credit centre, and what it leaves to do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.catalogue.laws import (
    NewLaw,
    WhatHappened,
    enter_event,
    enter_law,
    follow_article,
    law_choices,
    list_events,
    list_work,
    suspended_items,
)
from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.catalogue_forms import LawEventForm, LawForm, SuccessionForm


@officers_may("catalogue.laws", own_rows=True)
@require_safe
def laws(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **forms_in: Any) -> HttpResponse:
    today = shanghai_date(timezone.now())
    context = {
        "event_form": LawEventForm(laws=law_choices(), auto_id="event_%s"),
        "law_form": LawForm(auto_id="law_%s"),
        "succession_form": SuccessionForm(auto_id="follow_%s"),
        "work": list_work(),
        "events": list_events(),
        "suspended": suspended_items(today),
        "today": today,
        **forms_in,
    }
    return render(request, "portal/desk/laws.html", context, status=status)


@officers_may("catalogue.laws", own_rows=True)
@require_POST
def happened(request: HttpRequest) -> HttpResponse:
    form = LawEventForm(request.POST, laws=law_choices(), auto_id="event_%s")
    if not form.is_valid():
        return _page(request, status=422, event_form=form, form=form)
    told = form.cleaned_data
    what = WhatHappened(told["law"], told["kind"], told["on_day"], told["what"], told["source"], form.named())
    try:
        event = enter_event(what, actor=officer_of(request), at=timezone.now())
    except ChengxinError as refused:
        return _page(request, status=refused.status, event_form=form, refusal=refused)
    messages.success(request, f"已登记。受影响的信息项自 {event.on_day} 起停用，请在 {event.due_on} 前更新目录。")
    return redirect("portal:laws")


@officers_may("catalogue.laws", own_rows=True)
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    form = LawForm(request.POST, auto_id="law_%s")
    if not form.is_valid():
        return _page(request, status=422, law_form=form, form=form)
    try:
        refs = enter_law(NewLaw(**form.cleaned_data), actor=officer_of(request), at=timezone.now())
    except ChengxinError as refused:
        return _page(request, status=refused.status, law_form=form, refusal=refused)
    messages.success(request, f"已登记，条款编号 {refs}，标为暂定。")
    return redirect("portal:laws")


@officers_may("catalogue.laws", own_rows=True)
@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    form = SuccessionForm(request.POST, auto_id="follow_%s")
    if not form.is_valid():
        return _page(request, status=422, succession_form=form, form=form)
    told = form.cleaned_data
    try:
        follow_article(told["event"], told["article"], told["follows"], actor=officer_of(request), at=timezone.now())
    except ChengxinError as refused:
        return _page(request, status=refused.status, succession_form=form, refusal=refused)
    messages.success(request, "接续条款已登记，引用原条款的信息项恢复。")
    return redirect("portal:laws")
