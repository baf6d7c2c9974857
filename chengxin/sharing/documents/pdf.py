"""The PDF face. Typst lays out; every value reaches it as data, so none is ever read as markup."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import typst

from chengxin.lib.periods import SHANGHAI
from chengxin.sharing.documents import words
from chengxin.sharing.documents.glyphs import FONTS, covered, printable

if TYPE_CHECKING:
    from chengxin.records.queries import ShownRecord
    from chengxin.sharing.services import Report

TEMPLATE = Path(__file__).parent / "report.typ"

# A record of up to so many lines is kept on one page; a longer one may run on, or it would leave half a page bare.
KEPT_TOGETHER = 24
_SIGNS_A_LINE = 36

_compiling = Lock()


def as_pdf(report: "Report", *, demo: bool = False, sandbox: bool = False) -> bytes:
    """Lay a report out as a tagged PDF. The same report gives the same bytes. Raises FontsMissing."""
    covered()
    data = json.dumps(layout(report, demo=demo, sandbox=sandbox))
    issued = report.issued_at.astimezone(SHANGHAI).replace(microsecond=0)
    with _compiling:  # one compiler, one document at a time
        try:
            pdf = _compiler().compile(format="pdf", sys_inputs={"data": data}, timestamp=issued, pdf_standards="ua-1")
        except typst.TypstError:
            # Typst quotes what it could not lay out, and that may be a personal value.
            raise RuntimeError("report.typ could not be laid out; Typst's own words are withheld") from None
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


def warm_up() -> None:
    """Read the fonts once, which takes a fifth of a second, before anybody waits for a report. Raises FontsMissing."""
    covered()
    _compiler()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(str(TEMPLATE), font_paths=fonts)


def layout(report: "Report", *, demo: bool, sandbox: bool = False) -> dict[str, Any]:
    """Give everything that ``report.typ`` prints, in words, in the order it prints it."""
    return {
        "title": _heading(words.TITLE),
        "demo": _heading(mark) if (mark := words.mark(demo=demo, sandbox=sandbox)) else None,
        "number": printable(report.number),
        "issued": words.moment(report.issued_at),
        "as_of": words.as_of_line(report),
        "footer": words.footer(report),
        "sections": [
            {"heading": _heading(words.PURPOSE), "rows": _rows(words.purpose_rows(report))},
            {"heading": _heading(words.SUBJECT), "rows": _rows(words.subject_rows(report))},
        ],
        "records": {
            "heading": _heading(words.RECORDS),
            "count": words.count_line(report),
            "cards": [_card(record, report.subject.code) for record in report.records],
        },
        "closing": [
            {"heading": _heading(words.OBJECTION), "points": words.OBJECTIONS},
            {"heading": _heading(words.NOTICE), "points": words.notices(report)},
        ],
    }


def _card(record: "ShownRecord", code: str) -> dict[str, Any]:
    rows, fields = _rows(words.record_rows(record)), _rows(words.field_rows(record, code))
    lines = sum(1 + text.count("\n") + len(text) // _SIGNS_A_LINE for _, text in (*rows, *fields))
    return {
        "name": printable(record.item_name),
        "state": printable(words.state(record)),
        "rows": rows,
        "fields_heading": _heading(words.HANDED_IN),
        "fields": fields,
        "keep": lines <= KEPT_TOGETHER,
    }


def _rows(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(printable(label), printable(text)) for label, text in rows]


def _heading(heading: words.Heading) -> dict[str, str]:
    return {"zh": heading.zh, "en": heading.en}
