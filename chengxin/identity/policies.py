"""Access policies of views: each view carries one, and a test walks the address table to see that it does."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import date, datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from chengxin.identity.errors import ScopeMissing, TokenInvalid
from chengxin.identity.limits import login_limits
from chengxin.identity.models import User
from chengxin.identity.openness import AccessPolicy, View, mark
from chengxin.identity.permissions import Act, permissions
from chengxin.identity.queries import Right, organisation_stands, rights_of
from chengxin.identity.services.factors import factors_of
from chengxin.identity.services.rights import note_use
from chengxin.identity.speaking import speaking_as
from chengxin.identity.standing import by_second_factor, is_fully_in, proved_within
from chengxin.identity.tokens import Bearer, machine_acts, read_token
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date


def officers_may(*acts: str, own_rows: bool = False) -> Callable[[View], View]:
    """Open a view to officers who may do one of these acts of the permission table, in an organisation of its kind that is valid.

    Others are sent to log in or refused, and whoever logged in without a second factor, or with a password that somebody else chose,
    is sent to mend that first. Where the table says so they prove once more who they are. The first use of a right on a day is noted,
    since an unused right lapses. With ``own_rows`` the view is one transaction that speaks for the officer's organisation: the database
    then shows its rows and no other's, whatever the view asks; without it there are none. Raises KeyError on an act that the table
    doesn't know, and ValueError on own rows for an act of wider scope, when the module is read.
    """
    wanted = [permissions().acts[act] for act in acts]
    roles = tuple(sorted({role for act in wanted for role in act.roles}))
    prove = any(act.prove for act in wanted)
    if own_rows and any(act.scope != "own" for act in wanted):
        raise ValueError(f"{acts}: only acts within the own organisation speak for it")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return sent_to(settings.LOGIN_URL, request)
            if user.subject_id is not None:
                raise NotAllowed("这里只供工作人员使用。", "This is for officers.")
            if not is_fully_in(request):
                return redirect("account_home")
            today = shanghai_date(timezone.now())
            used = _right_among(request, user, wanted, today)
            if prove and not proved_freshly(request):
                return sent_to("account_prove", request)
            note_use(used, today)
            with speaking_as(user) if own_rows else nullcontext():
                return view(request, *args, **kwargs)

        return mark(guarded, AccessPolicy("officers", roles=roles, acts=acts))

    return decorate


def _right_among(request: HttpRequest, user: User, acts: Iterable[Act], today: date) -> Right:
    """Give the right by which an officer comes.

    Raises NotAllowed when there is none for an organisation of this kind, or the organisation doesn't stand today.
    """
    kind = user.organisation.kind
    opened = {role for act in acts if act.open_to(kind) for role in act.roles}
    used = next((right for right in rights_in(request) if right.role in opened), None)
    if used is not None:
        return used
    if not organisation_stands(user.organisation.pk, today):
        raise NotAllowed(
            "您所在单位的登记或者许可今天不在有效期内。",
            "Your organisation's registration or licence isn't valid today.",
        )
    if not any(act.open_to(kind) for act in acts):
        raise NotAllowed("此项不由您所在类别的单位办理。", "This isn't for organisations of your kind.")
    raise NotAllowed("您的岗位没有此项权限。", "Your role doesn't include this.")


def logged_in(reason: str, *, prove: bool = False) -> Callable[[View], View]:
    """Open a view to every officer who has logged in, be it without a second factor, and say why: they see to their own login there.

    ``prove``: who has a second factor proves once more who they are.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return sent_to(settings.LOGIN_URL, request)
            if user.subject_id is not None:
                raise NotAllowed("这里只供工作人员使用。", "This is for officers.")
            if not by_second_factor(request) and factors_of(user.pk):
                logout(request)  # begun by the password alone, before there was a second factor
                return sent_to(settings.LOGIN_URL, request)
            if prove and by_second_factor(request) and not proved_freshly(request):
                return sent_to("account_prove", request)
            return view(request, *args, **kwargs)

        return mark(guarded, AccessPolicy("logged-in", reason))

    return decorate


