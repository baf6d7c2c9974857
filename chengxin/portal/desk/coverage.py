"""How far the unified code covers the population, in numbers alone, for the officers of the credit centre."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.coverage import closed_persons, coverage
from chengxin.identity.policies import officers_may
from chengxin.lib.regions import Level

LEVELS = {Level.PROVINCE.value: "全省", Level.PREFECTURE.value: "各市", Level.COUNTY.value: "各县（市、区）"}


@officers_may("coverage.see")
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("level", "")
    level = Level(asked) if asked in LEVELS else Level.PREFECTURE
    context = {"rows": coverage(level), "level": level.value, "levels": LEVELS, "closed": closed_persons()}
    return render(request, "portal/desk/coverage.html", context)
