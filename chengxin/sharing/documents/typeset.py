"""Laying out a document about a person: Typst reads every value as data, so none is ever read as markup."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from chengxin.lib.periods import SHANGHAI
from chengxin.sharing.documents.glyphs import FONTS, covered

FOLDER = Path(__file__).parent
_compiling = Lock()


def lay_out(template: str, data: Mapping[str, Any], issued: datetime) -> bytes:
    """Lay a document out as a tagged PDF. The same data give the same bytes. Raises FontsMissing."""
    covered()
    moment = issued.astimezone(SHANGHAI).replace(microsecond=0)
    inputs = {"data": json.dumps(data)}
    with _compiling:  # one document at a time
        try:
            pdf = compiler(template).compile(format="pdf", sys_inputs=inputs, timestamp=moment, pdf_standards="ua-1")
        except typst.TypstError:
            # Typst quotes what it could not lay out, and that may be a personal value.
            raise RuntimeError(f"{template} could not be laid out; Typst's own words are withheld") from None
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


@cache
def compiler(template: str) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(str(FOLDER / template), font_paths=fonts)
