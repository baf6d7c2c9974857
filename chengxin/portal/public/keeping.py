"""How long the public site's pages may be kept: by readers and caches on the way, and for some seconds in this process."""

import hashlib
import time
from collections import OrderedDict
from functools import wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from chengxin.identity.openness import View, mark, policy_of
from chengxin.lib.periods import shanghai_date

# What anybody asks for is one page for everybody: so many are held, the longest unasked for goes first.
HELD = 512
LARGEST = 1 << 20
_held: OrderedDict[tuple[str, ...], tuple[float, bytes, str]] = OrderedDict()
_lock = Lock()


def may_be_kept(view: View) -> View:
    """Let a page without any person be kept for a short time, and tell who asks again that it is the same.

    Nothing outlives its day: an item whose law ends at midnight is gone then. Only for views that set no cookie, read none and name
    nobody. Errors and what was posted are kept by nobody.
    """

    @wraps(view)
    def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = (view.__module__, view.__name__, request.get_full_path(), str(shanghai_date(timezone.now())))
        found = _take(key)
        if found is None:
            answer = view(request, *args, **kwargs)
            if answer.status_code != 200 or answer.streaming or request.method not in {"GET", "HEAD"}:  # noqa: PLR2004  # HTTP's own
                return answer
            found = (bytes(answer.content), answer.headers["Content-Type"])  # type: ignore[attr-defined]  # not streaming
            _put(key, *found)
        return _conditional(request, *found)

    policy = policy_of(view)
    return mark(keeping, policy) if policy is not None else keeping


def _conditional(request: HttpRequest, body: bytes, kind: str) -> HttpResponseBase:
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    kept = f"public, max-age={settings.PAGE_MAX_AGE_S}"
    answer = HttpResponse(body, content_type=kind, headers={"ETag": etag, "Cache-Control": kept})
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _take(key: tuple[str, ...]) -> tuple[bytes, str] | None:
    with _lock:
        found = _held.get(key)
        if found is None or found[0] <= time.monotonic():
            return None
        _held.move_to_end(key)
        return found[1:]


def _put(key: tuple[str, ...], body: bytes, kind: str) -> None:
    if len(body) > LARGEST or not settings.PAGE_HELD_S:
        return
    with _lock:
        _held[key] = (time.monotonic() + settings.PAGE_HELD_S, body, kind)
        _held.move_to_end(key)
        while len(_held) > HELD:
            _held.popitem(last=False)


def forget() -> None:
    """Hold nothing any more."""
    with _lock:
        _held.clear()
