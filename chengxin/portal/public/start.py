"""The start page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chengxin.identity.policies import public
from chengxin.identity.queries import list_demo_officers


@public("说明系统是什么、本人有哪些权利；不含任何人的信息")
def start(request: HttpRequest) -> HttpResponse:
    officers = list_demo_officers("desk.enter") if settings.DEMO else []
    return render(request, "portal/public/start.html", {"demo_officers": officers})
