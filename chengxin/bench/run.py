"""Benchmarks beside their yardsticks: same run, same server, fsync on, median of three."""

from collections.abc import Callable, Iterator
from typing import Any

from chengxin.bench.batch import bench_batch
from chengxin.bench.beside import bench_beside
from chengxin.bench.burst import bench_burst
from chengxin.bench.feed import bench_feed
from chengxin.bench.finding import bench_finding
from chengxin.bench.ingest import bench_ingest
from chengxin.bench.pages import bench_pages
from chengxin.bench.query import bench_query
from chengxin.bench.register import bench_log
from chengxin.bench.report import bench_report
from chengxin.bench.rotation import bench_rotation
from chengxin.bench.stage import Stage, Tell
from chengxin.bench.vault import bench_vault
from chengxin.bench.verification import bench_verification
from chengxin.bench.workbook import bench_xlsx
from chengxin.lib.errors import NotFound

Bench = Callable[[Stage, int, Tell], dict[str, Any] | list[dict[str, Any]]]
KNOWN: dict[str, Bench] = {
    "ingest": bench_ingest,
    "feed": bench_feed,
    "finding": bench_finding,
    "report": bench_report,
    "beside": bench_beside,
    "burst": bench_burst,
    "log": bench_log,
    "pages": bench_pages,
    "query": bench_query,
    "batch": bench_batch,
    "vault": bench_vault,
    "rotation": bench_rotation,
    "verification": bench_verification,
    "xlsx": bench_xlsx,
}


def run_bench(name: str, rows: int, stage: Stage, tell: Tell) -> Iterator[dict[str, Any]]:
    """Run a benchmark by name, or all of them. Raises NotFound."""
    if name not in {*KNOWN, "all"}:
        raise NotFound(
            f"没有这个基准测试：{name}（{'、'.join(KNOWN)}）。", f"No such benchmark: {name} ({', '.join(KNOWN)})."
        )
    for each in KNOWN if name == "all" else (name,):
        made = KNOWN[each](stage, rows, tell)
        yield from made if isinstance(made, list) else [made]
