"""PDFs: taken apart, refused where they hold more than pages, and put together anew from their pages alone.

What is kept of a page is what it looks like: its size, its resources, its contents. Names, dates, programs, thumbnails, metadata of the
document and of its pictures stay out.
"""

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject, StreamObject

from chengxin.lib.papers.marks import bare_jpeg, bare_jpeg2000
from chengxin.lib.papers.refusals import MOST_PAGES, MOST_PIXELS, Unreadable

# Of what a scanner writes there are a few objects a page; a hundred times as many is none's work.
MOST_OBJECTS, DEEPEST = 20_000, 200
PAGE_KEYS = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents")
# Keys under which something happens, is fetched from outside, or lies hidden (ISO 32000-1, 7.11, 12.6, 12.7, 13).
ACTIVE_KEYS = frozenset((
    "/JS", "/JavaScript", "/AA", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/RichMediaContent",
    "/XFA", "/Rendition", "/Movie", "/Sound", "/AF", "/Collection", "/Ref", "/OPI",
))  # fmt: skip
ACTIONS = frozenset(
    ("/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Named", "/ResetForm", "/Hide", "/SetOCGState")
)
LEFT_OUT = frozenset(
    ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/StructParents", "/StructParent", "/Tabs", "/OC")
)
DCT, FLATE, JPX = "/DCTDecode", "/FlateDecode", "/JPXDecode"

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would quote what it read


def draw_pages(content: bytes) -> tuple[int, bytes]:
    """Give how many pages a PDF has, and it put together anew. Raises Unreadable."""
    try:
        return _drawn(content)
    except RecursionError:
        raise Unreadable("too-intricate") from None
    except (PyPdfError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, NotImplementedError, ArithmeticError,
            AssertionError):  # fmt: skip
        # The reader lets out whatever damaged bytes run it into.
        raise Unreadable("damaged") from None


def _drawn(content: bytes) -> tuple[int, bytes]:
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted or "/Encrypt" in reader.trailer:
        raise Unreadable("encrypted")
    root = reader.root_object
    _refuse_active(root)
    if _fields(root):
        raise Unreadable("form")
    if root.get("/OCProperties") is not None:
        raise Unreadable("form")
    pages = list(_pages(reader))
    if not pages:
        raise Unreadable("no-pages")
    writer = PdfWriter()
    for number, page in enumerate(pages, 1):
        _refuse_notes(page, number)
        writer.add_page(_bare(page))
    writer.metadata = None
    _strip(writer)
    out = BytesIO()
    writer.write(out)
    return len(pages), out.getvalue()


def _pages(reader: PdfReader) -> Iterator[PageObject]:
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable("too-many-pages")
    yield from reader.pages


def _fields(root: DictionaryObject) -> bool:
    form = _value(root, "/AcroForm")
    return isinstance(form, DictionaryObject) and bool(_value(form, "/Fields"))


def _refuse_active(root: DictionaryObject) -> None:
    """Walk through everything that hangs on the document, once each. Raises Unreadable."""
    waiting: list[tuple[Any, int]] = [(root, 0)]
    seen: set[int] = set()
    met = 0
    while waiting:
        one, depth = waiting.pop()
        met += 1
        if met > MOST_OBJECTS * 10 or len(seen) > MOST_OBJECTS or depth > DEEPEST:
            raise Unreadable("too-intricate")
        if isinstance(one, IndirectObject):
            if one.idnum in seen:
                continue
            seen.add(one.idnum)
            waiting.append((one.get_object(), depth + 1))
        elif isinstance(one, ArrayObject):
            waiting.extend((part, depth + 1) for part in one)
        elif isinstance(one, DictionaryObject):
            _refuse_acting(one)
            waiting.extend((part, depth + 1) for part in one.values())


def _refuse_acting(one: DictionaryObject) -> None:
    names = {str(name) for name in one}
    if names & ACTIVE_KEYS or _value(one, "/Type") in {"/EmbeddedFile", "/Filespec"}:
        raise Unreadable("active")
    # A stream whose bytes stand in another file names it under /F.
    if isinstance(one, StreamObject) and "/F" in names:
        raise Unreadable("active")
    action = _value(one, "/S")
    if isinstance(action, NameObject) and ("/URI" in names or action in ACTIONS):
        raise Unreadable("active")


def _value(one: DictionaryObject, key: str) -> Any:
    """Give what stands under a key, wherever it lies: a reference says nothing of what it leads to."""
    found = one.get(key)
    return found.get_object() if found is not None else None


def _refuse_notes(page: PageObject, number: int) -> None:
    """Refuse what lies upon a page: it would be lost, and with it what whoever signed has seen."""
    held = _value(page, "/Annots")
    if held is None or isinstance(held, NullObject) or not len(held):
        return
    raise Unreadable("form", number)


def _bare(page: PageObject) -> PageObject:
    """Give a page with what it looks like and nothing else; what it inherits becomes its own."""
    made = PageObject(page.pdf)
    made[NameObject("/Type")] = NameObject("/Page")
    for key in PAGE_KEYS:
        found = page.get_inherited(key)
        if found is not None:
            made[NameObject(key)] = found
    return made


def _strip(writer: PdfWriter) -> None:
    """Leave out what no reader of the page sees, in every object that was taken over."""
    for one in list(writer._objects):  # noqa: SLF001  # the writer has no public walk through its objects
        if not isinstance(one, DictionaryObject):
            continue
        for key in LEFT_OUT & {str(name) for name in one}:
            del one[key]
        if isinstance(one, StreamObject) and _value(one, "/Subtype") == "/Image":
            _strip_picture(one)


def _strip_picture(stream: StreamObject) -> None:
    width, height = int(_value(stream, "/Width") or 0), int(_value(stream, "/Height") or 0)
    if width * height > MOST_PIXELS:
        raise Unreadable("too-many-pixels")
    named = _value(stream, "/Filter")
    filters = [str(one.get_object()) for one in named] if isinstance(named, ArrayObject) else [str(named)]
    if filters == [DCT]:
        stream._data = bare_jpeg(stream._data)  # noqa: SLF001  # the bytes as they are, which get_data would decode
    elif filters == [JPX]:
        stream._data = bare_jpeg2000(stream._data)  # noqa: SLF001  # as above
    elif {DCT, JPX} & set(filters):
        # A picture packed once more: what the camera wrote could hide in there.
        raise Unreadable("too-intricate")
