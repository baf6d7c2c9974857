"""Leave asked for on the way through an institution's own application: the person decides here, and goes back (RFC 6749, 9126)."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from chengxin.identity.policies import person_of, persons_only, proved_freshly
from chengxin.portal.person.leave_forms import LeaveForm
from chengxin.sharing.authorising.browser import Pushed, grant_pushed, leave_pushed, open_pushed
from chengxin.sharing.authorising.errors import AuthorisationRefused


@persons_only
@require_http_methods(["GET", "POST"])
def authorise(request: HttpRequest) -> HttpResponse:
    """Show what was pushed, and let the person grant item by item, right after a fresh proof, or go back without."""
    client, reference = request.GET.get("client_id", ""), request.GET.get("request_uri", "")
    pushed = open_pushed(person_of(request), client, reference, timezone.now())
    if request.method != "POST":
        return _page(request, pushed)
    if "grant" in request.POST:
        return _grant(request, client, reference, pushed)
    address = leave_pushed(person_of(request), client, reference, at=timezone.now())
    return _back(request, pushed, address, granted=False)


def _grant(request: HttpRequest, client: str, reference: str, pushed: Pushed) -> HttpResponse:
    if not proved_freshly(request):
        return redirect(f"{reverse('person-login')}?{urlencode({'next': request.get_full_path()})}")
    form = LeaveForm(request.POST, pushed.one)
    if not form.is_valid():
        return _page(request, pushed, form)
    try:
        address = grant_pushed(person_of(request), client, reference, form.leave(), at=timezone.now())
    except AuthorisationRefused as refused:
        form.add_error(None, f"{refused.text} / {refused.text_en}")
        return _page(request, pushed, form)
    return _back(request, pushed, address, granted=True)


def _page(request: HttpRequest, pushed: Pushed, form: LeaveForm | None = None) -> HttpResponse:
    context = {
        "one": pushed.one,
        "form": form or LeaveForm(None, pushed.one),
        "proved": proved_freshly(request),
        "host": urlsplit(pushed.redirect).netloc,
    }
    return _unreferred(render(request, "portal/person/authorise.html", context, status=422 if form else 200))


def _back(request: HttpRequest, pushed: Pushed, address: str, *, granted: bool) -> HttpResponse:
    """Lead back by a page: browsers don't follow a form from here to another site, and the person sees what became of it."""
    context = {"one": pushed.one, "address": address, "host": urlsplit(address).netloc, "granted": granted}
    return _unreferred(render(request, "portal/person/authorise_back.html", context))


def _unreferred(answer: HttpResponse) -> HttpResponse:
    """Let no address of this way, neither reference nor code, go along to another site (RFC 9700 4.2.4)."""
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
