"""Makes a folder of synthetic files in the real formats, and the fast files that benchmarks load."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from chengxin.demo import files, others
from chengxin.demo.cast import choose_cast
from chengxin.demo.dirt import ACCEPTED, CLEAN, Kind, Row, Stage
from chengxin.demo.dirty_others import other_kinds
from chengxin.demo.dirty_penalties import penalty_kinds
from chengxin.demo.draws import Draws
from chengxin.demo.layouts import NOTE, PENALTY, STEMS, layout
from chengxin.demo.penalties import CHUNK, penalisable, penalties
from chengxin.demo.persons import TYPE_CODES
from chengxin.demo.persons import people as make_people
from chengxin.demo.tables import table

TODAY = date(2026, 11, 20)
Maker = Callable[[pl.DataFrame, Draws, date], pl.DataFrame]

# One clean row for so many persons, and never fewer than LEAST_ROWS.
SHARES: dict[str, tuple[Maker, int]] = {
    PENALTY: (penalties, 2),
    "XK-ZRR": (others.licences, 3),
    "SX-BZXR": (others.defaulters, 100),
    "ZG-ZY": (others.qualifications, 5),
    "RY-BZ": (others.honours, 20),
    "ZY-FW": (others.volunteering, 4),
    "CN-XY": (others.commitments, 6),
    "YZ-MD": (others.serious, 500),
}
LEAST_ROWS = 20
SHEET_ROWS = 5_000  # of the clean penalties that also go into GB18030 and XLSX files
AS_LINES = "ZY-FW"
CLEAN_EACH = 5  # a clean row before each so many dirty kinds
DIRTY_START = 5_000_000  # serials of dirty rows lie above those of clean ones
TITLE = "行政处罚信息（自然人）报送模板 演示数据"


@dataclass(slots=True)
class Manifest:
    """What was written: ``rows`` by file name, ``items`` by file name, the day everything refers to."""

    folder: Path
    today: date
    persons: int
    seed: int
    rows: dict[str, int] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, rows: int, item: str = "") -> Path:
        self.rows[name] = rows
        if item:
            self.items[name] = item
        return self.folder / name


def _quiet(_: str) -> None:
    pass


def generate(
    persons: int, seed: int, out: Path, *, today: date = TODAY, tell: Callable[[str], None] = _quiet
) -> Manifest:
    """Write the demo province into a folder; the same arguments give the same bytes.

    ``tell`` is called with the name of each file before it is written. Raises ValueError unless 100 to 10,000,000
    persons are asked for.
    """
    people = make_people(persons, seed, today)
    out.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(out, today, persons, seed)
    tell("population.csv")
    files.write_frame(manifest.add("population.csv", persons), population(people), bom=True)
    for item in STEMS:
        tell(STEMS[item])
        _write_clean(manifest, item, people)
    tell("dirty-key.csv")
    _write_dirty(manifest, people)
    (out / "README.txt").write_text(_readme(manifest), encoding="utf-8", newline="")
    return manifest


def population(people: pl.DataFrame) -> pl.DataFrame:
    """Return the population authority's file: codes as headings, dates YYYYMMDD.

    Every other row writes the certificate's label instead of its code. 民事行为能力 is empty for minors: theirs follows
    from their age.
    """
    labels = {code: kind.label for kind, code in TYPE_CODES.items()}
    written = pl.when(pl.col("n") % 2 == 1).then(pl.col("type_code").replace(labels)).otherwise("type_code")
    return people.select(
        pl.col("name").alias("XM"),
        written.alias("ZJLX"),
        pl.col("number").alias("ZJHM"),
        pl.col("birth").dt.strftime("%Y%m%d").alias("CSRQ"),
        pl.col("region").alias("XZQH"),
        pl.col("state").alias("ZT"),
        pl.col("died").dt.strftime("%Y%m%d").alias("SWRQ"),
        pl.when(pl.col("capacity") != "").then("capacity").alias("XWNL"),
        pl.col("capacity_on").dt.strftime("%Y%m%d").alias("XWNLRQ"),
    )


def _able(item: str, people: pl.DataFrame, today: date) -> pl.DataFrame:
    return penalisable(people, today) if item == PENALTY else others.grown(people, today)


def _write_clean(manifest: Manifest, item: str, people: pl.DataFrame) -> None:
    maker, share = SHARES[item]
    shape, rows = layout(item), max(LEAST_ROWS, manifest.persons // share)
    frame = maker(_able(item, people, manifest.today), Draws(manifest.seed, item, rows), manifest.today)
    files.write_frame(manifest.add(f"{shape.stem}-clean.csv", rows, item), frame)
    if item == PENALTY:
        some = files.text_rows(frame.head(SHEET_ROWS))
        files.write_gb18030(manifest.add(f"{shape.stem}-clean-gb18030.csv", len(some), item), shape, some)
        files.write_xlsx(manifest.add(f"{shape.stem}-clean.xlsx", len(some), item), shape, TITLE, some)
    if item == AS_LINES:
        files.write_jsonl(manifest.add(f"{shape.stem}-clean.jsonl", rows, item), files.text_rows(frame))


def _write_dirty(manifest: Manifest, people: pl.DataFrame) -> None:
    stage = Stage(choose_cast(people), manifest.today)
    key: list[dict[str, str | None]] = []
    for item in STEMS:
        shape = layout(item)
        kinds = penalty_kinds(stage) if item == PENALTY else other_kinds(shape, stage)
        dirty = list(_spoil(kinds, _bases(manifest, item, people, len(kinds))))
        rows = [row for row, _ in dirty]
        name = f"{shape.stem}-dirty.csv"
        files.write_rows(manifest.add(name, len(rows), item), shape, rows)
        key += _key(name, 2, dirty)
        if item == PENALTY:
            sheet = f"{shape.stem}-dirty.xlsx"
            files.write_xlsx(manifest.add(sheet, len(rows), item), shape, TITLE, rows)
            key += _key(sheet, 2 + files.TITLE_ROWS, dirty)
    columns = ("file", "row", "kind", "expected")
    text = files.csv_text(columns, columns, key)
    manifest.add("dirty-key.csv", len(key)).write_bytes(text.encode())


def _bases(manifest: Manifest, item: str, people: pl.DataFrame, kinds: int) -> list[Row]:
    """Return clean rows of residents, enough to spoil."""
    maker, _ = SHARES[item]
    residents = _able(item, people, manifest.today).filter(pl.col("type_code") == "1")
    draws = Draws(manifest.seed, f"dirty {item}", kinds + kinds // CLEAN_EACH + 1, DIRTY_START)
    return files.text_rows(maker(residents, draws, manifest.today))


def _spoil(kinds: list[Kind], bases: list[Row]) -> Iterable[tuple[Row, Kind]]:
    """Give each kind its rows, each a clean row's worth, with clean rows in between."""
    spare = iter(bases)
    clean = Kind(CLEAN, ACCEPTED, lambda row: [row])
    for place, kind in enumerate(kinds):
        steps = (clean, kind) if place % CLEAN_EACH == 0 else (kind,)
        for step in steps:
            for row in step.spoil(next(spare)):
                yield row, step


