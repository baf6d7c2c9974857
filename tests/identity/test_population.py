"""The population base: who gets in, what is stored of them, and with which keys."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction

from chengxin.identity.errors import PopulationUnusable
from chengxin.identity.queries import find_person, open_person
from chengxin.identity.services.population import PopulationReceipt, load_population
from chengxin.identity.vault import sealing_vault, settle_keys
from chengxin.lib.crypto import FileSource, KeysMissing, SealBroken
from chengxin.lib.periods import turns
from chengxin.records.services import areas
from tests.conftest import Register
from tests.people import CHILD, PEOPLE, WANG_WEI, Someone, write_population

RESIDENT = "resident-id"


def load(register: Register, path: Path, *people: Someone) -> PopulationReceipt:
    register.become("intake")
    receipt = load_population(write_population(path / "p.csv", people), areas=areas(), at=datetime.now(UTC))
    register.become("app")
    return receipt


def everything(register: Register) -> list[tuple[Any, ...]]:
    query = "SELECT p.*, c.* FROM identity_person p JOIN identity_code c USING (subject_id) ORDER BY 1"
    return register.rows(query)


def test_repeated_load_changes_nothing(register: Register, tmp_path: Path) -> None:
    before = everything(register)
    receipt = load(register, tmp_path, *PEOPLE)
    assert (receipt.read, receipt.minors, receipt.new, receipt.changed, receipt.refused) == (9, 1, 0, 0, [])
    assert everything(register) == before


def test_minor_is_dropped_before_anything_else_is_looked_at(register: Register, tmp_path: Path) -> None:
    path = write_population(tmp_path / "p.csv", (CHILD,))
    heading, row = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        f"{heading}\n{row.replace(CHILD.code, 'no code').replace(CHILD.name, '').replace('140105', 'nowhere')}\n"
    )
    register.become("intake")
    receipt = load_population(path, areas=areas(), at=datetime.now(UTC))
    assert (receipt.read, receipt.minors, receipt.new, receipt.refused) == (1, 1, 0, [])
    register.become("app")
    assert find_person(RESIDENT, CHILD.code, CHILD.name) is None


def test_person_enters_on_the_eighteenth_birthday_and_not_the_day_before(
    register: Register, tmp_path: Path, today: date
) -> None:
    born = today.replace(year=today.year - 18) if (today.month, today.day) != (2, 29) else date(today.year - 18, 3, 1)
    assert turns(born, 18) == today
    adult, minor = (Someone("林成", f"{day:%Y%m%d}", 21) for day in (born, born + timedelta(days=1)))
    receipt = load(register, tmp_path, adult, minor)
    assert (receipt.minors, receipt.new) == (1, 1)


def test_nothing_stored_is_readable(register: Register) -> None:
    tables = register.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND NOT starts_with(relname, 'catalogue_')",  # whose examples use the same made-up code
    )
    for (table,) in tables:
        whole = "\n".join(text for (text,) in register.rows(f"SELECT ({table}.*)::text FROM {table}")).lower()
        for someone in PEOPLE:
            for word in (someone.code, someone.name):
                for form in (word.lower(), word.encode().hex(), word.encode("utf-16-le").hex()):
                    assert form not in whole, table


def test_same_value_is_sealed_differently_each_time(register: Register) -> None:
    with transaction.atomic():
        first, second = (sealing_vault().seal(WANG_WEI.code, use="person.code") for _ in range(2))
    assert first.box != second.box
    tags = register.rows("SELECT name_tag FROM identity_code")
    assert len({bytes(tag) for (tag,) in tags}) == len(tags), "equal names of different persons must not be countable"


def test_changed_name_is_known_from_then_on_and_the_old_one_is_not(register: Register, tmp_path: Path) -> None:
    renamed = Someone("王维新", WANG_WEI.born, WANG_WEI.sequence)
    before = find_person(RESIDENT, WANG_WEI.code, WANG_WEI.name)
    assert before is not None
    receipt = load(register, tmp_path, renamed)
    assert (receipt.new, receipt.changed) == (0, 1)
    now, then = (find_person(RESIDENT, WANG_WEI.code, name) for name in (renamed.name, WANG_WEI.name))
    assert now is not None
    assert then is not None
    assert (now.subject_id, now.name_fits, then.name_fits) == (before.subject_id, True, False)
    assert open_person(now.subject_id).name == renamed.name


def test_death_and_capacity_reach_the_person(register: Register, tmp_path: Path) -> None:
    died = Someone(WANG_WEI.name, WANG_WEI.born, WANG_WEI.sequence, died="20260901")
    load(register, tmp_path, died)
    found = find_person(RESIDENT, WANG_WEI.code, WANG_WEI.name)
    assert found is not None
    assert found.died == date(2026, 9, 1)


def test_last_of_two_rows_for_one_code_tells(register: Register, tmp_path: Path) -> None:
    one, two = Someone("钱一", "19910101", 31), Someone("钱二", "19910101", 31)
    assert load(register, tmp_path, one, two).new == 1
    found = find_person(RESIDENT, one.code, "钱二")
    assert found is not None
    assert found.name_fits


FAULTS = {
    "code-invalid": {"ZJHM": WANG_WEI.code[:-1] + "0"},
    "born-unreadable": {"CSRQ": "1990-01-01"},
    "born-differs-from-code": {"CSRQ": "19900102"},
    "name-missing": {"XM": " "},
    "region-unknown": {"XZQH": "999999"},
    "capacity-unknown": {"XWNL": "部分"},
    "death-undated": {"ZT": "死亡"},
}


@pytest.mark.parametrize("rule", FAULTS)
def test_faulty_row_is_refused_by_number_and_rule(register: Register, tmp_path: Path, rule: str) -> None:
    path = write_population(tmp_path / "p.csv", (WANG_WEI,))
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow({**row, **FAULTS[rule]})
    register.become("intake")
    receipt = load_population(path, areas=areas(), at=datetime.now(UTC))
    assert (receipt.refused, receipt.new, receipt.changed) == ([(2, rule)], 0, 0)


def test_unusable_file_changes_nothing(register: Register, tmp_path: Path) -> None:
    before = everything(register)
    path = write_population(tmp_path / "p.csv", (Someone("新人", "19920101", 41),))
    path.write_text(path.read_text(encoding="utf-8") + "只有一列\n", encoding="utf-8")
    register.become("intake")
    with pytest.raises(PopulationUnusable):
        load_population(path, areas=areas(), at=datetime.now(UTC))
    assert everything(register) == before


# Keys.


def test_database_refuses_other_keys(register: Register, tmp_path: Path, settings: Any) -> None:
    register.become("owner")
    settings.VAULT_KEYS = tmp_path / "other.json"
    FileSource(settings.VAULT_KEYS).create_first("international")
    with pytest.raises(KeysMissing):
        settle_keys(at=datetime.now(UTC))


def test_database_refuses_another_key_under_the_same_id(register: Register, tmp_path: Path, settings: Any) -> None:
    register.become("owner")
    content = json.loads(settings.VAULT_KEYS.read_text())
    content["keys"] = dict.fromkeys(content["keys"], "00" * 32)
    settings.VAULT_KEYS = tmp_path / "other.json"
    settings.VAULT_KEYS.write_text(json.dumps(content))
    with pytest.raises(KeysMissing):
        settle_keys(at=datetime.now(UTC))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("[]", id="other-json"),
        pytest.param('{"anchor": "k", "current": "k", "keys": {"k": "00"}}', id="short-key"),
        pytest.param('{"anchor": "k", "current": "l", "keys": {"k": "' + "00" * 32 + '"}}', id="unknown-current"),
    ],
)
def test_key_file_that_is_missing_or_broken_is_refused_and_not_made_anew(
    register: Register, tmp_path: Path, settings: Any, content: str | None
) -> None:
    register.become("owner")
    settings.VAULT_KEYS = tmp_path / "keys.json"
    if content is not None:
        settings.VAULT_KEYS.write_text(content)
    with pytest.raises(KeysMissing):
        settle_keys(at=datetime.now(UTC))
    assert settings.VAULT_KEYS.exists() is (content is not None)


def test_right_keys_are_settled_again_and_again(register: Register) -> None:
    register.become("owner")
    before = register.rows("SELECT * FROM identity_vault_key")
    settle_keys(at=datetime.now(UTC))
    assert register.rows("SELECT * FROM identity_vault_key") == before


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("code_sealed = set_byte(code_sealed, 20, get_byte(code_sealed, 20) # 1)", id="a-bit"),
        pytest.param("code_sealed = set_byte(code_sealed, 0, get_byte(code_sealed, 0) # 1)", id="the-nonce"),
        pytest.param("code_sealed = name_sealed", id="another-column"),
        pytest.param("code_sealed = substr(code_sealed, 1, length(code_sealed) - 1)", id="cut"),
        pytest.param("code_sealed = '\\x00'", id="a-stump"),
        pytest.param("code_sealed = ''", id="nothing"),
    ],
)
def test_tampered_box_is_noticed(register: Register, change: str) -> None:
    found = find_person(RESIDENT, WANG_WEI.code, WANG_WEI.name)
    assert found is not None
    with register.connect("owner") as connection:
        connection.execute(f"UPDATE identity_person SET {change} WHERE subject_id = {found.subject_id}".encode())
    with pytest.raises(SealBroken):
        open_person(found.subject_id)


def test_box_of_another_key_is_noticed(register: Register) -> None:
    with register.connect("owner") as connection:
        # The database refuses a key it doesn't point to; a value that came to stand there all the same is noticed too.
        connection.execute(
            "ALTER TABLE identity_person DISABLE TRIGGER person_sealed_anew, DISABLE TRIGGER person_sealed_wholly"
        )
        connection.execute("UPDATE identity_person SET key_id = 'k-lost'")
    found = find_person(RESIDENT, WANG_WEI.code, WANG_WEI.name)
    assert found is not None
    with pytest.raises(KeysMissing):
        open_person(found.subject_id)


def test_intake_reads_no_sealed_value(register: Register) -> None:
    with register.connect("intake") as connection:
        for column in ("code_sealed", "name_sealed", "key_id"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT {column} FROM identity_person".encode())
