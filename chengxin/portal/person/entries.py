"""Who looked at whoever is logged in: the list with its filters, as a file, and questions about an entry."""

import csv
from io import StringIO
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.identity.policies import person_of, persons_only
from chengxin.lib.periods import SHANGHAI, shanghai_date
from chengxin.portal.desk.answers import attachment
from chengxin.portal.numbers import whole_number
from chengxin.portal.person.forms import AskForm, EntriesForm
from chengxin.portal.words import word
from chengxin.sharing.entries import (
    MOST,
    PAGE,
    Entry,
    answer_by,
    as_rows,
    ask_about,
    entry_choices,
    find_entry,
    list_entries,
    list_own_questions,
)

HEADER = (
    gettext_noop("时间"), gettext_noop("单位"), gettext_noop("岗位"), gettext_noop("用途"), gettext_noop("依据"),
    gettext_noop("方式"), gettext_noop("结果"), gettext_noop("记录条数"), gettext_noop("看了哪些栏目"), gettext_noop("是否已提问"),
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@persons_only
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    person, before = person_of(request), _before(request)
    form = EntriesForm(request.GET, entry_choices(person))
    found = list_entries(person, form.wanted(), before=before, limit=PAGE + 1) if form.is_valid() else []
    filters = urlencode({name: request.GET[name] for name in form.fields if request.GET.get(name)})
    older = found[PAGE - 1].entry_id if len(found) > PAGE else None
    context = {
        "entries": found[:PAGE],
        "older": older,
        "form": form,
        "filters": filters,
        "joint": f"{filters}&" if filters else "",
        "nothing": gettext("没有更早的查询。") if before else gettext("还没有人查过您。"),
    }
    return render(request, "portal/person/entries.html", context, status=200 if form.is_valid() else 422)


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["before"]) if request.GET.get("before") else None
    except ValueError:
        raise Http404 from None


def _all(request: HttpRequest) -> list[Entry]:
    person = person_of(request)
    form = EntriesForm(request.GET, entry_choices(person))
    if not form.is_valid():
        raise Http404
    return list_entries(person, form.wanted(), limit=MOST)


@persons_only
@require_safe
def entries_csv(request: HttpRequest) -> HttpResponse:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([gettext(one) for one in HEADER])
    writer.writerows([_plain(cell) for cell in _cells(entry)] for entry in _all(request))
    response = HttpResponse("\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue(), content_type="text/csv; charset=utf-8")
    return attachment(response, "谁查过我.csv")


def _cells(entry: Entry) -> tuple[str, ...]:
    seen = "；".join(
        (f"{item}：" if item else "") + gettext("、").join(word(field, "entry_field") for field in fields)
        for item, fields in entry.seen
    )
    roles = gettext("、").join(word(role, "role_name") for role in entry.roles)
    return (
        f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", entry.organisation, roles, word(entry.purpose, "entry_purpose"), entry.basis,
        word(entry.channel, "entry_channel"), word(entry.outcome, "entry_outcome"), str(entry.records), seen,
        gettext("是") if entry.question else gettext("否"),
    )  # fmt: skip


def _plain(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


@persons_only
@require_safe
def entries_json(request: HttpRequest) -> HttpResponse:
    content = {"entries": as_rows(_all(request))}
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return attachment(response, "谁查过我.json")


@persons_only
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, entry: UUID) -> HttpResponse:
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ask_about(person_of(request), entry, words=form.cleaned_data["words"], at=timezone.now())
        messages.success(request, gettext("已提出。查询单位的答复会显示在这里，您也会收到消息。"))
        return redirect("person-questions")
    context = {"form": form, "entry": find_entry(person_of(request), entry), "due": answer_by(timezone.now())}
    return render(request, "portal/person/ask.html", context, status=422 if form.is_bound else 200)


@persons_only
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    before, today = whole_number(request.GET.get("before", "")), shanghai_date(timezone.now())
    found = list_own_questions(person_of(request), before=before, limit=PAGE + 1)
    shown = [(one, one.overdue(today)) for one in found[:PAGE]]
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "portal/person/questions.html", {"questions": shown, "older": older})
