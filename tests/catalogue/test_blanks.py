"""The blank workbook of an item: text throughout, lists to choose from, and what is filled in is taken by intake."""

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from chengxin.catalogue.blanks import SHEETS, blank_workbook, heading
from chengxin.catalogue.queries import items_in_force, open_item
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.regions import standard_areas
from chengxin.records.intake.layout import find_layout
from chengxin.records.intake.reading import open_table
from tests.conftest import Register
from tests.penalties import penalty
from tests.people import WANG_WEI
from tests.records.test_ingest import counts, rules, take


def sheets(content: bytes) -> dict[str, list[list[str]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
        for name in book.sheet_names
    }


def filled(path: Path, content: bytes, rows: list[dict[str, str]]) -> Path:
    """Fill the first sheet in as a spreadsheet program saves it: the headings as they came, text cells below."""
    headings = sheets(content)[SHEETS[0]][0]
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet(SHEETS[0])
        for column, name in enumerate(headings):
            sheet.write_string(0, column, name)
            code = re.search(r"（([A-Za-z_]+)）$", name)
            assert code is not None
            for number, row in enumerate(rows, 1):
                sheet.write_string(number, column, row.get(code[1], ""))
        for name in SHEETS[1:]:
            book.add_worksheet(name).write_string(0, 0, "不读")
    return path


def test_every_item_has_one_whose_headings_intake_reads(register: Register, today: date) -> None:
    for version in items_in_force(today):
        item = open_item(version.item.code, today)
        content = blank_workbook(item)
        layout = find_layout(open_table(lambda content=content: iter([content]), "xlsx").heading(), item.definition)  # type: ignore[misc]
        assert (layout.header_row, layout.unknown, layout.missing) == (1, (), ())
        assert list(layout.columns.values()) == [field.code for field in item.definition.fields]


def test_the_sheet_to_fill_in_is_empty_and_its_columns_are_text(register: Register, today: date) -> None:
    item = open_item("CF-ZRR", today)
    content = blank_workbook(item)
    found = sheets(content)
    assert tuple(found) == SHEETS
    assert found[SHEETS[0]] == [[heading(field) for field in item.definition.fields]]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet, styles = parts.read("xl/worksheets/sheet1.xml").decode(), parts.read("xl/styles.xml").decode()
    columns = [int(style) for style in re.findall(r'<col [^>]*style="(\d+)"', sheet)]
    cells = styles.partition("<cellXfs")[2].partition("</cellXfs>")[0]
    formats = re.findall(r"<xf [^>]*>", cells)
    assert len(columns) == sheet.count("<col ") > 0
    assert all('numFmtId="49"' in formats[style] for style in columns)  # 49 is "@", text
    assert sheet.count('type="list"') == sum(1 for field in item.definition.fields if field.code_list)


def test_the_same_edition_gives_the_same_bytes(register: Register, today: date) -> None:
    item = open_item("ZG-ZY", today)
    assert blank_workbook(item) == blank_workbook(item)


def test_lists_offer_what_intake_takes(register: Register, today: date) -> None:
    item = open_item("CF-ZRR", today)
    offered = {cell for row in sheets(blank_workbook(item))[SHEETS[3]] for cell in row if cell}
    assert offered <= {spelling for values in item.values.values() for spelling in values}


@pytest.mark.parametrize("code", ["CF-ZRR", "XK-ZRR", "RY-BZ", "ZY-FW", "ZG-ZY", "CN-XY", "SX-BZXR", "YZ-MD"])
def test_examples_are_of_nobody(register: Register, today: date, code: str) -> None:
    item = open_item(code, today)
    row = dict(zip(*sheets(blank_workbook(item))[SHEETS[2]], strict=False))
    told = row[heading(item.definition.field(item.definition.roles["code"]))]
    assert told.startswith("149999")
    assert examine(CodeType.RESIDENT_ID, told, on=today, areas=standard_areas(test_area=True))


def test_what_is_filled_in_becomes_records(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    item = open_item("CF-ZRR", today)
    path = filled(tmp_path / "a.xlsx", blank_workbook(item), [penalty(today, 1), penalty(today, 2)])
    batch = take(register, path, now)
    assert counts(batch) == {"read": 2, "new": 2, "changed": 0, "unchanged": 0, "waiting": 0, "refused": 0}, rules(
        register, batch
    )
    assert register.rows("SELECT count(DISTINCT subject_id) FROM records_version") == [(1,)]
    assert WANG_WEI.code not in str(register.rows("SELECT body FROM records_payload"))
