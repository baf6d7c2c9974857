"""The monthly sample: as many as the plan says, of each organisation, drawn so that nobody chooses and anybody can draw it again."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from chengxin.oversight.errors import MonthNotOver
from chengxin.oversight.queries import find_case
from chengxin.oversight.rules import sample_size
from chengxin.oversight.sampling import draw_due, draw_month, list_draws
from tests.conftest import Register
from tests.people import MARKET, OTHER, WANG_WEI
from tests.reviewing import REVIEWER, at_hour, enter, officer, settle_reviewers, subject_of

MONTH, NOW = date(2026, 10, 1), at_hour(date(2026, 11, 27), 9)
SEED = "SELECT seed, of_heads FROM oversight_draw"
HELD = """SELECT n.entry_id, i.organisation FROM oversight_inquiry i JOIN oversight_inquiry_entry n ON n.inquiry_id = i.id
          WHERE i.rule = 'sample' ORDER BY 1"""


@pytest.fixture
def used(register: Register) -> dict[str, list[UUID]]:
    """Give a register that was used for a month by two organisations, and by a system."""
    wang = subject_of(register, WANG_WEI.born)
    moments = [at_hour(MONTH + timedelta(days=number % 28), 10, number % 60) for number in range(120)]
    return {
        "pages": enter(register, moments, subject_id=wang),
        "few": enter(register, moments[:1], subject_id=wang, organisation=OTHER, officer="inspector"),
        "systems": enter(register, moments, subject_id=wang, channel="api", officer="c-aaaaaaaaaaaaaaaa/x"),
    }


def draw(register: Register) -> int | None:
    register.become("intake")
    return draw_month(MONTH, at=NOW)


@pytest.mark.parametrize(
    ("many", "drawn"), [(0, 0), (1, 1), (2, 2), (99, 2), (100, 2), (101, 3), (1000, 20), (10_000, 200)]
)
def test_how_many_are_drawn(many: int, drawn: int) -> None:
    assert sample_size(many, of_thousand=20, least=2) == drawn


def test_each_organisation_and_way_gives_its_share(register: Register, used: dict[str, list[UUID]]) -> None:
    assert draw(register) == 3 + 1 + 2
    held = dict(register.rows(HELD))
    assert [sum(number in used[kind] for number in held) for kind in ("pages", "few", "systems")] == [3, 1, 2]
    assert set(held.values()) == {MARKET, OTHER}


def test_anybody_with_the_seed_draws_the_same(register: Register, used: dict[str, list[UUID]]) -> None:
    draw(register)
    ((seed, of_heads),) = register.rows(SEED)
    assert not of_heads
    assert len(seed) == 32
    for kind, many in (("pages", 3), ("few", 1), ("systems", 2)):
        first = sorted(used[kind], key=lambda number: sha256(bytes(seed) + number.bytes).digest())[:many]
        assert set(first) <= set(dict(register.rows(HELD)))


def test_the_seed_is_the_heads_where_there_are_any(register: Register, used: dict[str, list[UUID]]) -> None:
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE ground_checkpoint DISABLE TRIGGER USER")
        for shard, size, root in ((0, 1, b"a"), (0, 2, b"b"), (1, 1, b"c")):
            owner.execute(
                "INSERT INTO ground_checkpoint VALUES (%s, '2026-10', %s, %s, 'x', now())", [shard, size, root]
            )
        owner.execute("INSERT INTO ground_checkpoint VALUES (2, '2026-11', 1, 'd', 'x', now())")
    draw(register)
    ((seed, of_heads),) = register.rows(SEED)
    assert of_heads
    assert bytes(seed) == sha256(b"bc").digest()


def test_a_month_is_drawn_once(register: Register, used: dict[str, list[UUID]]) -> None:
    draw(register)
    before = register.rows(HELD)
    assert draw(register) is None
    assert draw_due(at=NOW) == {date(2026, 8, 1): 0, date(2026, 9, 1): 0}
    assert draw_due(at=NOW) == {}
    assert register.rows(HELD) == before


def test_a_month_that_isnt_over_is_refused(register: Register) -> None:
    register.become("intake")
    with pytest.raises(MonthNotOver):
        draw_month(date(2026, 11, 5), at=NOW)
    with register.connect("intake") as intake, pytest.raises(Exception, match="when it is over"):
        intake.execute("SELECT oversight_draw('2999-01-01', '[]')")


def test_what_was_drawn_is_reviewed_like_a_signal(register: Register, used: dict[str, list[UUID]]) -> None:
    settle_reviewers(register)
    draw(register)
    register.become("app")
    ((number,),) = register.rows("SELECT min(id) FROM oversight_inquiry")
    case: Any = find_case(number, officer(REVIEWER))
    assert case.name == "抽样审查"
    assert "抽中不是有问题" in case.why.text
    (drawn,) = list_draws(officer(REVIEWER))
    assert (drawn.month, drawn.entries, len(drawn.seed)) == (MONTH, 6, 64)
    assert list_draws(officer("officer")) == []
