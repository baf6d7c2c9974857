"""Where an officer starts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from chengxin.identity.policies import officer_of, officers_only

FIRST = {"clerk": "portal:batches", "officer": "portal:purposes"}


@officers_only("clerk", "officer")
def desk(request: HttpRequest) -> HttpResponse:
    return redirect(FIRST[officer_of(request).role])
