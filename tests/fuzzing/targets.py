"""What is fuzzed: each target takes any bytes, and lets nothing out but what is a fault of ours.

Whatever comes in, rows or an error of the one tree come out. Where there are two ways to the same answer, both are asked.
"""

import io
from collections.abc import Callable, Generator
from unittest.mock import Mock, patch

import polars as pl

from chengxin.lib.codes import CodeType, examine, holds_code
from chengxin.lib.encodings import Encoding, EncodingUnknown, Transcriber, detect
from chengxin.lib.errors import ChengxinError
from chengxin.lib.papers.reading import read_paper
from chengxin.records import mappings
from chengxin.records.intake import reading
from chengxin.records.intake.code_checks import examine_codes
from chengxin.records.intake.layout import OtherNames, find_layout, refuse_forbidden, spelling
from chengxin.records.intake.older import older_layouts
from chengxin.records.intake.reading import ROW, Table, XlsxTable, form_of, open_table
from chengxin.records.intake.workbook import process
from chengxin.records.intake.workbook.child import Reader
from chengxin.records.intake.workbook.faults import Fault
from chengxin.records.services import check_file
from chengxin.records.ways.dropping import read_manifest
from chengxin.records.ways.exchange import _line
from tests.fuzzing.seeds import PART_NAMES, item_kinds, whole_book
from tests.records.intake.cases import AREAS, ON, blocks_of, shipped_item
from tests.records.intake.workbooks import packed

KINDS = list(CodeType)


def chosen(data: bytes) -> tuple[str, bytes]:
    """The first byte names the item kind, so that all of them are fuzzed."""
    kinds = item_kinds()
    return kinds[(data[:1] or b"\0")[0] % len(kinds)], data[1:]


def told(error: ChengxinError) -> None:
    """An error says something in both languages."""
    assert error.text, type(error)
    assert error.text_en, type(error)
    assert error.text != error.text_en, error.text


def checked(item: str, made: Callable[[], Table]) -> None:
    """Take a file the whole way that needs no database."""
    try:
        outcome = check_file(shipped_item(item), made(), on=ON)
    except ChengxinError as error:
        told(error)
    else:
        assert outcome.refused <= outcome.read
        assert outcome.waiting <= outcome.read


def answered(content: bytes, form: str, item: str) -> None:
    checked(item, lambda: open_table(blocks_of(content, 1 << 16), form))


def csv(data: bytes) -> None:
    item, content = chosen(data)
    answered(content, "csv", item)


def jsonl(data: bytes) -> None:
    item, content = chosen(data)
    answered(content, "jsonl", item)


class ReadHere(XlsxTable):
    """A workbook read in this process by the child's own functions, so that their branches are seen."""

    def _told(self, header_row: int) -> Generator[process.Frame, None, None]:
        ask = {
            "header_row": header_row,
            "heading_rows": reading.HEADING_ROWS,
            "columns": reading.MAX_COLUMNS,
            "longest": reading.MAX_CELL,
        }
        out = io.BytesIO()
        try:
            Reader(ask, out, io.BytesIO()).read(io.BytesIO(b"".join(self._blocks())))
        except Fault as fault:
            raise process.unusable(fault) from None
        out.seek(0)
        while (frame := process._next(out)) is not None:
            yield frame


def xlsx(data: bytes) -> None:
    item, content = chosen(data)
    checked(item, lambda: ReadHere(blocks_of(content)))


def part(data: bytes) -> None:
    """One part of a workbook, packed afterwards: what the archive's own checks can't see."""
    name = PART_NAMES[(data[:1] or b"\0")[0] % len(PART_NAMES)]
    book = packed({**whole_book(), name: data[1:]})
    try:
        table = ReadHere(blocks_of(book))
        table.heading()
        for frame in table.frames(1):
            assert ROW in frame.columns
    except ChengxinError as error:
        told(error)


def encodings(data: bytes) -> None:
    """However a file is cut, it is in the same encoding; and what it is said to be in can be read."""
    size, content = max(data[:1] or b"\1") or 1, data[1:]
    found = {_encoding(content, cut) for cut in (size, max(len(content), 1))}
    assert len(found) == 1, found
    name = found.pop()
    if name == "utf-8":
        assert content.decode() is not None
    if name == "gb18030":
        assert Transcriber(Encoding(name, "")).read(content).decode() == content.decode(name)


