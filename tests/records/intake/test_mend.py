"""The rows to mend come back as the sender wrote them, with the reason, and without what may not be kept."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from chengxin.identity.queries import find_organisation
from chengxin.records.intake.mend import REASON, mend_spool
from chengxin.records.services import ingest_file, spool_folder
from tests.conftest import Register
from tests.penalties import COLUMNS, csv_text, penalty
from tests.people import LI_NA, MARKET, UNKNOWN, WANG_WEI
from tests.records.intake.cases import shipped_item

LABELS = {field.code: field.label for field in shipped_item("CF-ZRR").definition.fields}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, register: Register) -> None:
    settings.DATA_DIR = tmp_path


def returned(register: Register, path: Path, at: datetime) -> bytes | None:
    """Take a file in and give the file of its rows to mend, None where there is none."""
    register.become("intake")
    organisation = find_organisation(MARKET, at.date())
    assert organisation is not None
    batch, _ = ingest_file(path, item_code="CF-ZRR", provider=organisation, at=at)
    spool = mend_spool(spool_folder(), batch.token.hex)
    return b"".join(spool.blocks()) if spool.there() else None


def table(content: bytes, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def faulty(today: date) -> list[dict[str, str]]:
    """Make rows two to seven of a file: sound, refused, waiting, and three that may not be kept."""
    return [
        penalty(today, 1),
        penalty(today, 2, CF_JDRQ="2026-02-31"),
        penalty(today, 3, UNKNOWN),
        penalty(today, 4, CF_SY="血型为未知"),
        penalty(today, 5, CX_CXLX="2"),
        penalty(today, 6, CF_NR=f"与{LI_NA.code}一同"),
    ]


@pytest.mark.parametrize(("sent", "back"), [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030")])
def test_csv_comes_back_in_its_own_columns_and_encoding(
    register: Register, tmp_path: Path, today: date, now: datetime, sent: str, back: str
) -> None:
    columns = ("序号", *reversed(COLUMNS))
    rows = [{**row, "序号": f"第{place}行"} for place, row in enumerate(faulty(today), 1)]
    text = csv_text(rows, columns)
    for code, label in LABELS.items():
        text = text.replace(code + ",", label + ",", 1)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(sent))
    content = returned(register, path, now)
    assert content is not None
    assert content.startswith(b"\xef\xbb\xbf") is (back == "utf-8-sig")
    rows_back = table(content, back)
    assert list(rows_back[0]) == [*text.splitlines()[0].split(","), REASON]
    assert [row["序号"] for row in rows_back] == ["第2行", "第3行"]
    assert rows_back[0][LABELS["CF_JDRQ"]] == "2026-02-31"
    assert rows_back[0][REASON].startswith("CF_JDRQ：不是有效日期")
    assert "人口库" in rows_back[1][REASON]


def test_rows_under_safeguards_2_to_4_are_in_no_mend_file(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text(faulty(today)))
    content = returned(register, path, now)
    assert content is not None
    for lost in ("〔2026〕4号", "〔2026〕5号", "〔2026〕6号", "血型", LI_NA.code):
        assert lost.encode() not in content


def test_file_of_safeguarded_refusals_alone_gives_back_no_row(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text(faulty(today)[3:]))
    content = returned(register, path, now)
    assert content is None or table(content, "utf-8-sig") == []


def test_sound_file_leaves_no_mend_file(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text([penalty(today)]))
    assert returned(register, path, now) is None
    assert list((tmp_path / "spool").iterdir()) == []


def test_mend_file_lies_sealed(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text(faulty(today)))
    assert returned(register, path, now)
    for kept in (tmp_path / "spool").iterdir():
        assert WANG_WEI.code.encode() not in kept.read_bytes()
        assert WANG_WEI.name.encode() not in kept.read_bytes()


def test_several_findings_of_a_row_stand_in_one_reason(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text([penalty(today, CF_JDRQ="x", CF_WFXW="", CF_NR_FK="一")]))
    content = returned(register, path, now)
    assert content is not None
    (row,) = table(content, "utf-8-sig")
    assert all(f"{code}：" in row[REASON] for code in ("CF_JDRQ", "CF_WFXW", "CF_NR_FK"))


INJECTIONS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "-1+1",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "－1+1",
    "-2+cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_formula_in_a_cell_comes_back_harmless(
    register: Register, tmp_path: Path, today: date, now: datetime, text: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text([penalty(today, CF_JDRQ="x", BZ=text)]), newline="")
    content = returned(register, path, now)
    assert content is not None
    for row in table(content, "utf-8-sig"):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "@", "-", "＝", "＋", "－", "\t", "\r"))


def test_negative_amount_comes_back_as_it_was(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text([penalty(today, CF_NR_FK="-0.50")]))
    content = returned(register, path, now)
    assert content is not None
    assert table(content, "utf-8-sig")[0]["CF_NR_FK"] == "-0.50"


def test_harmless_row_handed_in_again_is_what_it_was(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = [penalty(today, CF_JDRQ="x", CF_SY='他说"好，\n的"')]
    path = tmp_path / "a.csv"
    path.write_text(csv_text(rows), newline="")
    content = returned(register, path, now)
    assert content is not None
    (row,) = table(content, "utf-8-sig")
    assert {code: row[code] for code in COLUMNS} == rows[0]
    mended = tmp_path / "b.csv"
    mended.write_bytes(content.replace(b",x,", f",{penalty(today)['CF_JDRQ']},".encode()))
    assert returned(register, mended, now) is None
    assert register.rows("SELECT count(*) FROM records_version") == [(1,)]


def test_jsonl_comes_back_as_jsonl(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in faulty(today)))
    content = returned(register, path, now)
    assert content is not None
    rows = [json.loads(line) for line in content.decode().splitlines()]
    assert [row["CF_WSH"] for row in rows] == ["并市监罚〔2026〕2号", "并市监罚〔2026〕3号"]
    assert all(row[REASON] for row in rows)


def test_workbook_comes_back_as_a_workbook_of_texts(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 5, "报送模板")
        sheet.write_row(1, 0, [LABELS[code] for code in COLUMNS])
        for place, row in enumerate(faulty(today), 2):
            for column, code in enumerate(COLUMNS):
                sheet.write_string(place, column, "=1+1" if code == "BZ" else row[code])
    content = returned(register, path, now)
    assert content is not None
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0] == [*(LABELS[code] for code in COLUMNS), REASON]
    assert [row[COLUMNS.index("CF_WSH")] for row in rows[1:]] == ["并市监罚〔2026〕2号", "并市监罚〔2026〕3号"]
    assert [row[COLUMNS.index("BZ")] for row in rows[1:]] == ["=1+1", "=1+1"]
    assert b"<f>" not in content
