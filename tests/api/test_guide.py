"""The guide for integrators is tried as it stands: its Python example and its curl command, against a running installation."""

import csv
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import Running, wait_until

GUIDE = Path(__file__).parents[2] / "docs" / "integrators.md"
pytestmark = pytest.mark.xdist_group("installation")


CHECKS, BATCHES, HANDS_IN = range(3)
PYTHON, SH = (CHECKS, BATCHES, HANDS_IN), (CHECKS, HANDS_IN)


def example(language: str, which: int = CHECKS) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    every = PYTHON if language == "python" else SH
    assert len(found) == len(every)
    return str(found[every.index(which)])


def somebody(installation: Running) -> dict[str, str]:
    with (installation.data / "demo" / "population.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(
            row
            for row in csv.DictReader(file)
            if row["ZJLX"] in {"1", "居民身份证"} and row["ZT"] == "正常" and row["CSRQ"] < "2000"
        )
    return {"name": row["XM"], "code_type": "resident-id", "code": row["ZJHM"]}


def run_python(installation: Running, which: int, client: str, **given: str) -> list[str]:
    environment = {
        **os.environ,
        "BASE": installation.desk,
        "CLIENT_FILE": str(installation.data / "demo" / client),
        **given,
    }
    program = [sys.executable, "-W", "ignore", "-c", example("python", which)]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def run_curl(base: str, files: dict[str, str], which: int = CHECKS, number: str = "") -> dict[str, Any]:
    """Send what the command would: a machine for tests need not have curl."""
    written = example("sh", which).replace("\\\n", " ").replace("$BASE", base).replace("$NUMBER", number)
    program, *words = shlex.split(written)
    assert program == "curl"
    headers, data, addresses, pending = {}, b"", [], iter(words)
    for word in pending:
        if word == "--header":
            text = next(pending)
            name, _, value = (files[text[1:]] if text.startswith("@") else text).partition(": ")
            headers[name] = value
        elif word == "--data":
            data = files[next(pending)[1:]].encode()
        elif word != "--fail-with-body":
            addresses.append(word)
    (address,) = addresses
    with urllib.request.urlopen(urllib.request.Request(address, data, headers)) as answer:
        content: dict[str, Any] = json.load(answer)
    return content


def test_the_examples_do_what_they_say(installation: Running) -> None:
    person = somebody(installation)
    result, assurance, receipt, token, purpose = run_python(
        installation, CHECKS, "verification-client.json", PERSON=json.dumps(person)
    )
    assert (result, assurance, receipt[0]) == ("match", "register", "V")
    again = run_curl(
        installation.desk,
        {
            "token.header": f"Authorization: Bearer {token}",
            "check.json": json.dumps({"purpose": purpose, **person, "name": "某某"}),
        },
    )
    assert again["result"] == "mismatch"
    log = "".join(path.read_text(errors="replace") for path in (installation.data).glob("**/*.log"))
    assert person["code"] not in log


def test_the_key_of_the_demo_is_its_owners_alone(installation: Running) -> None:
    assert (installation.data / "demo" / "verification-client.json").stat().st_mode & 0o777 == 0o600


def penalties(installation: Running, first: int) -> list[dict[str, str]]:
    """Take rows that the demo took in, under document numbers of their own; the last one lacks what it needs."""
    with (installation.data / "demo" / "penalties-clean.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for _, row in zip(range(4), csv.DictReader(file), strict=False)]
    made = [{**row, "CF_WSH": f"测试罚〔2026〕{place}号"} for place, row in enumerate(rows, first)]
    made[-1]["CF_WFXW"] = ""
    return made


def test_the_examples_of_handing_in_do_what_they_say(installation: Running, tmp_path: Path) -> None:
    file = tmp_path / "records.json"
    file.write_text(json.dumps(penalties(installation, 9001), ensure_ascii=False), encoding="utf-8")
    *found, token, new, read, number = run_python(
        installation, HANDS_IN, "provider-client.json", ITEM="CF-ZRR", RECORDS_FILE=str(file)
    )
    assert (new, read, number[0]) == ("1", "4", "R")
    # The demo's documents are old: what is told of the whole batch comes first, under row 0 and no column.
    assert (found[0], found[3:5]) == ("0", ["4", "CF_WFXW"])
    withdrawn = run_curl(
        installation.desk,
        {"token.header": f"Authorization: Bearer {token}", "reason.json": json.dumps({"reason": "error"})},
        HANDS_IN,
        number,
    )
    assert (withdrawn["state"], withdrawn["changed"], withdrawn["refused"]) == ("done", 1, 0)


def spooled(installation: Running) -> list[Path]:
    """List the files in the spool but for rows to mend, which stay for a day."""
    found = (installation.data / "spool").glob("*.spool")
    return [path for path in found if not path.name.startswith("mend-")]


def test_a_stream_that_breaks_off_is_no_shorter_file(installation: Running, tmp_path: Path) -> None:
    """Under the key of a stream that broke off the whole is taken: nothing was taken of the part."""
    file = tmp_path / "records.json"
    rows = penalties(installation, 9101)
    file.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    *_, token, _, _, _ = run_python(
        installation, HANDS_IN, "provider-client.json", ITEM="CF-ZRR", RECORDS_FILE=str(file)
    )
    address = urlsplit(installation.desk)
    lines = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": "broke-off",
    }
    head = [
        f"{name}: {value}"
        for name, value in {**headers, "Host": address.netloc, "Transfer-Encoding": "chunked"}.items()
    ]
    request = "\r\n".join(["POST /api/v1/items/CF-ZRR/batches HTTP/1.1", *head, "", ""]).encode()
    half = lines[: len(lines) // 2]
    with socket.create_connection((str(address.hostname), int(address.port or 80))) as connection:
        connection.sendall(request + f"{len(half):x}\r\n".encode() + half + b"\r\n")
        wait_until("the half is in the spool", lambda: spooled(installation))
    wait_until("the half is gone", lambda: not spooled(installation))
    whole = urllib.request.Request(f"{installation.desk}/api/v1/items/CF-ZRR/batches", lines, headers)
    with urllib.request.urlopen(whole) as answer:
        assert answer.status == 202


def test_the_example_of_a_batch_does_what_it_says(installation: Running, tmp_path: Path) -> None:
    file, person = tmp_path / "people.json", {"case_reference": "许可2026-1", **somebody(installation)}
    file.write_text(json.dumps([person, {**person, "name": "某某"}], ensure_ascii=False), encoding="utf-8")
    line, count, other, refusal = run_python(installation, BATCHES, "provider-client.json", PEOPLE_FILE=str(file))
    assert (line, count.isdecimal(), other, refusal) == ("2", True, "3", "not-answerable")
