"""The vault: sealing and hashing beside bare calls of the libraries; look-ups and a rotation beside bare SQL on the same rows."""

import csv
import hmac
import os
from collections.abc import Callable, Mapping
from pathlib import Path
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

from chengxin.bench.stage import RUNS, SEED, Stage, Tell
from chengxin.demo.generate import write_population_csv

KIND, LOOK_UPS = "resident-id", 2_000
Persons = list[tuple[str, str]]
# What a rotation writes, written by the server alone: every box, hash and tag over by one of equal length, all indexes kept.
BARE_ROTATION = (
    "UPDATE identity_person SET code_sealed = substr(code_sealed, 2) || '\\x00', name_sealed = substr(name_sealed, 2) || '\\x00'",
    "UPDATE identity_code SET code_hash = sha256(code_hash), name_tag = substr(sha256(name_tag), 1, 16)",
)
BARE_LOOK_UP = """SELECT c.subject_id, c.name_tag, p.died FROM identity_code c JOIN identity_person p USING (subject_id)
    WHERE c.code_hash = %s"""


def bench_vault(stage: Stage, rows: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure both suites in memory, then look-ups and a rotation on ``rows`` persons."""
    file = stage.folder / "population.csv"
    write_population_csv(file, max(rows, 100), SEED)
    persons = _read(file)
    made = [_sealing(suite, persons, tell) for suite in ("international", "national")]
    urls = stage.fresh()
    try:
        stage.become(urls["intake"])
        _load(file)
        stage.become(urls["app"])
        made.append(_look_ups(urls, persons, tell))
        stage.become(urls["owner"])
        made.append(_rotation(urls, tell))
    finally:
        stage.drop(urls)
    return made


def _read(file: Path) -> Persons:
    """Give code and name of everybody who has a resident's number."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [(row["ZJHM"], row["XM"]) for row in csv.DictReader(opened) if row["ZJLX"] == "1"]


def _load(file: Path) -> None:
    from django.utils import timezone

    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas

    load_population(file, areas=areas(), at=timezone.now())


def _seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _sealing(suite: str, persons: Persons, tell: Tell) -> dict[str, Any]:
    """Each person: code and name sealed, code hashed, name tagged."""
    from chengxin.lib.crypto import MasterKey, Pointers, SealingVault

    keys = SealingVault({"k": MasterKey.new(suite)}, Pointers.all_at("k"))
    bare = {"international": _bare_international, "national": _bare_national}[suite]

    def ours() -> None:
        for code, name in persons:
            keys.seal(code, use="person.code")
            keys.seal(name, use="person.name")
            keys.code_hash(KIND, code)
            keys.name_tag(KIND, code, name)

    pairs = [(_seconds(ours), _seconds(lambda: bare(persons))) for _ in range(RUNS)]
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
            hmac.digest(key, text.encode(), "sha256")


def _bare_national(persons: Persons) -> None:
    algorithm, key = SM4(bytes(16)), bytes(32)
    for code, name in persons:
        for text in (code, name):
            sealing = Cipher(algorithm, modes.GCM(os.urandom(12))).encryptor()
            sealing.update(text.encode())
            sealing.finalize()
            hashed = HMAC(key, SM3())
            hashed.update(text.encode())
            hashed.finalize()


def _look_ups(urls: Mapping[str, str], persons: Persons, tell: Tell) -> dict[str, Any]:
    """One after another on one connection, in an order of no meaning; the yardstick asks the bare statement for the same hashes."""
    from chengxin.identity.queries import find_person
    from chengxin.identity.vault import vault

    keys = vault()
    with psycopg.connect(urls["app"]) as connection:
        held = {bytes(code_hash) for (code_hash,) in connection.execute("SELECT code_hash FROM identity_code")}
    known = [person for person in persons if keys.code_hash(KIND, person[0]) in held]
    asked = Random(SEED).sample(known, min(LOOK_UPS, len(known)))  # noqa: S311  # an order, no secret
    hashes = [keys.code_hash(KIND, code) for code, _ in asked]
    ours = [_seconds(lambda code=code, name=name: find_person(KIND, code, name)) for code, name in asked]  # type: ignore[misc]
    with psycopg.connect(urls["app"], autocommit=True) as connection:
        plain = [
            _seconds(lambda code_hash=code_hash: connection.execute(BARE_LOOK_UP, [code_hash]).fetchone())  # type: ignore[misc]
            for code_hash in hashes
        ]
    p50, p95, bare = _percentile(ours, 50), _percentile(ours, 95), _percentile(plain, 95)
    tell(f"  look-up among {len(held)}: p95 {p95:.2f} ms, bare statement {bare:.2f} ms")
    return {
        "name": f"vault look-up {len(held)}",
        "p50_ms": round(p50, 2),
        "p95_ms": round(p95, 2),
        "yardstick_p95_ms": round(bare, 2),
        "ratio": round(p95 / bare, 2),
    }


def _rotation(urls: Mapping[str, str], tell: Tell) -> dict[str, Any]:
    """Change the key of the whole base, once for each run; before each, the server writes as much by itself."""
    from django.utils import timezone

    from chengxin.identity.services.rotation import rotate_keys

    ours, plain, persons = [], [], 0
    for number in range(1, RUNS + 1):
        plain.append(_bare_rotation(urls["owner"]))
        started = perf_counter()
        persons = rotate_keys(clock=timezone.now, tell=lambda _: None).done["identity_person"]
        ours.append(perf_counter() - started)
        _settle(urls["owner"])
        tell(f"  {number}/{RUNS}: rotation {ours[-1]:.2f} s, bare update {plain[-1]:.2f} s")
    return {
        "name": f"vault rotation {persons}",
        "ours_s": round(median(ours), 2),
        "yardstick_s": round(median(plain), 2),
        "ratio": round(median(ours) / median(plain), 2),
        "rows_per_s": round(persons / median(ours)),
    }


def _bare_rotation(url: str) -> float:
    """Write as much, measure it, and take it back: what it wrote opens for nobody."""
    with psycopg.connect(url) as connection:
        for table in ("identity_person", "identity_code"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        seconds = sum(_seconds(lambda query=query: connection.execute(query.encode())) for query in BARE_ROTATION)  # type: ignore[misc]
        connection.rollback()
    _settle(url)
    return seconds


def _settle(url: str) -> None:
    """Clear away what a round left, so that the next one meets what the first one met."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) identity_person, identity_code")


def _percentile(seconds: list[float], percent: int) -> float:
    return 1000 * quantiles(seconds, n=100)[percent - 1]
