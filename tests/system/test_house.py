"""House rules that no single test of a part would notice."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

import chengxin
from chengxin.lib.codes import check_digit
from chengxin.lib.sql import statements
from chengxin.lib.terms import load_terms
from tests.conftest import Register

PACKAGE = Path(chengxin.__file__).parent
HOUSE = PACKAGE.parent
ANSWERS = re.compile(r"\b(Refusal|Schedule|date|Grade|bool)\b")
RULES = sorted(PACKAGE.glob("*/rules.py"))
TERMS = sorted(PACKAGE.glob("**/terms_data/*.toml"))
EDITIONS = sorted((PACKAGE / "records" / "checks").glob("20*.toml"))
CHECKS = [check for path in EDITIONS for check in tomllib.loads(path.read_text())["check"]]


def public_rules() -> Iterator[tuple[str, str]]:
    for path in RULES:
        functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        for node in functions:
            if not node.name.startswith("_") and node.returns and ANSWERS.search(ast.unparse(node.returns)):
                yield f"{path.parent.name}.{node.name}", ast.get_docstring(node) or ""


@pytest.mark.parametrize(("name", "text"), [pytest.param(*rule, id=rule[0]) for rule in public_rules()])
def test_rule_names_its_source(name: str, text: str) -> None:
    assert re.search(r"Source: \S", text), f"{name} says no source"


def test_rules_are_found() -> None:
    assert {"records.penalty_grade", "records.refuse_minor", "identity.may_be_subject"} <= dict(public_rules()).keys()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check['code']}-{check['version']}")
def test_check_says_what_why_and_how_to_mend_it(check: dict[str, object]) -> None:
    for part in ("message", "message_en", "remedy", "remedy_en", "source"):
        assert str(check[part]).strip(), part
    assert re.search("[一-鿿]", str(check["message"]))
    assert re.search("[一-鿿]", str(check["remedy"]))
    assert not re.search("[一-鿿]", f"{check['message_en']}{check['remedy_en']}")


def test_checks_have_one_code_and_version_each() -> None:
    codes = [(check["code"], check["version"]) for check in CHECKS]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("path", TERMS, ids=lambda path: str(path.stem))
def test_legal_number_has_unit_date_and_source(path: Path) -> None:
    table = load_terms(path)
    assert table.name == path.stem
    for term in table.terms:
        assert term.unit
        assert term.valid_from > date(1949, 10, 1)
        assert term.source.law
        assert term.source.article
        assert term.numbers


def test_every_folder_stands_in_the_import_contracts() -> None:
    contracts = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    house, inside, plain, views = contracts
    assert house["exhaustive"] is True
    placed = {name for layer in house["layers"] for name in re.findall(r"\w+", layer)}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - placed == set()
    tasks = {path.parent.name for path in PACKAGE.glob("*/models*") if path.name in {"models.py", "models"}}
    assert {f"chengxin.{name}" for name in tasks} - set(inside["containers"]) == set()
    assert plain["source_modules"] == ["chengxin.*.rules", "chengxin.lib"]
    assert views["forbidden_modules"] == ["chengxin.**.models"]


LOCKS = [*sorted((HOUSE / "requirements").glob("*.txt")), HOUSE / "package-lock.json"]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.name))
def test_lock_file_holds_hashes_and_no_address(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".json":
        for package in (lock := json.loads(text))["packages"].values():
            package.pop("funding", None)  # npm copies it from the package; nothing is fetched from there
        text = json.dumps(lock)
    assert "http" not in text
    assert '"resolved"' not in text
    assert "sha256:" in text or "sha512-" in text


FOREIGN = {".venv", "build", "dist", "vendor", "fonts", "node_modules", "var", ".git", "__pycache__", ".hypothesis"}
IDENTITY = re.compile(rb"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
TEST_AREA = "149999"


def own_files() -> Iterator[Path]:
    for path in HOUSE.rglob("*"):
        parts = path.relative_to(HOUSE).parts
        if path.is_file() and not any(part in FOREIGN or part.endswith("_cache") for part in parts):
            yield path


def is_identity_number(text: str) -> bool:
    """Tell by province, date and check digit; organisations' codes that happen to be all digits fail one of them."""
    if not 11 <= int(text[:2]) <= 83 or check_digit(text[:17]) != text[17].upper():
        return False
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14])) >= date(1880, 1, 1)
    except ValueError:
        return False


def test_repository_holds_no_identity_number_but_the_test_areas() -> None:
    found = [
        str(path.relative_to(HOUSE))
        for path in own_files()
        for code in IDENTITY.findall(path.read_bytes())
        if is_identity_number(code.decode()) and not code.decode().startswith(TEST_AREA)
    ]
    assert found == []


def test_identity_numbers_are_recognised() -> None:
    first = f"{TEST_AREA}19900101001"
    assert is_identity_number(first + check_digit(first))
    assert not is_identity_number(first + ("0" if check_digit(first) != "0" else "1"))


SHIPPED = Path(__file__).parent / "migrations.txt"
SQL = sorted(path for path in PACKAGE.glob("*/sql/*.sql") if not path.name.startswith("locks"))


@pytest.mark.parametrize("path", SQL, ids=lambda path: str(path.stem))
def test_every_named_statement_is_used(path: Path) -> None:
    code = "\n".join(source.read_text() for source in path.parent.parent.rglob("*.py"))
    assert {name for name in statements(path) if f'"{name}"' not in code} == set()


def test_every_file_of_locks_is_applied() -> None:
    from chengxin.ground.locks import FOLDERS

    assert {path.parent.parent.name for path in PACKAGE.glob("*/sql/locks.sql")} == set(FOLDERS)


def test_migrations_equal_models() -> None:
    loader = MigrationLoader(None)
    own = {app.label for app in apps.get_app_configs() if app.name.startswith("chengxin.")}
    with translation.override(None):  # as makemigrations does: verbose names are written untranslated
        wanted = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = wanted.changes(graph=loader.graph)
    assert {label: changes[label] for label in own & changes.keys()} == {}


def test_no_migration_that_was_ever_shipped_disappears() -> None:
    """A backup names the migrations that it was made under, and a database those that it was brought through: both must be known."""
    shipped = {(label, name) for label, name in map(str.split, SHIPPED.read_text().splitlines())}
    known = {key for key in MigrationLoader(None).disk_migrations if key[0] in {label for label, _ in shipped}}
    assert shipped - known == set(), "shipped once and gone"
    assert known - shipped == set(), f"not yet in {SHIPPED.name}, which only grows"


def test_a_database_that_never_saw_the_migration_which_was_away_goes_on(register: Register) -> None:
    """For one version records/0004 was away: databases begun then went past it, those from before went through it."""
    from django.db import connection

    register.become("owner")
    for gone in ("'0004_adjudication'", "'0006_adjudication'"):
        away = f"DELETE FROM django_migrations WHERE app = 'records' AND (name = {gone} OR name >= '0007') RETURNING 1"
        assert register.rows(away)
        MigrationLoader(connection).check_consistent_history(connection)


def test_no_model_shows_itself_as_text() -> None:
    """A readable form ends up in logs: Django's own shows the key alone, and of a composite key nothing but numbers."""
    own = {"__str__", "__repr__"}
    shown = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("chengxin.") and own & vars(model).keys()
    ]
    assert shown == []
