"""The access register: appending in batches with numbering and signing, and verifying it whole, beside plain counterparts."""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import psycopg

from chengxin.bench.stage import RUNS, Stage, Tell
from chengxin.ground.sealing.checking import verify_register
from chengxin.ground.sealing.folder import HeadsFolder, read_heads
from chengxin.ground.sealing.keys import known_keys
from chengxin.ground.sealing.rounds import Sealer
from chengxin.ground.services import Asker, Line, enter_many, entry_number
from chengxin.lib.periods import shanghai_date

BATCH = 1_000
ASKER = Asker("12140000BENCHMARKS", "client", "CK-FW", "SXSHXYTL-7", "case", "api")
PLAIN = "COPY (SELECT e.* FROM ground_access_entry e ORDER BY e.subject_id, e.entry_id) TO STDOUT (FORMAT binary)"


def bench_log(stage: Stage, rows: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure entries a second written in calls about 1,000 persons, numbered and signed; and entries a second verified."""
    from django.db import transaction

    now = datetime.now(UTC)
    urls = stage.fresh()
    try:
        with TemporaryDirectory(dir=stage.folder) as folder:
            sealer = Sealer(Path(folder) / "sealing.json", "bench", HeadsFolder(Path(folder) / "heads"))
            stage.become(urls["app"])
            began = perf_counter()
            lines = (Line(number, entry_number(now), f"{number}", "empty", "") for number in range(rows))
            while batch := list(islice(lines, BATCH)):
                with transaction.atomic():
                    enter_many(ASKER, batch, fields=["code", "name"], at=now)
            written = perf_counter() - began
            stage.become(urls["sealer"])
            numbered, signed, trouble = sealer.run(now)
            sealed = perf_counter() - began
            if numbered != rows or trouble:
                raise RuntimeError(f"{numbered} of {rows} numbered: {trouble}")
            tell(f"  {rows / written:.0f}/s written, {rows / sealed:.0f}/s with {signed} heads")
            with psycopg.connect(urls["owner"], autocommit=True) as owner:
                owner.execute("VACUUM ANALYZE")
            ours, plain = _verified(urls["owner"], sealer, rows, tell)
    finally:
        stage.drop(urls)
    return [
        {"name": f"log append {rows}", "ours_per_s": round(rows / sealed), "yardstick_per_s": round(rows / written),
         "ratio": round(written / sealed, 2), "seal_s": round(sealed - written, 2)},
        {"name": f"log verify {rows}", "ours_s": round(ours, 2), "yardstick_s": round(plain, 2), "ratio": round(ours / plain, 1),
         "rows_per_s": round(rows / ours), "rows_per_min": round(60 * rows / ours)},
    ]  # fmt: skip


def _verified(owner: str, sealer: Sealer, rows: int, tell: Tell) -> tuple[float, float]:
    """Verify three times, beside reading the register in the order of its key and hashing it once over."""
    ours, plain = [], []
    for number in range(1, RUNS + 1):
        began = perf_counter()
        with psycopg.connect(owner) as connection, connection.cursor() as cursor, cursor.copy(PLAIN) as copy:
            whole = sha256()
            for block in copy:
                whole.update(block)
        plain.append(perf_counter() - began)
        began = perf_counter()
        keys = known_keys()
        kept = read_heads(sealer.folder.place, keys)
        found = verify_register(kept, keys, today=shanghai_date(datetime.now(UTC)), keep_years=10)
        ours.append(perf_counter() - began)
        if found.fault is not None or found.entries != rows:
            raise RuntimeError(f"{found.entries} of {rows} verified")
        tell(f"  {number}/{RUNS}: verified in {ours[-1]:.2f} s, read and hashed in {plain[-1]:.2f} s")
    return median(ours), median(plain)
