"""Workbooks made to harm, to hide or to mislead: each is refused fast, with the cell and how to mend it; sound ones are read as typed."""

import random
import signal
import struct
import subprocess
import sys
import zipfile
from time import monotonic

import psutil
import pytest

from chengxin.records.errors import FileUnusable
from chengxin.records.intake.reading import ROW
from chengxin.records.intake.workbook import archive, process
from chengxin.records.intake.workbook.book import DATE, TIME, day_text, kind_of_format, time_text
from tests.records.intake.cases import blocks_of, rows_of, table_of
from tests.records.intake.workbooks import book_xml, links_xml, packed, parts_of, row_xml, sheet_xml

SHEET = "xl/worksheets/sheet1.xml"
FAST_S = 10  # on a machine with nothing else to do a tenth of it


def refusal(content: bytes) -> FileUnusable:
    started = monotonic()
    with pytest.raises(FileUnusable) as caught:
        rows_of(table_of(content, "xlsx"))
    assert monotonic() - started < FAST_S
    assert caught.value.text
    assert caught.value.text_en
    return caught.value


def read(rows: str, **parts: str) -> list[tuple[object, ...]]:
    made = parts_of(rows) | {name: content for name, content in parts.items() if "/" in name}
    return [tuple(row.values()) for row in rows_of(table_of(packed(made), "xlsx"))]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param('<c r="B2"><f>A1*2</f><v>4</v></c>', ("B2", "公式", "数值"), id="formula"),
        pytest.param('<c r="B2" t="str"><f>A1</f><v>x</v></c>', ("B2", "公式"), id="formula-with-text"),
        pytest.param('<c r="B2"><f t="shared" si="0"/><v>4</v></c>', ("B2", "公式"), id="shared-formula"),
        pytest.param('<c r="A2"><v>149999199001010016</v></c>', ("A2", "16 位", "文本"), id="code-as-number"),
        pytest.param('<c r="A2"><v>1.4999919900101001E+17</v></c>', ("A2", "16 位"), id="code-in-scientific-form"),
        pytest.param('<c r="A2" t="e"><v>#N/A</v></c>', ("A2", "错误值"), id="error"),
        pytest.param('<c r="C2"><v>1</v></c>', ("C2", "列名"), id="right-of-the-headings"),
        pytest.param('<c r="SS2"><v>1</v></c>', ("SS2", "512 列"), id="far-right"),
        pytest.param(f'<c r="A2" t="inlineStr"><is><t>{"x" * 100_001}</t></is></c>', ("A2", "100000"), id="huge-cell"),
        pytest.param('<c r="A2" t="str"><v>a_x0000_b</v></c>', ("A2", "空字符"), id="nul"),
        pytest.param('<c r="A2" t="s"><v>7</v></c>', ("损坏",), id="no-shared-texts"),
        pytest.param('<c r="A2"><v>abc</v></c>', ("损坏",), id="number-that-is-none"),
        pytest.param('<c r="A2"><v>NaN</v></c>', ("损坏",), id="not-a-number"),
        pytest.param('<c r="B2"><v>1</v></c><c r="A2"><v>1</v></c>', ("损坏",), id="backwards"),
        pytest.param('<c r="A2"><v>1</v></c><c r="A2"><v>2</v></c>', ("损坏",), id="twice"),
        pytest.param('<c r="AAAA2"><v>1</v></c>', ("损坏",), id="no-such-column"),
    ],
)
def test_cell_that_cannot_be_taken_is_named(rows: str, words: tuple[str, ...]) -> None:
    text = refusal(packed(parts_of(row_xml(rows)))).text
    assert all(word in text for word in words), text


def test_no_value_stands_in_a_refusal() -> None:
    told = refusal(packed(parts_of(row_xml('<c r="A2"><v>149999199001010016</v></c>'))))
    assert "149999" not in told.text + told.text_en


def test_hidden_row_is_named() -> None:
    rows = row_xml('<c r="A2"><v>1</v></c>', more=' hidden="1"')
    assert "第 2 行被隐藏" in refusal(packed(parts_of(rows))).text
    assert read(row_xml(number=2, more=' hidden="1"') + row_xml('<c r="A3"><v>1</v></c>', number=3)) == [(3, "1", None)]


def test_merged_cells_of_data_are_named() -> None:
    after = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    assert "A2:A3" in refusal(packed(parts_of(row_xml('<c r="A2"><v>1</v></c>'), after))).text


def test_ten_thousand_columns_are_refused_at_the_first_too_many() -> None:
    cells = "".join(f'<c t="str"><v>{place}</v></c>' for place in range(10_000))
    assert "SS2" in refusal(packed(parts_of(row_xml(cells)))).text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("xl/vbaProject.bin", "宏"),
        ("xl/macrosheets/sheet1.xml", "宏"),
        ("xl/externalLinks/externalLink1.xml", "外部链接"),
        ("xl/workbook.bin", "xlsb"),
    ],
)
def test_workbook_with_what_it_may_not_hold_is_refused(name: str, words: str) -> None:
    assert words in refusal(packed(parts_of() | {name: b"x"})).text


