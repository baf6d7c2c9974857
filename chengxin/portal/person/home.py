"""The person's own page: what the register told them, and who looked at them."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.policies import persons_only, subject_of
from chengxin.sharing.queries import LISTED, entries_of, messages_of


@persons_only
@require_safe
def person_home(request: HttpRequest) -> HttpResponse:
    subject = subject_of(request)
    context = {
        "platform": settings.OIDC_NAME,
        "messages_told": messages_of(subject),
        "entries": entries_of(subject, limit=5),
    }
    return render(request, "portal/person/home.html", context)


@persons_only
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    try:
        before = UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
    found = entries_of(subject_of(request), before=before)
    more = found[-1].entry_id if len(found) == LISTED else None
    return render(request, "portal/person/entries.html", {"entries": found, "more": more})
