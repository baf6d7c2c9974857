"""A blank workbook for an item, made from its field table: what clerks fill in and hand in."""

import io
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from chengxin.catalogue.queries import OpenItem
from chengxin.catalogue.terms import FieldDefinition

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = 5_000
"""So many rows carry drop-downs and the text format; more may be filled in, the whole columns are text."""
TEXT = 49
"""The number of the built-in format "@" (ECMA-376 18.8.30): text."""
LONGEST_HINT = 255
SHEETS = ("填报", "填写说明", "示例", "代码表")
FORMS = {
    "date": "日期，写成 2026-03-05",
    "decimal": "数字",
    "integer": "整数",
    "uscc": "十八位统一社会信用代码",
    "person_code": "证件号码，照证件原样填写",
}


def heading(field: FieldDefinition) -> str:
    """Write the heading of a column: its label with its code, which intake reads as either."""
    return f"{field.label}（{field.code}）"


def blank_workbook(item: OpenItem) -> bytes:
    """Make the workbook. The same edition gives the same bytes.

    The sheet to fill in comes first and holds nothing but headings, so that no example is handed in; every column is text, so that no
    spreadsheet rounds a number of eighteen digits.
    """
    whole = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(whole, options) as book:
        book.set_properties({
            "title": f"{item.definition.name} {item.edition}",
            "created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        })  # fmt: skip
        fill, notes, example, lists = (book.add_worksheet(name) for name in SHEETS)
        text = book.add_format({"num_format": TEXT})
        needed = book.add_format(
            {"bold": True, "text_wrap": True, "bg_color": "#FFE9B8", "border": 1, "num_format": TEXT}
        )
        free = book.add_format(
            {"bold": True, "text_wrap": True, "bg_color": "#E8EEF5", "border": 1, "num_format": TEXT}
        )
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        places = _lists(lists, item)
        for sheet in (fill, example):
            for column, field in enumerate(item.definition.fields):
                sheet.set_column(column, column, 22, text)
                sheet.write_string(0, column, heading(field), needed if field.required else free)
            sheet.freeze_panes(1, 0)
        for column, field in enumerate(item.definition.fields):
            fill.data_validation(1, column, ROWS, column, _help(field, places))
            example.write_string(1, column, field.example, text)
        _notes(notes, item, wrapped)
        fill.activate()
    return whole.getvalue()


def _lists(sheet: Any, item: OpenItem) -> dict[str, str]:
    """Write each code list down a column; give where it stands."""
    places = {}
    for column, name in enumerate(sorted(item.values)):
        labels = list(dict.fromkeys(_labels(item.values[name])))
        for row, label in enumerate(labels):
            sheet.write_string(row, column, label)
        letter = chr(ord("A") + column)
        places[name] = f"={SHEETS[3]}!${letter}$1:${letter}${len(labels)}"
    return places


def _labels(values: dict[str, str]) -> list[str]:
    """Give the word of each value, or the value itself where the list has no other word for it."""
    words: dict[str, str] = {}
    for spelling, value in values.items():
        if spelling != value or value not in words:
            words[value] = spelling
    return list(words.values())


def told(field: FieldDefinition) -> str:
    """Tell in words what goes into a column."""
    match field.type:
        case "text":
            words = f"文字，不超过 {field.length} 字" if field.length else "文字"
        case "code":
            words = "从下拉表中选" + ("；几项并列时用顿号隔开" if field.multi else "")
        case kind:
            words = FORMS[kind]
    words += f"，单位{field.unit}" if field.unit else ""
    return f"{words}。" + (f"例：{field.example}" if field.example else "")


def _help(field: FieldDefinition, places: dict[str, str]) -> dict[str, Any]:
    shown = {
        "ignore_blank": True,
        "input_title": field.label[:32],
        "input_message": ("必填。" if field.required else "") + told(field)[: LONGEST_HINT - 3],
    }
    if not field.code_list:
        return {"validate": "any", **shown}
    # Several values in one cell are no value of the list, and codes are taken as well as words: the list proposes, intake decides.
    return {
        "validate": "list",
        "source": places[field.code_list],
        **shown,
        "error_type": "information" if field.multi else "warning",
        "error_title": "不在代码表中",
        "error_message": "请从下拉表中选取，或者填写代码表中的代码。",
    }


def _notes(sheet: Any, item: OpenItem, wrapped: Any) -> None:
    lines = [
        ("信息项", f"{item.definition.name}（{item.definition.code}）"),
        ("目录版本", item.edition),
        ("怎样填", "只填第一张表“填报”，从第二行起一行一条；标题行不要改动。黄色标题的列必填。"),
        ("号码", "各列都已设为文本。粘贴时请选“只粘贴值”，以免十八位号码变成科学计数。"),
        ("示例", "“示例”表中的人和单位都是虚构的（号码以 149999 开头），只作对照，不会被读取。"),
        ("不得填写", "宗教、基因、指纹、血型、疾病和病史、收入、存款、房产、婚姻、行程等依法不得归集的内容，任何一列都不要填。"),
        ("", ""),
        ("列", "填写要求"),
        *((heading(field), ("必填。" if field.required else "选填。") + told(field)) for field in item.definition.fields),
    ]  # fmt: skip
    sheet.set_column(0, 0, 34, wrapped)
    sheet.set_column(1, 1, 80, wrapped)
    for row, line in enumerate(lines):
        for column, words in enumerate(line):
            sheet.write_string(row, column, words, wrapped)
