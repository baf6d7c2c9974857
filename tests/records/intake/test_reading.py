"""Files in every kind, encoding and state of repair are read as what they say, or refused with the place of the fault."""

import csv
import io
import json
import random
import zipfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from chengxin.lib.encodings import BOM
from chengxin.lib.errors import Unusable
from chengxin.records.errors import FileUnusable
from chengxin.records.intake import reading
from chengxin.records.intake.reading import MOST_ROWS, ROW, cell_text, form_of
from tests.records.intake.cases import blocks_of, rows_of, table_of

RARE = "王𬭎，㛃䶮𠅤"


def cells(table: reading.Table, header_row: int = 1) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in rows_of(table, header_row)]


@pytest.mark.parametrize(
    ("encoding", "name", "how"),
    [
        ("utf-8", "utf-8", "valid-utf-8"),
        ("utf-8-sig", "utf-8", "utf-8-mark"),
        ("gb18030", "gb18030", "not-utf-8-but-valid-gb18030"),
    ],
)
@pytest.mark.parametrize("size", [3, 4, 5, 7, 1 << 20])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_encoding_is_found_and_told(encoding: str, name: str, how: str, size: int, form: str) -> None:
    text = f"姓名,备注\n{RARE},二\n" if form == "csv" else json.dumps({"姓名": RARE, "备注": "二"}, ensure_ascii=False)
    text = text.replace(f"{RARE},", f'"{RARE}",')
    table = table_of(text.encode(encoding), form, size)
    heading = table.heading()
    assert (heading.encoding.name, heading.encoding.how) == (name, how)
    assert heading.rows[0] == ("姓名", "备注")
    assert [row["姓名"] for row in rows_of(table)] == [RARE]


def test_plain_ascii_is_told_as_such() -> None:
    assert table_of("a,b\n1,2\n").heading().encoding.how == "plain-ascii"


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_neither_encoding_names_the_place(size: int) -> None:
    with pytest.raises(FileUnusable) as caught:
        table_of("姓名,备注\n".encode("gb18030") + b"\xff\xff,1\n", size=size)
    place = int(caught.value.text_en.partition("near byte ")[2].partition(")")[0])
    assert abs(place - 11) <= 2


def test_quotes_hold_commas_line_breaks_and_quotes() -> None:
    table = table_of('a,b\r\n"一,二","三\r\n四 ""五"""\r\nx,y\r\n')
    assert cells(table) == [(2, "一,二", '三\r\n四 "五"'), (3, "x", "y")]


def test_blank_lines_and_empty_rows_are_left_out_but_counted() -> None:
    found = [row[ROW] for row in rows_of(table_of("a,b\n1,2\n,\n 　, \n3,4\n"))]
    assert found == [2, 5]


