"""What an organisation that read records is told: which were withdrawn. Acknowledged by an officer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.portal.numbers import whole_number
from chengxin.sharing import recalls as told
from chengxin.sharing.correcting.queries import list_chases
from chengxin.sharing.recalls import PAGE


@officers_may("recall.acknowledge")
@require_safe
def recalls(request: HttpRequest) -> HttpResponse:
    before = whole_number(request.GET.get("before", ""))
    found = told.list_recalls(officer_of(request), before=before, limit=PAGE + 1)
    older = found[PAGE - 1].id if len(found) > PAGE else None
    chased = list_chases(officer_of(request))
    return render(request, "portal/desk/recalls.html", {"found": found[:PAGE], "older": older, "chased": chased})


@officers_may("recall.acknowledge")
@require_POST
def acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    told.acknowledge(number, actor=officer_of(request), at=timezone.now())
    messages.success(request, "已确认。")
    return redirect("portal:recalls")
