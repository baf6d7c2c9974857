"""The PDF face. Typst lays out; every value reaches it as data, so none is ever read as markup."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from chengxin.sharing.documents import words
from chengxin.sharing.documents.checking import check_box
from chengxin.sharing.documents.glyphs import covered, printable
from chengxin.sharing.documents.typeset import compiler, lay_out

if TYPE_CHECKING:
    from chengxin.records.queries import ShownRecord
    from chengxin.sharing.services import Report

# A record of up to so many lines is kept on one page; a longer one may run on, or it would leave half a page bare.
KEPT_TOGETHER = 24
_SIGNS_A_LINE = 36


def as_pdf(report: "Report", *, demo: bool = False, sandbox: bool = False, check_at: str = "") -> bytes:
    """Lay a report out as a tagged PDF. The same report gives the same bytes. Raises FontsMissing.

    ``check_at``: the address of the page where a report that its person had made out is checked; it stands there as a picture too.
    """
    return lay_out("report.typ", layout(report, demo=demo, sandbox=sandbox, check_at=check_at), report.issued_at)


def warm_up() -> None:
    """Read the fonts once, which takes a fifth of a second, before anybody waits for a report. Raises FontsMissing."""
    covered()
    compiler("report.typ")


def layout(report: "Report", *, demo: bool, sandbox: bool = False, check_at: str = "") -> dict[str, Any]:
    """Give everything that ``report.typ`` prints, in words, in the order it prints it."""
    return {
        "title": heading(words.TITLE),
        "demo": heading(mark) if (mark := words.mark(demo=demo, sandbox=sandbox)) else None,
        "number": printable(report.number),
        "issued": words.moment(report.issued_at),
        "as_of": words.as_of_line(report),
        "footer": words.footer(report),
        "check": check_box(check_at, report.number, report.check_code),
        "sections": [
            {"heading": heading(words.PURPOSE), "rows": printed(words.purpose_rows(report))},
            {"heading": heading(words.SUBJECT), "rows": printed(words.subject_rows(report))},
        ],
        "records": {
            "heading": heading(words.RECORDS),
            "count": words.count_line(report),
            "cards": [card(record, report.subject.code) for record in report.records],
        },
        "closing": [
            {"heading": heading(words.OBJECTION), "points": words.OBJECTIONS},
            {"heading": heading(words.NOTICE), "points": words.notices(report)},
        ],
    }


def card(record: "ShownRecord", code: str) -> dict[str, Any]:
    """Give a record as its card on paper."""
    rows, fields = printed(words.record_rows(record)), printed(words.field_rows(record, code))
    lines = sum(1 + text.count("\n") + len(text) // _SIGNS_A_LINE for _, text in (*rows, *fields))
    return {
        "name": printable(record.item_name),
        "state": printable(words.state(record)),
        "rows": rows,
        "fields_heading": heading(words.HANDED_IN),
        "fields": fields,
        "keep": lines <= KEPT_TOGETHER,
    }


def printed(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(printable(label), printable(text)) for label, text in rows]


def heading(both: words.Heading) -> dict[str, str]:
    return {"zh": both.zh, "en": both.en}
