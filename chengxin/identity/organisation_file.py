"""Reading a list of organisations: CSV in UTF-8 or GB18030, the first line names the columns."""

import csv
import io
from datetime import date
from pathlib import Path

from chengxin.identity.errors import OrganisationsRefused, OrganisationsUnusable
from chengxin.identity.organising import Reason
from chengxin.identity.services.organisations import Entered
from chengxin.lib.encodings import detect

COLUMNS = {
    "统一社会信用代码": "code",
    "单位名称": "name",
    "类别": "kind",
    "行政区划": "region",
    "生效日期": "valid_from",
    "失效日期": "valid_until",
    "上级单位代码": "superior",
    "恢复理由": "revival",
}
OPTIONAL = frozenset({"失效日期", "上级单位代码", "恢复理由"})
LARGEST = 16 << 20


def read_organisations(path: Path) -> list[Entered]:
    """Read a list from a file. Raises OrganisationsUnusable when it is no such file, and as ``read_list`` does."""
    try:
        content = path.read_bytes()
    except OSError:
        raise OrganisationsUnusable(f"打不开 {path}。", f"{path} can't be opened.") from None
    return read_list(content)


def read_list(content: bytes) -> list[Entered]:
    """Read a list. Raises OrganisationsUnusable when it is none, OrganisationsRefused with the lines whose days don't read."""
    if len(content) > LARGEST:
        raise OrganisationsUnusable("文件超过 16 MB。", "The file is larger than 16 MB.")
    encoding = detect([content], [content])
    rows = _rows(content.decode("utf-8-sig" if encoding.name == "utf-8" else encoding.name))
    made = [(line, _entered(line, row)) for line, row in rows]
    if refused := [(line, one) for line, one in made if isinstance(one, Reason)]:
        raise OrganisationsRefused(refused)
    return [one for _, one in made if isinstance(one, Entered)]


def _rows(text: str) -> list[tuple[int, dict[str, str | None]]]:
    try:
        lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header = [name.strip() for name in lines.fieldnames or ()]
        if missing := [name for name in COLUMNS if name not in header and name not in OPTIONAL]:
            raise OrganisationsUnusable(
                f"缺少列：{'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}."
            )
        if extra := [name for name in header if name not in COLUMNS]:
            raise OrganisationsUnusable(f"有不认识的列：{'、'.join(extra)}。", f"Unknown columns: {', '.join(extra)}.")
        lines.fieldnames = header
        return [(lines.line_num, row) for row in lines]
    except csv.Error:
        raise OrganisationsUnusable("文件不是合格的 CSV。", "The file is no proper CSV.") from None


def _entered(line: int, row: dict[str, str | None]) -> Entered | Reason:
    if None in row or None in row.values():
        return Reason("列数与表头不符。", "The line has more or fewer columns than the first.")
    values = {COLUMNS[name]: (value or "").strip() for name, value in row.items()}
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_until"):
        told = values.pop(name, "")
        try:
            days[name] = date.fromisoformat(told) if told else None
        except ValueError:
            return Reason(f"日期应为 2026-12-31 的形式：{told[:20]}", f"Write days as 2026-12-31: {told[:20]}")
    if (first := days["valid_from"]) is None:
        return Reason("请填写生效日期。", "Give the day it begins.")
    return Entered(line, **values, valid_from=first, valid_until=days["valid_until"])
