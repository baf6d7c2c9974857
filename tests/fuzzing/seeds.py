"""What fuzzing starts from: small sound files of every item kind, in every form, and the parts they are made of."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chengxin.catalogue.files import shipped_items
from chengxin.lib.codes import CodeType
from tests.lib.papers import photograph, scan_pdf, scan_png
from tests.records.intake.cases import shipped_item
from tests.records.intake.workbooks import MAIN, links_xml, packed, parts_of, row_xml

FINDS = Path(__file__).parent / "finds"
CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'
SHARED = '<c t="s"><v>{}</v></c>'
PLAIN = {"date": "2026-03-05", "text": "文字"}
NUMBERS = (
    "149999199001010018", "14999919900101001", "149999900101001", "810000199001010018", "911499990000000000", "H12345678", "12345678",
    "G12345678", "CHN110199001010", "12345678-9", "姓名 149999199001010018 号", "１４９９９９", "",
)  # fmt: skip
HEADINGS = ("行政相对人名称*", "CF_WSH", "ＣＦ_ＷＳＨ", "宗教信仰", "指 纹", "家庭\u200b成员", "İ", "ß", "ﬁ")


@cache
def item_kinds() -> tuple[str, ...]:
    """Codes of the items that are shipped, in an order that doesn't change as long as they don't."""
    return tuple(sorted(shipped_items()))


def sound(form: str, item: str, rows: int = 3) -> bytes:
    """A small file of an item in a form, all its columns filled, each with its own example where it has one."""
    fields = shipped_item(item).definition.fields
    values = [field.example or PLAIN.get(field.type, "1") for field in fields]
    if form == "jsonl":
        line = json.dumps(dict(zip([field.code for field in fields], values, strict=True)), ensure_ascii=False)
        return "\n".join([line] * rows).encode()
    labels = [field.label for field in fields]
    if form == "csv":
        return "\n".join([",".join(labels), *[",".join(values)] * rows, ""]).encode()
    return packed(book_of(labels, values, rows))


def book_of(labels: list[str], values: list[str], rows: int) -> dict[str, str | bytes]:
    lines = [labels, *[values] * rows]
    made = (row_xml(*(CELL.format(text) for text in texts), number=number) for number, texts in enumerate(lines, 2))
    return parts_of("".join(made))


def seeds(target: str) -> Iterator[bytes]:
    """Give what a target starts from; the first byte of most of them chooses the item, the part or the kind."""
    yield from {
        "csv": _files("csv"),
        "jsonl": _files("jsonl"),
        "xlsx": _files("xlsx"),
        "part": _parts(),
        "encodings": _texts(),
        "codes": (bytes([kind]) + number.encode() for kind in range(len(CodeType)) for number in NUMBERS),
        "exchange": _rows(),
        "mappings": _headings(),
        "manifest": iter([MANIFEST.encode(), MANIFEST.replace("sha256", "sm3").encode(), b"[]", b"{}"]),
        "form": iter(
            [b"a.csv\nPK\x03\x04", b"a.jsonl\n{", b"a.xls\n\xd0\xcf\x11\xe0", b"a\n\xef\xbb\xbf <?xml", b"\n"]
        ),
        "paper": iter([photograph(), scan_png(), scan_png("RGB"), scan_pdf(2), b"%PDF-1.7", b""]),
    }[target]


MANIFEST = json.dumps(
    {"item": "CF-ZRR", "file": "a.csv", "sha256": "0" * 64, "rows": 1, "made_at": "2026-03-05T10:00:00+08:00"}
)


def _files(form: str) -> Iterator[bytes]:
    for number, item in enumerate(item_kinds()):
        content = sound(form, item)
        yield bytes([number]) + content
        if form != "xlsx":
            yield bytes([number]) + content.decode().encode("gb18030")


def whole_book() -> dict[str, str | bytes]:
    """A workbook that has every part which is read: shared texts and formats too, and a cell of each kind."""
    cells = (
        '<c r="A2" t="s" s="0"><v>0</v></c>', '<c r="B2" s="1"><v>46000</v></c>', '<c r="C2" s="2"><v>0.5</v></c>',
        '<c r="D2" t="b"><v>1</v></c>', '<c r="E2" t="str"><v>_x0041_</v></c>', '<c r="F2" t="d"><v>2026-03-05T00:00:00</v></c>',
        '<c r="G2" t="inlineStr"><is><r><t>一</t></r><rPh sb="0" eb="1"><t>yi</t></rPh></is></c>', '<c r="H2"><v>1.5E3</v></c>',
    )  # fmt: skip
    heading = "".join(CELL.format(f"列{place}") for place in range(len(cells)))
    links = links_xml(
        r1="worksheet:worksheets/sheet1.xml", r2="styles:styles.xml", r3="sharedStrings:sharedStrings.xml"
    )
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{heading}</row>{row_xml(*cells)}</sheetData>'
        '<mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>'
    )
    own = '<numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>'
    formats = f'{own}<cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>'
    return {
        **parts_of(),
        "xl/_rels/workbook.xml.rels": links,
        "xl/worksheets/sheet1.xml": sheet,
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{formats}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>文字</t></si><si><r><t>一</t></r><rPh><t>yi</t></rPh></si></sst>',
    }


PART_NAMES = tuple(sorted(whole_book()))


def _parts() -> Iterator[bytes]:
    book = whole_book()
    for number, name in enumerate(PART_NAMES):
        content = book[name]
        yield bytes([number]) + (content if isinstance(content, bytes) else content.encode())
    hidden = parts_of(row_xml(SHARED.format(0), CELL.format("_x0041_"), number=2, more=' hidden="1"'))
    yield bytes([len(PART_NAMES) - 1]) + str(hidden["xl/worksheets/sheet1.xml"]).encode()


def _texts() -> Iterator[bytes]:
    text = "姓名,备注\n王伟,𬭎\n"
    yield from (b"\x03" + text.encode(name) for name in ("utf-8", "utf-8-sig", "gb18030", "utf-16"))
    yield b"\x02" + text.encode("gb18030") + text.encode()


def _rows() -> Iterator[bytes]:
    for number, item in enumerate(item_kinds()):
        fields = shipped_item(item).definition.fields
        values = [field.example or PLAIN.get(field.type, "1") for field in fields]
        yield bytes([number]) + "\x1f".join(values).encode()


def _headings() -> Iterator[bytes]:
    for number, item in enumerate(item_kinds()):
        labels = [field.label for field in shipped_item(item).definition.fields]
        yield bytes([number]) + "\n".join(labels).encode()
        yield bytes([number]) + "\n".join(HEADINGS).encode()


def finds(target: str) -> list[Path]:
    """What fuzzing found and was mended since."""
    return sorted((FINDS / target).glob("*")) if (FINDS / target).is_dir() else []
