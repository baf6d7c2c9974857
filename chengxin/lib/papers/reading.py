"""Any bytes in; out come the same paper drawn anew, or a reason. Told by what they hold, never by a name."""

from chengxin.lib.papers.paper import Paper
from chengxin.lib.papers.pdfs import draw_pages
from chengxin.lib.papers.pictures import draw
from chengxin.lib.papers.refusals import LARGEST, Unreadable

# Some scanners write a few bytes before the PDF's own; readers look for it in the first kibibyte.
HEAD = 1024
SIGNS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"))


def form_of(content: bytes) -> str:
    """Tell what a file is by its content; empty for whatever isn't taken."""
    for sign, form in SIGNS:
        if content.startswith(sign):
            return form
    return "pdf" if b"%PDF-" in content[:HEAD] else ""


def read_paper(content: bytes) -> Paper:
    """Take a file apart and draw it anew. Raises Unreadable. Run it in a process of its own: see ``apart``."""
    if not content:
        raise Unreadable("empty")
    if len(content) > LARGEST:
        raise Unreadable("too-large")
    form = form_of(content)
    if not form:
        raise Unreadable("form-unknown")
    pages, drawn = draw_pages(content) if form == "pdf" else (1, draw(content, form))
    if len(drawn) > LARGEST:
        raise Unreadable("too-large")
    return Paper(form, pages, drawn)
