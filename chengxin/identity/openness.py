"""Policies that views carry, the one of what is open to everybody, and where a request comes from.

Knows of no session: the public site's process has none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]
Open = TypeVar("Open", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who may open a view. ``public`` ones tell why; the others name acts, and roles where persons do them.

    ``clients`` are open to organisations' systems whose token covers one of the acts.
    """

    kind: str
    reason: str = ""
    roles: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


def policy_of(view: Any) -> AccessPolicy | None:
    return getattr(view, "access_policy", None)


def mark(view: View, policy: AccessPolicy) -> View:
    cast("Any", view).access_policy = policy
    return view


def public(reason: str) -> Callable[[Open], Open]:
    """Open a view or an operation to everybody, and say why that harms nobody."""

    def decorate(view: Open) -> Open:
        @wraps(view)
        def open_view(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        return cast("Open", mark(open_view, AccessPolicy("public", reason)))

    return decorate


def address_of(request: HttpRequest) -> str:
    """Give the address that a request came from: behind the proxy what the proxy says, which is the last in its list."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
