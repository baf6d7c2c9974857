"""How far a batch is, and when it last moved."""

from datetime import date, datetime, timedelta
from pathlib import Path

from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.records.test_ingest import take


def test_progress_is_dated_by_the_clock(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today)]), now - timedelta(hours=3))
    ((phase, moved_at),) = register.rows("SELECT phase, at FROM records_progress WHERE batch_id = %s", batch.pk)
    assert phase == "committing"
    assert moved_at >= now
