"""What a workbook says about itself: its sheets, its calendar, which formats are dates; and what it may not hold."""

import posixpath
import re
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.records.intake.workbook.archive import Archive
from chengxin.records.intake.workbook.faults import Fault, damaged
from chengxin.records.intake.workbook.xml import elements

DATE, TIME = "date", "time"
# Numbers of the formats that every spreadsheet knows, the Chinese ones (27-36, 50-58) included.
KNOWN_DATES = {14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58}
KNOWN_TIMES = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
MOST_FORMATS = 100_000
LAST_SERIAL = 2_958_465
LEAP_DAY_THAT_NEVER_WAS = 60


@dataclass(frozen=True, slots=True)
class Book:
    """``part`` is the sheet that is read: the first visible one, ``number`` of ``sheets``."""

    part: str
    number: int
    sheets: int
    texts_part: str
    since_1904: bool
    formats: tuple[str, ...]


def read_book(archive: Archive) -> Book:
    """Raises Fault on macros, links to other files, and what is no workbook."""
    names = set(archive.names)
    _refuse_strange(archive.names)
    main = next((target for kind, target in _links(archive, "") if kind == "officeDocument"), "xl/workbook.xml")
    if main not in names:
        raise _no_workbook()
    ids = _links_by_id(archive, main)
    sheets: list[tuple[str, bool]] = []
    since_1904 = False
    for _, name, attributes in elements(archive.chunks(main)):
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            kind, target = ids.get(link, ("", ""))
            shown = attributes.get("state", "visible") == "visible" and kind == "worksheet"
            sheets.append((target, shown))
        elif name == "workbookPr":
            since_1904 = attributes.get("date1904", "0") in {"1", "true", "on"}
        elif name == "externalReference":
            raise _external()
    chosen = next((place for place, (_, shown) in enumerate(sheets) if shown), None)
    if chosen is None:
        raise Fault(
            "工作簿里没有可见的工作表。请取消隐藏后重新报送。",
            "The workbook has no visible sheet. Unhide it and hand it in again.",
        )
    of_kind = dict(ids.values())
    styles = of_kind.get("styles", "")
    formats = _formats(archive, styles) if styles in names else ()
    texts = of_kind.get("sharedStrings", "")
    return Book(sheets[chosen][0], chosen + 1, len(sheets), texts if texts in names else "", since_1904, formats)


def _refuse_strange(names: tuple[str, ...]) -> None:
    if "[content_types].xml" not in names:
        raise _no_workbook()
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise Fault(
            "工作簿含有宏。请另存为不含宏的 .xlsx 后重新报送。",
            "The workbook holds macros. Save it as .xlsx without macros and hand it in again.",
        )
    if any(name.startswith("xl/externallinks/") for name in names):
        raise _external()
    if "xl/workbook.bin" in names:
        raise Fault(
            "二进制工作簿（.xlsb）不能读取，请另存为 .xlsx。", "Binary workbooks (.xlsb) aren't read; save it as .xlsx."
        )


def _links(archive: Archive, part: str) -> list[tuple[str, str]]:
    return list(_links_by_id(archive, part).values())


def _links_by_id(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Give kind and target of each link of a part that leads to another part of the archive."""
    folder, _, name = part.rpartition("/")
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    if where not in archive.names:
        return {}
    found = {}
    for _, tag, attributes in elements(archive.chunks(where)):
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
        kind = attributes.get("Type", "").rpartition("/")[2]
        found[attributes.get("Id", "")] = (kind, target.lstrip("/").lower())
    return found


def _formats(archive: Archive, part: str) -> tuple[str, ...]:
    """Tell of each cell format by its number whether it shows a date or a time."""
    own: dict[int, str] = {}
    numbers: list[int] = []
    try:
        for parent, tag, attributes in elements(archive.chunks(part)):
            if tag == "numFmt":
                own[int(attributes.get("numFmtId", "0"))] = kind_of_format(attributes.get("formatCode", ""))
            elif tag == "xf" and parent == "cellXfs":
                numbers.append(int(attributes.get("numFmtId", "0")))
    except ValueError:
        raise damaged() from None
    if len(numbers) > MOST_FORMATS:
        raise damaged()
    return tuple(own.get(number, _known(number)) for number in numbers)


def _known(number: int) -> str:
    return DATE if number in KNOWN_DATES else TIME if number in KNOWN_TIMES else ""


def kind_of_format(code: str) -> str:
    """Tell whether a number format of the workbook's own shows a date or a time.

    An elapsed time such as ``[h]:mm`` counts as a time.
    """
    first = LITERAL.sub(lambda part: "h" if ELAPSED.fullmatch(part[0]) else "", code).partition(";")[0].lower()
    if first in {"general", "@"}:
        return ""
    if "y" in first or "d" in first or "aaa" in first:
        return DATE
    if "h" in first or "s" in first:
        return TIME
    return DATE if "m" in first else ""


def day_text(serial: float, *, since_1904: bool) -> str:
    """Write a date's number as an ISO day; one that names no day as the number, for the check of dates to refuse."""
    number = int(serial)
    if number < 0 or number > LAST_SERIAL:
        return repr(serial)
    if since_1904:
        return (date(1904, 1, 1) + timedelta(min(number, LAST_SERIAL - 1462))).isoformat()
    if number == LEAP_DAY_THAT_NEVER_WAS:
        return "1900-02-29"
    return (date(1899, 12, 31 if number < LEAP_DAY_THAT_NEVER_WAS else 30) + timedelta(number)).isoformat()


def time_text(serial: float) -> str:
    """Write the time of a day; more than a day in hours."""
    seconds = round(serial * 86_400)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _no_workbook() -> Fault:
    return Fault(
        "这是压缩文件，但不是 .xlsx 工作簿。请解压或另存为 .xlsx 后重新报送。",
        "This is an archive but no .xlsx workbook. Unpack it, or save it as .xlsx, and hand it in again.",
    )


def _external() -> Fault:
    return Fault(
        "工作簿引用了其他文件（外部链接）。请断开链接，粘贴为数值后重新报送。",
        "The workbook refers to other files (external links). Break the links, paste values, and hand it in again.",
    )