def test_reference_to_another_file_is_refused() -> None:
    external = '<externalReferences><externalReference r:id="r9"/></externalReferences>'
    assert "外部链接" in refusal(packed(parts_of() | {"xl/workbook.xml": book_xml(after=external)})).text


@pytest.mark.parametrize("name", ["a.csv", "word/document.xml", "content.xml"])
def test_archive_that_is_no_workbook_is_told_as_such(name: str) -> None:
    assert "不是 .xlsx 工作簿" in refusal(packed({name: "x"})).text


ENTITIES = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("head", [ENTITIES, OUTSIDE, '<!DOCTYPE w SYSTEM "http://127.0.0.1/a.dtd">'])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(head: str, part: str, encoding: str) -> None:
    parts = parts_of()
    parts[part] = (head + str(parts[part])).encode(encoding)
    assert "实体" in refusal(packed(parts)).text


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/media/image1.png"])
def test_bomb_is_refused_before_it_is_unpacked(part: str) -> None:
    started = monotonic()
    bomb = packed(parts_of() | {part: b" " * (100 << 20)})
    took = monotonic() - started
    started = monotonic()
    assert "压缩" in refusal(bomb).text
    assert monotonic() - started < max(2.0, took)


def test_bomb_that_lies_about_its_size_is_cut_off_there() -> None:
    bomb = bytearray(packed(parts_of() | {SHEET: b" " * (40 << 20)}))
    place = bomb.rfind(b"PK\x01\x02")
    struct.pack_into("<I", bomb, place + 24, 1000)
    assert "损坏" in refusal(bytes(bomb)).text


def test_bomb_of_many_parts_is_refused() -> None:
    assert "压缩" in refusal(packed(parts_of() | {f"xl/{number}": b"" for number in range(2_001)})).text
    assert archive.DIRECTORY_BYTES < 20_000 * 56
    assert "压缩" in refusal(packed({f"xl/{number}": b"" for number in range(20_000)}, zipfile.ZIP_STORED)).text


def test_bomb_in_a_bomb_is_never_opened() -> None:
    inner = packed({"a": b" " * (1 << 20)})
    assert read(row_xml('<c r="A2"><v>1</v></c>'), **{"xl/media/a.zip": inner}) == [(2, "1", None)]  # type: ignore[arg-type]


def test_encrypted_part_is_told() -> None:
    content = bytearray(packed(parts_of()))
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    assert "加密" in refusal(bytes(content)).text


def test_endless_token_is_cut_off() -> None:
    pieces = "".join(f"{number:08x}" for number in range(1_200_000))
    assert "损坏" in refusal(packed(parts_of() | {SHEET: f'<worksheet a="{pieces}"/>'})).text


def test_depth_without_end_costs_memory_of_the_child_alone() -> None:
    table = table_of(packed(parts_of(row_xml("<a>" * 2_000_000))), "xlsx")
    before = psutil.Process().memory_info().rss
    with pytest.raises(FileUnusable):
        rows_of(table)
    assert psutil.Process().memory_info().rss - before < 64 << 20


# What is read


def test_numbers_texts_and_truth_values_are_read_as_typed() -> None:
    cells = '<c r="A{0}"><v>{1}</v></c>'
    made = [cells.format(number, value) for number, value in enumerate(("007", "0.10000000000000001", "1E2", "-3"), 2)]
    rows = "".join(row_xml(cell, number=number) for number, cell in enumerate(made, 2))
    rows += row_xml('<c r="A6" t="b"><v>1</v></c><c r="B6" t="d"><v>2026-03-05T00:00:00</v></c>', number=6)
    assert [row[1] for row in read(rows)] == ["7", "0.1", "100", "-3", "是"]
    assert read(rows)[-1][2] == "2026-03-05"


def test_rich_and_phonetic_text() -> None:
    shared = "<sst><si><r><t>王</t></r><r><t xml:space='preserve'> 伟</t></r><rPh><t>wang</t></rPh></si><si><t>a_x000D_b</t></si></sst>"
    rows = row_xml('<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c>')
    links = links_xml(r1="worksheet:worksheets/sheet1.xml", r2="sharedStrings:sharedStrings.xml")
    found = read(rows, **{"xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": links})
    assert found == [(2, "王 伟", "a\rb")]


