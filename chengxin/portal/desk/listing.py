"""The registers' pages: one list after another, filtered, read by keys, kept as views, taken as a file."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.catalogue.queries import names_in_force
from chengxin.identity.errors import ViewRefused
from chengxin.identity.policies import acts_in, officer_of, officers_may, proved_freshly, sent_to
from chengxin.identity.registers import PAGE, Actor, Sought, page_of, rows_of
from chengxin.identity.saved_views import drop_view, keep_view, note_export, views_of
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.answers import attachment
from chengxin.portal.desk.register_table import REGISTERS, told_of
from chengxin.portal.desk.registers import Column, FilterForm, Register, harmless, text_of
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.pages import PageUnknown

EXPORTED = 50_000
BIGINT_DIGITS = 19


class ViewForm(forms.Form):
    """What a search is kept as. Its filters come as the page's address had them."""

    name = FreeText(
        label="给这次筛选起个名字",
        max_length=40,
        help_text="例如“本月待认定”。不要写姓名和证件号码。",
        widget=text_input(),
        error_messages={"required": "请起个名字。"},
    )
    query = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)


@officers_may("registers.see")
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    officer, acts = officer_of(request), acts_in(request)
    found = [one for one in REGISTERS.values() if one.open_to(acts, officer.organisation.kind)]
    context = {
        "found": found,
        "views": [(one, REGISTERS[one.register]) for one in views_of(officer) if REGISTERS[one.register] in found],
    }
    return render(request, "portal/desk/registers.html", context)


@officers_may("registers.see")
@require_safe
def register(request: HttpRequest, code: str) -> HttpResponse:
    chosen = _register(request, code)
    if chosen.proves() and not proved_freshly(request):
        return sent_to("account_prove", request)
    return _page(request, chosen, ViewForm())


@officers_may("registers.export")
@require_safe
def export(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give what the filters leave of a register as CSV, and note that it was taken."""
    chosen, officer, now = _register(request, code), officer_of(request), timezone.now()
    if chosen.proves() and not proved_freshly(request):
        return sent_to("account_prove", request)
    items = _items()
    form = FilterForm(request.GET, chosen, items)
    if not form.is_valid():
        return _page(request, chosen, ViewForm())
    note_export(chosen.code, form.query(), actor=officer, at=now)
    lines = _lines(chosen, form.sought(), told_of(officer, shanghai_date(now), [chosen]), items, officer)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return attachment(response, f"{chosen.label}-{shanghai_date(now)}.csv")


@officers_may("registers.see")
@require_POST
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a search by a name; what its address holds besides filters of ours is left out."""
    chosen, form = _register(request, code), ViewForm(request.POST)
    if not form.is_valid():
        return _page(request, chosen, form)
    filters = FilterForm(_read(form.cleaned_data["query"]), chosen, _items())
    query = filters.query() if filters.is_valid() else ""
    try:
        keep_view(chosen.code, form.cleaned_data["name"], query, actor=officer_of(request), at=timezone.now())
    except ViewRefused as refused:
        form.add_error("name", f"{refused.text} / {refused.text_en}")
        return _page(request, chosen, form)
    messages.success(request, "已保存，在“登记簿”里一点就开。")
    return redirect("portal:registers")


@officers_may("registers.see")
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    drop_view(number, actor=officer_of(request))
    messages.success(request, "已删除。")
    return redirect("portal:registers")


def _register(request: HttpRequest, code: str) -> Register:
    """Give a register to whoever may do one of its acts. Raises PageUnknown, NotAllowed."""
    chosen = REGISTERS.get(code)
    if chosen is None:
        raise PageUnknown
    if not chosen.open_to(acts_in(request), officer_of(request).organisation.kind):
        raise NotAllowed("您的岗位没有此项权限。", "Your role doesn't include this.")
    return chosen


def _page(request: HttpRequest, chosen: Register, view: ViewForm) -> HttpResponse:
    officer, items = officer_of(request), _items()
    asked = request.GET if request.method != "POST" else _read(request.POST.get("query", ""))
    form, rows = FilterForm(asked, chosen, items), []
    if form.is_valid():
        told = told_of(officer, shanghai_date(timezone.now()), [chosen])
        rows = page_of(form.sought(), told, actor=officer, place=_place(request), limit=PAGE + 1)
    shown, query = rows[:PAGE], form.query() if form.is_valid() else ""
    context = {
        "register": chosen,
        "form": form,
        "rows": [(chosen.leads(row), _cells(chosen, row, items)) for row in shown],
        "older": shown[-1]["id"] if len(rows) > PAGE else None,
        "query": query,
        "joint": f"{query}&" if query else "",
        "beginning": f"?{query}",
        "further": _place(request) is not None,
        "view": view,
        "most": EXPORTED,
    }
    wrong = view.errors or not form.is_valid()
    return render(
        request, "portal/desk/register.html", context, status=422 if wrong and (asked or view.is_bound) else 200
    )


def _cells(chosen: Register, row: dict[str, Any], items: dict[str, str]) -> list[tuple[Column, str]]:
    finished = chosen.finish(row)
    return [(column, text_of(column, finished, items)) for column in chosen.columns]


def _items() -> dict[str, str]:
    return names_in_force(shanghai_date(timezone.now()))


def _place(request: HttpRequest) -> int | None:
    text = request.GET.get("after", "")
    sound = text.isascii() and text.isdigit() and len(text) <= BIGINT_DIGITS and int(text) < 1 << 63
    return int(text) if sound else None


def _read(query: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in query.split("&") if "=" in part)


def _lines(
    chosen: Register, sought: Sought, told: dict[str, Any], items: dict[str, str], officer: Actor
) -> Iterator[bytes]:
    """Give the lines as they are asked for, after the view's own transaction has ended."""
    yield _csv([[column.label for column in chosen.columns]], mark="\ufeff")
    for rows in rows_of(sought, told, actor=officer, most=EXPORTED):
        yield _csv([[text for _, text in _cells(chosen, row, items)] for row in rows])


def _csv(rows: list[list[str]], mark: str = "") -> bytes:
    text = io.StringIO()
    text.write(mark)
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
