"""What is derived from the ledger and beside it, and how each is held against what it comes from (docs/adr/0021)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection

from chengxin.ground.errors import RebuildRefused
from chengxin.ground.rebuilding import Derived, Part
from chengxin.identity.signing import Signature, is_ours
from chengxin.identity.vault import vault
from chengxin.lib.sql import statements
from chengxin.records.intake.doubts import KEY
from chengxin.records.intake.known import open_marks
from chengxin.records.intake.reading import ROW
from chengxin.records.limits import differing_limits, settle_occupations, settle_terms

SQL = statements(Path(__file__).resolve().parent / "sql" / "rebuild.sql")
VERSIONS_AT_ONCE = 20_000
FIRST_DAY = "0001-01-01"


def _run(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        return cursor.fetchall() if cursor.description else []


def _mend_superseded(upto: str) -> Part:
    """Some persons' superseded versions. The last part takes in whatever lies behind the last person of the ledger."""
    after = int(upto or 0)
    ((last,),) = _run("superseded_upto", after=after, limit=VERSIONS_AT_ONCE)
    ((due, *mended),) = _run("mend_superseded", after=after, upto=last)
    return Part(due + mended[-1], sum(mended), str(last or after), last=last is None)


def _mend_figures(upto: str) -> Part:
    """A day's figures, from the receipts that were signed for them. Raises RebuildRefused where one isn't ours."""
    ((day,),) = _run("next_day", after=upto or FIRST_DAY)
    if day is None:
        return Part(0, 0, upto, last=True)
    lines: list[dict[str, Any]] = []
    providers = []
    for provider, content, suite, public, signature in _run("receipts_of_day", day=day):
        if not is_ours(content, Signature(suite, bytes(public), bytes(signature))):
            raise RebuildRefused(
                f"{day} 的对账单（单位 {provider}）不是本系统签名的原文，不能据以重建。请先做台账核验。",
                f"The receipt of {day} (provider {provider}) isn't the text that was signed; prove the ledger first.",
            )
        lines += [{**line, "provider_id": provider} for line in json.loads(content)["items"]]
        providers.append(provider)
    ((due, *mended),) = _run("mend_figures", day=day, lines=json.dumps(lines), providers=providers)
    return Part(due + mended[-1], sum(mended), day.isoformat())


def _mend_marks(upto: str) -> Part:
    """The next part of marks: kept where it agrees with the ledger, else dropped, and made anew by the next file with these lines.

    Marks come from lines that are nowhere kept, so they can't be made here.
    """
    batch, part = (int(number) for number in upto.split("/")) if upto else (0, -1)
    found = _run("next_marks", batch=batch, part=part)
    if not found:
        return Part(0, 0, upto, last=True)
    ((batch, part, erase_on, content, done),) = found
    sound = done and _agrees(open_marks(bytes(content), batch, vault()), batch, erase_on)
    if not sound:
        _run("drop_marks", batch=batch, part=part)
    return Part(1, int(not sound), f"{batch}/{part}")


def _agrees(frame: pl.DataFrame | None, batch: int, erase_on: Any) -> bool:
    if frame is None:
        return False
    rows, subjects, records = (frame[name].to_list() for name in (ROW, *KEY))
    ((wrong,),) = _run("wrong_marks", batch=batch, rows=rows, subjects=subjects, records=records, erase_on=erase_on)
    return not wrong


def _mend_limits(upto: str) -> Part:
    """Legal numbers and occupations, from the files that ship them."""
    looked, differing = differing_limits()
    if differing:
        settle_terms()
        settle_occupations()
    return Part(looked, differing, upto, last=True)


def _counts(name: str) -> tuple[int, int]:
    ((there, due),) = _run(name)
    return int(there), int(due)


def _limits_differ() -> tuple[int, int]:
    return differing_limits()[1], 0


DERIVED: Iterable[Derived] = (
    Derived(
        "superseded",
        "被取代的版本（读取门据此拒绝旧版本）",
        "which versions were superseded",
        _mend_superseded,
        lambda: _counts("count_superseded"),
    ),
    Derived(
        "day-figures",
        "每日对账的数目（据已签名的对账单）",
        "the figures of days, from the receipts that were signed",
        _mend_figures,
        lambda: _counts("count_figures"),
    ),
    Derived(
        "marks", "已知行的记号（对不上的删去）", "marks of known lines; wrong ones go", _mend_marks, lambda: (0, 0)
    ),
    Derived(
        "limits",
        "法定数字和职业表（据随附的文件）",
        "legal numbers and occupations, from their files",
        _mend_limits,
        _limits_differ,
    ),
)
