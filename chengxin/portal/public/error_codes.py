"""What each error code means and how it is mended: the addresses that problem documents bear as their type."""

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public
from chengxin.lib.problems import type_of
from chengxin.portal.public.keeping import may_be_kept
from chengxin.sharing.codes import Code, published_codes

OPEN = "错误代码的说明，由程序本身得出；不含任何人的信息"


@may_be_kept
@public(OPEN)
@require_safe
def error_codes(request: HttpRequest) -> HttpResponse:
    codes = list(published_codes().values())
    told = {
        "of_interface": [one for one in codes if one.operations],
        "of_pages": [one for one in codes if not one.operations],
    }
    return render(request, "portal/public/error_codes.html", told)


@may_be_kept
@public(OPEN)
@require_safe
def error_code(request: HttpRequest, code: str) -> HttpResponse:
    found = published_codes().get(code)
    if found is None:
        raise Http404
    return render(request, "portal/public/error_code.html", {"one": found})


@may_be_kept
@public(OPEN)
@require_safe
def error_codes_json(request: HttpRequest) -> JsonResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    told = [_plain(one, site) for one in published_codes().values()]
    return JsonResponse({"codes": told}, json_dumps_params={"ensure_ascii": False})


def _plain(one: Code, site: str) -> dict[str, Any]:
    operations = [{"method": each.method, "path": each.address} for each in one.operations]
    return {"type": type_of(one.code, site), **asdict(one), "operations": operations}
