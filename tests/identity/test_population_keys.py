"""The authority's events before, in the middle of and after a change of keys."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from chengxin.identity.queries import find_person, open_person
from chengxin.identity.services import rotation
from chengxin.identity.vault import read_pointers
from chengxin.lib.crypto import Pointers
from tests.conftest import Register
from tests.identity.feeding import corrected, moved, new, renamed, renumbered, take
from tests.people import LI_NA, UNKNOWN, WANG_WEI, code_of

RESIDENT = "resident-id"
SECOND, THIRD = code_of(WANG_WEI.born, 811), code_of(WANG_WEI.born, 812)


def put_a_key_to_use(register: Register) -> None:
    """Begin a change of keys and stop right there: every person and code still stands under the key before."""
    register.become("owner")
    key_id = rotation.prepare_key("", at=datetime.now(UTC))
    with transaction.atomic():
        rotation._begin(key_id, timezone.now)


def pointers() -> Pointers:
    found = read_pointers()
    assert found is not None
    return found


def go_on(register: Register) -> None:
    register.become("owner")
    rotation.rotate_keys(clock=timezone.now, tell=lambda _: None)
    register.become("app")


def subject_of(code: str, name: str) -> int | None:
    found = find_person(RESIDENT, code, name)
    return found.subject_id if found and found.name_fits else None


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path) -> None:
    """Keep the new key out of the key file that all tests share."""
    settings.VAULT_KEYS = Path(shutil.copy(settings.VAULT_KEYS, tmp_path / "vault.json"))


@pytest.mark.usefixtures("own_keys")
def test_events_in_the_middle_of_a_change_of_keys_reach_the_same_persons(register: Register) -> None:
    wang, li = subject_of(WANG_WEI.code, WANG_WEI.name), subject_of(LI_NA.code, LI_NA.name)
    persons = register.rows("SELECT count(*) FROM identity_person")
    put_a_key_to_use(register)
    assert pointers().former
    receipt = take(
        register, renumbered(1, WANG_WEI.code, SECOND, WANG_WEI.name), renamed(2, SECOND, "王卫"), renumbered(3, SECOND, THIRD, "王卫"),
        renamed(4, LI_NA.code, "李哪"), new(5, UNKNOWN.code, UNKNOWN.name),
    )  # fmt: skip
    assert (receipt.new, receipt.parked, receipt.refused) == (1, 0, [])
    for _ in range(2):
        assert subject_of(SECOND, "王卫") == subject_of(THIRD, "王卫") == wang
        assert subject_of(LI_NA.code, "李哪") == li
        assert register.rows("SELECT count(*) - 1 FROM identity_person") == persons
        assert open_person(wang or 0).code == THIRD
        go_on(register)
    assert not pointers().former


@pytest.mark.usefixtures("own_keys")
def test_what_waits_and_what_was_withdrawn_outlast_a_change_of_keys(register: Register) -> None:
    wang = subject_of(WANG_WEI.code, WANG_WEI.name)
    take(register, moved(9, UNKNOWN.code, "140202"), corrected(6, WANG_WEI.code, SECOND, WANG_WEI.name))
    put_a_key_to_use(register)
    go_on(register)
    take(register, new(8, UNKNOWN.code, UNKNOWN.name), moved(5, WANG_WEI.code, "140106"))
    assert register.rows("SELECT count(*) FROM identity_population_parked") == [(0,)]
    regions = dict(register.rows("SELECT subject_id, region FROM identity_person"))
    assert regions[subject_of(UNKNOWN.code, UNKNOWN.name) or 0] == "140202"
    assert regions[wang or 0] == "140106"
    keys = {
        key
        for table in ("event", "parked")
        for (key,) in register.rows(f"SELECT DISTINCT key_id FROM identity_population_{table}")
    }
    assert keys == {pointers().current}


@pytest.mark.usefixtures("own_keys")
def test_a_former_name_still_fits_its_former_code_after_a_change_of_keys(register: Register) -> None:
    """A document from before the change of number carries both as they were then."""
    take(register, renumbered(1, WANG_WEI.code, SECOND, "王新"))
    wang = subject_of(WANG_WEI.code, WANG_WEI.name)
    assert wang is not None
    assert subject_of(SECOND, "王新") == wang
    assert subject_of(SECOND, WANG_WEI.name) is None
    put_a_key_to_use(register)
    go_on(register)
    assert subject_of(WANG_WEI.code, WANG_WEI.name) == wang
    assert subject_of(SECOND, "王新") == wang
    assert subject_of(SECOND, WANG_WEI.name) is None
