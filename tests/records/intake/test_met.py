"""Whoever was met in an earlier block is found again, and nobody else in their place, even where two hash alike."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from chengxin.records.intake.persons import KEY, KNOWN, Met

keys = st.tuples(
    st.sampled_from(["01", "02"]), st.text("AB1", min_size=1, max_size=3), st.text("甲乙", min_size=1, max_size=2)
)
blocks = st.lists(st.lists(keys, max_size=12), max_size=6)
Key = tuple[str, str, str]


class Poor(Met):
    """Hashes everybody to one of three numbers, until the seed was drawn anew twice."""

    def __init__(self) -> None:
        self.seeds: set[int] = set()
        super().__init__()

    def _hash(self, keys: pl.DataFrame) -> pl.Series:
        self.seeds.add(self._seed)
        return super()._hash(keys) % (3 if len(self.seeds) < 3 else 1 << 62)


def look_up(wanted: pl.DataFrame, numbers: dict[Key, int]) -> pl.DataFrame:
    rows = [
        (*key, numbers.setdefault(key, len(numbers)), True, date(2000, 1, 1), *[False] * 3)
        for key in wanted.iter_rows()
    ]
    return pl.DataFrame(rows, schema=KNOWN, orient="row")


def go_through(met: Met, said: list[list[Key]]) -> None:
    numbers: dict[Key, int] = {}
    for block in said:
        frame = pl.DataFrame(block, schema=dict.fromkeys(KEY, pl.String), orient="row")
        before = set(numbers)
        persons, known = met.find(frame)
        assert known.to_list() == [key in before for key in block]
        if not known.all():
            met.add(look_up(frame.filter(~known).unique(), numbers))
            persons, known = met.find(frame)
        assert known.all()
        assert persons["subject_id"].to_list() == [numbers[key] for key in block]


@given(said=blocks)
def test_each_key_leads_to_its_own_person_in_every_later_block(said: list[list[Key]]) -> None:
    go_through(Met(), said)


@given(said=blocks)
def test_two_who_hash_alike_are_told_apart(said: list[list[Key]]) -> None:
    go_through(Poor(), said)


def test_four_persons_under_three_numbers_draw_another_seed() -> None:
    poor = Poor()
    go_through(poor, [[("01", code, "甲")] for code in "ABCD"])
    assert len(poor.seeds) > 1
