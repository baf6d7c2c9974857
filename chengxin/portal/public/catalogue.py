"""The catalogue, open to everybody: what is collected, on which law, by whom, for how long, for whose eyes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.catalogue.archive import suspended_today
from chengxin.catalogue.consulted import consultations
from chengxin.catalogue.published import explain_item, published_editions, published_items
from chengxin.catalogue.terms import FieldDefinition
from chengxin.identity.openness import public
from chengxin.portal.public.keeping import may_be_kept

FILLINGS = {
    "date": "日期，写成 2026-03-05 或者 20260305",
    "integer": "整数",
    "uscc": "十八位统一社会信用代码",
    "person_code": "证件号码，照证件原样填写，单元格设为文本",
}


@may_be_kept
@public("目录依法向社会公布；不含任何人的信息")
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    context = {
        "items": published_items(),
        "editions": published_editions(),
        "suspended": suspended_today(),
        "consultations": [one for one in consultations() if one.is_open],
    }
    return render(request, "portal/public/catalogue.html", context)


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
