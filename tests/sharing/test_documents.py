"""The faces of a report: what they hold, what they hide, and that a value is never taken for anything but a value."""

import json
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
import typst
from fontTools.ttLib import TTFont
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chengxin.identity.queries import Named
from chengxin.records.models import Version
from chengxin.records.queries import ShownField, ShownRecord
from chengxin.records.rules import Grade
from chengxin.sharing.documents import as_json, as_pdf, as_text, glyphs, typeset, words
from chengxin.sharing.documents.errors import FontsMissing
from chengxin.sharing.services import Report

CODE = "14999919900101003X"
NUMBER = "CX202607020123456789"

PENALTY = ShownRecord(
    number="JL-0001",
    item="CF-ZRR",
    item_name="行政处罚信息（自然人）",
    nature="adverse",
    document="示市监罚〔2026〕1号",
    organ="示例市示范局",
    decided=date(2026, 5, 6),
    grade="general",
    state="active",
    shown_from=date(2026, 5, 7),
    shown_until=date(2027, 5, 6),
    repair_from=date(2026, 8, 6),
    basis="《示例法》第一条",
    fields=(ShownField("CF_WFXW", "违法行为类型", "Kind of unlawful act", "销售不合格商品"),),
)
HONOUR = replace(PENALTY, item="RY-BZ", item_name="荣誉表彰", nature="positive", grade="", repair_from=None, fields=())
REPORT = Report(
    number=NUMBER,
    issued_at=datetime(2026, 7, 1, 18, 30, tzinfo=UTC),
    subject=Named("张测试", CODE),
    organisation="示例市行政审批局",
    officer="王示范",
    purpose="行政许可审查",
    basis="《中华人民共和国行政许可法》第三十四条",
    case_reference="示审许〔2026〕12号",
    records=(PENALTY, HONOUR),
)


def with_field(text: str) -> Report:
    return replace(REPORT, records=(replace(PENALTY, fields=(ShownField("BZ", "备注", "Remarks", text),)),))


# Reading a PDF back, as far as Typst's own output needs it: pages, their strings, and each font's way back to Unicode.

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_PLAIN = rb"\\.|[^\\()]"
_NESTED = (
    rb"(?:" + _PLAIN + rb"|\((?:" + _PLAIN + rb"|\((?:" + _PLAIN + rb")*\))*\))*"
)  # pairs of brackets stand unescaped
_TOKEN = re.compile(rb"/f(\d+) [\d.]+ Tf|\((" + _NESTED + rb")\)|<([0-9A-Fa-f]+)>", re.DOTALL)
_ARTIFACT = re.compile(rb"/Artifact.*?EMC", re.DOTALL)
_MARK = re.compile(rb"<<(?:[^<>]|<[^<>]*>)*>>\s*BDC")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def read_pages(file: bytes, *, margins: bool = True) -> list[str]:
    """Read the text of each page back; blanks and break marks are left out, for a line may end anywhere."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(file)}
    return [_read_page(objects, body, margins=margins) for body in objects.values() if b"/Type/Page/" in body]


def _reference(body: bytes, key: bytes) -> int:
    found = re.search(key + rb" (\d+) 0 R", body)
    assert found is not None
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1])


def _read_page(objects: dict[int, bytes], page: bytes, *, margins: bool) -> str:
    resources = objects[_reference(page, b"/Resources")]
    fonts = {name: _unicode_of(objects, int(at)) for name, at in re.findall(rb"/f(\d+) (\d+) 0 R", resources)}
    content = _stream(objects[_reference(page, b"/Contents")])
    if not margins:
        content = _ARTIFACT.sub(b"", content)
    content = _MARK.sub(b"", content)
    text, font = "", dict[int, str]()
    for token in _TOKEN.finditer(content):
        if token[1] is not None:
            font = fonts[token[1]]
        else:
            raw = _ESCAPE.sub(_unescape, token[2]) if token[2] is not None else bytes.fromhex(token[3].decode())
            text += "".join(font[int.from_bytes(raw[at : at + 2])] for at in range(0, len(raw), 2))
    return plain(text)


def _unescape(escape: re.Match[bytes]) -> bytes:
    sign = escape[1]
    return bytes([int(sign, 8)]) if sign.isdigit() else _ESCAPED.get(sign, sign)


def _unicode_of(objects: dict[int, bytes], font: int) -> dict[int, str]:
    table = _stream(objects[_reference(objects[font], b"/ToUnicode")])
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table)
    return {int(glyph, 16): bytes.fromhex(sign.decode()).decode("utf-16-be") for glyph, sign in pairs}


def plain(text: str) -> str:
    return "".join(text.replace(glyphs.ZERO_WIDTH_SPACE, "").split())


def read(file: bytes) -> str:
    """Read the text between the margins as one run, so that a page's end does not cut a value in two."""
    return "".join(read_pages(file, margins=False))


