"""Items of a draft as files: a whole item in the shipped form (TOML), its table of fields as CSV or XLSX."""

import csv
import io
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from chengxin.catalogue.errors import DraftUnusable
from chengxin.catalogue.terms import FIELD_TYPES, ROLES

LARGEST = 1 << 20
"""Bytes of the largest file taken."""
MOST_UNPACKED = 16 << 20
MOST_FIELDS = 200
TRUE, FALSE = frozenset({"是", "true", "1", "yes"}), frozenset({"", "否", "false", "0", "no"})
COLUMNS = {
    "code": "代码",
    "label": "名称",
    "label_en": "英文名称",
    "type": "类型",
    "length": "长度",
    "scale": "小数位",
    "unit": "单位",
    "list": "代码表",
    "multi": "可多选",
    "required": "必填",
    "sensitivity": "敏感程度",
    "shown_to": "谁能看到",
    "aliases": "别名",
    "supplementary": "补充列",
    "keep": "保存",
    "role": "作用",
    "harm": "填错的后果",
    "example": "示例",
}
"""The columns of the table, by either name."""
NUMBERS, SWITCHES, LISTS = ("length", "scale"), ("multi", "supplementary", "keep"), ("shown_to", "aliases")


@cache
def _skeleton() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "skeleton.toml").read_text(encoding="utf-8"))


def skeleton(code: str, name: str) -> dict[str, Any]:
    """Give a new item with the fields that every item needs: who, by which document, of which organ, on which day."""
    return {**deepcopy(_skeleton()), "code": code, "name": name}


def read_item(content: bytes, code: str) -> dict[str, Any]:
    """Read a whole item from the shipped form. Raises DraftUnusable telling line and fault."""
    try:
        item = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DraftUnusable(f"TOML 文件读不出来：{error}。", f"The TOML can't be read: {error}.") from None
    if not isinstance(item.get("code"), str) or not isinstance(item.get("field"), list):
        raise DraftUnusable("TOML 文件应有 code 和 [[field]]。", "The TOML needs code and [[field]].")
    if item["code"] != code:
        raise DraftUnusable(f"文件里是 {item['code']}，这里是 {code}。", f"The file holds {item['code']}, not {code}.")
    return item


def read_fields(name: str, content: bytes) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Read a table of fields and the parts that they play. Raises DraftUnusable naming row and column."""
    rows = _workbook(content) if name == "xlsx" else _text(content)
    if not rows:
        raise DraftUnusable("文件是空的。", "The file is empty.")
    by_name = {label: key for key, label in COLUMNS.items()} | {key: key for key in COLUMNS}
    heading = [by_name.get(cell.strip()) for cell in rows[0]]
    unknown = [cell for cell, key in zip(rows[0], heading, strict=True) if key is None and cell.strip()]
    if unknown or "code" not in heading or "label" not in heading:
        told = "、".join(unknown) if unknown else "缺少“代码”或者“名称”"
        raise DraftUnusable(f"第 1 行的列名不对：{told}。", f"Row 1 has other columns than it should: {unknown}.")
    fields, roles = [], {}
    for number, row in enumerate(rows[1 : MOST_FIELDS + 2], start=2):
        entry = {key: cell.strip() for key, cell in zip(heading, row, strict=False) if key}
        if not any(entry.values()):
            continue
        role = entry.pop("role", "")
        fields.append(_field(number, entry))
        if role:
            roles[_known(number, "role", role, ROLES)] = entry["code"]
    if len(fields) > MOST_FIELDS:
        raise DraftUnusable(f"数据项超过 {MOST_FIELDS} 个。", f"There are more than {MOST_FIELDS} fields.")
    return fields, roles


def _field(number: int, entry: dict[str, str]) -> dict[str, Any]:
    if not entry["code"] or not entry["label"]:
        raise DraftUnusable(f"第 {number} 行缺少代码或者名称。", f"Row {number} lacks a code or name.")
    field: dict[str, Any] = {
        "label_en": entry["label"],
        "sensitivity": "ordinary",
        **{key: value for key, value in entry.items() if value},
    }
    field["type"] = _known(number, "type", entry.get("type") or "text", FIELD_TYPES)
    field["required"] = "always" if _switch(number, "required", entry.get("required", "")) else "no"
    for key in NUMBERS:
        if text := entry.get(key):
            if not (text.isascii() and text.isdigit()):
                raise DraftUnusable(
                    f"第 {number} 行“{COLUMNS[key]}”应为整数。", f"Row {number}: {key} should be a whole number."
                )
            field[key] = int(text)
    for key in SWITCHES:
        if entry.get(key):
            field[key] = _switch(number, key, entry[key])
    for key in LISTS:
        field[key] = [part for part in entry.get(key, "").replace(",", "、").split("、") if part]
    field["shown_to"] = field["shown_to"] or ["self"]
    return field


def _known(number: int, key: str, value: str, known: Iterable[str]) -> str:
    if value not in known:
        names = "、".join(sorted(known))
        raise DraftUnusable(
            f"第 {number} 行“{COLUMNS[key]}”应为：{names}。",
            f"Row {number}: {key} is one of {', '.join(sorted(known))}.",
        )
    return value


def _switch(number: int, key: str, text: str) -> bool:
    if text.lower() in {*TRUE, "always"}:
        return True
    if text.lower() in FALSE:
        return False
    raise DraftUnusable(f"第 {number} 行“{COLUMNS[key]}”应为是或者否。", f"Row {number}: {key} should be yes or no.")


def write_fields(item: Mapping[str, Any]) -> str:
    """Give the table of an item's fields as CSV, which ``read_fields`` reads."""
    parts = {code: role for role, code in item.get("roles", {}).items()}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS.values())
    for field in item.get("field", ()):
        told = {**field, "role": parts.get(field["code"], ""), "required": field.get("required") == "always"}
        writer.writerow([_cell(told.get(key)) for key in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value)
    return "" if value is None else str(value)


def _text(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding))))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise DraftUnusable("CSV 文件读不出来。", "The CSV can't be read.")


def _workbook(content: bytes) -> list[list[str]]:
    try:
        # A workbook of a table of fields unpacks to a few megabytes; a bomb to thousands of times its size.
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise DraftUnusable("Excel 文件解开后过大。", "The workbook unpacks to too much.")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (CalamineError, OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise DraftUnusable("Excel 文件读不出来。", "The workbook can't be read.") from None
    return [[_number(cell) for cell in row] for row in sheet.to_python(nrows=MOST_FIELDS + 2)]


def _number(cell: Any) -> str:
    """Spell a cell as it was typed: spreadsheets keep whole numbers as fractions."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
