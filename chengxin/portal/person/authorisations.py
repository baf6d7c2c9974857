"""My authorisations: who asks for what; granting, refusing, narrowing, taking back; receipts."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import person_of, persons_only, proved_freshly, sent_to
from chengxin.lib.periods import shanghai_date
from chengxin.portal.certificates import json_named, pdf_named
from chengxin.portal.numbers import whole_number
from chengxin.portal.person.leave_forms import LeaveForm
from chengxin.sharing.authorising import services
from chengxin.sharing.authorising.errors import AuthorisationRefused
from chengxin.sharing.authorising.queries import (
    PAGE,
    find_own_authorisation,
    list_own_authorisations,
    own_history,
)
from chengxin.sharing.authorising.receipts import find_receipt
from chengxin.sharing.documents import leave_receipt_json, leave_receipt_pdf
from chengxin.sharing.entries import Wanted, list_entries


@persons_only
@require_safe
def authorisations(request: HttpRequest) -> HttpResponse:
    before, today = whole_number(request.GET.get("before", "")), shanghai_date(timezone.now())
    found = list_own_authorisations(person_of(request), today, before=before, limit=PAGE + 1)
    shown = [(one, bool(one.call_back and one.call_back.overdue(today))) for one in found[:PAGE]]
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "portal/person/authorisations.html", {"found": shown, "older": older})


@persons_only
@require_safe
def authorisation(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, form: LeaveForm | None = None) -> HttpResponse:
    person, today = person_of(request), shanghai_date(timezone.now())
    one = find_own_authorisation(person, number, today)
    context = {
        "one": one,
        "form": form or LeaveForm(None, one),
        "proved": proved_freshly(request),
        "history": own_history(person, number),
        "uses": list_entries(person, Wanted(leave=number), limit=PAGE),
        "told": list_entries(person, Wanted(leave=number, channel="change"), limit=PAGE) if one.told.times else [],
        "overdue": bool(one.call_back and one.call_back.overdue(today)),
    }
    return render(request, "portal/person/authorisation.html", context, status=422 if form else 200)


@persons_only
@require_POST
def grant(request: HttpRequest, number: str) -> HttpResponse:
    """Grant what was asked for or less, right after the person proved once more who they are."""
    if not proved_freshly(request):
        return sent_to("person-login", request)
    at = timezone.now()
    return _changed(
        request, number, services.grant, gettext("已同意。回执在下面，可以随时取得；改主意了随时可以撤回。"), at
    )


@persons_only
@require_POST
def narrow(request: HttpRequest, number: str) -> HttpResponse:
    at = timezone.now()
    return _changed(request, number, services.narrow, gettext("已缩小，立即生效。已要求对方处理收回的部分。"), at)


def _changed(request: HttpRequest, number: str, change: services.Change, told: str, at: datetime) -> HttpResponse:
    person = person_of(request)
    form = LeaveForm(request.POST, find_own_authorisation(person, number, shanghai_date(at)))
    if not form.is_valid():
        return _page(request, number, form)
    try:
        change(person, number, form.leave(), at=at)
    except AuthorisationRefused as refused:
        form.add_error(None, f"{refused.text} / {refused.text_en}")
        return _page(request, number, form)
    messages.success(request, told)
    return redirect("person-authorisation", number)


@persons_only
@require_POST
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    services.refuse(person_of(request), number, at=timezone.now())
    messages.success(request, gettext("已记下。对方不会知道您没有同意，只会看到没有授权；对您没有任何影响。"))
    return redirect("person-authorisations")


@persons_only
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    services.withdraw(person_of(request), number, at=timezone.now())
    messages.success(request, gettext("已撤回，立即生效。对方不能再查，已要求对方处理查得的内容。"))
    return redirect("person-authorisation", number)


@persons_only
@require_POST
def silence(request: HttpRequest, number: str) -> HttpResponse:
    services.silence(person_of(request), number, at=timezone.now())
    messages.success(request, gettext("已停掉，立即生效：有了变化不再告诉对方。授权还在，对方仍可以查。"))
    return redirect("person-authorisation", number)


@persons_only
@require_POST
def receipt_pdf(request: HttpRequest, number: str, receipt: str) -> HttpResponse:
    made = find_receipt(person_of(request), number, receipt, at=timezone.now())
    return pdf_named(leave_receipt_pdf(made, demo=settings.DEMO, sandbox=settings.SANDBOX), receipt)


@persons_only
@require_POST
def receipt_json(request: HttpRequest, number: str, receipt: str) -> HttpResponse:
    made = find_receipt(person_of(request), number, receipt, at=timezone.now())
    return json_named(leave_receipt_json(made, demo=settings.DEMO, sandbox=settings.SANDBOX), receipt)