def test_first_visible_sheet_is_read_and_told() -> None:
    sheets = '<sheet name="a" state="hidden" r:id="r1"/><sheet name="b" r:id="r2"/><sheet name="c" r:id="r1"/>'
    links = links_xml(r1="worksheet:worksheets/sheet1.xml", r2="worksheet:/xl/worksheets/sheet2.xml")
    second = sheet_xml(row_xml('<c r="A2"><v>5</v></c>'))
    parts = parts_of() | {
        "xl/workbook.xml": book_xml(sheets),
        "xl/_rels/workbook.xml.rels": links,
        "xl/worksheets/sheet2.xml": second,
    }
    table = table_of(packed(parts), "xlsx")
    assert table.heading().encoding.how == "workbook-first-visible-sheet"
    assert [tuple(row.values()) for row in rows_of(table)] == [(2, "5", None)]
    parts["xl/workbook.xml"] = book_xml('<sheet name="a" state="veryHidden" r:id="r1"/>')
    assert "可见" in refusal(packed(parts)).text


@pytest.mark.parametrize(("setting", "day"), [("", "2026-03-05"), ('<workbookPr date1904="1"/>', "2030-03-06")])
def test_both_calendars(setting: str, day: str) -> None:
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    links = links_xml(r1="worksheet:worksheets/sheet1.xml", r2="styles:styles.xml")
    parts = {"xl/styles.xml": styles, "xl/_rels/workbook.xml.rels": links, "xl/workbook.xml": book_xml(setting=setting)}
    assert read(row_xml('<c r="A2" s="1"><v>46086.75</v></c><c r="B2" s="0"><v>46086</v></c>'), **parts) == [
        (2, day, "46086")
    ]


@pytest.mark.parametrize(
    ("serial", "day"), [(1, "1900-01-01"), (59, "1900-02-28"), (60, "1900-02-29"), (61, "1900-03-01"), (-1, "-1")]
)
def test_days_around_the_one_that_never_was(serial: int, day: str) -> None:
    assert day_text(serial, since_1904=False) == day


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", ""), ("@", ""), ("0.00E+00", ""), ('#,##0"日"', ""), ("[Red]0.0", ""), ("_d0", ""), (r"\d0", ""),
        ("yyyy-mm-dd", DATE), ('yyyy"年"m"月"', DATE), ("[$-804]aaaa", DATE), ("mmm", DATE), ("d/m/yy h:mm", DATE),
        ("h:mm", TIME), ("[h]:mm", TIME), ("mm:ss", TIME),
    ],
)  # fmt: skip
def test_formats_that_show_dates(code: str, kind: str) -> None:
    assert kind_of_format(code) == kind


def test_time_of_day() -> None:
    assert (time_text(0.5), time_text(1.25)) == ("12:00:00", "30:00:00")


def test_elements_may_bear_a_prefix() -> None:
    rows = row_xml('<c r="A2"><v>1</v></c>')
    prefixed = sheet_xml(rows).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    table = table_of(packed(parts_of() | {SHEET: prefixed}), "xlsx")
    assert [row[ROW] for row in rows_of(table)] == [2]


# The process


def test_child_opens_nothing_and_has_no_room_beyond_its_limit() -> None:
    attempts = """
import socket, sys
from chengxin.records.intake.workbook.child import fence
fence(256 << 20)
for attempt in (lambda: open("/etc/hostname"), lambda: socket.socket(), lambda: bytearray(300 << 20)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
"""
    told = subprocess.run([sys.executable, "-c", attempts], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["OSError", "OSError", "MemoryError"]


def test_child_ends_with_whoever_asked() -> None:
    rows = "".join(row_xml("<c><v>1</v></c>", number=number) for number in range(2, 200_000))
    told = process.frames(blocks_of(packed(parts_of(rows))), process.Ask(1, 8, 512, 100_000, 256 << 20))
    next(told)
    (child,) = [one for one in psutil.Process().children() if "workbook.child" in " ".join(one.cmdline())]
    told.close()
    assert not child.is_running()


def test_too_little_memory_is_a_clear_answer() -> None:
    big = packed(parts_of() | {"xl/media/a": random.Random(1).randbytes(60 << 20)}, zipfile.ZIP_STORED)
    with pytest.raises(FileUnusable, match="过大"):
        list(process.frames(blocks_of(big), process.Ask(1, 8, 512, 100_000, 256 << 20, 64 << 20)))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-signal.SIGXCPU, "用时过长"),
        (-signal.SIGKILL, "用时过长"),
        (-signal.SIGSEGV, "过大"),
        (-signal.SIGABRT, "过大"),
        (1, "损坏"),
    ],
)
def test_child_that_ended_without_a_word_is_explained(code: int, words: str) -> None:
    assert words in process.why(code).text


def test_child_that_is_killed_is_a_clear_answer() -> None:
    rows = "".join(row_xml("<c><v>1</v></c>", number=number) for number in range(2, 200_000))
    told = process.frames(blocks_of(packed(parts_of(rows))), process.Ask(1, 8, 512, 100_000, 256 << 20))
    next(told)
    (child,) = [one for one in psutil.Process().children() if "workbook.child" in " ".join(one.cmdline())]
    child.kill()
    with pytest.raises(FileUnusable, match="用时过长"):
        list(told)