def test_blanks_are_stripped_and_empty_is_null() -> None:
    assert cells(table_of("a,b,c\n 　x　 ,,\t\n")) == [(2, "x", None, None)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_fault_behind_what_is_looked_at_first_is_told_with_its_line(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr("chengxin.records.intake.reading.CSV_BYTES", 1000)
    sound = ("姓名,备注\n" + "王伟,甲乙丙\n" * 3000).encode(encoding)
    table = table_of(sound + b"\xff\xff,1\n", size=4000)
    with pytest.raises(FileUnusable, match=r"第 3002 行不是"):
        list(table.frames(1))


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_last_line_may_end_or_not(end: str) -> None:
    assert cells(table_of(f"a,b\n1,2{end}")) == [(2, "1", "2")]


@pytest.mark.parametrize(("row", "found"), [("1,2,3", 3), ("1", 1)])
@pytest.mark.parametrize("before", [0, 30])
def test_ragged_row_is_named_by_its_number(row: str, found: int, before: int) -> None:
    table = table_of("a,b\n" + "x,y\n" * before + row + "\nx,y\n")
    with pytest.raises(FileUnusable) as caught:
        rows_of(table)
    assert f"第 {before + 2} 行有 {found} 列" in caught.value.text
    assert f"Row {before + 2} has {found} cells" in caught.value.text_en


def test_ragged_row_in_a_later_block_is_named_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CSV_BYTES", 64)
    with pytest.raises(FileUnusable, match="第 102 行有 3 列"):
        rows_of(table_of("a,b\n" + "x,y\n" * 100 + "1,2,3\n", size=10))


@pytest.mark.parametrize("row", ['"x,y"', '"一\n,二"', "", " ", ","])
def test_short_row_is_found_beside_commas_in_quotes_and_blank_lines(row: str) -> None:
    content = f'a,b\n"1,1","2,2"\n{row}\n"x\n,",y\n'
    if row.startswith('"'):
        with pytest.raises(FileUnusable, match="第 3 行有 1 列"):
            rows_of(table_of(content))
    else:
        assert [row[ROW] for row in rows_of(table_of(content))] == [2, 4]


def test_ragged_row_message_holds_no_value() -> None:
    with pytest.raises(FileUnusable) as caught:
        rows_of(table_of("a,b\n1,2\n王伟,149999199001010010,3\n"))
    assert "149999" not in caught.value.text + caught.value.text_en
    assert "王伟" not in caught.value.text


def test_unclosed_quote_is_refused() -> None:
    with pytest.raises(FileUnusable):
        rows_of(table_of('a,b\n1,"2\n3,4\n'))


@pytest.mark.parametrize("content", [b"a,b\n1,\x00\n", b"\x00\x00\x00\x00"])
def test_nul_bytes_are_no_text(content: bytes) -> None:
    with pytest.raises(FileUnusable):
        table_of(content).heading()


def test_nul_byte_far_down_is_refused_too() -> None:
    with pytest.raises(FileUnusable):
        rows_of(table_of(b"a,b\n" + b"x,y\n" * 700_000 + b"1,\x00\n"))


@pytest.mark.parametrize("content", [b"", BOM, b"\n", b"   \n\n"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_empty_file_has_no_rows(content: bytes, form: str) -> None:
    table = table_of(content, form)
    try:
        assert not any(any(row) for row in table.heading().rows)
    except FileUnusable:
        return


def test_heading_alone_has_no_rows() -> None:
    assert rows_of(table_of("a,b\n")) == []
    assert rows_of(table_of("a,b")) == []


def test_doubled_heading_is_named() -> None:
    with pytest.raises(FileUnusable, match="姓名"):
        rows_of(table_of("姓名,姓名\n1,2\n"))


def test_columns_without_heading_keep_their_place() -> None:
    (row,) = rows_of(table_of("a,,\n1,2,3\n"))
    assert list(row.values()) == [2, "1", "2", "3"]


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(FileUnusable):
        table_of(",".join(str(place) for place in range(600)) + "\n").heading()


def test_overlong_cell_is_refused() -> None:
    with pytest.raises(FileUnusable):
        rows_of(table_of("a,b\n1," + "x" * 100_001 + "\n"))


def test_title_above_the_heading_needs_as_many_cells() -> None:
    assert cells(table_of("行政处罚,\na,b\n1,2\n"), 2) == [(3, "1", "2")]


@pytest.mark.parametrize(
    ("head", "name", "form"),
    [
        (b"PK\x03\x04rest", "a.csv", "xlsx"),
        (b"a,b\n", "a.csv", "csv"),
        (b"a,b\n", "a.txt", "csv"),
        (b' \n{"a": 1}', "a.txt", "jsonl"),
        (BOM + b'{"a": 1}', "a.json", "jsonl"),
        (b"", "a.JSONL", "jsonl"),
    ],
)
def test_kind_is_told_by_content_then_name(head: bytes, name: str, form: str) -> None:
    assert form_of(name, head) == form


@pytest.mark.parametrize("head", [b"\xd0\xcf\x11\xe0\xa1\xb1", b"%PDF-1.7", b"\x1f\x8b\x08", b"Rar!\x1a"])
@pytest.mark.parametrize("name", ["a.xls", "a.csv", "a.xlsx"])
def test_old_workbooks_and_other_kinds_are_refused(head: bytes, name: str) -> None:
    with pytest.raises(FileUnusable, match="xlsx"):
        form_of(name, head)


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(FileUnusable):
        table_of(b"x", "pdf")


@pytest.mark.parametrize("size", [3, 1 << 20])
def test_nul_character_in_a_json_text_is_refused(size: int) -> None:
    with pytest.raises(FileUnusable):
        rows_of(table_of('{"a": "x\\u0000y"}\n', "jsonl", size))


# Workbooks


def workbook(fill: object) -> bytes:
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        assert callable(fill)
        fill(book, book.add_worksheet())
    return whole.getvalue()


def test_workbook_with_merged_title_dates_and_numbers() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: object) -> None:
        write = sheet.write  # type: ignore[attr-defined]
        sheet.merge_range(0, 0, 0, 4, "报送模板", book.add_format({"bold": True}))  # type: ignore[attr-defined]
        for place, name in enumerate(("日期", "数", "小数", "文字", "布尔")):
            write(1, place, name)
        for place, value in enumerate((datetime(2026, 3, 5), 42, 0.5, "001", True)):
            write(2, place, value)
        write(4, 1, 7)

    table = table_of(workbook(fill), "xlsx", size=1000)
    assert table.heading().encoding.name == "xlsx"
    assert table.heading().rows[1] == ("日期", "数", "小数", "文字", "布尔")
    assert cells(table, 2) == [(3, "2026-03-05", "42", "0.5", "001", "是"), (5, None, "7", None, None, None)]


def test_row_numbers_are_those_the_spreadsheet_shows() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: object) -> None:
        for row, values in ((2, ("a", "b")), (5, ("1", "2")), (9, ("3", "4"))):
            sheet.write_row(row, 0, values)  # type: ignore[attr-defined]

    table = table_of(workbook(fill), "xlsx")
    heading = table.heading().rows
    assert heading[2] == ("a", "b")
    assert [row[ROW] for row in rows_of(table, 3)] == [6, 10]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: object) -> None:
        sheet.write_string(0, 0, "a")  # type: ignore[attr-defined]
        sheet.write_string(1, 0, "=1+1")  # type: ignore[attr-defined]

    assert cells(table_of(workbook(fill), "xlsx")) == [(2, "=1+1")]
    assert cells(table_of("a\n=1+1\n")) == [(2, "=1+1")]


def test_code_kept_as_a_number_is_not_rounded_into_another() -> None:
    assert cell_text(149999199001010010.0) != "149999199001010011"
    assert (cell_text(2.0), cell_text(0.1), cell_text(None), cell_text(False)) == ("2", "0.1", "", "否")


def test_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        file.writestr("a.csv", "a,b\n1,2\n")
    with pytest.raises(FileUnusable, match="工作簿"):
        table_of(whole.getvalue(), "xlsx").heading()


@pytest.mark.parametrize("kept", [4, 100, 3000])
def test_cut_workbook_is_refused(kept: int) -> None:
    whole = workbook(lambda _, sheet: [sheet.write_row(row, 0, ["x"] * 20) for row in range(200)])
    with pytest.raises(FileUnusable):
        table_of(whole[:kept], "xlsx").heading()


def test_workbook_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "XLSX_BYTES", 100)
    with pytest.raises(FileUnusable, match="CSV"):
        table_of(workbook(lambda _, sheet: sheet.write(0, 0, "a")), "xlsx").heading()


