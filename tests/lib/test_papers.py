"""What of somebody else's bytes is taken as a scan, why not, and that nothing but what is seen is kept of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from chengxin.lib.papers import apart as apart_module
from chengxin.lib.papers.apart import read_apart, why
from chengxin.lib.papers.marks import bare_jpeg, bare_jpeg2000
from chengxin.lib.papers.reading import read_paper
from chengxin.lib.papers.refusals import LARGEST, MOST_PAGES, REFUSALS, Unreadable
from tests.lib.papers import SECRET, SIDE, page, photograph, saved, scan_pdf, scan_png, written


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as told:
        read_paper(content)
    assert told.value.text != told.value.text_en
    return told.value.reason


def changed(change: Callable[[PdfWriter], Any], pages: int = 1) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(scan_pdf(pages)))
    change(writer)
    return written(writer)


def named(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def name(text: str) -> NameObject:
    return NameObject(f"/{text}")


def rooted(key: str, value: Any) -> Callable[[PdfWriter], Any]:
    return lambda writer: writer.root_object.update({name(key): value})


SOUND = {
    "a-photograph": photograph(),
    "a-photograph-in-grey": saved(page("L"), "JPEG"),
    "a-photograph-in-inks": saved(page("CMYK"), "JPEG"),
    "a-progressive-photograph": photograph(progressive=True),
    "two-pictures-in-one": saved(page(), "MPO", save_all=True, append_images=[page()]),
    "black-and-white": scan_png("1"),
    "grey": scan_png("L"),
    "colours": scan_png("RGB"),
    "palette": scan_png("P"),
    "transparent": scan_png("RGBA"),
    "sixteen-bits": saved(page("L").convert("I;16"), "PNG"),
    "one-page": scan_pdf(),
    "colours-in-a-pdf": scan_pdf(mode="RGB"),
    "fax-in-a-pdf": scan_pdf(2, "1"),
    "as-many-pages-as-are-taken": scan_pdf(MOST_PAGES),
    "bytes-before-the-pdf": b"\n\n" + scan_pdf(),
}


@pytest.mark.parametrize("content", SOUND.values(), ids=SOUND.keys())
def test_what_scanners_and_telephones_make_is_taken_and_drawn_anew(content: bytes) -> None:
    paper = read_paper(content)
    assert SECRET.encode() not in paper.content
    assert SECRET.encode("utf-16-be") not in paper.content
    again = read_paper(paper.content)
    assert (again.form, again.pages) == (paper.form, paper.pages)
    if paper.form == "pdf":
        assert not PdfReader(BytesIO(paper.content)).metadata
    else:
        with Image.open(BytesIO(paper.content)) as drawn:
            assert not drawn.getexif()
            assert set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def test_a_picture_is_turned_as_the_camera_meant_it() -> None:
    with Image.open(BytesIO(read_paper(photograph()).content)) as drawn:
        assert drawn.size == SIDE[::-1]


def test_a_page_still_looks_the_same() -> None:
    drawn = PdfReader(BytesIO(read_paper(scan_pdf(2)).content))
    before = PdfReader(BytesIO(scan_pdf(2)))
    for one, other in zip(drawn.pages, before.pages, strict=True):
        assert one.mediabox == other.mediabox
        assert one.images[0].image.tobytes() == other.images[0].image.tobytes()  # type: ignore[union-attr]


def test_what_the_camera_told_goes_out_of_pictures_in_a_pdf_too() -> None:
    def photographed(writer: PdfWriter) -> None:
        picture = writer.pages[0]["/Resources"]["/XObject"]["/image"].get_object()  # type: ignore[index]
        picture._data = photograph()

    paper = read_paper(changed(photographed))
    assert b"Exif" not in paper.content
    assert SECRET.encode() not in paper.content


HOSTILE = {
    "script": (rooted("Names", named(JavaScript=named(Names=ArrayObject()))), "active"),
    "file": (lambda writer: writer.add_attachment("a.exe", b"MZ"), "active"),
    "action-on-opening": (
        rooted("OpenAction", named(S=name("Launch"), F=TextStringObject("cmd.exe"))), "active"),
    "address-on-opening": (rooted("OpenAction", named(S=name("URI"), URI=TextStringObject("http://a"))), "active"),
    "further-actions": (rooted("AA", named(WC=named(S=name("JavaScript")))), "active"),
    "another-document": (rooted("X", ArrayObject([named(S=name("GoToR"), F=TextStringObject("b.pdf"))])), "active"),
    "collection": (rooted("Collection", named()), "active"),
    "form": (rooted("AcroForm", named(Fields=ArrayObject([named(FT=name("Tx"))]))), "form"),
    "form-of-programs": (rooted("AcroForm", named(XFA=TextStringObject("x"))), "active"),
    "layers": (rooted("OCProperties", named(OCGs=ArrayObject())), "form"),
    "note": (lambda writer: writer.add_annotation(0, FreeText(text="x", rect=(1, 1, 90, 90))), "form"),
    "link": (lambda writer: writer.add_annotation(0, Link(rect=(1, 1, 9, 9), url="http://a")), "active"),
    "password": (lambda writer: writer.encrypt("x", algorithm="RC4-128"), "encrypted"),
    "password-of-today": (lambda writer: writer.encrypt("x", algorithm="AES-256"), "encrypted"),
    "no-page": (lambda writer: writer.remove_page(0), "no-pages"),
    "action-by-reference": (
        lambda writer: writer.root_object.update({name("X"): named(S=writer._add_object(name("Launch")))}), "active"),
    "picture-by-reference": (
        lambda writer: writer.pages[0]["/Resources"]["/XObject"]["/image"].get_object().update(
            {name("Width"): writer._add_object(NumberObject(100_000)), name("Height"): NumberObject(100_000),
             name("Subtype"): writer._add_object(name("Image"))}), "too-many-pixels"),
    "bytes-elsewhere": (
        lambda writer: writer.pages[0]["/Resources"]["/XObject"]["/image"].get_object().update(
            {name("F"): TextStringObject("//host/share")}), "active"),
    "huge-picture": (
        lambda writer: writer.pages[0]["/Resources"]["/XObject"]["/image"].get_object().update(
            {name("Width"): NumberObject(100_000), name("Height"): NumberObject(100_000)}), "too-many-pixels"),
    "picture-packed-twice": (
        lambda writer: writer.pages[0]["/Resources"]["/XObject"]["/image"].get_object().update(
            {name("Filter"): ArrayObject([name("FlateDecode"), name("DCTDecode")])}), "too-intricate"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_pdf_that_holds_more_than_pages_is_refused(change: Callable[[PdfWriter], Any], reason: str) -> None:
    assert refused(changed(change)) == reason


def test_a_name_that_is_written_otherwise_is_the_same_name() -> None:
    plain = changed(rooted("Names", named(JavaScript=named())))
    assert b"/JavaScript" in plain
    assert refused(plain.replace(b"/JavaScript", b"/JavaScri#70t")) == "active"


def test_where_a_note_lies_is_told() -> None:
    noted = changed(lambda writer: writer.add_annotation(1, FreeText(text="x", rect=(1, 1, 90, 90))), pages=2)
    with pytest.raises(Unreadable, match="第 2 页"):
        read_paper(noted)


def test_a_table_of_contents_is_left_out_and_no_harm() -> None:
    outlined = changed(lambda writer: writer.add_outline_item(title="x", page_number=0))
    assert b"/Outlines" in outlined
    assert b"/Outlines" not in read_paper(outlined).content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"hello", "form-unknown", id="a-text"),
        pytest.param(saved(page(), "TIFF"), "form-unknown", id="tiff"),
        pytest.param(saved(page(), "GIF"), "form-unknown", id="gif"),
        pytest.param(b"MZ" + bytes(200), "form-unknown", id="a-program"),
        pytest.param(photograph()[:4000], "damaged", id="half-a-photograph"),
        pytest.param(scan_png()[:400], "damaged", id="half-a-png"),
        pytest.param(b"\xff\xd8\xff" + bytes(90), "damaged", id="no-photograph"),
        pytest.param(b"%PDF-1.7\n" + bytes(90), "damaged", id="no-pdf"),
        pytest.param(saved(page(size=(399, 900)), "JPEG"), "too-few-pixels", id="a-stamp"),
        pytest.param(saved(Image.new("1", (7100, 7100)), "PNG"), "too-many-pixels", id="a-poster"),
        pytest.param(saved(Image.new("1", (20_000, 20_000)), "PNG"), "too-many-pixels", id="a-bomb"),
        pytest.param(saved(page(), "PNG", save_all=True, append_images=[page("L").convert("RGB")]), "moving", id="moving"),
        pytest.param(scan_pdf(MOST_PAGES + 1), "too-many-pages", id="a-book"),
        pytest.param(bytes(LARGEST + 1), "too-large", id="too-large"),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_why(content: bytes, reason: str) -> None:
    assert refused(content) == reason
    assert reason in REFUSALS


def test_a_pdf_without_end_ends() -> None:
    def nested(writer: PdfWriter) -> None:
        inner: Any = named()
        for _ in range(400):
            inner = named(A=inner)
        writer.root_object.update({name("X"): inner})

    assert refused(changed(nested)) == "too-intricate"


@given(st.binary(max_size=600))
@example(b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>")
@settings(deadline=None, max_examples=60)
def test_any_bytes_are_refused_with_a_reason_or_read_back(content: bytes) -> None:
    answered(content)


@given(
    st.sampled_from([photograph(), scan_png(), scan_png("RGB"), scan_pdf(2)]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), max_size=6),
    st.floats(0.2, 1),
)
@settings(deadline=None, max_examples=80)
def test_damaged_files_are_refused_with_a_reason_or_read_back(
    content: bytes, changes: list[tuple[float, bytes]], kept: float
) -> None:
    damaged = bytearray(content[: max(1, int(len(content) * kept))])
    for where, what in changes:
        at = int(where * len(damaged))
        damaged[at : at + len(what)] = what
    answered(bytes(damaged))


def answered(content: bytes) -> None:
    try:
        paper = read_paper(content)
    except Unreadable:  # which knows no reason but those of REFUSALS
        return
    again = read_paper(paper.content)
    assert (again.form, again.pages) == (paper.form, paper.pages)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff\xe1\x00", b"\xff\xd8\x00", photograph()[:300]],
    ids=["nothing", "head", "cut", "half"],
)
def test_half_a_jpeg_in_a_pdf_is_damaged(content: bytes) -> None:
    with pytest.raises(Unreadable):
        bare_jpeg(content)


def test_boxes_of_a_jpeg_2000_that_hold_no_pixels_go() -> None:
    def box(kind: bytes, content: bytes) -> bytes:
        return (8 + len(content)).to_bytes(4, "big") + kind + content

    whole = (
        box(b"jP  ", b"\r\n\x87\n") + box(b"uuid", SECRET.encode()) + box(b"xml ", SECRET.encode()) + box(b"jp2c", b"x")
    )
    assert bare_jpeg2000(whole) == box(b"jP  ", b"\r\n\x87\n") + box(b"jp2c", b"x")
    assert bare_jpeg2000(b"\xff\x4f\xff\x51x") == b"\xff\x4f\xff\x51x"
    for broken in (b"", box(b"uuid", b"x"), b"\0\0\0\x02jP  "):
        with pytest.raises(Unreadable):
            bare_jpeg2000(broken)


# The process


@pytest.mark.parametrize("content", SOUND.values(), ids=SOUND.keys())
def test_apart_gives_the_same(content: bytes) -> None:
    assert read_apart(content) == read_paper(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", photograph()[:4000], changed(HOSTILE["note"][0]), bytes(LARGEST + 1)],
    ids=["nothing", "a-text", "half-a-photograph", "a-note", "too-large"],
)
def test_apart_refuses_the_same(content: bytes) -> None:
    with pytest.raises(Unreadable) as told:
        read_apart(content)
    assert (told.value.reason, told.value.page) == (refused(content), 1 if b"FreeText" in content else 0)


def test_the_child_opens_nothing_and_has_no_room_beyond_its_limit() -> None:
    attempts = """
