"""Error answers: one page for people, one problem document (RFC 9457) for programs. Neither holds a personal value."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_noop

from chengxin.lib.calls import FormExpired, PageUnknown, RequestUnreadable
from chengxin.lib.errors import ChengxinError, NotAllowed
from chengxin.lib.problems import PROBLEM, problem

__all__ = ["FormExpired", "PageUnknown", "RequestUnreadable"]


def wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/"):
        return True
    preferred = request.get_preferred_type(["text/html", "application/json", PROBLEM])
    return preferred in {"application/json", PROBLEM}


def answer_error(request: HttpRequest, error: ChengxinError) -> HttpResponse:
    """Answer with what an error says, in the form the caller asked for."""
    if wants_json(request):
        return JsonResponse(
            problem(error, settings.PUBLIC_URL),
            status=error.status,
            content_type=PROBLEM,
            json_dumps_params={"ensure_ascii": False},
        )
    context = {
        "error": error,
        "source": getattr(error, "source", None),
        "heading": gettext(HEADINGS.get(error.status, UNDONE)),
    }
    return render(request, "portal/error.html", context, status=error.status)


UNDONE = gettext_noop("未能完成")
HEADINGS = {
    400: gettext_noop("请求无法读取"),
    403: gettext_noop("不能进行此操作"),
    404: gettext_noop("未找到"),
    409: gettext_noop("现在不能进行此操作"),
    422: gettext_noop("未被接受"),
    429: gettext_noop("请求过多"),
}


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's own signature
    return answer_error(request, FormExpired())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    return answer_error(request, RequestUnreadable())


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    return answer_error(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    return answer_error(request, PageUnknown())


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a bug or a missing database. Asks neither session nor database, since they may be what is broken."""
    error = ChengxinError("请稍后再试；如仍不行，请联系信用中心。", "Try again later, or tell the credit centre.")
    if wants_json(request):
        return JsonResponse(
            problem(error, settings.PUBLIC_URL),
            status=500,
            content_type=PROBLEM,
            json_dumps_params={"ensure_ascii": False},
        )
    return HttpResponse(
        render_to_string("portal/error.html", {"error": error, "heading": gettext("系统出错")}), status=500
    )
