"""Looking a person up: duty item first, then basis, case and person; the answer is a report in its form, each time a new one."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.catalogue.errors import PurposeUnknown
from chengxin.catalogue.queries import names_in_force
from chengxin.ground.errors import NotAnswerable
from chengxin.identity.errors import HandsRefused
from chengxin.identity.policies import acts_in, officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.answers import attachment
from chengxin.portal.desk.forms import QueryForm
from chengxin.sharing.documents import as_json, as_pdf, words
from chengxin.sharing.duties.queries import Offer, list_offers
from chengxin.sharing.errors import DutyNotNamed
from chengxin.sharing.services import Report, issue_report


@officers_may("report.issue")
@require_safe
def purposes(request: HttpRequest) -> HttpResponse:
    may_enrol = "duties.enrol" in acts_in(request)
    names = names_in_force(shanghai_date(timezone.now()))
    named = [(one, [names.get(item, item) for item in one.items]) for one in _offered(request)]
    return render(request, "portal/desk/purposes.html", {"offers": named, "may_enrol": may_enrol})


@officers_may("report.issue")
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest, purpose: str) -> HttpResponse:
    offer = _offer(request, purpose)
    form = QueryForm(request.POST if request.method == "POST" else None, offer=offer)
    if not form.is_valid():
        return _ask(request, offer, form, status=422 if form.is_bound else 200)
    officer = officer_of(request)
    try:
        report = issue_report(form.asker(officer.organisation.code, officer.login), form.question(), at=timezone.now())
    except (NotAnswerable, HandsRefused, DutyNotNamed) as refusal:
        return _ask(request, offer, form.without_person(), status=refusal.status, refusal=refusal)
    return FACES[form.cleaned_data["format"]](request, report, form)


def _ask(
    request: HttpRequest, offer: Offer, form: QueryForm, *, status: int, refusal: ChengxinError | None = None
) -> HttpResponse:
    return render(request, "portal/desk/lookup.html", {"offer": offer, "form": form, "refusal": refusal}, status=status)


def _asked_of(report: Report) -> list[str]:
    """Give the names of the items that an answer without records is about."""
    names = names_in_force(shanghai_date(report.issued_at)) if report.answer else {}
    return [names.get(code, code) for code in report.answer.asked] if report.answer else []


def _offered(request: HttpRequest) -> list[Offer]:
    organisation = officer_of(request).organisation
    return list_offers(organisation.code, organisation.kind, shanghai_date(timezone.now()))


def _offer(request: HttpRequest, code: str) -> Offer:
    """Give a duty, or a purpose that needs none, under which the officer's organisation may ask. Raises PurposeUnknown."""
    for offer in _offered(request):
        if offer.code == code:
            return offer
    raise PurposeUnknown


def _page(request: HttpRequest, report: Report, form: QueryForm) -> HttpResponse:
    code = report.subject.code
    context: dict[str, Any] = {
        "report": report,
        "again": [(name, value) for name, value in form.cleaned_data.items() if name != "format"],
        "subject": words.subject_rows(report),
        "reasons": words.purpose_rows(report),
        "count": words.count_line(report),
        "answer": report.answer,
        "asked": _asked_of(report),
        "records": [
            {
                "name": record.item_name,
                "nature": record.nature,
                "state": words.state(record),
                "rows": words.record_rows(record),
                "fields": words.field_rows(record, code),
            }
            for record in report.records
        ],
        "facts_only": words.FACTS_ONLY,
        "objections": words.OBJECTIONS,
        "notices": words.NOTICES,
    }
    return render(request, "portal/desk/report.html", context)


def _pdf(request: HttpRequest, report: Report, form: QueryForm) -> HttpResponse:  # noqa: ARG001  # one shape for all faces
    response = HttpResponse(
        as_pdf(report, demo=settings.DEMO, sandbox=settings.SANDBOX), content_type="application/pdf"
    )
    return attachment(response, f"{report.number}.pdf")


def _json(request: HttpRequest, report: Report, form: QueryForm) -> HttpResponse:  # noqa: ARG001  # one shape for all faces
    response = JsonResponse(
        as_json(report, demo=settings.DEMO, sandbox=settings.SANDBOX),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    return attachment(response, f"{report.number}.json")


FACES = {"page": _page, "pdf": _pdf, "json": _json}
