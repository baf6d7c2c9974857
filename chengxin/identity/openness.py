"""Policies that views carry, and the one of what is open to everybody. Knows of no session: the public site's process has none."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpResponseBase

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
