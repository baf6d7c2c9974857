"""The published list of error codes, made from the classes of errors themselves."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from chengxin.lib.errors import ChengxinError
from chengxin.sharing.interface import OPERATIONS, Operation

HOUSE = Path(__file__).parents[1]
# What runs no page and answers no call.
APART = ("site", "bench", "demo")
# Leaves that stand beside what raises them.
OTHERS = (
    "chengxin.lib.calls", "chengxin.lib.encodings", "chengxin.lib.papers.refusals", "chengxin.lib.periods", "chengxin.lib.terms.table",
    "chengxin.lib.workdays", "chengxin.records.backtesting", "chengxin.records.checks", "chengxin.records.practices",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is published: stable, while its words may change."""

    code: str
    status: int
    title: str
    message: str
    message_en: str
    remedy: str
    remedy_en: str
    operations: tuple[Operation, ...]


@cache
def published_codes() -> dict[str, Code]:
    """Give every code that a problem document may bear, those of the interface first."""
    found: dict[str, list[type[ChengxinError]]] = {}
    for error in _every_error():
        found.setdefault(error.code, []).append(error)
    codes = [_code(code, classes) for code, classes in found.items()]
    return {one.code: one for one in sorted(codes, key=lambda one: (not one.operations, one.status, one.code))}


def _every_error() -> Iterator[type[ChengxinError]]:
    """Read every module that holds leaves, so that all are there whichever process asks, and give them."""
    for file in sorted(HOUSE.glob("**/errors.py")):
        parts = file.relative_to(HOUSE.parent).with_suffix("").parts
        if parts[1] not in APART:
            importlib.import_module(".".join(parts))
    for name in OTHERS:
        importlib.import_module(name)
    waiting: list[type[ChengxinError]] = [ChengxinError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.__module__.split(".")[:1] == [HOUSE.name] and error.__module__.split(".")[1] not in APART:
            yield error


def _code(code: str, classes: list[type[ChengxinError]]) -> Code:
    """Describe a code by its classes, which are of one status; where one says nothing in general, its branch does."""
    first = next((one for one in classes if one.message), classes[0])
    branches: list[type[ChengxinError]] = [one for one in first.__mro__ if issubclass(one, ChengxinError)]
    spoken = next(one for one in branches if vars(one).get("message"))
    operations = tuple(one for one in OPERATIONS.values() if code in one.codes_of(first.status))
    return Code(
        code=code,
        status=first.status,
        title=HTTPStatus(first.status).phrase,
        message=spoken.message.rstrip("：:"),
        message_en=spoken.message_en.rstrip("：:"),
        remedy=first.remedy,
        remedy_en=first.remedy_en,
        operations=operations,
    )
