"""Destroys spools that nobody will come for: uploads whose process was killed, and rows to mend whose day is over."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chengxin.records.intake.mend import expired
from chengxin.records.intake.spool import Spool

ABANDONED_AFTER = timedelta(hours=1)


def sweep(folder: Path, waiting: Collection[str], at: datetime) -> int:
    """Destroy what is out of time and give how many. ``waiting`` names the spools of batches that are still to be processed.

    A spool that no batch names may be an upload under way, so it goes only when nothing was written to it for an hour.
    """
    names = {path.stem for path in folder.glob("*.key")} | {path.stem for path in folder.glob("*.spool")}
    gone = 0
    for name in names - set(waiting):
        spool, last = Spool(folder, name), _last_written(folder, name)
        over = expired(last, at) if name.startswith("mend-") else at - last > ABANDONED_AFTER
        if over:
            spool.destroy()
            gone += 1
    return gone


def _last_written(folder: Path, name: str) -> datetime:
    moments = [path.stat().st_mtime for path in folder.glob(f"{name}.*")]
    return datetime.fromtimestamp(max(moments, default=0.0), UTC)
