"""The catalogue, open to everybody: what is collected, on which law, by whom, for how long, for whose eyes."""

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengxin.catalogue.archive import suspended_today
from chengxin.catalogue.consulted import consultations
from chengxin.catalogue.published import (
    PublishedItem,
    Wanted,
    bases_of_items,
    explain_item,
    item_classes,
    open_items,
    published_editions,
    published_items,
)
from chengxin.catalogue.terms import FieldDefinition
from chengxin.identity.openness import public
from chengxin.portal.fields import Choice, FreeText, text_input
from chengxin.portal.languages import zh
from chengxin.portal.pages import RequestUnreadable
from chengxin.portal.public.keeping import may_be_kept
from chengxin.portal.words import word

FILLINGS = {
    "date": gettext_noop("日期，写成 2026-03-05 或者 20260305"),
    "integer": gettext_noop("整数"),
    "uscc": gettext_noop("十八位统一社会信用代码"),
    "person_code": gettext_noop("证件号码，照证件原样填写，单元格设为文本"),
}


class FilterForm(forms.Form):
    """Which items to list. The word is too short for any identity code, since it stands in the address."""

    item_class = forms.ChoiceField(label=_("类别"), required=False, widget=Choice())
    kind = forms.ChoiceField(label=_("提供单位"), required=False, widget=Choice())
    word = FreeText(
        label=_("字词"),
        required=False,
        max_length=12,
        help_text=_("事项、法律或者条文，例：许可、第四十八条。"),
        widget=text_input(type="search"),
    )

    def __init__(self, asked: QueryDict, items: list[PublishedItem]) -> None:
        super().__init__(asked)
        kinds = sorted({kind for one in items for kind in one.provider_kinds})
        self.fields["item_class"].choices = [("", _("全部")), *item_classes()]  # type: ignore[attr-defined]  # a choice
        self.fields["kind"].choices = [("", _("全部")), *((one, word(one, "organisation_kind")) for one in kinds)]  # type: ignore[attr-defined]


@may_be_kept
@public("目录依法向社会公布；不含任何人的信息")
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    every = published_items()
    form = FilterForm(request.GET, every)
    if not form.is_valid():
        raise RequestUnreadable
    narrowed, bases = any(form.cleaned_data.values()), bases_of_items()
    items = published_items(Wanted(**form.cleaned_data)) if narrowed else every
    context = {
        "form": form,
        "narrowed": narrowed,
        "every": len(every),
        "items": [(one, bases.get(one.code, [])) for one in items],
        "editions": published_editions(),
        "suspended": suspended_today(),
        "consultations": [one for one in consultations() if one.is_open],
    }
    return render(request, "portal/public/catalogue.html", context)


@may_be_kept
@public("哪些信息依法向社会公开，由目录算出；不含任何人的信息")
@require_safe
def publication(request: HttpRequest) -> HttpResponse:
    """Tell which items in force are open to everybody, under which article: of persons none, unless the catalogue says so."""
    items = published_items()
    every = open_items(items)
    context = {
        "open": [one for one in every if one.bases],
        "closed": [one for one in every if not one.bases],
        "items": items,
        "editions": published_editions(),
    }
    return render(request, "portal/public/publication.html", context)


@may_be_kept
@public("目录依法向社会公布；不含任何人的信息")
@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    explained = explain_item(code)
    fields = [
        (field, filling(field), explained.lists.get(field.code_list, [])) for field in explained.definition.fields
    ]
    return render(
        request, "portal/public/item.html", {"explained": explained, "item": explained.item, "fields": fields}
    )


def filling(field: FieldDefinition) -> SafeString:
    """Tell in words what to write into a column."""
    match field.type:
        case "text" if field.length:
            told = gettext("文字，不超过 {length} 字").format(length=field.length)
        case "text":
            told = gettext("文字")
        case "decimal":
            told = gettext("数字，小数不超过 {scale} 位").format(scale=field.scale)
        case "code" if field.multi:
            told = gettext("从代码表中选取，填代码或者名称；多项用顿号隔开")
        case "code":
            told = gettext("从代码表中选取，填代码或者名称")
        case kind:
            told = gettext(FILLINGS[kind])
    if field.unit:
        told = format_html(gettext("{told}，单位{unit}"), told=told, unit=zh(field.unit))
    if not field.example or field.type in FILLINGS:
        return format_html(gettext("{told}。"), told=told)
    return format_html(gettext("{told}。例：{example}。"), told=told, example=zh(field.example))
