"""The text face, for a terminal and for a screen reader."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chengxin.sharing.documents import words
from chengxin.sharing.documents.glyphs import visible

if TYPE_CHECKING:
    from chengxin.records.queries import ShownRecord
    from chengxin.sharing.services import Report


def as_text(report: "Report", *, demo: bool = False, sandbox: bool = False) -> str:
    """Give a report as lines of text; no value can forge a line or steer the terminal."""
    return "\n".join(_lines(report, words.mark(demo=demo, sandbox=sandbox))) + "\n"


def _lines(report: "Report", mark: words.Heading | None) -> Iterator[str]:
    if mark:
        yield f"【{mark.zh} {mark.en}】"
    yield f"{words.TITLE.zh} {words.TITLE.en}"
    yield from _rows([("报告编号", report.number), ("出具时间", words.moment(report.issued_at))])
    if report.as_of:
        yield words.as_of_line(report)
    yield from _section(words.PURPOSE)
    yield from _rows(words.purpose_rows(report))
    yield from _section(words.SUBJECT)
    yield from _rows(words.subject_rows(report))
    yield from _section(words.RECORDS)
    yield words.count_line(report)
    for position, record in enumerate(report.records, 1):
        yield from _record(position, record, report.subject.code)
    yield from _section(words.OBJECTION)
    yield from words.OBJECTIONS
    yield from _section(words.NOTICE)
    yield from words.notices(report)


def _record(position: int, record: "ShownRecord", code: str) -> Iterator[str]:
    yield ""
    yield f"{position}. {visible(record.item_name)}【{visible(words.state(record))}】".replace("\n", " ")
    yield from _rows(words.record_rows(record), indent="   ")
    if record.fields:
        yield f"   {words.HANDED_IN.zh}："
        yield from _rows(words.field_rows(record, code), indent="     ")


def _section(heading: words.Heading) -> Iterator[str]:
    yield ""
    yield f"== {heading.zh} {heading.en} =="


def _rows(rows: Iterable[tuple[str, str]], *, indent: str = "") -> Iterator[str]:
    """Give one line a row; the further lines of a value are set in, so that none passes for a line of the report."""
    for label, text in rows:
        yield f"{indent}{visible(label)}：" + visible(text).replace("\n", f"\n{indent}    │ ")
