"""What the tests of keys share: key files of their own, many persons, a rotation in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from chengxin.identity.queries import find_person, open_person
from chengxin.identity.services.population import load_population
from chengxin.records.services import areas
from tests.conftest import Register
from tests.people import Someone, write_population

RESIDENT = "resident-id"
CROWD = tuple(Someone(f"赵{chr(0x4E00 + number)}", "19910203", number) for number in range(1, 301))
ROTATE = """
import sys, django
django.setup()
from django.utils import timezone
from chengxin.identity.services import rotation
from chengxin.identity.services.rotation import rotate_keys
rotation.PATIENCE, rotation.PAUSE_S = "200ms", 0.05
told, pace = [], int(sys.argv[3])
def tell(line):
    print(line, flush=True)
    told.append(line)
    if pace and len(told) % pace == 0:
        sys.stdin.readline()
report = rotate_keys(clock=timezone.now, tell=tell, block_rows=int(sys.argv[1]), suite=sys.argv[2])
print("report", report.key_id, *report.retired, flush=True)
"""


def load(register: Register, folder: Path, *people: Someone) -> None:
    register.become("intake")
    load_population(write_population(folder / "p.csv", people), areas=areas(), at=datetime.now(UTC))
    register.become("app")


def knows(someone: Someone) -> bool:
    """Tell whether the register finds a person under code and name, refuses another name, and opens what it sealed."""
    found, other = (find_person(RESIDENT, someone.code, name) for name in (someone.name, someone.name + "某"))
    if found is None or other is None or other.name_fits or not found.name_fits:
        return False
    named = open_person(found.subject_id)
    return (named.name, named.code) == (someone.name, someone.code)


@contextmanager
def rotating(
    register: Register, *, rows: int = 2_000, suite: str = "", pace: int = 0
) -> Iterator["subprocess.Popen[str]"]:
    """Run a rotation in a process of its own, which prints a line after each block, and waits for one after every ``pace`` of them."""
    environment = {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": register.urls["owner"],
        "CHENGXIN_VAULT_KEYS": str(settings.VAULT_KEYS),
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", ROTATE, str(rows), suite, str(pace)], env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def rotate(register: Register, *, rows: int = 2_000, suite: str = "") -> list[str]:
    """Run a rotation to its end and give the key now in use and those that went out of it."""
    with rotating(register, rows=rows, suite=suite) as process:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        return said.splitlines()[-1].split()[1:]


def keys_in_file() -> dict[str, object]:
    keys: dict[str, object] = json.loads(settings.VAULT_KEYS.read_text(encoding="utf-8"))["keys"]
    return keys
