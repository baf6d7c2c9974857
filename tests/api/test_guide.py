"""The guide for integrators is tried as it stands: its Python example and its curl command, against a running installation."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import Running

GUIDE = Path(__file__).parents[2] / "docs" / "integrators.md"
pytestmark = pytest.mark.xdist_group("installation")


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def somebody(installation: Running) -> dict[str, str]:
    with (installation.data / "demo" / "population.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(
            row
            for row in csv.DictReader(file)
            if row["ZJLX"] in {"1", "居民身份证"} and row["ZT"] == "正常" and row["CSRQ"] < "2000"
        )
    return {"name": row["XM"], "code_type": "resident-id", "code": row["ZJHM"]}


def run_python(installation: Running, person: dict[str, str]) -> list[str]:
    environment = {
        **os.environ,
        "BASE": installation.desk,
        "CLIENT_FILE": str(installation.data / "demo" / "verification-client.json"),
        "PERSON": json.dumps(person),
    }
    program = [sys.executable, "-W", "ignore", "-c", example("python")]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def run_curl(base: str, files: dict[str, str]) -> dict[str, str]:
    """Send what the command would: a machine for tests need not have curl."""
    program, *words = shlex.split(example("sh").replace("\\\n", " ").replace("$BASE", base))
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
        content: dict[str, str] = json.load(answer)
    return content


def test_the_examples_do_what_they_say(installation: Running) -> None:
    person = somebody(installation)
    result, assurance, receipt, token, purpose = run_python(installation, person)
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
