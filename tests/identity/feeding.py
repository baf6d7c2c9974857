"""A population authority of a few persons: what it tells, and what its register should then be, in plain Python."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from chengxin.identity.rules import CapacityWord, incapacities
from chengxin.identity.services.population import PopulationReceipt, load_population, take_events
from chengxin.records.services import areas
from tests.conftest import Register
from tests.people import CENTRE, code_of

Event = dict[str, str]


def event(sequence: int, kind: str, code: str, **more: str) -> Event:
    """Make an event of the feed; the day of birth is the code's own."""
    base = {"SJBH": f"E{sequence}", "SJXH": str(sequence), "SJLX": kind, "ZJLX": "1", "ZJHM": code, "CSRQ": code[6:14]}
    return {**base, **more}


def new(sequence: int, code: str, name: str, region: str = "140105", **more: str) -> Event:
    return event(sequence, "新增", code, XM=name, XZQH=region, **more)


def renamed(sequence: int, code: str, name: str) -> Event:
    return event(sequence, "姓名变更", code, XM=name)


def renumbered(sequence: int, old: str, code: str, name: str, kind: str = "号码变更") -> Event:
    return event(sequence, kind, code, YZJHM=old, XM=name)


def corrected(sequence: int, wrong: str, code: str, name: str) -> Event:
    return renumbered(sequence, wrong, code, name, "号码更正")


def died(sequence: int, code: str, day: str) -> Event:
    return event(sequence, "死亡", code, SWRQ=day)


def moved(sequence: int, code: str, region: str) -> Event:
    return event(sequence, "迁移", code, XZQH=region)


def judged(sequence: int, code: str, capacity: str, since: str) -> Event:
    return event(sequence, "行为能力", code, XWNL=capacity, XWNLRQ=since, PJWS="（2026）晋0105民特1号")


def attested(sequence: int, code: str, day: str, level: str = "高", method: str = "签发时核对指纹") -> Event:
    return event(sequence, "身份核验", code, HYDW=CENTRE, HYRQ=day, HYDJ=level, HYFS=method)


def take(register: Register, *events: Any, at: datetime | None = None) -> PopulationReceipt:
    """Take events in as intake does, and become the application again."""
    register.become("intake")
    receipt = take_events(list(events), areas=areas(), at=at or datetime.now(UTC))
    register.become("app")
    return receipt


def write_lines(path: Path, events: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in events), encoding="utf-8")
    return path


def load(register: Register, path: Path, sequence: int | None = None) -> PopulationReceipt:
    register.become("intake")
    receipt = load_population(path, areas=areas(), at=datetime.now(UTC), sequence=sequence)
    register.become("app")
    return receipt


@dataclass
class Human:
    """A person of the authority's, as its own register has them."""

    code: str
    name: str
    region: str
    tags: dict[str, str]
    """The codes that lead to them, with the name told last under each."""
    former: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    died: date | None = None
    capacity: list[tuple[str, date]] = field(default_factory=list)
    attested: int = 0

    def told(self) -> tuple[Any, ...]:
        """What must come out, in a form that can be compared and sorted."""
        codes = tuple(sorted((code, name, code in self.former) for code, name in self.tags.items()))
        words = [CapacityWord(rank, since, word) for rank, (word, since) in enumerate(self.capacity)]
        judged = tuple(sorted(incapacities(words), key=str))
        born = date(int(self.code[6:10]), int(self.code[10:12]), int(self.code[12:14]))
        return (
            self.code, self.name, born, self.region, str(self.died), judged, self.attested, codes,
            tuple(sorted(self.withdrawn)),
        )  # fmt: skip


@dataclass
class Authority:
    """Makes events in the order of their numbers and keeps its own register beside them."""

    humans: list[Human] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    serial: int = 100

    def fresh_code(self, born: str = "19900101") -> str:
        self.serial += 1
        return code_of(born, self.serial)

    def act(self, kind: str, whom: int, place: int) -> None:
        """Let something happen to somebody. ``place`` picks among names, regions, days."""
        sequence = len(self.events) + 1
        if kind == "new" or not self.humans:
            code, name = self.fresh_code(), f"人{sequence}"
            self.humans.append(Human(code, name, "140105", {code: name}))
            self.events.append(new(sequence, code, name))
            return
        human = self.humans[whom % len(self.humans)]
        self.events.append(getattr(self, f"_{kind}")(sequence, human, place))

    def _name(self, sequence: int, human: Human, place: int) -> Event:
        human.name = human.tags[human.code] = f"名{place}"
        return renamed(sequence, human.code, human.name)

    def _number(self, sequence: int, human: Human, _: int) -> Event:
        old, human.code = human.code, self.fresh_code()
        human.former.add(old)
        human.tags[human.code] = human.name
        return renumbered(sequence, old, human.code, human.name)

    def _correction(self, sequence: int, human: Human, place: int) -> Event:
        wrong, human.code = human.code, self.fresh_code(f"1990020{1 + place}")
        human.withdrawn.add(wrong)
        del human.tags[wrong]
        human.tags[human.code] = human.name
        return corrected(sequence, wrong, human.code, human.name)

    def _move(self, sequence: int, human: Human, place: int) -> Event:
        human.region = ("140105", "140106", "140202")[place % 3]
        return moved(sequence, human.code, human.region)

    def _death(self, sequence: int, human: Human, place: int) -> Event:
        human.died = date(2026, 1, 1 + place)
        return died(sequence, human.code, f"202601{1 + place:02d}")

    def _capacity(self, sequence: int, human: Human, place: int) -> Event:
        word, code = (("限制", "limited"), ("完全", "full"), ("无", "none"))[place % 3]
        human.capacity.append((code, date(2025, 1, 1 + place)))
        return judged(sequence, human.code, word, f"202501{1 + place:02d}")

    def _attestation(self, sequence: int, human: Human, place: int) -> Event:
        human.attested += 1
        return attested(sequence, human.code, f"202602{1 + place:02d}")

    def told(self) -> list[tuple[Any, ...]]:
        return sorted(human.told() for human in self.humans)


def batches(events: Sequence[Event], cuts: Iterable[int]) -> list[list[Event]]:
    places = sorted({0, len(events), *(cut % (len(events) + 1) for cut in cuts)})
    return [list(events[start:end]) for start, end in pairwise(places)]
