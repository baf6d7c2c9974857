"""Ways to spoil a clean row, and what the checks should answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.demo.cast import Cast, Person

REFUSED, WAITING, ACCEPTED, UNKNOWN = "refused", "waiting", "accepted", "unknown"
CLEAN = "clean"

Row = dict[str, str | None]
Spoil = Callable[[Row], list[Row]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of dirt. ``spoil`` makes one or more rows of a clean one, all with the same expected outcome.

    Outcome ``unknown``: no check is expected to notice, or what is right is open; tests only look that nothing breaks.
    """

    name: str
    expected: str
    spoil: Spoil


@dataclass(frozen=True, slots=True)
class Stage:
    """What spoiling needs to know beside the row."""

    cast: Cast
    today: date

    def ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def ahead(self, days: int) -> str:
        return self.ago(-days)


def put(**values: str | None) -> Spoil:
    """Return a spoiler that overwrites columns."""
    return lambda row: [row | values]


def change(column: str, how: Callable[[str], str]) -> Spoil:
    """Return a spoiler that rewrites one column from its value."""
    return lambda row: [row | {column: how(row[column] or "")}]


def append(column: str, text: str) -> Spoil:
    return change(column, lambda value: value + text)


def wrong_check(code: str) -> str:
    """Return a code with another last character."""
    return code[:-1] + ("1" if code[-1] != "1" else "2")


def swapped(code: str) -> str:
    """Return a code with two unequal neighbours among the last digits exchanged, as fingers do."""
    place = next(place for place in range(len(code) - 2, 6, -1) if code[place] != code[place - 1])
    return code[: place - 1] + code[place] + code[place - 1] + code[place + 1 :]


def masked(code: str) -> str:
    """Return a code as courts publish it: ten characters, four stars, four characters."""
    return f"{code[:10]}****{code[-4:]}"


def fifteen(code: str) -> str:
    """Return the number of the first generation: no century, no check digit."""
    return code[:6] + code[8:17]


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def chinese_day(day: str) -> str:
    year, month, rest = day.split("-")
    return f"{year}年{month}月{rest}日"


def blanks_around(row: Row) -> list[Row]:
    """Put a blank before each value and a full-width one behind it."""
    return [{key: f" {value}　" if value else value for key, value in row.items()}]


def missing(columns: Iterable[str]) -> list[Kind]:
    return [Kind(f"missing-{column}", REFUSED, put(**{column: None})) for column in columns]


def identity_kinds(stage: Stage, name: str, number: str, text: str) -> list[Kind]:
    """Return what can be wrong with the person of a row; ``name``, ``number`` and ``text`` are columns."""
    cast = stage.cast

    def person(one: Person) -> Spoil:
        return put(**{name: one.name, number: one.number})

    return [
        Kind("bad-check-digit", WAITING, change(number, wrong_check)),
        Kind("swapped-digits", WAITING, change(number, swapped)),
        Kind("masked-number", WAITING, change(number, masked)),
        Kind("fifteen-digit-number", WAITING, change(number, fifteen)),
        Kind("small-x-number", ACCEPTED, put(**{name: cast.with_x.name, number: cast.with_x.number.lower()})),
        Kind("blank-inside-number", WAITING, change(number, lambda code: f"{code[:6]} {code[6:14]} {code[14:]}")),
        Kind("number-as-float", REFUSED, put(**{number: "1.49999E+17"})),
        Kind("name-mismatch", WAITING, put(**{name: "苗不符"})),
        Kind("name-near", WAITING, change(name, lambda value: f"{value[:-1]}玮")),
        Kind("name-other-dot", ACCEPTED, put(**{name: cast.dotted.name.replace("·", "•"), number: cast.dotted.number})),
        Kind("rare-characters", ACCEPTED, person(cast.rare)),
        Kind("unknown-person", WAITING, person(cast.stranger)),
        Kind("dead", WAITING, person(cast.dead)),
        Kind("identity-code-in-text", REFUSED, append(text, f"，同案人{cast.plain.number}")),
        Kind("forbidden-paraphrase", UNKNOWN, append(text, "，据称其为A型，曾越级走访")),
        Kind("blanks-around", ACCEPTED, blanks_around),
        Kind("quotes-and-line-breaks", ACCEPTED, append(text, '，当事人称“不知情”，\n并说"下不为例"，详见笔录')),
        Kind("identical-duplicate", ACCEPTED, lambda row: [row, dict(row)]),
    ]
