"""Loading the population base."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin.identity.errors import PopulationUnusable
from chengxin.identity.rules import may_be_subject, normal_name
from chengxin.identity.vault import sealing_vault
from chengxin.lib.codes import examine, from_template
from chengxin.lib.crypto import SealingVault
from chengxin.lib.encodings import detect
from chengxin.lib.periods import shanghai_date
from chengxin.lib.regions import AreaBook, region
from chengxin.lib.sql import statements

COLUMNS = ("XM", "ZJLX", "ZJHM", "CSRQ", "XZQH", "ZT", "SWRQ", "XWNL", "XWNLRQ")
CAPACITIES = {"完全": "full", "": "full", "限制": "limited", "无": "none"}
BLOCK = 1 << 20
SQL = Path(__file__).parent.parent / "sql" / "population.sql"


@dataclass(slots=True)
class PopulationReceipt:
    """What became of a population file. ``minors`` were dropped unread; ``refused`` lists row and rule, never a value."""

    read: int = 0
    minors: int = 0
    new: int = 0
    changed: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def load_population(path: Path, *, areas: AreaBook, at: datetime) -> PopulationReceipt:
    """Bring the population base to a file's state: new persons, changed names, regions, capacity, death.

    Minors are dropped before anything of them is looked at. Codes and names are sealed before they are sent to the database.
    Raises PopulationUnusable when the file can't be read as one; then nothing was changed. Cost: one pass, bounded memory.
    """
    receipt, keys, today = PopulationReceipt(), sealing_vault(), shanghai_date(at)
    named = statements(SQL)
    with connection.cursor() as cursor:
        cursor.execute(named["create_staging"])
        with cursor.copy(
            "COPY population_staging (code_hash, name_tag, code_type, born, region, capacity, capacity_since, died, code_sealed,"
            " name_sealed, key_id, former_hash, former_tag) FROM STDIN"
        ) as copy:
            for number, row in _rows(path):
                receipt.read += 1
                made = _stage(row, keys, areas, today)
                if isinstance(made, tuple):
                    copy.write_row(made)
                elif made == "minor":
                    receipt.minors += 1
                else:
                    receipt.refused.append((number, made))
        cursor.execute(named["drop_doubles"])
        if keys.pointers.former:
            cursor.execute(named["match_former"])
        cursor.execute(named["match_known"])
        cursor.execute(named["number_fresh"])
        receipt.new = cursor.rowcount
        cursor.execute(named["insert_persons"], {"at": at})
        cursor.execute(named["insert_codes"], {"hash_key": keys.pointers.hash})
        cursor.execute(named["update_persons"], {"at": at})
        receipt.changed = cursor.rowcount
        cursor.execute(named["update_former_names"])
        cursor.execute(named["update_names"])
    return receipt


def _stage(row: dict[str, str], keys: SealingVault, areas: AreaBook, today: date) -> tuple[Any, ...] | str:
    """Make a staged row, or name why there is none: ``minor``, or the rule that refuses it."""
    born = _day(row["CSRQ"])
    if born is None:
        return "born-unreadable"
    if not may_be_subject(born, today):
        return "minor"
    code_type = from_template(row["ZJLX"])
    verdict = examine(code_type, row["ZJHM"], on=today, areas=areas)
    if code_type is None or verdict.canonical is None or verdict.legacy:
        return "code-invalid"
    if verdict.born is not None and verdict.born != born:
        return "born-differs-from-code"
    name, capacity = normal_name(row["XM"]), CAPACITIES.get(row["XWNL"])
    since, died = _day(row["XWNLRQ"]), _day(row["SWRQ"])
    faults = {
        "name-missing": not name,
        "region-unknown": region(row["XZQH"]) is None,
        "capacity-unknown": capacity is None or (capacity != "full" and since is None),
        "death-undated": (row["ZT"] == "死亡") != (died is not None) or (died is not None and died < born),
    }
    if fault := next((name for name, failed in faults.items() if failed), None):
        return fault
    code, former = verdict.canonical, keys.pointers.former
    sealed_code, sealed_name = keys.seal(code, use="person.code"), keys.seal(name, use="person.name")
    return (
        keys.code_hash(code_type, code),
        keys.name_tag(code_type, code, name),
        str(code_type),
        born,
        row["XZQH"],
        capacity,
        since,
        died,
        sealed_code.box,
        sealed_name.box,
        sealed_code.key_id,
        keys.code_hash(code_type, code, former) if former else None,
        keys.name_tag(code_type, code, name, former) if former else None,
    )


def _day(text: str) -> date | None:
    if len(text) != len("20260101") or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Give row number (the heading is row 1) and values. Raises PopulationUnusable on a heading that lacks a column."""
    try:
        with path.open("rb") as first, path.open("rb") as second:
            encoding = detect(iter(partial(first.read, BLOCK), b""), iter(partial(second.read, BLOCK), b""))
        with path.open(encoding="utf-8-sig" if encoding.name == "utf-8" else encoding.name, newline="") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            if missing := [name for name in COLUMNS if name not in header]:
                raise PopulationUnusable(
                    f"缺少列 {'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}."
                )
            places = {name: header.index(name) for name in COLUMNS}
            for number, row in enumerate(reader, 2):
                if len(row) != len(header):
                    raise PopulationUnusable(
                        f"第 {number} 行有 {len(row)} 列，应为 {len(header)} 列。",
                        f"Row {number} has {len(row)} columns, not {len(header)}.",
                    )
                yield number, {name: row[place].strip() for name, place in places.items()}
    except OSError as error:
        raise PopulationUnusable(f"无法读取：{error.strerror}。", f"Can't be read: {error.strerror}.") from None
