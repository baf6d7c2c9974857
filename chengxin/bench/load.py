"""Asks one page of a running process from several connections at once."""

import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import quantiles
from threading import Event, Thread
from time import monotonic

from chengxin.bench.stage import Stage

OK = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """How a page was answered: requests a second, the median and the 95th percentile of their milliseconds."""

    per_s: float
    p50_ms: float
    p95_ms: float


def ask_page(
    port: int, path: str, *, connections: int, seconds: float, headers: Mapping[str, str] | None = None
) -> Answered:
    """Ask for a page, each connection as soon as it was answered. Raises RuntimeError on an answer that is none."""
    asked = _Asked(port, path, headers or {}, monotonic() + seconds)
    threads = [Thread(target=asked.keep_asking) for _ in range(connections)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if asked.failed or len(asked.times) < connections:
        raise RuntimeError(f"{path} wasn't answered on every connection: {asked.failed}")
    cuts = quantiles(asked.times, n=20) if len(asked.times) > 1 else asked.times * 19
    return Answered(len(asked.times) / seconds, cuts[9] * 1000, cuts[18] * 1000)


@dataclass
class _Asked:
    port: int
    path: str
    headers: Mapping[str, str]
    end: float
    times: list[float] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    def keep_asking(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            once = False
            while not once or monotonic() < self.end:
                begun, once = monotonic(), True
                connection.request("GET", self.path, headers=dict(self.headers))
                answer = connection.getresponse()
                answer.read()
                if answer.status != OK:
                    self.failed.append(answer.status)
                    return
                self.times.append(monotonic() - begun)


@contextmanager
def web_process(stage: Stage, url: str, face: str, **told: str) -> Iterator[int]:
    """Run a face's process as ``chengxin up`` does, and give its port once it answers."""
    command, port = stage.web()
    environment = {**stage.environment(url), "CHENGXIN_FACE": face, **told}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
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
