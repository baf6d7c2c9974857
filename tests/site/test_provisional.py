"""Safeguard 22: whatever is marked provisional, in a data file or in a rule's source, stands in the start-up report."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import chengxin
from chengxin.site.checks import Provisional, provisional_in_force
from chengxin.site.serve import report_provisional
from tests.conftest import Register

PACKAGE = Path(chengxin.__file__).parent
SOURCES = re.compile(r"^([A-Z_]+) = Source\([^\n]*provisional=True", re.MULTILINE)
# Names under which a rule's source is told otherwise than by its module and name.
OTHERWISE = {"identity.delegation.LENGTH": "guardian: "}


def marked(content: Any, above: str) -> Iterator[str]:
    """Give by what each provisional entry of a data file is known: its own code, or what it stands in."""
    if isinstance(content, dict):
        known = str(content.get("code") or content.get("ref") or above)
        if content.get("provisional") is True:
            yield known
        for part in content.values():
            yield from marked(part, known)
    elif isinstance(content, list):
        for part in content:
            yield from marked(part, above)


FILES = {
    str(file.relative_to(PACKAGE)): sorted(set(marked(tomllib.loads(file.read_text(encoding="utf-8")), file.stem)))
    for file in PACKAGE.rglob("*.toml")
}
RULES = [
    f"{'.'.join(file.relative_to(PACKAGE).with_suffix('').parts)}.{name}"
    for file in PACKAGE.rglob("*.py")
    for name in SOURCES.findall(file.read_text(encoding="utf-8"))
]


def told(found: list[Provisional], name: str) -> bool:
    return any(name in {one.name, *re.split(r"[:\s(/.]+", one.name)} or one.name.startswith(name) for one in found)


@pytest.mark.parametrize("file", [file for file, names in FILES.items() if names])
def test_each_provisional_entry_of_a_data_file_is_reported(register: Register, today: date, file: str) -> None:
    register.become("owner")
    found = provisional_in_force(today)
    assert [name for name in FILES[file] if not told(found, name)] == []


@pytest.mark.parametrize("name", RULES)
def test_each_provisional_source_of_a_rule_is_reported(register: Register, today: date, name: str) -> None:
    register.become("owner")
    assert told(provisional_in_force(today), OTHERWISE.get(name, name))


def test_what_is_looked_for_is_there() -> None:
    """So that a mark written otherwise isn't passed over."""
    assert len(RULES) == sum(
        len(re.findall(r"provisional=True\)", file.read_text(encoding="utf-8"))) for file in PACKAGE.glob("*/*.py")
        if "Source(" in file.read_text(encoding="utf-8") and file.name != "checks.py"
    )  # fmt: skip
    lines = sum(file.read_text(encoding="utf-8").count("provisional = true") for file in PACKAGE.rglob("*.toml"))
    assert lines == sum(len(list(marked(tomllib.loads(file.read_text(encoding="utf-8")), file.stem)))
                        for file in PACKAGE.rglob("*.toml"))  # fmt: skip


def test_start_up_tells_rules_and_numbers_one_by_one_and_counts_the_rest(register: Register, today: date) -> None:
    register.become("owner")
    lines: list[str] = []
    report_provisional(lines.append)
    found = provisional_in_force(today)
    one_by_one = [one for one in found if one.kind in {"number", "rule", "level"}]
    assert len(lines) == len(one_by_one) + 1
    assert all(any(one.name in line for line in lines) for one in one_by_one)
    for kind in {one.kind for one in found} - {"number", "rule", "level"}:
        assert str(sum(one.kind == kind for one in found)) in lines[-1]
