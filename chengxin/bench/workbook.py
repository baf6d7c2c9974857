"""Reading a workbook of as many rows as a sheet has, beside reading the same rows as CSV."""

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from chengxin.bench.child import in_child
from chengxin.bench.stage import ROWS_PER_PERSON, SEED, Stage, Tell
from chengxin.demo.generate import write_penalties_csv
from chengxin.records.intake.workbook.sheet import letters_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
# Texts beyond this many are written once more each time, so that the writer's own memory stays bounded.
KNOWN_TEXTS = 200_000
MOST_ROWS = 1_048_576


def bench_xlsx(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure one reading of a workbook whose texts are shared, as spreadsheets write them; peaks of reader and asker apart."""
    file, book = stage.folder / "penalties.csv", stage.folder / "penalties.xlsx"
    rows = min(rows, MOST_ROWS)
    write_penalties_csv(file, rows - 1, max(rows // ROWS_PER_PERSON, 100), SEED)
    write_workbook(book, file)
    tell(f"  {book.stat().st_size >> 20} MiB XLSX, {file.stat().st_size >> 20} MiB CSV")
    urls = stage.fresh()
    try:
        ours = in_child(stage, urls["intake"], "read", book, "xlsx")
        yardstick = in_child(stage, urls["intake"], "read", file, "csv")
    finally:
        stage.drop(urls)
    return {
        "name": f"xlsx {rows}",
        "ours_s": round(ours["seconds"], 2),
        "yardstick_s": round(yardstick["seconds"], 2),
        "rows_per_s": round(rows / ours["seconds"]),
        "rows": ours["rows"],
        "reader_peak_mib": ours["reader_peak_mib"],
        "peak_mib": ours["peak_mib"],
        "file_mib": book.stat().st_size >> 20,
    }


def write_workbook(path: Path, source: Path) -> None:
    """Write the rows of a CSV file as a workbook, row by row, its texts shared and numbered by first use."""
    texts = source.with_suffix(".texts")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in _small_parts():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet, texts.open("wb") as shared:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for row in _rows(source, shared):
                sheet.write(row)
            sheet.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as table, texts.open("rb") as shared:
            table.write(f'<sst xmlns="{MAIN}">'.encode())
            while block := shared.read(1 << 20):
                table.write(block)
            table.write(b"</sst>")
    texts.unlink()


def _rows(source: Path, shared: Any) -> Iterator[bytes]:
    known: dict[str, int] = {}
    count = 0
    with source.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file), 1):
            cells = []
            for column, text in enumerate(row):
                if not text:
                    continue
                place = known.get(text, count)
                if place == count:
                    shared.write(f"<si><t>{escape(text)}</t></si>".encode())
                    count += 1
                    if len(known) < KNOWN_TEXTS:
                        known[text] = place
                cells.append(f'<c r="{letters_of(column)}{number}" s="0" t="s"><v>{place}</v></c>')
            yield f'<row r="{number}" spans="1:{len(row)}">{"".join(cells)}</row>'.encode()


def _small_parts() -> Iterator[tuple[str, str]]:
    sheets = '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets>'
    yield "[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>'
    yield "_rels/.rels", _links(officeDocument="xl/workbook.xml")
    yield "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{sheets}</workbook>'
    yield "xl/_rels/workbook.xml.rels", _links(worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml")


def _links(**targets: str) -> str:
    links = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
