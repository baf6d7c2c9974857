"""Asking persons for leave, and what they took back: the pages of the organisation that asks."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.errors import HandsRefused
from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.leave_forms import AcknowledgeForm, AskLeaveForm
from chengxin.portal.numbers import whole_number
from chengxin.records.terms import authorisation_requests
from chengxin.sharing.authorising import services
from chengxin.sharing.authorising.errors import AuthorisationRefused, EnrolmentUnknown
from chengxin.sharing.authorising.queries import PAGE, DutyTold, items_told, list_asked_for, list_call_backs


@officers_may("authorisation.ask")
@require_safe
def asked_for(request: HttpRequest) -> HttpResponse:
    before, actor, today = whole_number(request.GET.get("before", "")), officer_of(request), _today()
    found = list_asked_for(actor, today, before=before, limit=PAGE + 1)
    older = found[PAGE - 1].id if len(found) > PAGE else None
    context = {
        "found": found[:PAGE],
        "older": older,
        "duties": services.duties_to_ask_for(actor.organisation_id, today),
    }
    return render(request, "portal/desk/asked_for.html", context)


@officers_may("authorisation.ask")
@require_http_methods(["GET", "POST"])
def ask_leave(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for leave under a duty. Name and code are never given back to the browser."""
    actor, today = officer_of(request), _today()
    duty = _duty(request, code)
    form = AskLeaveForm(
        request.POST if request.method == "POST" else None, duty=duty, items=items_told(duty.items), on=today
    )
    if not form.is_valid():
        return _ask(request, duty, form, status=422 if form.is_bound else 200)
    try:
        number = services.request_authorisation(
            actor, form.wanted(), form.question(), channel="desk", at=timezone.now()
        )
    except (AuthorisationRefused, HandsRefused) as refusal:
        return _ask(request, duty, form.without_person(), status=refusal.status, refusal=refusal)
    messages.success(request, f"已提交，编号 {number}。本人答复以前不能查询。")
    return redirect("portal:asked-for")


def _ask(
    request: HttpRequest, duty: DutyTold, form: AskLeaveForm, *, status: int, refusal: ChengxinError | None = None
) -> HttpResponse:
    again = authorisation_requests(_today())["again"]
    context = {"duty": duty, "form": form, "refusal": refusal, "again": again}
    return render(request, "portal/desk/ask_leave.html", context, status=status)


def _duty(request: HttpRequest, code: str) -> DutyTold:
    """Give a duty that the officer's organisation stands enrolled for. Raises EnrolmentUnknown."""
    for duty in services.duties_to_ask_for(officer_of(request).organisation_id, _today()):
        if duty.code == code:
            return duty
    raise EnrolmentUnknown


@officers_may("authorisation.acknowledge")
@require_safe
def call_backs(request: HttpRequest) -> HttpResponse:
    return _call_backs(request)


@officers_may("authorisation.acknowledge")
@require_POST
def acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    form = AcknowledgeForm(request.POST, auto_id=f"back{number}_%s")
    if not form.is_valid():
        return _call_backs(request, form, number)
    try:
        services.acknowledge_call_back(number, **form.cleaned_data, actor=officer_of(request), at=timezone.now())
    except AuthorisationRefused as refused:
        form.add_error("law", f"{refused.text} / {refused.text_en}")
        return _call_backs(request, form, number)
    messages.success(request, "已确认，本人会收到消息。")
    return redirect("portal:call-backs")


def _call_backs(request: HttpRequest, form: AcknowledgeForm | None = None, number: int | None = None) -> HttpResponse:
    today = _today()
    found = [
        (one, one.overdue(today), form if form and one.id == number else AcknowledgeForm(auto_id=f"back{one.id}_%s"))
        for one in list_call_backs(officer_of(request))
    ]
    return render(request, "portal/desk/call_backs.html", {"found": found, "form": form}, status=422 if form else 200)


def _today() -> date:
    return shanghai_date(timezone.now())
