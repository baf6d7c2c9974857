"""The public site under a burst: 16 connections against one process; the yardstick is the same process making every page anew."""

from typing import Any

from chengxin.bench.load import Answered, ask_page, web_process
from chengxin.bench.stage import Stage, Tell

PAGES = {"home": "/", "catalogue": "/catalogue/", "item": "/catalogue/CF-ZRR/"}
CONNECTIONS, SECONDS = 16, 5.0


def bench_burst(stage: Stage, rows: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure the start page, the catalogue and an item; how many rows were asked for makes no difference."""
    tell(f"burst: {CONNECTIONS} connections, {SECONDS:.0f} s a page, whatever rows ({rows}) were asked for")
    urls = stage.fresh()
    try:
        anew = _measure(stage, urls["public"], held_s=0)
        held = _measure(stage, urls["public"], held_s=10)
    finally:
        stage.drop(urls)
    return [
        {
            "name": f"burst-{name}",
            "ours_per_s": round(held[name].per_s),
            "yardstick_per_s": round(anew[name].per_s),
            "ratio": round(held[name].per_s / anew[name].per_s, 2),
            "p50_ms": round(held[name].p50_ms, 1),
            "p95_ms": round(held[name].p95_ms, 1),
        }
        for name in PAGES
    ]


def _measure(stage: Stage, url: str, *, held_s: int) -> dict[str, Answered]:
    with web_process(stage, url, "public", CHENGXIN_PAGE_HELD_S=str(held_s)) as port:
        return {name: ask_page(port, path, connections=CONNECTIONS, seconds=SECONDS) for name, path in PAGES.items()}
