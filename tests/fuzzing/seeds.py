"""What fuzzing starts from: small sound files of every item kind, in every form, and the parts they are made of."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chengxin.catalogue.files import shipped_items
from chengxin.lib.codes import CodeType
from tests.records.intake.cases import shipped_item
from tests.records.intake.workbooks import packed, parts_of, row_xml

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


def _parts() -> Iterator[bytes]:
    parts = parts_of(row_xml('<c r="A2" t="n" s="0"><v>1.5</v></c>', '<c r="B2" t="b"><v>1</v></c>', number=2))
    for number, name in enumerate(sorted(parts)):
        content = parts[name]
        yield bytes([number]) + (content if isinstance(content, bytes) else content.encode())
    sheet = parts_of(row_xml(SHARED.format(0), CELL.format("_x0041_"), number=2, more=' hidden="1"'))
    yield bytes([len(parts) - 1]) + str(sheet["xl/worksheets/sheet1.xml"]).encode()


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
