"""Access policies of views: each view carries one, and a test walks the address table to see that it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.models import Organisation, User
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who may open a view. ``public`` ones tell why; the others name the roles."""

    kind: str
    reason: str = ""
    roles: tuple[str, ...] = ()


def policy_of(view: Any) -> AccessPolicy | None:
    return getattr(view, "access_policy", None)


def mark(view: View, policy: AccessPolicy) -> View:
    cast("Any", view).access_policy = policy
    return view


def public(reason: str) -> Callable[[View], View]:
    """Open a view to everybody, and say why that harms nobody."""

    def decorate(view: View) -> View:
        @wraps(view)
        def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        return mark(open_view, AccessPolicy("public", reason))

    return decorate


def officers_only(*roles: str) -> Callable[[View], View]:
    """Open a view to officers of these roles whose organisation is valid; others are sent to log in or refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return redirect(f"{reverse(settings.LOGIN_URL)}?next={request.path}")
            if user.role not in roles:
                raise NotAllowed("您的岗位没有此项权限。", "Your role doesn't include this.")
            if not valid_on(user.organisation, shanghai_date(timezone.now())):
                raise NotAllowed(
                    "您所在单位的登记今天不在有效期内。", "Your organisation's registration isn't valid today."
                )
            return view(request, *args, **kwargs)

        return mark(guarded, AccessPolicy("officers", roles=roles))

    return decorate


def valid_on(organisation: Organisation, day: date) -> bool:
    return organisation.valid_from <= day and (organisation.valid_until is None or day < organisation.valid_until)


def officer_of(request: HttpRequest) -> User:
    """Give the officer behind a request that ``officers_only`` has let through. Raises NotAllowed on any other."""
    if not isinstance(request.user, User):
        raise NotAllowed
    return request.user


def demo_only(view: View) -> View:
    """Open a view under the demo switch alone; elsewhere there is nothing at that address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return cast("HttpResponse", view(request, *args, **kwargs))

    return mark(guarded, AccessPolicy("demo", "演示账户只在演示开关打开时存在"))
