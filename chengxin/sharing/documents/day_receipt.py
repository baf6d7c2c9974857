"""The receipt of a provider's day on paper: the same figures as the signed text, and its signature."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import typst

from chengxin.lib.periods import SHANGHAI
from chengxin.sharing.documents.glyphs import FONTS, covered, printable

if TYPE_CHECKING:
    from chengxin.records.reconciliation import Receipt

TEMPLATE = Path(__file__).parent / "day_receipt.typ"
HEADINGS = {
    "batches": "批次", "unusable": "无法使用", "read": "报送行数", "new": "新增", "changed": "更新", "unchanged": "无变化",
    "waiting": "等待", "refused": "退回", "taken_up": "等待后入库", "undone": "撤回", "shown": "展示中", "held": "仍在等待",
}  # fmt: skip
_compiling = Lock()


def as_pdf(receipt: "Receipt") -> bytes:
    """Lay a receipt out as a tagged PDF. The same receipt gives the same bytes. Raises FontsMissing."""
    covered()
    made = datetime.fromisoformat(receipt.figures["made_at"]).astimezone(SHANGHAI).replace(microsecond=0)
    with _compiling:  # one compiler, one document at a time
        pdf = _compiler().compile(
            format="pdf", sys_inputs={"data": json.dumps(layout(receipt))}, timestamp=made, pdf_standards="ua-1"
        )
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


def layout(receipt: "Receipt") -> dict[str, Any]:
    """Give everything that ``day_receipt.typ`` prints, in the order it prints it."""
    told, signature = receipt.figures, receipt.signature
    lines = [*told["items"], {"item": "合计", **told["total"]}]
    return {
        "title": ("【沙箱 SANDBOX】" if told.get("installation") == "sandbox" else "") + "数据归集每日对账单",
        "lines": [
            ("单位", printable(f"{told['name']}（{told['provider']}）")),
            ("日期", told["day"]),
            ("生成时间", told["made_at"]),
        ],
        "headings": ["信息项", *HEADINGS.values()],
        "rows": [[printable(line["item"]), *(f"{line[name]:,}" for name in HEADINGS)] for line in lines],
        "signature": [
            ("算法套件", signature.suite),
            ("公钥", printable(signature.public.hex())),
            ("签名", printable(signature.signature.hex())),
            ("核对", "签名针对同一对账单的 JSON 文件；用 chengxin reconciliation verify 核对。"),
        ],
    }


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(str(TEMPLATE), font_paths=fonts)
