"""My papers: what the window took in of me, and its scan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import person_of, persons_only
from chengxin.identity.services.scans import list_own_scans
from chengxin.portal.scans import scan_shown
from chengxin.sharing.scans import open_own_scan


@persons_only
@require_safe
def scans(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/person/scans.html", {"found": list_own_scans(person_of(request))})


@persons_only
@require_POST
def scan(request: HttpRequest, number: str) -> HttpResponse:
    return scan_shown(*open_own_scan(person_of(request), number, at=timezone.now()))