def persons_only(view: View) -> View:
    """Open a view to a person of the register who came from the real-name platform; each sees what is their own."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return sent_to("person-login", request)
        if user.subject_id is None or not is_fully_in(request):
            raise NotAllowed("这里只供本人使用。", "This is for the person alone.")
        return view(request, *args, **kwargs)

    return mark(guarded, AccessPolicy("persons", "本人只看到自己的"))


def subject_of(request: HttpRequest) -> int:
    """Give the person behind a request that ``persons_only`` has let through. Raises NotAllowed on any other."""
    if not isinstance(request.user, User) or request.user.subject_id is None:
        raise NotAllowed
    return request.user.subject_id


def person_of(request: HttpRequest) -> User:
    """Give the account of the person behind a request that ``persons_only`` has let through. Raises NotAllowed on any other."""
    subject_of(request)
    return cast("User", request.user)


def sent_to(name: str, request: HttpRequest) -> HttpResponse:
    """Send on to another page, which leads back here afterwards; after handing in a form, to the page that the form stands on."""
    back = request.get_full_path()
    if request.method != "GET":
        from_page = urlsplit(request.headers.get("Referer", ""))
        back = from_page.path if from_page.netloc == request.get_host() else ""
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}" if back else reverse(name))


def proved_freshly(request: HttpRequest) -> bool:
    """Tell whether the proof is fresh enough: more so to open a form than to hand in one that was opened in time."""
    limits = login_limits()
    limit = limits.proof_to_hand_in if request.method == "POST" else limits.proof_to_open
    return proved_within(request, limit, timezone.now())


def rights_in(request: HttpRequest) -> tuple[Right, ...]:
    """Give the rights in force of whoever sends a request, asked for once a request; none before they are fully in."""
    found: tuple[Right, ...] | None = getattr(request, "rights", None)
    if found is None:
        found = rights_of(request.user.pk) if isinstance(request.user, User) and is_fully_in(request) else ()
        cast("Any", request).rights = found
    return found


def acts_in(request: HttpRequest) -> frozenset[str]:
    """Give the acts that whoever sends a request may do: what is not among them is not shown."""
    rights = rights_in(request)
    if not rights:
        return frozenset()
    return permissions().acts_of(frozenset(right.role for right in rights), officer_of(request).organisation.kind)


def officer_of(request: HttpRequest) -> User:
    """Give the officer behind a request that ``officers_may`` has let through. Raises NotAllowed on any other."""
    if not isinstance(request.user, User) or request.user.subject_id is not None:
        raise NotAllowed
    return request.user


def organisation_of(request: HttpRequest) -> str:
    """Give the name of the organisation that whoever is logged in works for; persons work for none here."""
    user = request.user
    return user.organisation.name if isinstance(user, User) and user.subject_id is None else ""


def kind_of(request: HttpRequest) -> str:
    """Give the kind of the organisation that an officer works for; empty for persons."""
    user = request.user
    return user.organisation.kind if isinstance(user, User) and user.subject_id is None else ""


def clients_may(act: str) -> AccessPolicy:
    """Give the policy of an operation that a system does with its token. Raises ValueError on an act that is for persons alone."""
    if act not in machine_acts():
        raise ValueError(f"{act} is no machine's to do")
    return AccessPolicy("clients", "凭登记系统的访问令牌", acts=(act,))


def bearer_in(request: HttpRequest, policy: AccessPolicy, *, at: datetime) -> Bearer:
    """Give the client whose token a request bears, when the policy lets it in. Raises TokenInvalid, ScopeMissing."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise TokenInvalid
    bearer = read_token(text.strip(), at=at)
    if not bearer.scope.issuperset(policy.acts):
        raise ScopeMissing
    return bearer


def demo_only(view: View) -> View:
    """Open a view under the demo switch alone; elsewhere there is nothing at that address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return cast("HttpResponse", view(request, *args, **kwargs))

    return mark(guarded, AccessPolicy("demo", "演示账户只在演示开关打开时存在"))
