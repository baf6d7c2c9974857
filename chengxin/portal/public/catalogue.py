"""The catalogue, open to everybody: what is collected, on which law, by whom, for how long, for whose eyes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chengxin.catalogue.queries import edition_in_force, explain_item, items_in_force
from chengxin.identity.policies import public
from chengxin.lib.periods import shanghai_date


@public("目录依法向社会公布；不含任何人的信息")
def catalogue(request: HttpRequest) -> HttpResponse:
    today = shanghai_date(timezone.now())
    return render(
        request, "portal/public/catalogue.html", {"items": items_in_force(today), "edition": edition_in_force(today)}
    )


@public("目录依法向社会公布；不含任何人的信息")
def item(request: HttpRequest, code: str) -> HttpResponse:
    explained = explain_item(code, shanghai_date(timezone.now()))
    return render(request, "portal/public/item.html", {"item": explained})
