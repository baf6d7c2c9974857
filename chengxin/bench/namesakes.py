"""A people of many namesakes, and penalties of theirs of which some are damaged. Whose each row truly is stands here and nowhere else."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl

from chengxin.bench.damage import BODY, NAMES, PLAIN, SELDOM, VARIED, WAYS, Someone
from chengxin.demo.draws import Draws
from chengxin.demo.files import write_frame
from chengxin.demo.generate import TODAY, population
from chengxin.demo.penalties import CHUNK, penalties
from chengxin.demo.persons import ALIVE, FULL
from chengxin.lib.codes import check_digit
from chengxin.lib.regions import TEST_AREA

FIRST_DAY, DAYS, SERIALS = date(1955, 1, 1), 16_436, 999
# Of a hundred persons so many have names of each sort; of fifty one is the twin of another, under a code that lies a slip away.
SORTS = {PLAIN: 86, VARIED: 6, "parted": 4, SELDOM: 4}
TWINS = 50
STRANGER, NAMESAKE = "strangers-code", "namesakes-code"
DAMAGED = 0.01
"""The share of rows that is damaged in each way."""


@dataclass(slots=True)
class Damaged:
    """One damaged row: the way, and what stands in it."""

    way: str
    written: Someone


@dataclass(slots=True)
class Truth:
    """Whose each row is, by place in the file, as a place among the persons; and which rows are damaged."""

    owners: list[int] = field(default_factory=list)
    damaged: dict[int, Damaged] = field(default_factory=dict)


class Namesakes:
    """So many persons, all alive and grown up; thousands of one name where they are many, some of one name and one day of birth."""

    def __init__(self, count: int, seed: int) -> None:
        self._draw = Random(seed)  # noqa: S311  # made-up persons, drawn again the same
        self._codes: set[str] = set()
        self.persons: list[Someone] = []
        self.twins: dict[bool, list[tuple[int, int]]] = {False: [], True: []}
        """Pairs of persons whose codes lie a slip apart, by whether they are namesakes."""
        while len(self.persons) < count:
            self._born()
        self.of_sort = {sort: self._named(names) for sort, names in NAMES.items()}
        self.held = {(one.name, one.code) for one in self.persons}
        self.codes_of: dict[str, list[str]] = defaultdict(list)
        for one in self.persons:
            self.codes_of[one.name].append(one.code)

    def fitting(self, written: Someone) -> int:
        """Give how many persons of the name fit a masked code: among them nobody can tell."""
        head, tail = written.code.split("*")[0], written.code.rsplit("*", 1)[-1]
        return sum(code.startswith(head) and code.endswith(tail) for code in self.codes_of[written.name])

    def _named(self, names: tuple[str, ...]) -> list[int]:
        wanted = set(names)
        return [place for place, one in enumerate(self.persons) if one.name in wanted]

    def _born(self) -> None:
        place = len(self.persons)
        if place % TWINS == TWINS - 1:
            self._twin(place, namesake=place // TWINS % 2 == 0)
            return
        (sort,) = self._draw.choices(list(SORTS), list(SORTS.values()))
        self._enter(self._draw.choice(NAMES[sort]), self._free_code())

    def _twin(self, place: int, *, namesake: bool) -> None:
        """Somebody whose code is another's but for a digit and the check digit; of the same name or not."""
        other = self.persons[place - 1]
        free = []
        for at in range(14, BODY):
            for digit in "0123456789":
                body = other.code[:at] + digit + other.code[at + 1 : BODY]
                if body[14:] != "000" and (code := body + check_digit(body)) not in self._codes:
                    free.append(code)
        if free:
            self.twins[namesake].append((place - 1, place))
            names = [name for name in NAMES[PLAIN] if name[0] != other.name[0] and not set(name) & set(other.name)]
            self._enter(other.name if namesake else self._draw.choice(names), self._draw.choice(free))
        else:
            self._enter(other.name, self._free_code())

    def _enter(self, name: str, code: str) -> None:
        self._codes.add(code)
        self.persons.append(Someone(name, code))

    def _free_code(self) -> str:
        while True:
            day = FIRST_DAY + timedelta(days=self._draw.randrange(DAYS))
            first = f"{TEST_AREA}{day:%Y%m%d}{self._draw.randrange(1, SERIALS):03}"
            if (code := first + check_digit(first)) not in self._codes:
                return code

    def frame(self) -> pl.DataFrame:
        """Give the persons in the columns of the demo province's, so that its files can be made of them."""
        frame = pl.DataFrame(
            {"name": [one.name for one in self.persons], "number": [one.code for one in self.persons]}
        ).with_columns(
            pl.int_range(pl.len()).alias("n"),
            pl.lit("1").alias("type_code"),
            pl.col("number").str.slice(6, 8).str.to_date("%Y%m%d").alias("birth"),
            pl.lit("140105").alias("region"),
            pl.lit(ALIVE).alias("state"),
            pl.lit(None, dtype=pl.Date).alias("died"),
            pl.lit(FULL).alias("capacity"),
            pl.lit(None, dtype=pl.Date).alias("capacity_on"),
        )
        return frame.with_columns(pl.col("birth").dt.offset_by("18y").alias("adult_on"))

    def damage(self) -> tuple[int, Damaged]:
        """Draw a way and a person, and give both with what a row then has."""
        ways = [*WAYS, *(way for way, namesake in ((STRANGER, False), (NAMESAKE, True)) if self.twins[namesake])]
        way = self._draw.choice(ways)
        if way in WAYS:
            sort, spoil = WAYS[way]
            place = self._draw.choice(self.of_sort[sort])
            written = spoil(self._draw, self.persons[place])
            # By chance a slip may hit a living namesake's code: nothing in the row then says that it isn't theirs.
            hit = (written.name, written.code) in self.held and written != self.persons[place]
            return place, Damaged(NAMESAKE if hit else way, written)
        place, other = self._draw.choice(self.twins[way == NAMESAKE])
        return place, Damaged(way, Someone(self.persons[place].name, self.persons[other].code))

    def rows(self, count: int, seed: int, truth: Truth) -> Iterator[pl.DataFrame]:
        """Give the penalties block by block and write into ``truth`` whose they are."""
        able = self.frame()
        places = {one.code: place for place, one in enumerate(self.persons)}
        share = DAMAGED * (len(WAYS) + 2)
        for start in range(0, count, CHUNK):
            frame = penalties(able, Draws(seed, "namesakes", min(CHUNK, count - start), start), TODAY)
            names, codes = frame["CF_XDR_MC"].to_list(), frame["CF_XDR_ZJHM"].to_list()
            for at in range(frame.height):
                owner = places[codes[at]]
                if self._draw.random() < share:
                    owner, damaged = self.damage()
                    names[at], codes[at] = damaged.written.name, damaged.written.code
                    truth.damaged[start + at] = damaged
                truth.owners.append(owner)
            yield frame.with_columns(pl.Series("CF_XDR_MC", names), pl.Series("CF_XDR_ZJHM", codes))


def write_namesakes(folder: Path, rows: int, persons: int, seed: int) -> tuple[Namesakes, Truth, Path, Path]:
    """Write a snapshot and a file of penalties; give the persons, the truth and both files."""
    people, truth = Namesakes(persons, seed), Truth()
    snapshot, file = folder / "namesakes.csv", folder / "damaged.csv"
    write_frame(snapshot, population(people.frame()))
    with file.open("wb") as opened:
        for place, frame in enumerate(people.rows(rows, seed, truth)):
            frame.write_csv(opened, include_header=place == 0)
    return people, truth, snapshot, file
