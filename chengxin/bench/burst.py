"""The public site under a burst: 16 connections against one process; the yardstick is the same process making every page anew."""

import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from statistics import quantiles
from threading import Event, Thread
from time import monotonic
from typing import Any

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
            "ours_per_s": round(held[name][0]),
            "yardstick_per_s": round(anew[name][0]),
            "ratio": round(held[name][0] / anew[name][0], 2),
            "p50_ms": round(held[name][1], 1),
            "p95_ms": round(held[name][2], 1),
        }
        for name in PAGES
    ]


def _measure(stage: Stage, url: str, *, held_s: int) -> dict[str, tuple[float, float, float]]:
    with _public(stage, url, held_s) as port:
        return {name: _ask(port, path) for name, path in PAGES.items()}


def _ask(port: int, path: str) -> tuple[float, float, float]:
    """Give requests a second, and the median and 95th percentile of their milliseconds. Raises RuntimeError on an answer that is none."""
    times: list[list[float]] = [[] for _ in range(CONNECTIONS)]
    end = monotonic() + SECONDS
    threads = [Thread(target=_keep_asking, args=(port, path, end, mine)) for mine in times]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    every = [each for mine in times for each in mine]
    if not all(times):
        raise RuntimeError(f"{path} wasn't answered on every connection")
    cuts = quantiles(every, n=20)
    return len(every) / SECONDS, cuts[9] * 1000, cuts[18] * 1000


def _keep_asking(port: int, path: str, end: float, times: list[float]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    while (begun := monotonic()) < end or not times:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:  # noqa: PLR2004  # HTTP's own
            return
        times.append(monotonic() - begun)
    connection.close()


@contextmanager
def _public(stage: Stage, url: str, held_s: int) -> Iterator[int]:
    """Run the public site's process as ``chengxin up`` does, and give its port once it answers."""
    command, port = stage.web()
    told = {**stage.environment(url), "CHENGXIN_FACE": "public", "CHENGXIN_PAGE_HELD_S": str(held_s)}
    with subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL) as process:
        try:
            pause = Event()
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()  # our own
                    break
                except OSError:
                    pause.wait(0.1)
            yield port
        finally:
            process.terminate()
