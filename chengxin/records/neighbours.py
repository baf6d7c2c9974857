"""Which waiting rows stand beside one in the queue of an officer: where to go on after a decision."""

from dataclasses import dataclass
from datetime import datetime

from chengxin.identity.models import User
from chengxin.identity.registers import Condition, Sought, about, page_of
from chengxin.lib.periods import shanghai_date
from chengxin.records.registers import CASES, terms_of_registers

OPEN = """NOT EXISTS (SELECT FROM records_adjudication d WHERE d.waiting_id = r.id AND d.done_at IS NULL AND d.taken_back_at IS NULL
    AND d.agreed IS NOT FALSE)"""
"""Asked so, and not by the decision that a row hasn't, the oldest are found without looking at all."""
SECOND = "r.decision IS NOT NULL AND r.state = 'second' AND NOT r.mine"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The rows before and after one that the officer may decide or agree to."""

    previous: int | None
    next: int | None


def neighbours(number: int, *, actor: User, at: datetime) -> Neighbours:
    """Give the rows beside one. Two statements beside those that speak and those that ask for terms."""
    return Neighbours(*(_beside(number, f"{OPEN} OR {SECOND}", actor, at, oldest_first=way) for way in (False, True)))


def go_on(number: int, *, second: bool, actor: User, at: datetime) -> int | None:
    """Give the next row to decide, or to agree to, after one; from the beginning again where there is none after it."""
    wanted = SECOND if second else OPEN
    return _beside(number, wanted, actor, at) or _beside(None, wanted, actor, at)


def _beside(place: int | None, wanted: str, actor: User, at: datetime, *, oldest_first: bool = True) -> int | None:
    on = shanghai_date(at)
    sought = Sought(CASES, (Condition(wanted),), oldest_first)
    found = page_of(sought, about(actor, on) | terms_of_registers(on), actor=actor, place=place, limit=1)
    return found[0]["id"] if found else None