@pytest.mark.parametrize(
    "words_of_it",
    [
        NUMBER, "2026年7月2日 02:30", "张测试", "行政许可审查", "《中华人民共和国行政许可法》第三十四条",
        "示审许〔2026〕12号", "示例市行政审批局", "王示范", "示例市示范局", "示市监罚〔2026〕1号", "2026年5月6日",
        "一般", "有效", "2026年8月6日起", "《示例法》第一条", "违法行为类型", "销售不合格商品", "荣誉表彰",
        "如何提出异议", "本省信用中心或者信源单位", "不得用于其他用途", "不得转给他人", "每一次查询都登记在册",
        "不打分",
    ],
)  # fmt: skip
def test_text_and_pdf_hold(words_of_it: str) -> None:
    assert words_of_it in as_text(REPORT)
    assert plain(words_of_it) in read(as_pdf(REPORT))


def test_json_keys_are_stable() -> None:
    face = as_json(REPORT)
    assert set(face) == {
        "number", "issued_at", "as_of", "purpose", "basis", "case", "organisation", "officer", "subject", "records",
        "demo", "sandbox",
    }  # fmt: skip
    assert set(face["records"][0]) == {
        "number", "item", "item_name", "nature", "document", "organ", "decided", "grade", "state",
        "shown_from", "shown_until", "shown_through", "repair_from", "basis", "fields",
    }  # fmt: skip
    assert face["number"] == NUMBER
    assert face["issued_at"] == "2026-07-02T02:30:00+08:00"
    assert face["subject"] == {"name": "张测试", "code": "149999********003X"}
    assert face["records"][0]["decided"] == "2026-05-06"
    assert face["records"][0]["fields"] == [{"code": "CF_WFXW", "label": "违法行为类型", "text": "销售不合格商品"}]
    assert face["records"][1]["repair_from"] is None


@pytest.mark.parametrize(
    ("until", "through", "said"),
    [
        pytest.param(date(2027, 5, 6), "2027-05-05", "展示至：2027年5月5日", id="in-a-month"),
        pytest.param(date(2028, 3, 1), "2028-02-29", "展示至：2028年2月29日", id="leap-day"),
        pytest.param(date(2028, 1, 1), "2027-12-31", "展示至：2027年12月31日", id="turn-of-the-year"),
    ],
)
def test_last_day_shown_is_the_day_before_shown_until(until: date, through: str, said: str) -> None:
    report = replace(REPORT, records=(replace(PENALTY, shown_until=until),))
    record = as_json(report)["records"][0]
    assert (record["shown_until"], record["shown_through"]) == (until.isoformat(), through)
    assert said in as_text(report)
    assert said.replace("：", "") in read(as_pdf(report))


@pytest.mark.parametrize(
    "value",
    [
        '#panic("x")', "#let a = 1", "*bold* _slant_", "$x^2$", "@ref <label>", "= heading", "- point",
        "// gone /* gone */", r"\ \n \u{41} C:\new", "`raw`", "[x](y) {z}", "-- --- ... 'single' \"double\"", "https://example.test/a?b=c",
        "~ &amp; <b>", "(a) \\) (", "x" * 800, "。" * 500, "一行\n二行\r\n三行\r四行",
    ],
)  # fmt: skip
def test_value_is_printed_as_it_stands(value: str) -> None:
    assert plain("备注" + value) in read(as_pdf(with_field(value)))


