"""The items of a draft: what each is, its fields, articles and purposes, on screen or by file."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.catalogue.assembling import code_lists_for, findings_of, list_articles, list_purpose_names
from chengxin.catalogue.drafting import drop_item, end_item, find_draft, find_item, set_item
from chengxin.catalogue.errors import DraftUnusable
from chengxin.catalogue.queries import supplement_choices, supplement_definition
from chengxin.catalogue.sheets import read_fields, read_item, skeleton, write_fields
from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.catalogue_drafts import draft_page
from chengxin.portal.desk.catalogue_forms import BasesForm, FieldForm, FileForm, HeadForm, NewItemForm
from chengxin.portal.desk.catalogue_uploads import refusal_of


@officers_may("catalogue.draft", own_rows=True)
@require_POST
def take_up(request: HttpRequest, number: int) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    today = shanghai_date(at)
    form = NewItemForm(request.POST, items=supplement_choices(today))
    if not form.is_valid():
        return draft_page(request, number, status=422, new_item=form, form=form)
    told = form.cleaned_data
    try:
        if told["way"] == "end":
            end_item(number, told["existing"], actor=officer, at=at)
            return redirect("portal:draft", number)
        content = (
            skeleton(told["code"], told["name"])
            if told["way"] == "new"
            else supplement_definition(told["existing"], today)
        )
        set_item(number, content, actor=officer, at=at)
    except ChengxinError as refused:
        if refused.status not in {409, 422}:
            raise
        return draft_page(request, number, status=refused.status, refusal=refused, new_item=form)
    return redirect("portal:draft-item", number, content["code"])


def _page(request: HttpRequest, number: int, code: str, form: Any, template: str, **more: Any) -> HttpResponse:
    """Show a part of an item, with what is wrong with the whole of it so far."""
    draft, item = find_item(number, code, officer_of(request))
    today = shanghai_date(timezone.now())
    context = {"draft": draft, "item": item, "form": form, "findings": findings_of(draft, item, today), **more}
    status = more.pop("status", 422 if form is not None and form.is_bound else 200)
    return render(request, template, context, status=status)


def _write(request: HttpRequest, number: int, content: Mapping[str, Any], told: str) -> None:
    set_item(number, content, actor=officer_of(request), at=timezone.now())
    messages.success(request, told)


@officers_may("catalogue.draft", own_rows=True)
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, number: int, code: str) -> HttpResponse:
    _, found = find_item(number, code, officer_of(request))
    form = HeadForm(
        request.POST if request.method == "POST" else None,
        initial=HeadForm.read(found.definition),
        classes=code_lists_for(found, shanghai_date(timezone.now()), "item_class"),
        on=shanghai_date(timezone.now()),
    )
    if form.is_valid():
        _write(request, number, form.into(found.definition), "已保存。")
        return redirect("portal:draft-item", number, code)
    return _page(request, number, code, form, "portal/desk/draft_item.html", file=FileForm())


@officers_may("catalogue.draft", own_rows=True)
@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, number: int, code: str, name: str) -> HttpResponse:
    """Show one field of an item and change it; "new" adds one, and "drop" in the form takes it out."""
    _, found = find_item(number, code, officer_of(request))
    held: dict[str, Any] = next((one for one in found.definition.get("field", ()) if one["code"] == name), {})
    parts = {one: role for role, one in found.definition.get("roles", {}).items()}
    form = FieldForm(
        request.POST if request.method == "POST" else None,
        initial={**held, "role": parts.get(name, "")}
        if held
        else {"type": "text", "required": "no", "shown_to": ["self"]},
        lists=code_lists_for(found, shanghai_date(timezone.now())),
    )
    if request.method == "POST" and "drop" in request.POST and held:
        _write(request, number, _without(found.definition, name), "已删去。")
        return redirect("portal:draft-item", number, code)
    if form.is_valid():
        _write(request, number, form.into(found.definition, name), "已保存。")
        return redirect("portal:draft-item", number, code)
    return _page(request, number, code, form, "portal/desk/draft_field.html", held=held)


def _without(item: Mapping[str, Any], name: str) -> dict[str, Any]:
    roles = {role: code for role, code in item.get("roles", {}).items() if code != name}
    return {**item, "field": [one for one in item["field"] if one["code"] != name], "roles": roles}


@officers_may("catalogue.draft", own_rows=True)
@require_http_methods(["GET", "POST"])
def bases(request: HttpRequest, number: int, code: str) -> HttpResponse:
    _, found = find_item(number, code, officer_of(request))
    today = shanghai_date(timezone.now())
    cited = {role: [one["ref"] for one in found.definition.get("bases", ()) if one["role"] == role]
             for role in ("collect", "share", "publish")}  # fmt: skip
    form = BasesForm(
        request.POST if request.method == "POST" else None,
        initial={**cited, "purposes": found.definition.get("purposes", [])},
        articles=list_articles(today),
        purposes=list_purpose_names(),
    )
    if form.is_valid():
        _write(request, number, form.into(found.definition), "依据和用途已保存。")
        return redirect("portal:draft-item", number, code)
    return _page(request, number, code, form, "portal/desk/draft_bases.html")


@officers_may("catalogue.draft", own_rows=True)
@require_POST
def upload(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Take a whole item (TOML) or its table of fields (CSV, XLSX) in place of what stands there."""
    form, refusal = FileForm(request.POST, request.FILES), refusal_of(request)
    _, found = find_item(number, code, officer_of(request))
    if refusal or not form.is_valid():
        message = refusal or "请选择文件。 / Choose a file."
        return _refused(request, number, code, DraftUnusable(message, message))
    sent = form.cleaned_data["draft_file"]
    content, ending = sent.read(), str(sent.name).rpartition(".")[2]
    try:
        if ending == "toml":
            made = read_item(content, code)
        else:
            fields, roles = read_fields(ending, content)
            former = {
                role: one for role, one in found.definition.get("roles", {}).items() if role == "code_type_default"
            }
            made = {**found.definition, "field": fields, "roles": roles | former}
        _write(request, number, made, "文件已读入，请核对下面的提示。")
    except DraftUnusable as refused:
        return _refused(request, number, code, refused)
    return redirect("portal:draft-item", number, code)


def _refused(request: HttpRequest, number: int, code: str, refusal: DraftUnusable) -> HttpResponse:
    _, found = find_item(number, code, officer_of(request))
    today = shanghai_date(timezone.now())
    form = HeadForm(
        initial=HeadForm.read(found.definition), classes=code_lists_for(found, today, "item_class"), on=today
    )
    return _page(
        request,
        number,
        code,
        form,
        "portal/desk/draft_item.html",
        file=FileForm(),
        refusal=refusal,
        status=refusal.status,
    )


@officers_may("catalogue.draft", own_rows=True)
@require_safe
def table(request: HttpRequest, number: int, code: str) -> HttpResponse:
    _, found = find_item(number, code, officer_of(request))
    answer = HttpResponse("\ufeff" + write_fields(found.definition), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    return answer


@officers_may("catalogue.draft", own_rows=True)
@require_POST
def drop(request: HttpRequest, number: int, code: str) -> HttpResponse:
    drop_item(find_draft(number, officer_of(request)).pk, code, actor=officer_of(request), at=timezone.now())
    messages.success(request, "已从草案中删去。")
    return redirect("portal:draft", number)