def _key(name: str, first: int, dirty: list[tuple[Row, Kind]]) -> list[dict[str, str | None]]:
    return [
        {"file": name, "row": str(place), "kind": kind.name, "expected": kind.expected}
        for place, (_, kind) in enumerate(dirty, first)
    ]


def _readme(manifest: Manifest) -> str:
    words = table("readme")
    listed = [f"{name}\t{rows}" for name, rows in manifest.rows.items()]
    head = words["head"].format(note=NOTE, persons=manifest.persons, seed=manifest.seed, today=manifest.today)
    return "\n".join([head, *listed, "", words["tail"]])


def write_population_csv(path: Path, persons: int, seed: int, *, today: date = TODAY) -> None:
    """Write only the population of that many persons and that seed."""
    files.write_frame(path, population(make_people(persons, seed, today)), bom=True)


def write_penalties_csv(path: Path, rows: int, persons: int, seed: int, *, today: date = TODAY) -> None:
    """Write clean penalties of known persons, for benchmarks: UTF-8, codes as headings, 350 to 500 bytes a row.

    The persons are those of ``write_population_csv`` and ``generate`` with the same numbers. Rows are made in blocks,
    so memory doesn't grow with them.
    """
    able = penalisable(make_people(persons, seed, today), today).filter(pl.col("type_code").str.len_chars() == 1)
    with path.open("wb") as file:
        for start in range(0, rows, CHUNK):
            draws = Draws(seed, "bench penalties", min(CHUNK, rows - start), start)
            penalties(able, draws, today).write_csv(file, include_header=start == 0)
