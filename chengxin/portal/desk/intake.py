"""Handing files in: list, upload, progress, receipt, findings."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.catalogue.blanks import MEDIA, blank_workbook
from chengxin.catalogue.held import begun_by
from chengxin.catalogue.queries import items_in_force, open_item
from chengxin.catalogue.terms import FieldDefinition
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.speaking import speaking_as
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.answers import attachment
from chengxin.portal.desk.forms import UploadForm
from chengxin.portal.uploads import assembled, refusal_of
from chengxin.portal.words import RECORD_STATES, SEVERITIES, STEPS
from chengxin.records.errors import BatchUnknown, FileUnusable, UploadUnknown
from chengxin.records.jobs import hand_in
from chengxin.records.queries import (
    BatchView,
    FindingView,
    batch_numbers,
    count_findings,
    find_batch,
    list_batches,
    list_findings,
    receipt,
)
from chengxin.records.returns import is_settled, returns_until
from chengxin.records.ways.following import events

PAGE = 20
FINDINGS = 25
GRAVEST_FIRST = tuple(SEVERITIES)
QUEUED_LONG_S = 30


@officers_may("intake.follow", own_rows=True)
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    before = _number(request.GET.get("before", ""))
    found = list_batches(officer_of(request).organisation.pk, before=before, limit=PAGE + 1)
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    names = _names()
    rows = [(batch, names.get(batch.item.code, batch.item.code)) for batch in found[:PAGE]]
    return render(request, "portal/desk/batches.html", {"rows": rows, "older": older, "first": before is None})


@officers_may("intake.hand_in", own_rows=True)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    if request.POST.get("upload"):
        return _upload_of_parts(request)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    offer = _offer(officer_of(request).organisation.kind)
    return _take_form(request, UploadForm(*posted, **offer, refusal=refusal_of(request)), offer)


def _take_form(request: HttpRequest, form: UploadForm, offer: dict[str, Any]) -> HttpResponse:
    if not form.is_valid():
        context = {"form": form, "templates": offer["items"]}
        return render(request, "portal/desk/upload.html", context, status=422 if form.is_bound else 200)
    file, token = form.upload, UUID(form.upload.spool.name)
    hand_in(file.handed_in, token=token, actor=officer_of(request), at=timezone.now(), **form.terms)
    file.keep()
    return redirect("portal:batch", token)


@officers_may("intake.hand_in")
@require_safe
def template(_: HttpRequest, code: str) -> HttpResponse:
    """Give the blank workbook of an item in force."""
    found = open_item(code, shanghai_date(timezone.now()))
    answer = HttpResponse(blank_workbook(found), content_type=MEDIA)
    return attachment(answer, f"{found.definition.name}-{code}-空白模板.xlsx")


def _upload_of_parts(request: HttpRequest) -> HttpResponse:
    """End an upload that came part by part; ended before, its batch is shown."""
    officer, token = officer_of(request), _token(request.POST["upload"])
    try:
        find_batch(token, officer.organisation.pk)
    except BatchUnknown:
        pass
    else:
        return redirect("portal:batch", token)
    offer = _offer(officer.organisation.kind)
    try:
        with assembled(request, officer.login) as file:
            files = MultiValueDict({"file": [file]})
            return _take_form(request, UploadForm(request.POST, files, **offer), offer)
    except (FileUnusable, UploadUnknown) as error:
        form = UploadForm(request.POST, MultiValueDict(), **offer, refusal=error)
        return render(request, "portal/desk/upload.html", {"form": form, "templates": offer["items"]}, status=422)


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UploadUnknown from None


@officers_may("intake.follow", own_rows=True)
@require_safe
def batch(request: HttpRequest, token: UUID) -> HttpResponse:
    view = find_batch(token, officer_of(request).organisation.pk)
    counts = sorted(count_findings(view.batch.pk), key=lambda count: GRAVEST_FIRST.index(count.severity))
    context = {
        **_progress(view),
        "counts": counts,
        "asked": any(count.severity == "question" for count in counts),
        "to_mend": any(count.severity != "note" for count in counts),
        "returns_until": returns_until(token, timezone.now()),
        "unsettled": view.batch.refused > 0 and not is_settled(view.batch),
    }
    return render(request, "portal/desk/batch.html", context)


@officers_may("intake.follow", own_rows=True)
@require_safe
def progress(request: HttpRequest, token: UUID) -> HttpResponse:
    view = find_batch(token, officer_of(request).organisation.pk)
    response = render(request, "portal/desk/progress.html", _progress(view))
    if view.batch.state != "received":
        response.headers["HX-Refresh"] = "true"
    return response


@officers_may("intake.follow", own_rows=True)
@require_safe
def follow(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Tell progress by server-sent events, each the whole piece of the page; each look is a transaction of its own."""
    officer = officer_of(request)
    find_batch(token, officer.organisation.pk)

    def look() -> tuple[str, bool]:
        with speaking_as(officer):
            view = find_batch(token, officer.organisation.pk)
            page = render_to_string("portal/desk/progress.html", _progress(view))
        return json.dumps(page, ensure_ascii=False), view.batch.state != "received"

    response = StreamingHttpResponse(events(look), content_type="text/event-stream; charset=utf-8")
    response.headers["X-Accel-Buffering"] = "no"
    return response