import socket
from chengxin.lib.fence import shut_in
shut_in(256 << 20, 20)
for attempt in (lambda: open("/etc/hostname"), lambda: socket.socket(), lambda: bytearray(300 << 20)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
"""
    told = subprocess.run([sys.executable, "-c", attempts], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["OSError", "OSError", "MemoryError"]


def test_a_child_that_takes_too_long_or_dies_is_a_clear_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart_module, "PATIENCE_S", 0.01)
    with pytest.raises(Unreadable, match="用时过长"):
        read_apart(photograph())
    monkeypatch.undo()
    monkeypatch.setattr(apart_module, "PROGRAM", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(Unreadable, match="用时过长"):
        read_apart(photograph())
    assert why(1) == "damaged"
    assert {why(-one) for one in (signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT)} == {"too-slow"}


def test_the_child_gets_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_VAULT_KEY", "secret")
    monkeypatch.setattr(
        apart_module, "PROGRAM", 'import os, sys; print(\'{"reason": "damaged", "page": %d}\' % len(os.environ))'
    )
    with pytest.raises(Unreadable) as told:
        read_apart(b"x")
    assert told.value.page <= 1, "Python may add LC_CTYPE of its own"


def test_streams_are_what_they_say() -> None:
    """So that a stream is known as one where its keys are looked at."""
    assert issubclass(StreamObject, DictionaryObject)


def test_what_reads_pdfs_is_loaded_where_they_are_read_alone() -> None:
    """The process that holds keys takes scans in; it never loads what looks into somebody else's PDF."""
    program = (
        "import sys, django; django.setup(); import chengxin.identity.services.scans, chengxin.portal.urls; "
        "print(sorted(sys.modules.keys() & {'pypdf', 'chengxin.lib.papers.reading'}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "DJANGO_SETTINGS_MODULE": "chengxin.site.settings"},
        capture_output=True, check=True, text=True, timeout=120,
    )  # fmt: skip
    assert told.stdout.strip() == "[]"
