"""The quick looks at encodings say what the plain ones would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib import encodings
from chengxin.lib.encodings import UTF8_PIECE, Encoding, EncodingUnknown, Pieces, Transcriber, _may_hold, detect

BYTES = st.lists(
    st.sampled_from(
        [b"a", b",", b"\n", b"\x80", b"\xbf", b"\xe4", b"\xe9", b"\xf0", b"\xc3", "中".encode(), "中国".encode()]
    )
).map(b"".join)
SIGNS = st.text(st.sampled_from("a,\né中国𠀀"))


@given(BYTES)
def test_no_piece_is_overlooked(block: bytes) -> None:
    assert not UTF8_PIECE.search(block) or _may_hold(block)


@given(st.one_of(SIGNS.map(str.encode), BYTES), st.integers(1, 7))
def test_what_is_utf_8_is_known_however_it_is_cut(content: bytes, size: int) -> None:
    blocks = [content[start : start + size] for start in range(0, len(content), size)]
    try:
        content.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    try:
        found = detect(blocks, blocks).name
    except EncodingUnknown:
        found = "none"
    assert (found == "utf-8") == valid


@given(st.text(st.sampled_from("a\n中国"), min_size=1), st.integers(1, 7))
def test_the_line_of_the_first_fault_is_told(before: str, size: int) -> None:
    content = before.encode() + b"\xff\xff\n"
    blocks = [content[start : start + size] for start in range(0, len(content), size)]
    with pytest.raises(EncodingUnknown, match=rf"第 {before.count(chr(10)) + 1} 行不是 UTF-8"):
        detect(blocks, blocks)


def test_a_part_looked_at_is_enough_where_the_rest_is_read_with_care() -> None:
    sound, broken = "姓名,备注\n".encode("gb18030"), b"\xff\xff,1\n"
    assert detect([sound, broken], [sound, broken], len(sound)) == Encoding("gb18030", "not-utf-8-but-valid-gb18030")
    transcriber = Transcriber(Encoding("gb18030", ""))
    assert transcriber.read(sound) == "姓名,备注\n".encode()
    with pytest.raises(EncodingUnknown):
        transcriber.read(broken)


def test_pieces_of_utf_8_are_seen_whichever_part_they_stand_in() -> None:
    transcriber = Transcriber(Encoding("gb18030", ""))
    piece = "中国人民,1\n".encode()
    assert UTF8_PIECE.search(piece)
    with pytest.raises(EncodingUnknown):
        transcriber.read(piece)
    pieces = Pieces()
    pieces.look(piece, 7)
    assert pieces.line == 7


def test_piece_of_utf_8_is_seen_where_a_block_ends_inside_it() -> None:
    content = "姓名,备注\n".encode("gb18030") * 2 + "中国人民,1\n".encode() + "王,1\n".encode("gb18030")
    for place in range(len(content)):
        blocks = [content[:place], content[place:]]
        with pytest.raises(EncodingUnknown, match="第 1 行是 GB18030，第 3 行却是 UTF-8"):
            detect(blocks, blocks)


def test_half_a_row_of_signs_is_no_piece() -> None:
    # From its second byte on, this row of signs of GB18030 reads as UTF-8.
    content = "甲,".encode("gb18030") + b"\xc4" + "中国人民".encode() + b"a\n"
    assert content.decode("gb18030") == "甲,匿腑鍥戒汉姘慳\n"
    for place in range(len(content)):
        blocks = [content[:place], content[place:]]
        assert detect(blocks, blocks).name == "gb18030"


def test_line_without_an_end_is_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "LONGEST_LINE", 8)
    blocks = ["甲乙丙丁,".encode("gb18030"), "中国人民,1".encode()]
    with pytest.raises(EncodingUnknown, match="第 1 行是 GB18030，第 1 行却是 UTF-8"):
        detect(blocks, blocks)
