"""Destroys spools that nobody will come for: uploads whose process was killed, and rows to mend whose day is over."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chengxin.records.intake.mend import expired
from chengxin.records.intake.spool import Spool

ABANDONED_AFTER = timedelta(hours=1)
MEND, RECEIVED = "mend-", "received"


def spool_names(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.key")} | {path.stem for path in folder.glob("*.spool")}


def sweep(folder: Path, states: Mapping[str, str], at: datetime) -> int:
    """Destroy what is out of time and give how many. ``states`` maps spools' names to the states of their batches.

    The spool of a batch that is still to be processed stays; that of an ended one goes at once. One that no batch names may be
    an upload under way, so it goes only when nothing was written to it for an hour.
    """
    gone = 0
    for name in spool_names(folder):
        spool, last = Spool(folder, name), _last_written(folder, name)
        if name.startswith(MEND):
            over = expired(last, at)
        elif name in states:
            over = states[name] != RECEIVED
        else:
            over = at - last > ABANDONED_AFTER
        if over:
            spool.destroy()
            gone += 1
    return gone


def _last_written(folder: Path, name: str) -> datetime:
    moments = [path.stat().st_mtime for path in folder.glob(f"{name}.*")]
    return datetime.fromtimestamp(max(moments, default=0.0), UTC)
