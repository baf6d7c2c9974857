"""What was asked of a person and how it stands: for the person, for the organisation that asked."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as, speaking_as_person
from chengxin.sharing.authorising.errors import AuthorisationUnknown
from chengxin.sharing.authorising.rules import Leave
from chengxin.sharing.duties.models import Duty
from chengxin.sharing.duties.queries import article_texts
from chengxin.sharing.queries import definitions_of

PAGE, LAST = 20, (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class ItemTold:
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DutyTold:
    """A duty item as it was registered and published: for what, on which articles, in which form its answer comes."""

    id: int
    code: str
    name: str
    name_en: str
    purpose: str
    purpose_name: str
    basis: str
    bases: tuple[str, ...]
    form: str
    items: tuple[str, ...]
    keep_days: int


def duties_told(numbers: Collection[int], on: date) -> dict[int, DutyTold]:
    """Give duty items by their numbers, those that ended too. Two statements."""
    found = list(Duty.objects.select_related("purpose").filter(pk__in=numbers))
    texts = article_texts({ref for duty in found for ref in duty.bases}, on)
    return {duty.pk: _duty(duty, texts) for duty in found}


def _duty(duty: Duty, texts: Mapping[str, str]) -> DutyTold:
    standing = next((ref for ref in duty.bases if ref in texts), duty.bases[0])
    return DutyTold(
        duty.pk, duty.code, duty.name, duty.name_en, duty.purpose.code, duty.purpose.name, standing,
        tuple(texts.get(ref, ref) for ref in duty.bases), duty.form, tuple(duty.items), duty.keep_days or 0,
    )  # fmt: skip


def items_told(codes: Iterable[str]) -> tuple[ItemTold, ...]:
    """Give items with their names, in the order of their codes."""
    wanted = sorted(set(codes))
    known = definitions_of(set(wanted))
    return tuple(
        ItemTold(code, known[code].name, known[code].name_en) if code in known else ItemTold(code, code, code)
        for code in wanted
    )


@dataclass(frozen=True, slots=True)
class CallBack:
    """What became of a call-back, for the person: by when the recipient acknowledges, and what it says became of its copies."""

    due_on: date
    due_estimated: bool
    acknowledged_at: datetime | None
    copies: str
    law: str

    def overdue(self, on: date) -> bool:
        return self.acknowledged_at is None and self.due_on < on


@dataclass(frozen=True, slots=True)
class Told:
    """Since when changes are told to the recipient, where they are; how often it was told, and when last."""

    since: datetime | None
    times: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class OwnAuthorisation:
    """What an organisation asks of a person, or was let see: ``asked`` for, ``left`` of it after what they did last, None before."""

    id: int
    number: str
    organisation: str
    duty: DutyTold
    asked: Leave
    keep_days: int
    erase_by: date | None
    reason: str
    asked_at: datetime
    lapses_on: date
    state: str
    left: Leave | None
    done_at: datetime | None
    uses: int
    told: Told
    call_back: CallBack | None
    names: Mapping[str, ItemTold]

    @property
    def items(self) -> tuple[ItemTold, ...]:
        """Give the items that stand, of a request those asked for."""
        return self.named(self.left.items if self.left and self.left.items else self.asked.items)

    @property
    def standing(self) -> Leave:
        return self.left if self.left and self.left.items else self.asked

    @property
    def may_narrow(self) -> bool:
        return self.state in {"stands", "suspended"}

    @property
    def may_silence(self) -> bool:
        return self.may_narrow and self.standing.announces

    @property
    def may_withdraw(self) -> bool:
        return self.state in {"stands", "suspended", "used", "over"}

    def named(self, codes: Iterable[str]) -> tuple[ItemTold, ...]:
        return tuple(self.names[code] for code in sorted(codes))


def list_own_authorisations(
    person: User, on: date, *, number: str = "", before: int | None = None, limit: int = PAGE
) -> list[OwnAuthorisation]:
    """Give what was asked of whoever is logged in, the newest first; one of them where it is named."""
    with speaking_as_person(person):
        return own_authorisations_read(on, number, before or LAST, limit)


def own_authorisations_read(on: date, number: str, before: int, limit: int) -> list[OwnAuthorisation]:
    """Give what was asked of whoever this transaction reads for: whoever speaks for themselves, or is served at the window."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_own_authorisations(%s, %s, %s)", [number, before, limit])
        rows = cursor.fetchall()
    duties = duties_told({row[3] for row in rows}, on)
    names = {one.code: one for one in items_told(code for row in rows for code in row[4])}
    found = []
    for one, label, asker, duty, items, once, until, announces, keep, erase, why, at, lapses, state, *rest in rows:
        left_items, left_once, left_until, left_announces, done_at, uses, since, times, last, *recalled = rest
        due, estimated, acknowledged, copies, law = recalled
        left = Leave(frozenset(left_items), left_once, left_until, left_announces) if left_items is not None else None
        back = CallBack(due, estimated, acknowledged, copies, law) if due else None
        asked = Leave(frozenset(items), once, until, announces)
        told = Told(since, times, last)
        found.append(
            OwnAuthorisation(
                one, label, asker, duties[duty], asked, keep, erase, why, at, lapses, state, left, done_at, uses, told, back, names
            )
        )  # fmt: skip
    return found


