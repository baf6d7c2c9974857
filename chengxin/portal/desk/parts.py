"""A large file handed in part by part: begin, add, ask how far; the form of the upload page ends it."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from chengxin.identity.policies import officer_of, officers_may
from chengxin.portal.uploads import MEBIBYTE
from chengxin.records.errors import PartsElsewhere
from chengxin.records.services import spool_folder
from chengxin.records.ways.parts import Parts

PIECE, MOST_A_PART = 256 * 1024, 16 * MEBIBYTE


@officers_may("intake.hand_in")
@require_POST
def begin(request: HttpRequest) -> JsonResponse:
    made = Parts.begin(spool_folder(), officer_of(request).login)
    return JsonResponse({"token": str(made.token), "secret": made.secret, "offset": 0}, status=201)


@officers_may("intake.hand_in")
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, token: UUID) -> JsonResponse:
    parts = Parts(spool_folder(), token, officer_of(request).login, request.headers.get("Upload-Secret", ""))
    with parts.opened() as opened:
        if request.method == "POST":
            opened.append(_offset(request), iter(lambda: request.read(PIECE), b""))
        return JsonResponse({"offset": opened.offset})


def _offset(request: HttpRequest) -> int:
    text = request.headers.get("Upload-Offset", "")
    if not text.isascii() or not text.isdigit() or int(request.headers.get("Content-Length") or 0) > MOST_A_PART:
        raise PartsElsewhere
    return int(text)
