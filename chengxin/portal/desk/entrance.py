"""The way in to the desk and to the person's own page; in a demo, the demo accounts."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chengxin.identity.openness import public
from chengxin.identity.queries import list_demo_officers, list_demo_persons


@public("从这里登录；不含任何人的信息，演示账户只在演示时列出")
def entrance(request: HttpRequest) -> HttpResponse:
    officers = list_demo_officers("desk.enter") if settings.DEMO else []
    persons = list_demo_persons() if settings.DEMO else []
    return render(request, "portal/desk/entrance.html", {"demo_officers": officers, "demo_persons": persons})