@officers_may("intake.follow", own_rows=True)
@require_safe
def findings(request: HttpRequest, token: UUID) -> HttpResponse:
    view = find_batch(token, officer_of(request).organisation.pk)
    after = _place(request.GET.get("after", ""))
    found = list_findings(view.batch.pk, after=after, limit=FINDINGS + 1)
    shown = found[:FINDINGS]
    following = f"{shown[-1].row}-{shown[-1].id}" if len(found) > FINDINGS else ""
    fields = _fields(view)
    rows = [_told(finding, fields.get(finding.field)) for finding in shown]
    context = {"view": view, "rows": rows, "following": following, "first": after == (0, 0)}
    return render(request, "portal/desk/findings.html", context)


@officers_may("intake.follow", own_rows=True)
@require_safe
def numbers(request: HttpRequest, token: UUID) -> HttpResponseBase:
    view = find_batch(token, officer_of(request).organisation.pk)
    lines = _number_lines(speaking_as(officer_of(request)), view.batch.pk)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return attachment(response, f"记录编号-{token.hex[:8]}.csv")


@officers_may("intake.follow", own_rows=True)
@require_safe
def receipt_file(request: HttpRequest, token: UUID) -> HttpResponseBase:
    view = find_batch(token, officer_of(request).organisation.pk)
    content = receipt(view.batch) | {"by_rule": {count.rule: count.rows for count in count_findings(view.batch.pk)}}
    return attachment(
        JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1}), f"回执-{token.hex[:8]}.json"
    )


def _offer(kind: str) -> dict[str, Any]:
    """Give the items an organisation of this kind may hand in, and whether its statement counts in any of them."""
    items = [item for item in items_in_force(shanghai_date(timezone.now())) if kind in item.provider_kinds]
    return {
        "items": [(item.item.code, item.name) for item in items],
        "attestable": any(item.nature == "adverse" and "final" in item.definition["roles"] for item in items),
    }


def _names() -> dict[str, str]:
    """Give the names of the items as the edition in force has them."""
    return {item.item.code: item.name for item in items_in_force(shanghai_date(timezone.now()))}


def _progress(view: BatchView) -> dict[str, Any]:
    place = STEPS.index(view.phase) if view.phase in STEPS else 0
    waited = (timezone.now() - view.batch.received_at).total_seconds()
    late = view.phase == "queued" and waited > QUEUED_LONG_S
    batch = view.batch
    fields = _fields(view) if view.first else {}
    return {
        "view": view,
        "batch": batch,
        "item_name": _names().get(batch.item.code, batch.item.code),
        "step": place + 1,
        "steps": len(STEPS),
        "late": late,
        "first_findings": [(one, fields[one.field].label if one.field in fields else "") for one in view.first],
        "accepted": batch.new + batch.changed + batch.unchanged,
        "recorded": bool(batch.new + batch.changed),
    }


def _fields(view: BatchView) -> dict[str, FieldDefinition]:
    items = begun_by(view.batch.as_of).definitions({view.batch.item_id})
    return {field.code: field for item in items.values() for field in item.fields}


def _told(finding: FindingView, field: FieldDefinition | None) -> tuple[FindingView, str, str, str]:
    """Give a finding with the column's label, a right value and the harm: the column's own where the catalogue has them."""
    if field is None:
        return finding, "", finding.example, finding.harm
    return finding, field.label, field.example or finding.example, field.harm or finding.harm


def _number_lines(speaking: AbstractContextManager[None], batch_id: int) -> Iterator[bytes]:
    """Give the lines as they are asked for, after the view's own transaction has ended: in one of their own."""
    yield "\ufeff行号,记录编号,版本,状态\r\n".encode()
    with speaking:
        found = batch_numbers(batch_id)
        while rows := list(islice(found, 1_000)):
            text = io.StringIO()
            csv.writer(text).writerows(
                (row, number, version, RECORD_STATES.get(state, state)) for row, number, version, state in rows
            )
            yield text.getvalue().encode()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(1 << 31)) else None


def _place(text: str) -> tuple[int, int]:
    row, _, number = text.partition("-")
    return (_number(row) or 0, _number(number) or 0)
