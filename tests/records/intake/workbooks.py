"""Workbooks by hand, part by part, so that a test can put anything into them."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
HEADING = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c><c r="B1" t="inlineStr"><is><t>乙</t></is></c></row>'
)


def sheet_xml(rows: str, after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{HEADING}{rows}</sheetData>{after}</worksheet>'


def book_xml(sheets: str = "", *, setting: str = "", after: str = "") -> str:
    sheets = sheets or '<sheet name="a" sheetId="1" r:id="r1"/>'
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{setting}<sheets>{sheets}</sheets>{after}</workbook>'


def links_xml(**targets: str) -> str:
    links = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, _, target) in ((name, target.partition(":")) for name, target in targets.items())
    )
    return f'<Relationships xmlns="{LINKS}">{links}</Relationships>'


def parts_of(rows: str = "", after: str = "") -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": links_xml(r1="officeDocument:xl/workbook.xml"),
        "xl/workbook.xml": book_xml(),
        "xl/_rels/workbook.xml.rels": links_xml(r1="worksheet:worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet_xml(rows, after),
    }


def packed(parts: dict[str, str | bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", kind) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return whole.getvalue()


def row_xml(*cells: str, number: int = 2, more: str = "") -> str:
    return f'<row r="{number}"{more}>{"".join(cells)}</row>'
