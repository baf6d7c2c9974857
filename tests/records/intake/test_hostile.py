"""Text files made to harm or to mislead: a clear refusal that says where, fast; and never anything but a refusal or rows."""

import io
import zipfile
from collections.abc import Iterator
from time import monotonic

import polars as pl
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.lib.encodings import Encoding
from chengxin.records.errors import FileUnusable
from chengxin.records.intake import reading
from chengxin.records.intake.fields import FieldChecker
from chengxin.records.intake.reading import form_of, open_table
from chengxin.records.intake.spool import Blocks
from chengxin.records.services import check_file
from tests.fuzzing.seeds import item_kinds, sound
from tests.fuzzing.targets import answered
from tests.records.intake.cases import ON, framed, rows_of, shipped_item, table_of
from tests.records.intake.workbooks import packed, parts_of

ITEM = "CF-ZRR"
FAST_S = 5  # on a machine with nothing else to do a tenth of it


def refusal(content: bytes, form: str = "csv") -> FileUnusable:
    started = monotonic()
    with pytest.raises(FileUnusable) as caught:
        table = table_of(content, form)
        table.heading()
        rows_of(table)
    assert monotonic() - started < FAST_S
    assert caught.value.text != caught.value.text_en
    return caught.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(
            "甲,乙\n1,2\n".encode("gb18030") * 9 + "王伟王伟,2\n".encode(), "第 19 行却是 UTF-8", id="utf8-in-gb"
        ),
        pytest.param("甲,乙\n".encode("gb18030") + "王伟,2\n".encode() * 3, "第 2 行却是 UTF-8", id="short-utf8-in-gb"),
        pytest.param("甲,乙\n张,二\n".encode() + "王伟,二\n".encode("gb18030"), "第 3 行不是 UTF-8", id="gb-in-utf8"),
        pytest.param(b"a,b\n1,2\n3,\x00\n", "第 3 行含有空字节", id="nul"),
        pytest.param(b"a,b\r1,2\r3,4\r", "第 1 行的换行只有回车符", id="old-mac"),
        pytest.param(b"a,b\r\n1,2\r3,4\n", "第 2 行的换行只有回车符", id="mixed-line-ends"),
        pytest.param(b'a,b\n1,2\n3,"4\n5,6\n', "第 3 行", id="unclosed-quote"),
        pytest.param(b'a,b\n1,2\n3,4" x\n5,6\n', "第 3 行", id="stray-quote"),
        pytest.param(b",".join(b"c" for _ in range(10_000)) + b"\n", "列数 10000 过多", id="ten-thousand-columns"),
        pytest.param(b"a,b\n" + b"," * 1_000_000 + b"\n", "第 2 行有 1000001 列", id="a-million-cells"),
        pytest.param(b"a,b\n1," + b"x" * 8_000_000 + b"\n", "100000 字节", id="huge-cell"),
    ],
)
def test_hostile_csv_is_refused_by_its_row(content: bytes, words: str) -> None:
    assert words in refusal(content).text


def test_mixed_line_ends_that_part_rows_are_read() -> None:
    assert [tuple(row.values()) for row in rows_of(table_of(b"a,b\r\n1,2\n3,4\r\n"))] == [(2, "1", "2"), (3, "3", "4")]


def test_quote_never_closed_is_refused_without_holding_the_file() -> None:
    read = 0

    def blocks() -> Iterator[bytes]:
        nonlocal read
        yield b'a,b\n1,"2\n'
        for _ in range(400):
            read += 1
            yield b"x,y\n" * (1 << 18)

    with pytest.raises(FileUnusable, match="第 2 行"):
        rows_of(_Known(blocks))
    assert read < 100