def test_long_value_runs_on_over_pages() -> None:
    pages = read_pages(as_pdf(with_field("\n" * 200 + "长" * 9000 + "末")))
    assert len(pages) > 6
    assert sum(page.count("长") for page in pages) == 9000
    assert "末" in pages[-1]


@cache
def _twins() -> dict[int, int]:
    """Map each sign to the first one that the font draws alike: a PDF's text can't tell · from •."""
    with TTFont(glyphs.FONTS / glyphs.FACES[0], lazy=True) as font:
        signs = font.getBestCmap()
    first: dict[str, int] = {}
    return {sign: first.setdefault(drawing, sign) for sign, drawing in sorted(signs.items())}


@example("·•")
@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_printed_whole(value: str) -> None:
    report = replace(
        with_field(value), officer=value, records=(replace(with_field(value).records[0], item_name=value),)
    )
    printed = plain(glyphs.printable(value))
    assert read(as_pdf(report)).translate(_twins()).count(printed.translate(_twins())) >= 2
    as_text(report).encode()


def test_markup_is_safe_in_every_place() -> None:
    bad = '#panic("x") *b* $'
    record = replace(
        PENALTY, number=bad, item_name=bad, document=bad, organ=bad, grade=bad, state=bad, basis=bad,
        fields=(ShownField("A", bad, bad, bad),),
    )  # fmt: skip
    report = Report(bad, REPORT.issued_at, Named(bad, CODE), bad, bad, bad, bad, bad, (record,))
    # Of the report: number, name, organisation, officer, purpose, basis, case; of the record: all but dates.
    assert read(as_pdf(report)).count(plain(bad)) == 7 + 9


def test_long_unbroken_value_stays_on_the_page() -> None:
    longest = max(len(part) for part in glyphs.printable("W" * 1000).split(glyphs.ZERO_WIDTH_SPACE))
    assert longest <= 24


def test_value_can_neither_forge_a_line_nor_steer_the_terminal() -> None:
    face = as_text(with_field("好\n2. 荣誉表彰【有效】\r\x1b[2J\u202e\u2028反\x00\x07"))
    assert not [line for line in face.splitlines() if line.startswith("2.")]
    assert "│ 2. 荣誉表彰【有效】" in face
    assert not set(face) & set("\r\x1b\u202e\u2028\x00\x07")
    assert "〔U+001B〕[2J〔U+202E〕〔U+2028〕反" in face


def test_rare_characters_are_printed() -> None:
    assert "𬭎𫖯㛃䶮𠅤" in read(as_pdf(replace(REPORT, subject=Named("𬭎𫖯㛃䶮𠅤", CODE))))


@pytest.mark.parametrize(
    ("sign", "name"),
    [("\U0002a6a5", "〔U+2A6A5〕"), ("😀", "〔U+1F600〕"), ("\u202e", "〔U+202E〕"), ("\ud800", "〔U+D800〕")],
)
def test_sign_that_the_font_lacks_is_named(sign: str, name: str) -> None:
    assert f"张{name}试" in read(as_pdf(replace(REPORT, subject=Named(f"张{sign}试", CODE))))


def test_two_hundred_records_run_over_numbered_pages() -> None:
    records = tuple(replace(PENALTY, document=f"示市监罚〔2026〕{at}号") for at in range(1, 201))
    pages = read_pages(as_pdf(replace(REPORT, records=records)))
    assert len(pages) > 50
    for at, page in enumerate(pages, 1):
        assert f"第{at}页共{len(pages)}页" in page
        assert f"报告编号{NUMBER}" in page
    whole = "".join(pages)
    assert all(f"〔2026〕{at}号" in whole for at in range(1, 201))


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (CODE, "149999********003X"),
        ("H12345678", "H1********78"),
        ("810000" + "199001010019", "810000********0019"),
        ("A", "********"),
    ],
)
def test_code_is_masked(code: str, shown: str) -> None:
    report = replace(REPORT, subject=Named("张测试", code))
    assert f"证件号码：{shown}\n" in as_text(report)
    assert f"证件号码{shown}" in read(as_pdf(report))
    assert as_json(report)["subject"]["code"] == shown


