"""Who saw a person, on paper, for whoever has no telephone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chengxin.sharing.documents import words
from chengxin.sharing.documents.glyphs import printable
from chengxin.sharing.documents.pdf import heading, printed
from chengxin.sharing.documents.typeset import lay_out

if TYPE_CHECKING:
    from chengxin.sharing.at_window import EntriesOnPaper
    from chengxin.sharing.entries import Entry

Word = Callable[[str, str], str]


def entries_pdf(paper: "EntriesOnPaper", *, word: Word, demo: bool = False, sandbox: bool = False) -> bytes:
    """Lay a list of entries out as a tagged PDF. ``word`` puts words to codes as pages have them. Raises FontsMissing."""
    return lay_out("entries.typ", layout(paper, word=word, demo=demo, sandbox=sandbox), paper.issued_at)


def layout(paper: "EntriesOnPaper", *, word: Word, demo: bool, sandbox: bool = False) -> dict[str, Any]:
    """Give everything that ``entries.typ`` prints, in words, in the order it prints it."""
    subject = [("姓名", paper.subject.name), ("证件号码", words.masked(paper.subject.code))]
    return {
        "title": heading(words.SEEN_BY),
        "demo": heading(mark) if (mark := words.mark(demo=demo, sandbox=sandbox)) else None,
        "number": "",
        "footer": words.SEEN_BY_FOOTER,
        "rows": printed([("打印时间", words.moment(paper.issued_at)), *subject]),
        "heading": heading(words.QUERIES),
        "count": words.seen_by_line(len(paper.entries), more=paper.more),
        "entries": [_entry(entry, word) for entry in paper.entries],
        "closing": [{"heading": heading(words.NOTICE), "points": words.SEEN_BY_NOTICES}],
    }


def _entry(entry: "Entry", word: Word) -> dict[str, Any]:
    seen = "；".join(
        (f"{item}：" if item else "") + "、".join(word(field, "entry_field") for field in fields)
        for item, fields in entry.seen
    )
    rows = [
        ("时间", words.moment(entry.at)),
        ("用途", word(entry.purpose, "entry_purpose")),
        ("依据", entry.basis),
        ("方式", word(entry.channel, "entry_channel")),
        ("结果", word(entry.outcome, "entry_outcome")),
        ("看了", f"{entry.records} 条记录" + (f"（{seen}）" if seen else "")),
    ]
    return {"heading": printable(entry.organisation), "rows": printed(row for row in rows if row[1])}
