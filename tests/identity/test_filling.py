"""Codes of an older installation get their blocks, in parts, whatever stops it."""

from datetime import date, datetime

import pytest
from django.core.management import call_command

from chengxin.identity.finding import Written, find_near
from chengxin.identity.services.filling import fill_blocks
from chengxin.records.services import areas
from tests.conftest import Register
from tests.people import LI_NA

BLOCKS = "SELECT code_hash, birth_block, ends_block FROM identity_code ORDER BY 1"
EMPTY = "UPDATE identity_code SET birth_block = NULL, ends_block = NULL RETURNING 1"


def found(today: date) -> int:
    masked = Written("resident-id", LI_NA.code[:6] + "********" + LI_NA.code[14:], LI_NA.name)
    return len(find_near(masked, on=today, areas=areas()).near)


def test_what_was_emptied_is_filled_with_the_same_and_found_again(register: Register, today: date) -> None:
    before = register.rows(BLOCKS)
    register.rows(EMPTY)
    assert found(today) == 0
    register.become("owner")
    assert fill_blocks(tell=lambda _: None, at_once=4) == len(before)
    assert register.rows(BLOCKS) == before
    assert fill_blocks(tell=lambda _: None) == 0
    assert found(today) == 1


def test_stopped_in_between_it_goes_on(register: Register, now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    before = register.rows(BLOCKS)
    register.rows(EMPTY)
    register.become("owner")

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_blocks(tell=stop, at_once=4)
    assert register.rows("SELECT count(*) FROM identity_code WHERE birth_block IS NOT NULL") == [(4,)]
    call_command("fill_blocks")
    assert f'{{"filled": {len(before) - 4}}}' in capsys.readouterr().out
    assert register.rows(BLOCKS) == before


def test_what_another_has_in_hand_is_passed_over(register: Register) -> None:
    whole = len(register.rows(EMPTY))
    register.become("owner")
    with register.connect("owner") as other, other.transaction():
        other.execute("SELECT FROM identity_code ORDER BY code_hash LIMIT 1 FOR UPDATE")
        assert fill_blocks(tell=lambda _: None) == whole - 1
    assert fill_blocks(tell=lambda _: None) == 1
