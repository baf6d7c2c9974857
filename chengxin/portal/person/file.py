"""My file: everything held about whoever is logged in, and each record with its versions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.identity.policies import person_of, persons_only
from chengxin.lib.periods import shanghai_date
from chengxin.portal.person.names import name_record, record_named
from chengxin.records.own import OwnRecord
from chengxin.sharing.own import see_file, see_record


@persons_only
@require_safe
def own_file(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    found = see_file(person_of(request), at=at)
    shown = [(name, _cards(request, records)) for name, records in found.shown]
    context = {"file": found, "shown": shown, "hidden": _cards(request, found.hidden), "today": shanghai_date(at)}
    return render(request, "portal/person/file.html", context)


@persons_only
@require_safe
def own_record(request: HttpRequest, name: str) -> HttpResponse:
    opened = see_record(person_of(request), record_named(request, name), at=timezone.now())
    return render(
        request,
        "portal/person/record.html",
        {"opened": opened, "record": opened.record, "today": shanghai_date(timezone.now())},
    )


def _cards(request: HttpRequest, records: tuple[OwnRecord, ...]) -> list[tuple[str, OwnRecord]]:
    return [(name_record(request, record.record_id), record) for record in records]
