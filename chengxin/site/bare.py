"""The way of queries past everything that pages need: one function before Django's own handler (``docs/adr/0032``).

What is out of the ordinary — no token, a body that isn't a query, a host that isn't ours — goes on to Django's, which says what is wrong.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from threading import local
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils import timezone
from pydantic import ValidationError

from chengxin.api.application import JSON, answer_broken, answer_problem
from chengxin.api.queries import ACT, Query, answer_query
from chengxin.identity.errors import TokenInvalid
from chengxin.identity.tokens import Bearer, read_token
from chengxin.lib.errors import ChengxinError
from chengxin.site.middleware import content_security, tell_sandbox

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, Any], Iterable[bytes]]

PATH, BEARER = "/api/v1/queries", "bearer"
MOST_BYTES, KEY_MOST = 16_384, 128
LOOK_AFTER_S = 1.0
"""A connection that rested for longer is looked at before it is used: the server may have been started anew."""
_rested = local()


def before(django: Application) -> Application:
    """Answer queries, and let Django's application answer everything else."""
    headers = _headers()

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return django(environ, start)
        asked = _asked(environ)
        if asked is None:
            return django(environ, start)
        response = _answer(*asked, environ)
        for name, value in headers:
            response.headers.setdefault(name, value)
        status = HTTPStatus(response.status_code)
        content = response.content
        start(f"{status.value} {status.phrase}", [*response.headers.items(), ("Content-Length", str(len(content)))])
        return [content]

    return application


def _asked(environ: Environ) -> tuple[Bearer, Query] | None:
    """Read who asks and what; None where anything of it is not as it should be, the body still to be read."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    kind, _, text = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if (
        not length.isdecimal()
        or not 0 < int(length) <= MOST_BYTES
        or kind.lower() != BEARER
        or str(environ.get("CONTENT_TYPE") or JSON).partition(";")[0].strip().lower() != JSON
        or environ.get("QUERY_STRING")
        or len(environ.get("HTTP_IDEMPOTENCY_KEY", "")) > KEY_MOST
        or not _is_ours(str(environ.get("HTTP_HOST", "")))
    ):
        return None
    content = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(content)
    try:
        bearer = read_token(text.strip(), at=timezone.now())
        return (bearer, Query.model_validate_json(content)) if ACT in bearer.scope else None
    except (TokenInvalid, ValidationError):
        return None


def _answer(bearer: Bearer, query: Query, environ: Environ) -> HttpResponse:
    _look_at_connection()
    try:
        told, limits = answer_query(
            bearer, _address(environ), query, key=environ.get("HTTP_IDEMPOTENCY_KEY", ""), at=timezone.now()
        )
    except ChengxinError as error:
        return answer_problem(error)
    except Exception as error:  # noqa: BLE001  # the boundary: told as Django's handler tells it
        return answer_broken(error)
    finally:
        _rested.since = monotonic()
    return HttpResponse(told.model_dump_json(), content_type="application/json; charset=utf-8", headers=limits)


def _look_at_connection() -> None:
    """Do what Django does between two requests: drop a connection that broke or is too old, look whether one that rested still answers."""
    if monotonic() - getattr(_rested, "since", 0.0) > LOOK_AFTER_S or connection.errors_occurred:
        connection.close_if_unusable_or_obsolete()


def _address(environ: Environ) -> str:
    """Give the address that a call came from, as ``identity.openness.address_of`` does."""
    if settings.BEHIND_PROXY:
        return str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return str(environ.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=256)
def _is_ours(host: str) -> bool:
    return bool(host) and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def _headers() -> list[tuple[str, str]]:
    """Give the headers that every answer carries, by the middleware that Django's own handler runs."""
    chain: Any = tell_sandbox(content_security(lambda _: HttpResponse()))
    request = HttpRequest()
    if settings.SECURE_PROXY_SSL_HEADER:
        # Behind a proxy nobody comes another way.
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value
    response: Any = SecurityMiddleware(XFrameOptionsMiddleware(chain))(request)
    return [(name, value) for name, value in response.headers.items() if name != "Content-Type"]
