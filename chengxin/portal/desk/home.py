"""Where an officer starts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from chengxin.identity.policies import acts_in, officers_may

# The first of these that an officer may do is where they start.
FIRST = (
    ("catalogue.approve", "portal:drafts"),
    ("intake.follow", "portal:batches"),
    ("report.issue", "portal:purposes"),
    ("verification.check", "portal:verification"),
)


@officers_may("desk.enter")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    acts = acts_in(request)
    return redirect(next(address for act, address in FIRST if act in acts))
