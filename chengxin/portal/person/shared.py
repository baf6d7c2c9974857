"""What somebody shares by a link, for whoever holds it: nothing before they press, and then once.

Programs fetch links to show what is behind them, so that fetching alone opens nothing and asks the database nothing. The words in the
address are the whole right to look: no session or cookie takes part, so a form that somebody else made gains nothing either.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from chengxin.identity.openness import address_of, public
from chengxin.lib.errors import ChengxinError
from chengxin.portal.person.link_forms import OpenForm
from chengxin.portal.public.floods import Flood
from chengxin.sharing.links.errors import LinkTriedTooOften
from chengxin.sharing.links.services import Opened, look

flood = Flood(60)
# The address is the right to look: it is told to no other server, kept by no cache and put into no index.
UNSEEN = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@public("持有链接的人只看到本人所选的内容，链接无法猜到，次数和期限由本人定，每次都登记")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def shared(request: HttpRequest, link: str) -> HttpResponse:
    form = OpenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    try:
        opened = _opened(request, link, form)
    except ChengxinError as refused:
        return _page(request, OpenForm(), refusal=refused, status=refused.status)
    return _page(request, OpenForm(), opened=opened)


def _opened(request: HttpRequest, link: str, form: OpenForm) -> Opened:
    """Look once. Raises LinkClosed, LinkTriedTooOften."""
    if flood.over(address_of(request)):
        raise LinkTriedTooOften
    return look(link, form.cleaned_data["code"], at=timezone.now())


def _page(request: HttpRequest, form: OpenForm, *, status: int = 200, **more: object) -> HttpResponse:
    answer = render(request, "portal/person/shared.html", {"form": form, **more}, status=status)
    for name, value in UNSEEN.items():
        answer.headers[name] = value
    return answer