def test_code_is_masked_in_fields_too() -> None:
    report = with_field(f"号码 {CODE} 又 {CODE.lower()}")
    for face in (as_text(report), read(as_pdf(report)), json.dumps(as_json(report))):
        assert CODE.lower() not in face.lower()
        assert face.count("149999********003") == 3


def test_no_record_is_said_in_words() -> None:
    report = replace(REPORT, records=())
    assert "截至出具时，没有可以展示的记录。这不代表评价。" in as_text(report)
    assert "截至出具时，没有可以展示的记录。这不代表评价。" in read(as_pdf(report))
    assert as_json(report)["records"] == []


def test_view_of_the_past_says_so() -> None:
    report = replace(REPORT, as_of=date(2025, 1, 1))
    for face in (as_text(report), read(as_pdf(report))):
        assert plain("本报告所示为 2025年1月1日 的情况，不是现在的情况。") in plain(face)
    assert as_json(report)["as_of"] == "2025-01-01"


def test_demo_is_marked_on_every_page() -> None:
    demo = replace(REPORT, records=(PENALTY,) * 8)
    assert all(words.DEMO in page for page in read_pages(as_pdf(demo, demo=True)))
    assert words.DEMO in as_text(demo, demo=True)
    assert as_json(demo, demo=True)["demo"] is True
    assert words.DEMO not in as_text(demo) + read(as_pdf(demo))


def test_a_sandbox_is_marked_on_every_page() -> None:
    made = replace(REPORT, records=(PENALTY,) * 8)
    assert all("沙箱" in page and words.SANDBOX in page for page in read_pages(as_pdf(made, sandbox=True)))
    assert words.SANDBOX_EN.replace(" ", "") in read(as_pdf(made, sandbox=True))
    assert words.SANDBOX in as_text(made, sandbox=True)
    assert as_json(made, sandbox=True)["sandbox"] is True
    assert words.SANDBOX not in as_text(made, demo=True) + read(as_pdf(made, demo=True))
    assert as_json(made)["sandbox"] is False


def test_every_state_and_grade_has_a_word() -> None:
    assert set(Version.State.values) <= set(words.STATES)
    assert set(words.GRADES) == {str(grade) for grade in Grade}


def test_pdf_can_be_read_aloud_and_names_nobody_outside_its_pages() -> None:
    file = as_pdf(REPORT)
    assert b"/StructTreeRoot" in file
    assert b"/Lang(zh-CN)" in file
    assert b"pdfuaid" in file
    assert "张测试".encode("utf-16-be").hex().upper().encode() not in file
    assert "张测试".encode() not in file


@pytest.fixture
def missing_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(glyphs, "FONTS", tmp_path)
    glyphs.covered.cache_clear()
    yield
    glyphs.covered.cache_clear()


def test_missing_fonts_are_an_error_that_says_what_to_do(missing_fonts: None) -> None:
    with pytest.raises(FontsMissing, match="make setup") as caught:
        as_pdf(REPORT)
    assert "make setup" in caught.value.text_en
    assert "NotoSansSC_400Regular.ttf" in caught.value.detail


def test_failed_layout_tells_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def compile(self, **_given: object) -> bytes:
            raise typst.TypstError("张测试", "张测试")

    monkeypatch.setattr(typeset, "compiler", lambda _template: Failing())
    with pytest.raises(RuntimeError, match="withheld") as caught:
        as_pdf(REPORT)
    assert "张测试" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_reports_laid_out_at_once_do_not_mix() -> None:
    reports = [replace(REPORT, number=f"CX{at:018}") for at in range(12)]
    alone = [as_pdf(report) for report in reports]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(as_pdf, reports)) == alone
