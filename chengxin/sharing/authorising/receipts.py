"""The receipt of what a person did with an authorisation: made anew from its event each time it is asked for."""

from dataclasses import dataclass
from datetime import date, datetime

from chengxin.identity.models import User
from chengxin.identity.queries import open_person
from chengxin.lib.periods import shanghai_date
from chengxin.records.terms import authorisation_years
from chengxin.sharing.authorising.errors import AuthorisationUnknown
from chengxin.sharing.authorising.queries import Happened, ItemTold, find_own_authorisation, own_history
from chengxin.sharing.authorising.rules import kept_until
from chengxin.sharing.own import reading_oneself


@dataclass(frozen=True, slots=True, repr=False)
class LeaveReceipt:
    """What a receipt says. ``items``: those that may be seen from then on; of a withdrawal those taken back."""

    number: str
    authorisation: str
    kind: str
    at: datetime
    channel: str
    person: str
    organisation: str
    duty: str
    purpose: str
    bases: tuple[str, ...]
    form: str
    items: tuple[ItemTold, ...]
    once: bool
    valid_until: date
    announces: bool
    keep_days: int
    erase_by: date | None
    due_on: date | None
    due_estimated: bool
    kept_until: date


def _kept_until(done: Happened) -> date:
    """Give until when the proof is kept: counted from the end of use, as what was done leaves it."""
    on = shanghai_date(done.at)
    return kept_until(on if done.kind == "withdrawn" else done.valid_until, authorisation_years(on))


def find_receipt(person: User, number: str, receipt: str, *, at: datetime) -> LeaveReceipt:
    """Give the receipt of one thing that whoever is logged in did with an authorisation of theirs. Reading their name is entered.

    Raises AuthorisationUnknown, also for another's.
    """
    one = find_own_authorisation(person, number, shanghai_date(at))
    history = own_history(person, number)
    place = next((place for place, step in enumerate(history) if step.receipt and step.receipt == receipt), None)
    if place is None:
        raise AuthorisationUnknown
    with reading_oneself(person, at=at) as note:
        note.fields.add("name")
        name = open_person(note.subject_id).name
    done, before = history[place], history[place - 1] if place else None
    items = before.items if done.kind == "withdrawn" and before else done.items
    return LeaveReceipt(
        receipt, number, done.kind, done.at, done.channel, name, one.organisation, one.duty.name, one.duty.purpose_name,
        one.duty.bases, one.duty.form, one.named(items), done.once, done.valid_until, done.announces, one.keep_days, one.erase_by,
        done.due_on, done.due_estimated, _kept_until(done),
    )  # fmt: skip
