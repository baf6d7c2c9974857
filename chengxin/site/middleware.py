"""What every answer carries, and how errors become answers."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from chengxin.lib.errors import ChengxinError
from chengxin.portal.nonces import numbered
from chengxin.portal.pages import answer_error

Answer = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# The content system writes a script of a line or two beside some fields. Each carries the number of its own answer, which whoever slips
# something into a page can't know; framing is for the draft that is shown beside its form.
EDITORS_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
DENIED = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb",
    "window-management", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(f"{name}=()" for name in DENIED)


def content_security(get_response: Answer) -> Answer:
    """Let pages load nothing but this server's own files, run no script of a page's own, and be kept by no cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # A file of somebody's that is shown brings a stricter one of its own.
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def content_security_for_editors(get_response: Answer) -> Answer:
    """The same at the editors' face, with a number for the scripts that the content system writes into its own forms."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with numbered() as nonce:
            response = get_response(request)
        response.headers["Content-Security-Policy"] = EDITORS_POLICY.format(nonce=nonce)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        # Whatever the content system says of its pages; what has a name by its content is kept, or editors load it anew with each page.
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def tell_sandbox(get_response: Answer) -> Answer:
    """Say with every answer of a sandbox, page or interface, that it is one."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if settings.SANDBOX:
            response.headers["Chengxin-Sandbox"] = "1"
        return response

    return middleware


class AnswerErrors:
    """Answers the errors that are answers; a bug goes on to Django's own handler."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_error(request, error) if isinstance(error, ChengxinError) else None
