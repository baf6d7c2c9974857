"""The person's own page: where to go from here, what the register told them, who looked at them last."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.policies import person_of, persons_only
from chengxin.sharing.entries import Wanted, list_entries
from chengxin.sharing.queries import own_messages

LATEST = 5


@persons_only
@require_safe
def person_home(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    context = {
        "platform": settings.OIDC_NAME,
        "messages_told": own_messages(person),
        "entries": list_entries(person, Wanted(), limit=LATEST),
    }
    return render(request, "portal/person/home.html", context)
