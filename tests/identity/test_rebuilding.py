"""What is derived from the vault of persons is made again from it: what is whole stays, damage is healed, who tells meanwhile is heard."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from chengxin.ground.rebuilding import rebuild
from chengxin.identity.services import derived
from tests.conftest import Register
from tests.identity.feeding import renamed, take
from tests.people import WANG_WEI
from tests.records.conftest import superuser  # noqa: F401  # a fixture

NAMED = {one.name: one for one in derived.DERIVED}
BLOCKS = "SELECT code_hash, birth_block, ends_block FROM identity_code ORDER BY 1"
MARKS = "SELECT subject_id, minor_rank, judged FROM identity_person ORDER BY 1"
FIRST = "(SELECT min(code_hash) FROM identity_code WHERE birth_block IS NOT NULL)"
Past = Callable[..., None]


def again(register: Register, name: str) -> tuple[int, int]:
    register.become("owner")
    done = rebuild(NAMED[name], clock=timezone.now, tell=lambda _: None)
    return done.looked, done.mended


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(f"UPDATE identity_code SET birth_block = NULL WHERE code_hash = {FIRST}", id="missing"),
        pytest.param(f"UPDATE identity_code SET ends_block = sha256('x') WHERE code_hash = {FIRST}", id="another"),
    ],
)
def test_blocks_are_made_again_from_what_is_sealed(
    register: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
) -> None:
    monkeypatch.setattr(derived, "CODES_AT_ONCE", 4)
    before = register.rows(BLOCKS)
    assert again(register, "near-names") == (len(before), 0)
    superuser(damage)
    assert register.rows(BLOCKS) != before
    assert again(register, "near-names")[1] == 1
    assert register.rows(BLOCKS) == before


def test_a_former_name_keeps_its_blocks(register: Register) -> None:
    """Another name was told of one person: the blocks follow the name under which the code leads there."""
    take(register, renamed(1, WANG_WEI.code, "王大伟"))
    before = register.rows(BLOCKS)
    assert again(register, "near-names") == (len(before), 0)
    assert register.rows(BLOCKS) == before


def test_a_code_told_of_meanwhile_keeps_what_was_written_with_it(
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
    superuser: Past,  # noqa: F811  # the fixture imported above
) -> None:
    """Between looking and writing the authority tells another name: its blocks stand, not those of the old one."""
    superuser(f"UPDATE identity_code SET birth_block = NULL WHERE code_hash = {FIRST}")
    made, told = derived._blocks, list[int]()

    def slowly(keys: Any, row: Any) -> Any:
        if not told:
            told.append(1)
            with register.connect("owner") as other:
                other.execute("UPDATE identity_code SET birth_block = sha256('new'), ends_block = sha256('new'), name_tag = sha256('new')"
                              f" WHERE code_hash = {FIRST.replace('IS NOT NULL', 'IS NULL')}")  # fmt: skip
        return made(keys, row)

    monkeypatch.setattr(derived, "_blocks", slowly)
    register.become("owner")
    assert derived._mend_blocks("").mended == 0
    assert register.rows("SELECT count(*) FROM identity_code WHERE birth_block = sha256('new')") == [(1,)]


@pytest.mark.parametrize(
    ("damage", "value"),
    [
        pytest.param("UPDATE identity_person SET minor_rank = 99 WHERE subject_id = %s", (99,), id="closed-by-nobody"),
        pytest.param("UPDATE identity_person SET minor_rank = -5 WHERE subject_id = %s", (-5,), id="rank-of-nothing"),
    ],
)
def test_marks_of_persons_follow_the_authoritys_words(
    register: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
    damage: str,
    value: tuple[int],
) -> None:
    before = register.rows(MARKS)
    assert again(register, "person-marks") == (len(before), 0)
    superuser(damage, before[0][0])
    assert register.rows("SELECT minor_rank FROM identity_person WHERE subject_id = %s", before[0][0]) == [value]
    assert again(register, "person-marks")[1] == 1
    assert register.rows(MARKS) == before


def test_somebody_judged_is_known_as_such_again(
    register: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
) -> None:
    before = register.rows(MARKS)
    judged = next(subject for subject, _, judged in before if judged)
    superuser(
        "UPDATE identity_person SET judged = false, capacity = 'full', capacity_since = NULL WHERE subject_id = %s",
        judged,
    )
    assert again(register, "person-marks")[1] == 1
    assert register.rows(MARKS) == before
