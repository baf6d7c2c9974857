"""The catalogue, open to everybody: what is collected, on which law, by whom, for how long, for whose eyes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chengxin.catalogue.queries import edition_in_force, explain_item, items_in_force, open_item
from chengxin.catalogue.terms import FieldDefinition
from chengxin.identity.policies import public
from chengxin.lib.periods import shanghai_date

FILLINGS = {
    "date": "日期，写成 2026-03-05 或者 20260305",
    "integer": "整数",
    "uscc": "十八位统一社会信用代码",
    "person_code": "证件号码，照证件原样填写，单元格设为文本",
}


@public("目录依法向社会公布；不含任何人的信息")
def catalogue(request: HttpRequest) -> HttpResponse:
    today = shanghai_date(timezone.now())
    return render(
        request, "portal/public/catalogue.html", {"items": items_in_force(today), "edition": edition_in_force(today)}
    )


@public("目录依法向社会公布；不含任何人的信息")
def item(request: HttpRequest, code: str) -> HttpResponse:
    today = shanghai_date(timezone.now())
    explained, lists = explain_item(code, today), open_item(code, today).values
    fields = [(field, filling(field), choices(lists.get(field.code_list, {}))) for field in explained.definition.fields]
    return render(request, "portal/public/item.html", {"item": explained, "fields": fields})


def filling(field: FieldDefinition) -> str:
    """Tell in words what to write into a column."""
    match field.type:
        case "text":
            told = f"文字，不超过 {field.length} 字" if field.length else "文字"
        case "decimal":
            told = f"数字，小数不超过 {field.scale} 位"
        case "code":
            told = "从代码表中选取，填代码或者名称" + ("；多项用顿号隔开" if field.multi else "")
        case kind:
            told = FILLINGS[kind]
    told += f"，单位{field.unit}" if field.unit else ""
    return f"{told}。例：{field.example}" if field.example and field.type not in FILLINGS else f"{told}。"


def choices(values: dict[str, str]) -> list[tuple[str, str]]:
    """Give each value of a code list with its name, from the list's table of value or name to value."""
    names: dict[str, str] = {}
    for spelling, value in values.items():
        if spelling != value or value not in names:
            names[value] = spelling
    return list(names.items())
