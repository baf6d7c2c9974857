"""Qualification rows in the item's columns, as a licensing organ writes them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.penalties import write_csv
from tests.people import MARKET, WANG_WEI, Someone

COLUMNS = (
    "ZG_XM", "ZG_ZJLX", "ZG_ZJHM", "ZG_MC", "ZG_ZYLB", "ZG_ZSBH", "ZG_FZJG", "ZG_FZJGDM", "ZG_QDRQ", "ZG_YXQZ", "ZG_YXQZI", "ZG_ZYDW",
    "ZG_ZT", "ZG_SJLY", "ZG_SJLYDM", "BZ", "CX_JLBH",
)  # fmt: skip
ORGAN = "测试市场监督管理局"


def qualification(today: date, number: int = 1, person: Someone = WANG_WEI, **values: Any) -> dict[str, str]:
    """Make a sound row: a lawyer in practice since a hundred days, for life."""
    issued = (today - timedelta(days=100)).isoformat()
    row = {
        "ZG_XM": person.name, "ZG_ZJLX": "1", "ZG_ZJHM": person.code, "ZG_MC": "律师执业证", "ZG_ZYLB": "03",
        "ZG_ZSBH": f"测试证字第{number:04}号", "ZG_FZJG": ORGAN, "ZG_FZJGDM": MARKET, "ZG_QDRQ": issued, "ZG_YXQZ": issued,
        "ZG_YXQZI": "2099-12-31", "ZG_ZYDW": "测试律师事务所", "ZG_ZT": "1", "ZG_SJLY": ORGAN, "ZG_SJLYDM": MARKET, "BZ": "演示数据",
        "CX_JLBH": "",
    }  # fmt: skip
    return {**row, **{name: str(value) for name, value in values.items()}}


def write_qualifications(path: Path, rows: list[dict[str, str]]) -> Path:
    return write_csv(path, rows, columns=COLUMNS)