def find_own_authorisation(person: User, number: str, on: date) -> OwnAuthorisation:
    """Give one of the person's own. Raises AuthorisationUnknown, also for another's."""
    found = list_own_authorisations(person, on, number=number)
    if not number or not found:
        raise AuthorisationUnknown
    return found[0]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that the person did with an authorisation, and what stood from then on."""

    kind: str
    at: datetime
    items: tuple[str, ...]
    once: bool
    valid_until: date
    announces: bool
    receipt: str
    channel: str
    due_on: date | None
    due_estimated: bool


def own_history(person: User, number: str) -> list[Happened]:
    """Give what whoever is logged in did with one of their authorisations, in order."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_own_authorisation_events(%s)", [number])
        return [Happened(kind, at, tuple(items), *rest) for kind, at, items, *rest in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A request of the officer's organisation, and what it has leave for; nothing of the person.

    ``state`` none: there is no authorisation. ``subscribed``: whether changes are told now.
    """

    id: int
    number: str
    duty: DutyTold
    asked: Leave
    keep_days: int
    erase_by: date | None
    reference: str
    officer: str
    asked_at: datetime
    lapses_on: date
    state: str
    left: Leave | None
    uses: int
    subscribed: bool
    items: tuple[ItemTold, ...]


def list_asked_for(actor: User, on: date, *, before: int | None = None, limit: int = PAGE) -> list[AskedFor]:
    """Give what the officer's organisation asked for, the newest first. Refused, unanswered and unknown look alike."""
    with speaking_as(actor):
        return asked_for_read(on, "", before or LAST, limit)


def asked_for_read(on: date, wanted: str, before: int, limit: int) -> list[AskedFor]:
    """Give what was asked for by whichever organisation this transaction speaks for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_authorisations_of(%s, %s, %s)", [wanted, before, limit])
        rows = cursor.fetchall()
    duties = duties_told({row[2] for row in rows}, on)
    names = {one.code: one for one in items_told(code for row in rows for code in row[3])}
    found = []
    for (
        one,
        number,
        duty,
        items,
        once,
        until,
        announces,
        keep,
        erase,
        reference,
        officer,
        at,
        lapses,
        state,
        *rest,
    ) in rows:
        left_items, left_once, left_until, left_announces, uses, subscribed = rest
        left = Leave(frozenset(left_items), left_once, left_until, left_announces) if left_items else None
        shown = tuple(names[code] for code in sorted(left.items if left else items))
        asked = Leave(frozenset(items), once, until, announces)
        found.append(
            AskedFor(
                one, number, duties[duty], asked, keep, erase, reference, officer, at, lapses, state, left, uses, subscribed, shown
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class CalledBack:
    """What the person took back from the officer's organisation: of which request, which items, by when it is acknowledged."""

    id: int
    number: str
    kind: str
    reference: str
    items: tuple[ItemTold, ...]
    told_at: datetime
    due_on: date
    due_estimated: bool
    acknowledged_at: datetime | None
    acknowledged_by: str
    copies: str
    law: str

    def overdue(self, on: date) -> bool:
        return self.acknowledged_at is None and self.due_on < on


def list_call_backs(actor: User, *, open_only: bool = False, limit: int = PAGE) -> list[CalledBack]:
    """Give what is called back from the officer's organisation: what waits first, the one due soonest on top."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_authorisation_recalls_of(%s, %s)", [open_only, limit])
        rows = cursor.fetchall()
    names = {one.code: one for one in items_told(code for row in rows for code in row[4])}
    return [
        CalledBack(one, number, kind, reference, tuple(names[code] for code in items), *rest)
        for one, number, kind, reference, items, *rest in rows
    ]
