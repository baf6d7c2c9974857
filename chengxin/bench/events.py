"""A population authority's events as JSON Lines, and what a register must be that has heard them all."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from chengxin.demo.organisations import CENTRE, organisation_code
from chengxin.demo.persons import people
from chengxin.lib.codes import check_digit
from chengxin.lib.periods import is_adult
from chengxin.lib.regions import TEST_AREA, Level, Status, load_regions

# Of a hundred events so many; nobody is told of before they are new, so the first events are all new ones.
MIXTURE = {
    "new": 50, "move": 17, "attestation": 12, "death": 6, "name": 5, "capacity": 5, "number": 3, "correction": 1, "again": 1,
}  # fmt: skip
WORDS = {
    "new": "新增", "move": "迁移", "attestation": "身份核验", "death": "死亡", "name": "姓名变更", "capacity": "行为能力",
    "number": "号码变更", "correction": "号码更正",
}  # fmt: skip
METHODS = (("基本", "查验证件"), ("较高", "读取芯片"), ("高", "当面核验"))
RESIDENT, CLEAR = "1", 1_000
SERIALS = range(1, 1_000)
FIRST = 10
"""Nobody else is told of before so many are."""


@dataclass(slots=True)
class Heard:
    """What the events amount to, by the generator's own count. ``kinds`` are those of the register's log."""

    lines: int = 0
    minors: int = 0
    known: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WORDS, 0))

    def receipt(self) -> dict[str, int]:
        """Give the counts that a receipt of one load must show."""
        new = self.kinds["new"]
        return {"read": self.lines, "minors": self.minors, "new": new, "known": self.known, "parked": 0, "refused": 0}


@dataclass(slots=True)
class _Human:
    """Somebody of the authority's, as they now stand."""

    code: str
    name: str
    kind: str
    born: date
    region: str


class Authority:
    """Tells so many events, in the order of their numbers."""

    def __init__(self, events: int, seed: int, today: date) -> None:
        self.heard = Heard()
        self._today = today
        self._draw = Random(seed)  # noqa: S311  # made-up persons, drawn again the same
        # As many persons as may be new, and some more.
        frame = people(max(events, 100), seed, today).select("number", "name", "type_code", "birth", "region")
        self._coming = (_Human(*row) for row in frame.iter_rows())
        self._codes = set(frame["number"])
        self._names = frame["name"].head(CLEAR).to_list()
        self._living: list[_Human] = []
        self._regions = [
            row.code for row in load_regions() if row.level is Level.COUNTY and row.status is Status.CURRENT
        ]
        self._ministry = organisation_code(CENTRE, 1)
        self._tell: dict[str, Callable[[int, _Human], dict[str, str]]] = {
            "move": self._move, "attestation": self._attestation, "death": self._death, "name": self._name,
            "capacity": self._capacity, "number": self._number, "correction": self._number,
        }  # fmt: skip

    def lines(self, events: int) -> Iterator[str]:
        kinds, weights = list(MIXTURE), list(MIXTURE.values())
        last: tuple[str, bool] = ("", False)
        for number in range(1, events + 1):
            (kind,) = self._draw.choices(kinds, weights)
            self.heard.lines += 1
            if kind == "again" and last[0]:
                self._count("", minor=last[1])
            else:
                last = self._line(number, "new" if kind == "again" or len(self._living) < FIRST else kind)
            yield last[0]

    def _line(self, number: int, kind: str) -> tuple[str, bool]:
        place = self._draw.randrange(len(self._living)) if self._living else 0
        human = next(self._coming) if kind == "new" else self._living[place]
        if kind in {"number", "correction"} and (human.kind != RESIDENT or human.code[:6] != TEST_AREA):
            kind = "move"
        more = {"XM": human.name, "XZQH": human.region} if kind == "new" else self._tell[kind](place, human)
        if kind == "new":
            self._living.append(human)
        minor = not is_adult(human.born, self._today)
        self._count(kind, minor=minor)
        head = {"SJBH": f"E{number}", "SJXH": str(number), "SJLX": WORDS[kind], "CSRQ": f"{human.born:%Y%m%d}"}
        row = {**head, "ZJLX": human.kind, "ZJHM": human.code, **more}
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")), minor

    def _count(self, kind: str, *, minor: bool) -> None:
        if minor:
            self.heard.minors += 1
        elif kind:
            self.heard.kinds[kind] += 1
        else:
            self.heard.known += 1

    def _day(self, human: _Human, years: int = 3) -> str:
        """Draw a day of the last years, and none before birth."""
        most = min((self._today - human.born).days, 365 * years)
        return f"{self._today - timedelta(days=self._draw.randrange(most + 1)):%Y%m%d}"

    def _move(self, _: int, human: _Human) -> dict[str, str]:
        human.region = self._draw.choice(self._regions)
        return {"XZQH": human.region}

    def _attestation(self, _: int, human: _Human) -> dict[str, str]:
        level, method = self._draw.choice(METHODS)
        return {"HYDW": self._ministry, "HYRQ": self._day(human), "HYDJ": level, "HYFS": method}

    def _death(self, place: int, human: _Human) -> dict[str, str]:
        self._living[place] = self._living[-1]
        self._living.pop()
        return {"SWRQ": self._day(human, 1)}

    def _name(self, _: int, human: _Human) -> dict[str, str]:
        human.name = self._draw.choice(self._names)
        return {"XM": human.name}

    def _capacity(self, _: int, human: _Human) -> dict[str, str]:
        word = self._draw.choice(("限制", "无", "完全"))
        return {"XWNL": word, "XWNLRQ": self._day(human), "PJWS": "（2026）晋0105民特1号"}

    def _number(self, _: int, human: _Human) -> dict[str, str]:
        """Give another code of the same day that was never anybody's."""
        old, start = human.code, self._draw.randrange(len(SERIALS))
        for step in range(len(SERIALS)):
            first = f"{old[:14]}{SERIALS[(start + step) % len(SERIALS)]:03}"
            if (code := first + check_digit(first)) not in self._codes:
                self._codes.add(code)
                human.code = code
                break
        return {"XM": human.name, "YZJHM": old}


def write_events(path: Path, events: int, seed: int, *, today: date) -> Heard:
    """Write so many events and give what a register must make of them."""
    authority = Authority(events, seed, today)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in authority.lines(events))
    return authority.heard