class _Known(reading.CsvTable):
    """A table whose encoding is known, so that the file is read once."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._encoding = Encoding("utf-8", "plain-ascii")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\xff\xfea\x00", "UTF-16"), (b"7z\xbc\xaf\x27\x1c", "压缩"), (b"PK\x05\x06", "压缩"), (b"\x89PNG", "图片"),
        (b"{\\rtf1", "文档"), (b"<html><table>", "网页"), (b"\xef\xbb\xbf <?xml", "XML"), (b'[{"a": 1}]', "JSON 数组"),
        (b"\xd0\xcf\x11\xe0", "加密"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.jsonl"])
def test_wrong_kind_is_told_whatever_its_name(head: bytes, words: str, name: str) -> None:
    with pytest.raises(FileUnusable, match=words):
        form_of(name, head)


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u200f", "\u200b", "\ufeff", "\u2066", "\x9d", "\u2028", "\ufffd", "\U000e0041"]
)
def test_signs_nobody_sees_send_the_row_back(sign: str) -> None:
    item = shipped_item(ITEM)
    field = next(field.code for field in item.definition.fields if field.type == "text")
    frame = framed([{field: "王𬭎"}, {field: f"王{sign}伟"}, {field: "两行\n文字"}])
    _, findings = FieldChecker(item, ON).check(frame)
    found = findings.filter(pl.col("rule") == "hidden-signs")
    assert found.rows() == [(3, "hidden-signs", field)]


# Whatever comes in, a refusal or rows come out


pieces = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"\\", b"{", b"<f>", b"<!DOCTYPE", b"PK"]
    ),
    st.sampled_from(["王伟".encode(), "王伟".encode("gb18030"), "\u202e".encode(), b"9" * 400, b'"' * 9]),
)
changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), pieces), min_size=1, max_size=5)


def mutated(content: bytes, made: list[tuple[float, int, bytes]]) -> bytes:
    for where, cut, piece in made:
        place = int(where * len(content))
        content = content[:place] + piece + content[place + cut :]
    return content


def inside(made: list[tuple[float, int, bytes]], part: str, item: str) -> bytes:
    """A workbook one part of which was changed before it was packed: damage the archive's checks can't see."""
    with zipfile.ZipFile(io.BytesIO(sound("xlsx", item))) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    content = parts[part]
    assert isinstance(content, bytes)
    return packed(parts | {part: mutated(content, made)})


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
thorough = settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PARTS = st.sampled_from(sorted(parts_of()))
FORMS, ITEMS = st.sampled_from(["csv", "jsonl"]), st.sampled_from(item_kinds())


@given(made=changes, form=FORMS, item=ITEMS)
@quick
def test_changed_text_is_answered(made: list[tuple[float, int, bytes]], form: str, item: str) -> None:
    answered(mutated(sound(form, item), made), form, item)


@given(content=st.binary(max_size=200), form=FORMS, item=ITEMS)
@quick
def test_any_bytes_are_answered(content: bytes, form: str, item: str) -> None:
    answered(content, form, item)


@given(made=changes, part=PARTS, item=ITEMS)
@settings(quick, max_examples=10)
def test_changed_workbook_is_answered(made: list[tuple[float, int, bytes]], part: str, item: str) -> None:
    answered(inside(made, part, item), "xlsx", item)
    answered(mutated(sound("xlsx", item), made), "xlsx", item)


@pytest.mark.parametrize("item", item_kinds())
@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_sound_file_of_every_item_kind_is_read(item: str, form: str) -> None:
    outcome = check_file(shipped_item(item), table_of(sound(form, item), form), on=ON)
    assert outcome.read == 3
    # What can't be read as its field asks for would be refused before anything else is looked at.
    assert not outcome.findings.filter(
        pl.col("rule").is_in(["bad-date", "bad-number", "not-in-list", "required"])
    ).height


@pytest.mark.long
@pytest.mark.parametrize("item", item_kinds())
def test_changed_text_is_answered_at_length(item: str) -> None:
    @given(made=changes, form=FORMS, content=st.binary(max_size=4_000))
    @settings(thorough, max_examples=1_000)
    def answers(made: list[tuple[float, int, bytes]], form: str, content: bytes) -> None:
        answered(mutated(sound(form, item, 60), made), form, item)
        answered(content, form, item)

    answers()


@pytest.mark.long
@given(made=changes, part=PARTS, item=ITEMS)
@settings(thorough, max_examples=1_000)
def test_changed_workbook_is_answered_at_length(made: list[tuple[float, int, bytes]], part: str, item: str) -> None:
    answered(inside(made, part, item), "xlsx", item)
    answered(mutated(sound("xlsx", item), made), "xlsx", item)


# Memory


def many(mebibytes: int) -> Blocks:
    line = ",".join(["一段不长的文字"] * 20) + "\n"
    block = (line * ((1 << 20) // len(line.encode()))).encode()

    def blocks() -> Iterator[bytes]:
        yield (",".join(f"c{place}" for place in range(20)) + "\n").encode()
        for _ in range(mebibytes):
            yield block

    return blocks


def grown(mebibytes: int) -> int:
    """Give by how many bytes reading a stream let this process grow, block after block."""
    process, most = psutil.Process(), 0
    before = process.memory_info().rss
    for _ in open_table(many(mebibytes), "csv").frames(1):
        most = max(most, process.memory_info().rss)
    return most - before


def test_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CSV_BYTES", 2 << 20)
    monkeypatch.setattr(reading, "FIRST_BYTES", 1 << 20)
    assert grown(150) < 100 << 20


@pytest.mark.long
def test_memory_does_not_grow_with_gigabytes() -> None:
    assert grown(2_048) < 700 << 20
