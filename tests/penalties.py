"""Penalty rows in the template's columns, as a department writes them."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.people import MARKET, WANG_WEI, Someone

COLUMNS = (
    "CF_XDR_MC", "CF_XDR_LB", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR", "CF_NR_FK",
    "CF_NR_WFFF", "CF_NR_ZKDX", "CF_JDRQ", "CF_YXQ", "CF_GSJZQ", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM", "BZ",
    "CX_XWZZRQ", "CX_CXLX", "CX_QDRQ", "CX_JLBH",
)  # fmt: skip


def penalty(today: date, number: int = 1, person: Someone = WANG_WEI, **values: Any) -> dict[str, str]:
    """Make a sound row: a fine of 20,000 yuan decided 120 days ago, final since three days, which is in time."""
    decided = today - timedelta(days=120)
    row = {
        "CF_XDR_MC": person.name,
        "CF_XDR_LB": "自然人",
        "CF_XDR_ZJLX": "1",
        "CF_XDR_ZJHM": person.code,
        "CF_WSH": f"并市监罚〔2026〕{number}号",
        "CF_WFXW": "无照经营",
        "CF_SY": "在县道旁设摊销售食品，未取得许可，有现场笔录为证",
        "CF_YJ": "《食品安全法》第一百二十二条",
        "CF_CFLB": "1",
        "CF_NR": "罚款二万元",
        "CF_NR_FK": "2",
        "CF_NR_WFFF": "",
        "CF_NR_ZKDX": "",
        "CF_JDRQ": decided.isoformat(),
        "CF_YXQ": (decided + timedelta(days=365)).isoformat(),
        "CF_GSJZQ": "",
        "CF_CFJG": "测试市场监督管理局",
        "CF_CFJGDM": MARKET,
        "CF_SJLY": "测试市场监督管理局",
        "CF_SJLYDM": MARKET,
        "BZ": "演示数据",
        "CX_XWZZRQ": (decided - timedelta(days=40)).isoformat(),
        "CX_CXLX": "1",
        "CX_QDRQ": (today - timedelta(days=3)).isoformat(),
        "CX_JLBH": "",
    }
    return {**row, **{name: str(value) for name, value in values.items()}}


def csv_text(rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_csv(
    path: Path, rows: list[dict[str, str]], encoding: str = "utf-8", columns: tuple[str, ...] = COLUMNS
) -> Path:
    path.write_bytes(csv_text(rows, columns).encode(encoding))
    return path
