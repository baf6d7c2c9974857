"""Where an officer starts: what waits for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.identity.policies import acts_in, officer_of, officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.waits import kinds_for, waiting_for


@officers_may("desk.enter")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    officer, today = officer_of(request), shanghai_date(timezone.now())
    kinds = kinds_for(acts_in(request), officer.organisation.kind)
    found = waiting_for(kinds, actor=officer, on=today)
    there = [one.kind for one in found]
    context = {
        "found": found,
        "rest": [one for one in kinds if one not in there],
        "late": sum(one.late for one in found),
    }
    return render(request, "portal/desk/home.html", context)
