"""The vault: sealing and hashing beside bare calls of the libraries, and look-ups among many persons beside the bare statement."""

import hmac
import os
from collections.abc import Callable, Mapping
from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from chengxin.bench.filling import KIND, fill, person
from chengxin.bench.stage import RUNS, SEED, Stage, Tell

LOOK_UPS, SEALED, HASHES = 4_000, 100_000, 4
Persons = list[tuple[str, str]]
BARE_LOOK_UP = """SELECT c.subject_id, c.name_tag, p.died FROM identity_code c JOIN identity_person p USING (subject_id)
    WHERE c.code_hash = %s"""


def bench_vault(stage: Stage, rows: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure both suites in memory, on as many persons as are enough, then look-ups among ``rows`` persons."""
    count = max(rows, 100)
    sample = [person(n) for n in range(min(count, SEALED))]
    made = [_sealing(suite, sample, tell) for suite in ("international", "national")]
    urls = stage.fresh()
    try:
        base = fill(stage, urls, count, tell, events=False)
        stage.become(urls["app"])
        made.append(_look_ups(urls, count, base, tell))
    finally:
        stage.drop(urls)
    return made


def seconds_of(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _sealing(suite: str, persons: Persons, tell: Tell) -> dict[str, Any]:
    """Each person with all that stands of them: code and name sealed, code hashed, name tagged, both blocks."""
    from chengxin.identity.blocks import blocks_of
    from chengxin.lib.crypto import MasterKey, Pointers, SealingVault

    keys = SealingVault({"k": MasterKey.new(suite)}, Pointers.all_at("k"))
    bare = {"international": _bare_international, "national": _bare_national}[suite]

    def ours() -> None:
        for code, name in persons:
            keys.seal(code, use="person.code")
            keys.seal(name, use="person.name")
            keys.code_hash(KIND, code)
            keys.name_tag(KIND, code, name)
            blocks_of(keys, KIND, code, name)

    pairs = [(seconds_of(ours), seconds_of(lambda: bare(persons))) for _ in range(RUNS)]
    mine, plain = (median(column) for column in zip(*pairs, strict=True))
    tell(f"  {suite}: {len(persons) / mine:,.0f} persons/s, bare calls {len(persons) / plain:,.0f}")
    return {
        "name": f"vault {suite} {len(persons)}",
        "ours_per_s": round(len(persons) / mine),
        "yardstick_per_s": round(len(persons) / plain),
        "ratio": round(mine / plain, 2),
    }


def _bare_international(persons: Persons) -> None:
    box, key = AESGCM(bytes(32)), bytes(32)
    for code, name in persons:
        for text in (code, name):
            box.encrypt(os.urandom(12), text.encode(), b"")
        for text in (code, name) * (HASHES // 2):
            hmac.digest(key, text.encode(), "sha256")


def _bare_national(persons: Persons) -> None:
    algorithm, key = SM4(bytes(16)), bytes(32)
    for code, name in persons:
        for text in (code, name):
            sealing = Cipher(algorithm, modes.GCM(os.urandom(12))).encryptor()
            sealing.update(text.encode())
            sealing.finalize()
        for text in (code, name) * (HASHES // 2):
            hashed = HMAC(key, SM3())
            hashed.update(text.encode())
            hashed.finalize()


def _look_ups(urls: Mapping[str, str], persons: int, base: int, tell: Tell) -> dict[str, Any]:
    """In turn ours and the bare statement, each about other persons, so that neither finds what the other has just read.

    Raises AssertionError where somebody else is found than was asked for.
    """
    from chengxin.identity.vault import vault

    asked = Random(SEED).choices(range(persons), k=LOOK_UPS)  # noqa: S311  # an order, no secret
    keys = vault()
    ours: list[float] = []
    plain: list[float] = []
    with psycopg.connect(urls["app"], autocommit=True) as connection:
        for n, other in zip(asked[::2], asked[1::2], strict=True):
            ours.append(look_up(n, base))
            hashed = keys.code_hash(KIND, person(other)[0])
            plain.append(seconds_of(lambda hashed=hashed: connection.execute(BARE_LOOK_UP, [hashed]).fetchone()))  # type: ignore[misc]
    p50, p95, bare = percentile(ours, 50), percentile(ours, 95), percentile(plain, 95)
    tell(f"  look-up among {persons}: p95 {p95:.2f} ms, bare statement {bare:.2f} ms")
    return {
        "name": f"vault look-up {persons}",
        "p50_ms": round(p50, 2),
        "p95_ms": round(p95, 2),
        "yardstick_p50_ms": round(percentile(plain, 50), 2),
        "yardstick_p95_ms": round(bare, 2),
        "ratio": round(p95 / bare, 2),
    }


def look_up(n: int, base: int) -> float:
    """Find the n-th person by code and name and give the seconds. Raises AssertionError where it isn't they who are found."""
    from chengxin.identity.queries import find_person

    code, name = person(n)
    started = perf_counter()
    found = find_person(KIND, code, name)
    seconds = perf_counter() - started
    if found is None or found.subject_id != base + 1 + n or not found.name_fits:
        raise AssertionError(f"person {n} isn't found under their code")
    return seconds


def percentile(seconds: list[float], percent: int) -> float:
    """Give a percentile in milliseconds."""
    return 1000 * quantiles(seconds, n=100)[percent - 1]
