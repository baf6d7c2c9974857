"""Every refusal of the interface is published: its type opens a page that says what it means, how to mend it, and where it occurs."""

import ast
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from chengxin.api import application
from chengxin.lib.calls import PageUnknown
from chengxin.sharing.codes import APART, HOUSE, published_codes
from chengxin.sharing.interface import OPERATIONS
from tests.api.conftest import Call
from tests.api.test_verifications import GUIDE
from tests.conftest import Register


def leaves() -> dict[str, set[int]]:
    """Read every class of the tree of errors from the text of the program, by its code, whether or not anything imports it."""
    classes: dict[str, tuple[list[str], dict[str, Any]]] = {}
    for file in HOUSE.glob("**/*.py"):
        if file.relative_to(HOUSE).parts[0] in APART:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
                classes[node.name] = (bases, dict(constants(node)))

    def is_error(name: str) -> bool:
        return name == "ChengxinError" or any(is_error(base) for base in classes.get(name, ([], {}))[0])

    return {told["code"]: set() for name, (_, told) in classes.items() if is_error(name) and "code" in told}


def constants(node: ast.ClassDef) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for line in node.body:
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = zip(target.elts, value.elts, strict=True)
        else:
            pairs = iter([(target, value)])  # type: ignore[assignment]
        found += [
            (one.id, part.value) for one, part in pairs if isinstance(one, ast.Name) and isinstance(part, ast.Constant)
        ]
    return found


def test_every_error_of_the_program_is_published() -> None:
    assert set(leaves()) <= set(published_codes())


def test_every_code_is_of_one_status_and_says_how_to_mend() -> None:
    for operation in OPERATIONS.values():
        for error in operation.errors:
            found = published_codes()[error.code]
            assert found.status == error.status
            assert operation in found.operations
    for code in published_codes().values():
        assert code.message, code.code
        assert code.message_en.isascii() or "…" in code.message_en, code.code
        assert code.remedy, code.code
        assert code.remedy_en, code.code


def test_each_opens_a_page(public_site: Register) -> None:
    told: Any = Client().get("/errors/list.json").json()["codes"]
    assert {one["code"] for one in told} == set(published_codes())
    listed = Client().get("/errors/").content.decode()
    for code in published_codes():
        answer: Any = Client().get(f"/errors/{code}/")
        assert answer.status_code == 200, code
        assert published_codes()[code].message_en[:20].split("'")[0] in answer.content.decode()
        assert f"/errors/{code}/" in listed
    assert Client().get("/errors/nothing-of-the-kind/").status_code == 404


def test_a_problem_leads_to_its_page(call: Call) -> None:
    told = call("/receipts", {"receipt": "V" + "A" * 26}).json()
    assert told["type"] == f"{settings.PUBLIC_URL}/errors/receipt-unknown/"


def test_the_guide_lists_the_codes_of_the_interface() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for code in published_codes().values():
        if code.operations:
            assert f"| `{code.code}` | {code.status} |" in guide, code.code


def test_without_a_database_it_says_so_and_when_to_come_again(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr(application, "refuse_client", away)
    answer = call("/purposes")
    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert b"10.0.0.7" not in answer.content


def test_an_error_that_is_not_published_for_an_operation_is_noticed(
    call: Call, monkeypatch: pytest.MonkeyPatch, unpublished: list[str]
) -> None:
    """Every test of the interface ends with a look at this list (conftest.py)."""

    def refused(*_: Any) -> None:
        raise PageUnknown

    monkeypatch.setattr(application, "refuse_client", refused)
    assert call("/purposes").status_code == 404
    assert unpublished == ["page-unknown isn't published for purposes"]
    unpublished.clear()


def test_a_body_that_is_too_long_is_told(call: Call, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    for path in ("/receipts", "/queries", "/verifications/batch"):
        answer = call(path, {"receipt": "x" * 200})
        assert answer.status_code in {403, 413}
    assert call("/receipts", {"receipt": "x" * 200}).json()["code"] == "body-too-long"


def test_methods_that_are_not_taken_are_named(call: Call) -> None:
    answer = call("/receipts")
    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "method-not-allowed", "POST")
