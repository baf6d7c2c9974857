"""The process that reads a scan. Takes the file on standard input; answers with a line of JSON, and after it the paper drawn anew."""

import json
import sys
from importlib import import_module
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter

from chengxin.lib.fence import shut_in
from chengxin.lib.papers.apart import LONGEST_S, MEMORY
from chengxin.lib.papers.pdfs import draw_pages
from chengxin.lib.papers.reading import read_paper
from chengxin.lib.papers.refusals import LARGEST, Unreadable

# Telephones' double pictures, and the form in which EXIF is written.
PLUGINS = ("PIL.MpoImagePlugin", "PIL.TiffImagePlugin")


def load() -> None:
    """Load what the readers load only when they meet it: after the fence nothing can be opened."""
    Image.preinit()
    for plugin in PLUGINS:
        import_module(plugin)
    writer, blank = PdfWriter(), BytesIO()
    writer.add_blank_page(600, 800)
    writer.write(blank)
    draw_pages(blank.getvalue())


def main() -> None:
    load()
    shut_in(MEMORY, LONGEST_S)
    out = sys.stdout.buffer
    try:
        paper = read_paper(sys.stdin.buffer.read(LARGEST + 1))
    except Unreadable as refused:
        told = {"reason": refused.reason, "page": refused.page}
        out.write(json.dumps(told).encode() + b"\n")
    except MemoryError:
        out.write(json.dumps({"reason": "too-slow", "page": 0}).encode() + b"\n")
    else:
        out.write(json.dumps({"form": paper.form, "pages": paper.pages}).encode() + b"\n" + paper.content)
    out.flush()
