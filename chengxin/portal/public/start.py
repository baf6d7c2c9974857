"""The start page of the public site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public


@public("说明系统是什么、本人有哪些权利；不含任何人的信息")
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/public/start.html")
