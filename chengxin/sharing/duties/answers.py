"""Answers in the form of a duty: pure functions over what the gate gave.

What is disputed counts, since leaving it out would decide the dispute, and is told beside, since hiding the dispute would prejudge it: as a
number where the answer is a number, else as none, some or all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

DISPUTED_STATE = "disputed"
MARK = "="
"""Stands before the form in an access entry, where a field's code stands else: what was told of an item without a value of it."""


class Form(StrEnum):
    """In which form a duty is answered, from the least to the most."""

    YES_NO = "yes_no"
    COUNT = "count"
    BAND = "band"
    LIST = "list"
    FULL = "full"

    @property
    def tells_records(self) -> bool:
        """Tell whether the answer holds records; else it holds a word or a number, and no value is read."""
        return self in (Form.LIST, Form.FULL)


class Disputed(StrEnum):
    """How many of the records that an answer rests on are disputed."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


DISPUTED_WORDS = {
    Disputed.NONE: ("", ""),
    Disputed.SOME: (
        "其中有记录正在异议核查，结论可能改变。",
        "Some of it is disputed and being checked; this may change.",
    ),
    Disputed.ALL: (
        "所依据的记录全部正在异议核查，结论可能改变。",
        "All of it is disputed and being checked; this may change.",
    ),
}


@dataclass(frozen=True, slots=True)
class Band:
    """A band of numbers, both ends included; no ``most`` in the highest."""

    least: int
    most: int | None

    @property
    def text(self) -> str:
        if self.most is None:
            return f"{self.least} 条以上（含）"
        return f"{self.least} 条" if self.least == self.most else f"{self.least} 至 {self.most} 条"

    @property
    def text_en(self) -> str:
        if self.most is None:
            return f"{self.least} or more"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that holds no record. ``asked`` are the items that it is about, by code, found or not."""

    form: Form
    asked: tuple[str, ...]
    found: bool | None = None
    count: int | None = None
    band: Band | None = None
    disputed: Disputed = Disputed.NONE
    disputed_count: int | None = None

    @property
    def text(self) -> str:
        return f"{self._said}{DISPUTED_WORDS[self.disputed][0]}"

    @property
    def text_en(self) -> str:
        return f"{self._said_en} {DISPUTED_WORDS[self.disputed][1]}".strip()

    @property
    def _said(self) -> str:
        if self.form is Form.YES_NO:
            return "有。" if self.found else "没有查到。这不代表评价。"
        if self.band is not None:
            return f"{self.band.text}。"
        beside = f"（其中 {self.disputed_count} 条有异议）" if self.disputed_count else ""
        return f"{self.count} 条{beside}。"

    @property
    def _said_en(self) -> str:
        if self.form is Form.YES_NO:
            return "Yes." if self.found else "None found; this is no judgement."
        if self.band is not None:
            return f"{self.band.text_en}."
        beside = f" ({self.disputed_count} of them disputed)" if self.disputed_count else ""
        return f"{self.count}{beside}."


def band_of(count: int, bounds: Sequence[int]) -> Band:
    """Give the band that a number falls into; ``bounds`` are the lower bounds of the bands above the first, which begins at none."""
    lower = [0, *sorted(bounds)]
    place = max(place for place, least in enumerate(lower) if least <= count)
    return Band(lower[place], lower[place + 1] - 1 if place + 1 < len(lower) else None)


def disputed_among(states: Sequence[str]) -> Disputed:
    disputed = sum(state == DISPUTED_STATE for state in states)
    if not disputed:
        return Disputed.NONE
    return Disputed.ALL if disputed == len(states) else Disputed.SOME


def answer_in(form: Form, states: Iterable[str], *, asked: Iterable[str], bounds: Sequence[int] = ()) -> Answer:
    """Make the answer of a form that holds no record from the states of the records found. Raises ValueError on a form that holds some."""
    found, items = list(states), tuple(asked)
    disputed = disputed_among(found)
    if form is Form.YES_NO:
        return Answer(form, items, found=bool(found), disputed=disputed)
    if form is Form.COUNT:
        number = sum(state == DISPUTED_STATE for state in found)
        return Answer(form, items, count=len(found), disputed=disputed, disputed_count=number)
    if form is Form.BAND:
        return Answer(form, items, band=band_of(len(found), bounds), disputed=disputed)
    raise ValueError(f"{form} is answered by its records")


def told_field(item: str, form: Form) -> str:
    """Name what was told of an item, for the access entry."""
    return f"{item}.{MARK}{form.value}"
