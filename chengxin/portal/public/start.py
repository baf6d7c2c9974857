"""The start page of the public site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.catalogue.published import published_items
from chengxin.education.published import home, latest
from chengxin.identity.openness import public
from chengxin.portal.public.keeping import may_be_kept
from chengxin.portal.public.places import PLACES

SHOWN = 5


@may_be_kept
@public("说明系统是什么、本人有哪些权利；不含任何人的信息")
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    context = {
        "places": PLACES,
        "home": home(),
        "news": latest("news", SHOWN),
        "guides": latest("guide", SHOWN),
        "items": len(published_items()),
    }
    return render(request, "portal/public/start.html", context)