def test_empty_workbook_has_no_heading() -> None:
    assert table_of(workbook(lambda *_: None), "xlsx").heading().rows == ()


# JSON Lines


def test_objects_are_rows_under_the_names_of_all() -> None:
    table = table_of('{"a": "x", "b": 2}\n\n{"b": 2.0, "c": null}\n{"c": true}\n', "jsonl", size=3)
    assert table.heading().rows == (("a", "b", "c"),)
    assert cells(table) == [(1, "x", "2", None), (3, None, "2", None), (4, None, None, "是")]


@pytest.mark.parametrize(
    "line", ['{"a": {"b": 1}}', '{"a": [1]}', "[1, 2]", "1", '"x"', '{"a": 1', "null", "a,b", "[" * 2000]
)
def test_line_that_is_no_flat_object_is_named(line: str) -> None:
    with pytest.raises(FileUnusable, match="第 2 行"):
        rows_of(table_of(f'{{"a": 1}}\n{line}\n', "jsonl"))


def test_key_first_met_after_a_thousand_lines_is_named() -> None:
    with pytest.raises(FileUnusable, match="第 1002 行"):
        rows_of(table_of('{"a": 1}\n' * 1001 + '{"late": 1}\n', "jsonl"))


# Cutting into blocks changes nothing

texts = st.text(st.sampled_from('ab,"\n\r 一王𬭎0'), max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(texts, texts, texts), max_size=25),
    size=st.integers(3, 40),
    chunk=st.integers(1, 300),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_frames_are_the_same_wherever_a_file_is_cut(
    rows: list[tuple[str, str, str]], size: int, chunk: int, encoding: str, end: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("名", "b", "c"), *rows])
    content = text.getvalue().encode(encoding)
    nothing = pl.DataFrame(schema={ROW: pl.Int32, **dict.fromkeys(("名", "b", "c"), pl.String)})
    whole = pl.concat([nothing, *table_of(content).frames(1)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "CSV_BYTES", chunk)
        cut = pl.concat([nothing, *table_of(content, size=size).frames(1)])
    assert_frame_equal(cut, whole)
    # A bare carriage return inside quotes is a blank at most; everything else must come back as it was written.
    wanted = [[cell.strip(" \r\n") or None for cell in row] for row in rows]
    made = {row[0]: list(row[1:]) for row in whole.iter_rows()}
    assert [made.get(number, [None] * 3) for number in range(2, len(rows) + 2)] == wanted


def test_rows_are_handed_on_in_bounded_frames() -> None:
    rows = 2 * MOST_ROWS + 5
    frames = list(table_of("a,b\n" + "1,2\n" * rows).frames(1))
    assert max(frame.height for frame in frames) <= MOST_ROWS
    assert sum(frame.height for frame in frames) == rows
    numbers = pl.concat(frames)[ROW]
    assert (numbers[0], numbers[-1], numbers.is_sorted()) == (2, rows + 1, True)


def test_frames_may_be_asked_for_again() -> None:
    content = "a,b\n" + "".join(f"{number},x\n" for number in range(1000))
    for form, body in (("csv", content), ("jsonl", "".join(f'{{"a": {number}}}\n' for number in range(1000)))):
        table = table_of(body, form)
        assert cells(table) == cells(table)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_end_in_an_answer_not_in_a_crash(seed: int) -> None:
    draw = random.Random(seed)
    bodies = {
        "csv": f"a,b\n一,{RARE}\n".encode() * 20,
        "jsonl": f'{{"a": "{RARE}"}}\n'.encode() * 20,
        "xlsx": workbook(lambda _, sheet: sheet.write_row(0, 0, ["a", "b"])),
    }
    for form, body in bodies.items():
        broken = bytearray(body)
        for _ in range(draw.randrange(1, 6)):
            broken[draw.randrange(len(broken))] = draw.randrange(256)
        try:
            table = reading.open_table(blocks_of(bytes(broken)), form)
            table.heading()
            list(table.frames(1))
        except Unusable:
            continue
