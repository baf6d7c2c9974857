"""How far key occupations are covered, in numbers: by occupation, then by city and licensing organ. Nobody's name is here."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.lib.regions import cities, region
from chengxin.records.occupations import Occupation, occupations
from chengxin.records.practices import Cell, Coverage
from chengxin.sharing.services import see_coverage


@dataclass(frozen=True, slots=True)
class Line:
    """An occupation or a city with its sum, and the cities of which nothing was told."""

    name: str
    cell: Cell
    code: str = ""
    missing: tuple[str, ...] = ()


@officers_may("occupations.coverage")
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    found = _coverage(request)
    missing = found.missing(one.code for one in cities())
    lines = [
        Line(one.name, found.of(code), code, tuple(city_name(city) for city in missing[code]))
        for code, one in occupations().on(found.on).items()
    ]
    context = {"coverage": found, "lines": lines, "whole": found.of(), "fresh_days": occupations().fresh_days}
    return render(request, "portal/desk/occupations.html", context)


@officers_may("occupations.coverage")
@require_safe
def occupation(request: HttpRequest, code: str) -> HttpResponse:
    found = _coverage(request)
    one: Occupation | None = occupations().on(found.on).get(code)
    if one is None:
        raise Http404
    told = {cell.city: cell for cell in found.by_city(code)}
    empty = Cell(code, "", "", "", 0, 0, 0, 0, 0, 0, None)
    places = [
        Line(city_name(city), told.get(city, empty)) for city in sorted({one.code for one in cities()} | told.keys())
    ]
    context = {
        "occupation": one,
        "whole": found.of(code),
        "places": places,
        "organs": found.by_organ(code),
        "on": found.on,
    }
    return render(request, "portal/desk/occupation.html", context)


def _coverage(request: HttpRequest) -> Coverage:
    at = timezone.now()
    return see_coverage(officer_of(request), on=shanghai_date(at), at=at)


def city_name(code: str) -> str:
    known = region(code)
    return known.name if known else f"其他地区（{code}）"