def _encoding(content: bytes, size: int) -> str:
    blocks = [content[start : start + size] for start in range(0, len(content), size)]
    try:
        return detect(blocks, blocks).name
    except EncodingUnknown as error:
        told(error)
        return ""


def codes(data: bytes) -> None:
    """The plain form and the one for columns judge alike."""
    kind = KINDS[(data[:1] or b"\0")[0] % len(KINDS)]
    text = data[1:].decode("utf-8", "ignore")
    plain = examine(kind, text, on=ON, areas=AREAS)
    frame = pl.DataFrame({"kind": [kind.value], "code": [text]}, schema={"kind": pl.String, "code": pl.String})
    made = examine_codes(frame, type_column="kind", code_column="code", on=ON, areas=AREAS).row(0, named=True)
    expected = (plain.canonical, plain.fault and plain.fault.value, plain.born, plain.legacy)
    assert expected == tuple(made[f"code_{name}"] for name in ("canonical", "fault", "born", "legacy"))
    holds_code(text, on=ON, areas=AREAS)


def exchange(data: bytes) -> None:
    """A row of an exchange table comes out of the spool as it went in, blanks around it apart, and is checked as any other."""
    item, content = chosen(data)
    names = [field.code for field in shipped_item(item).definition.fields]
    # PostgreSQL keeps every text but one with a NUL.
    texts = content.decode("utf-8", "ignore").replace("\0", "").split("\x1f")
    values = [text or None for text in texts[: len(names)]]
    row = (1, *values, *[None] * (len(names) - len(values)))
    line = _line(["reference", *(name.lower() for name in names)], row)
    table = open_table(blocks_of(line), "jsonl")
    try:
        frames = [*table.frames(1)]
    except ChengxinError as error:
        told(error)
    else:
        kept = [value if value is None else pl.Series([value]).str.strip_chars()[0] or None for value in row[1:]]
        rows = [list(row)[1:] for frame in frames for row in frame.iter_rows()]
        assert rows == ([kept] if any(kept) else [])
    answered(line, "jsonl", item)


def mapped(data: bytes) -> None:
    """Headings of a provider's own: each is told what it means, or that it may never be collected."""
    item, content = chosen(data)
    definition = shipped_item(item).definition
    headings = content.decode("utf-8", "ignore").split("\n")
    others = OtherNames(older_layouts()[item].columns if item in older_layouts() else {})
    for heading in headings:
        assert spelling(heading) == spelling(f" {heading} "), heading
    try:
        with patch.object(mappings, "saved_mapping", return_value={}):
            columns = mappings.propose_columns(headings, definition, 0, actor=Mock())
        assert len(columns) <= mappings.MOST
        find_layout(reading.Heading("csv", Encoding("utf-8", ""), (tuple(headings),)), definition, others)
        refuse_forbidden(headings)
    except ChengxinError as error:
        told(error)


def manifest(data: bytes) -> None:
    try:
        made = read_manifest(data)
    except ChengxinError as error:
        told(error)
    else:
        assert len(made.value) == 32


def form(data: bytes) -> None:
    name, _, head = data.partition(b"\n")
    try:
        assert form_of(name.decode("utf-8", "replace"), head) in {"csv", "xlsx", "jsonl"}
    except ChengxinError as error:
        told(error)


def paper(data: bytes) -> None:
    """The scan of a paper: refused with a reason, or kept and read back the same."""
    try:
        kept = read_paper(data)
    except ChengxinError as error:
        told(error)
    else:
        again = read_paper(kept.content)
        assert (again.form, again.pages) == (kept.form, kept.pages)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "csv": csv,
    "jsonl": jsonl,
    "xlsx": xlsx,
    "part": part,
    "encodings": encodings,
    "codes": codes,
    "exchange": exchange,
    "mappings": mapped,
    "manifest": manifest,
    "form": form,
    "paper": paper,
}
