"""The persons that dirty rows are about, found in the population by what makes them special."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from chengxin.demo.persons import ALIVE, CAST_NAMES, FULL, GONE, NO, SOME
from chengxin.lib.codes import CodeType, check_digit
from chengxin.lib.regions import TEST_AREA

UNKNOWN_BIRTH = "19200505"  # older than anybody in the population, so nobody has such a code

GROWN_BEFORE = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    number: str
    birth: date


@dataclass(frozen=True, slots=True)
class Cast:
    """``young`` came of age a year ago; ``namesakes`` share a name; ``stranger`` isn't in the population."""

    plain: Person
    child: Person
    young: Person
    dead: Person
    limited: Person
    without: Person
    passport: Person
    rare: Person
    dotted: Person
    with_x: Person
    namesakes: tuple[Person, ...]
    stranger: Person


def resident_number(birth: str, sequence: int) -> str:
    """Return a valid code in the area that was never assigned."""
    first17 = f"{TEST_AREA}{birth}{sequence:03}"
    return first17 + check_digit(first17)


def choose_cast(people: pl.DataFrame) -> Cast:
    """Find the cast; the first hundred persons hold everybody."""

    def first(condition: pl.Expr) -> Person:
        return Person(*people.filter(condition).select("name", "number", "birth").row(0))

    def at(n: int) -> Person:
        return first(pl.col("n") == n)

    able = (pl.col("state") == ALIVE) & (pl.col("capacity") == FULL) & (pl.col("kind") == CodeType.RESIDENT_ID)
    settled = able & (pl.col("birth") < GROWN_BEFORE) & pl.col("number").str.ends_with("X")
    return Cast(
        plain=at(6),
        child=at(41),
        young=at(40),
        dead=first(pl.col("state") == GONE),
        limited=first(pl.col("capacity") == SOME),
        without=first(pl.col("capacity") == NO),
        passport=first(pl.col("kind") == CodeType.PASSPORT),
        rare=at(33),
        dotted=at(38),
        with_x=first(settled) if people.filter(settled).height else at(6),
        namesakes=tuple(at(n) for n, name in CAST_NAMES.items() if name == CAST_NAMES[30]),
        stranger=Person("石无名", resident_number(UNKNOWN_BIRTH, 613), date(1920, 5, 5)),
    )
