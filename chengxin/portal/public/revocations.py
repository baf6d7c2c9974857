"""The feed of revocations as files: an index, pages, the public keys. Signed texts of salted hashes; no request leaves an entry."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public
from chengxin.portal.public.keeping import may_be_kept
from chengxin.sharing.correcting.feed import read_index, read_keys, read_page

OPEN = "加盐的摘要，混在随机数里；不持有副本的人对不出任何人、任何记录"


@may_be_kept
@public(OPEN)
@require_safe
def revocation_index(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    return _text(read_index())


@may_be_kept
@public(OPEN)
@require_safe
def revocation_page(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    return _text(read_page(number))


@may_be_kept
@public(OPEN)
@require_safe
def revocation_keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    return _text(read_keys())


def _text(text: str | None) -> HttpResponse:
    if not text:
        raise Http404
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
