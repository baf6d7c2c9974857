"""In a demo a visitor looks at the page of a synthetic person without a real-name platform."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from chengxin.identity.policies import demo_only
from chengxin.identity.services.logging_in import settle_demo_person


@demo_only
@require_POST
def demo_login(request: HttpRequest, place: int) -> HttpResponse:
    """Let a visitor of the demo in as one of the persons that the demo shows."""
    person = settle_demo_person(place)
    if person is None:
        raise Http404
    get_adapter().logout(request)
    get_adapter().login(request, person)
    return redirect(settings.PERSON_HOME)
