"""At the window: what somebody signs to grant or take back, entered by the officer who serves them, witnessed by a colleague."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.portal.person.leave_forms import LeaveForm
from chengxin.sharing.authorising import papers as signed
from chengxin.sharing.authorising.errors import AuthorisationUnknown
from chengxin.sharing.authorising.queries import OwnAuthorisation


@officers_may("window.serve")
@require_safe
def of_visit(request: HttpRequest, number: int) -> HttpResponse:
    actor, at = officer_of(request), timezone.now()
    found = signed.list_at_window(actor, number, at=at)
    context = {"visit": number, "found": found, "papers": signed.papers_of(actor, number, at=at)}
    return render(request, "portal/desk/visit_leave.html", context)


@officers_may("window.serve")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, number: int, leave: str) -> HttpResponse:
    """Enter what was signed: ticked as on the paper where it is granted, nothing to tick where it is taken back."""
    one = _one(request, number, leave)
    form, refusal = LeaveForm(request.POST if request.method == "POST" else None, one, on_paper=True), None
    granting = one.state == "waits"
    if request.method == "POST" and (form.is_valid() or not granting):
        given, at = form.leave() if granting else None, timezone.now()
        try:
            signed.enter_paper(officer_of(request), number, leave, given, at=at)
        except ChengxinError as refused:
            refusal = refused
        else:
            messages.success(request, "已登记。请同事看过签字的原件和来人，在“见证授权书”里见证；见证后立即生效。")
            return redirect("portal:visit-leave", number)
    context = {"visit": number, "one": one, "form": form, "refusal": refusal, "granting": granting}
    return render(request, "portal/desk/visit_leave_enter.html", context, status=422 if form.is_bound else 200)


def _one(request: HttpRequest, number: int, leave: str) -> OwnAuthorisation:
    for one in signed.list_at_window(officer_of(request), number, at=timezone.now()):
        if one.number == leave:
            return one
    raise AuthorisationUnknown


@officers_may("authorisation.witness")
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    found = signed.list_waiting(officer_of(request), at=timezone.now())
    return render(request, "portal/desk/leave_papers.html", {"found": found})


@officers_may("authorisation.witness")
@require_POST
def witness(request: HttpRequest, number: int) -> HttpResponse:
    signed.witness_paper(number, actor=officer_of(request), at=timezone.now())
    messages.success(request, "已见证，立即生效，本人会收到消息。")
    return redirect("portal:leave-papers")
