"""What was taken in on a visit, on paper, for whoever handed it over: numbers and digests, nobody's name."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chengxin.sharing.documents import words
from chengxin.sharing.documents.glyphs import printable
from chengxin.sharing.documents.pdf import heading, printed
from chengxin.sharing.documents.typeset import lay_out

if TYPE_CHECKING:
    from chengxin.identity.services.scans import Taken

IN_FOURS = 4


def scan_receipt_pdf(
    visit: int, centre: str, scans: Sequence["Taken"], *, at: datetime, demo: bool = False, sandbox: bool = False
) -> bytes:
    """Lay a receipt of papers out as a tagged PDF. Raises FontsMissing."""
    data = layout(visit, centre, scans, at=at, mark=words.mark(demo=demo, sandbox=sandbox))
    return lay_out("scan_receipt.typ", data, at)


def layout(
    visit: int, centre: str, scans: Sequence["Taken"], *, at: datetime, mark: words.Heading | None
) -> dict[str, Any]:
    """Give everything that ``scan_receipt.typ`` prints, in words, in the order it prints it."""
    return {
        "title": heading(words.SCAN_RECEIPT),
        "demo": heading(mark) if mark else None,
        "number": "",
        "footer": words.SCAN_RECEIPT_FOOTER,
        "rows": printed([("收件单位", centre), ("办理号", f"第 {visit} 号"), ("打印时间", words.moment(at))]),
        "heading": heading(words.SCANS),
        "count": f"共 {len(scans)} 份。",
        "scans": [_scan(one) for one in scans],
        "closing": [{"heading": heading(words.NOTICE), "points": words.SCAN_RECEIPT_NOTICES}],
    }


def _scan(one: "Taken") -> dict[str, Any]:
    digest = one.digest.hex()
    rows = [
        ("编号", one.number),
        ("收下时间", words.moment(one.taken_at)),
        ("页数", f"{one.pages} 页"),
        ("保存到", words.day(one.erase_on - timedelta(days=1))),
        ("SHA-256", " ".join(digest[at : at + IN_FOURS] for at in range(0, len(digest), IN_FOURS))),
    ]
    return {"heading": printable(one.name), "rows": printed(rows)}
