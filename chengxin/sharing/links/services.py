"""Making a share link, looking through it, ending it. No entry, no look; no look beyond what the person chose."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, connection, transaction

from chengxin.catalogue.queries import PurposeTerms
from chengxin.ground.services import Asker, Reading, note_act, reading
from chengxin.identity.models import User
from chengxin.identity.queries import open_person
from chengxin.identity.speaking import speaking_as_person
from chengxin.lib.codes import holds_code
from chengxin.lib.periods import shanghai_date
from chengxin.records.gate import NO_DUTY
from chengxin.records.queries import HandedIn, ShownRecord, handed_in, read_shown, read_states
from chengxin.records.services import areas
from chengxin.sharing.certificates import NOTHING as HANDED_NOTHING
from chengxin.sharing.certificates import offered_fields
from chengxin.sharing.duties.answers import Form, told_field
from chengxin.sharing.links.errors import LinkClosed, LinkRefused, LinkUnknown
from chengxin.sharing.links.queries import link_limits, standing_links
from chengxin.sharing.links.rules import (
    CODE_IN_NOTE,
    NOTHING,
    RECORDS,
    Shared,
    held_after_all,
    masked_name,
    opens_until,
    refuse_link,
)
from chengxin.sharing.own import purpose_of_oneself, reading_oneself
from chengxin.sharing.services import NUMBER_ALPHABET

CHANNEL, HOLDER, BY_LINK = "share", "持链接的人", "link"
WORDS_BYTES, WORDS_MOST, CODE_SIGNS, NUMBER_SIGNS = 24, 64, 6, 10


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """A link as it was made: its words and its access code stand here and nowhere else. Has no readable form."""

    number: str
    words: str
    code: str


def make_link(person: User, wanted: Shared, *, note: str = "", coded: bool = False, at: datetime) -> Made:
    """Make a link by which whoever holds it looks at what the person chose, so many times and until a day.

    Its words (192 bits) and the access code are told once; digests alone are kept. Raises LinkRefused, also where a link is to say that
    nothing is held of an item of which something is.
    """
    on = shanghai_date(at)
    offered = {field.code: field.name for field in offered_fields(on)}
    refusal = refuse_link(wanted, offered=offered, standing=standing_links(person), limits=link_limits(on))
    if refusal is None and holds_code(note, on=on, areas=areas()):
        refusal = CODE_IN_NOTE
    if refusal:
        raise LinkRefused(refusal)
    if wanted.kind == NOTHING:
        _refuse_untrue(person, wanted, offered, at)
    return _make(person, wanted, note.strip(), coded=coded, at=at)


def _refuse_untrue(person: User, wanted: Shared, offered: Mapping[str, str], at: datetime) -> None:
    """Look whether nothing is held that may be shown, as one's own reading. Raises LinkRefused."""
    on = shanghai_date(at)
    purpose, _ = purpose_of_oneself(on)
    with reading_oneself(person, at=at) as note:
        found = _read_states(note, purpose, wanted.items)
    held = [offered[code] for code, states in sorted(found.items()) if states]
    if held:
        raise LinkRefused(held_after_all(held))


def _read_states(note: Reading, purpose: PurposeTerms, items: tuple[str, ...]) -> dict[str, list[str]]:
    found = read_states(note, purpose, shanghai_date(note.at), duty=NO_DUTY, items=items)
    note.fields.update(told_field(item, Form.YES_NO) for item in items)
    return found


def _make(person: User, wanted: Shared, note: str, *, coded: bool, at: datetime) -> Made:
    on = shanghai_date(at)
    number = f"FX{on:%Y%m%d}" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_SIGNS))
    words = secrets.token_urlsafe(WORDS_BYTES)
    code = f"{secrets.randbelow(10**CODE_SIGNS):0{CODE_SIGNS}d}" if coded else ""
    digests = [sha256(text.encode()).digest() for text in (words, f"{words}/{code}")]
    values = [
        number, digests[0], digests[1] if coded else None, wanted.kind, sorted(set(wanted.items)), wanted.views,
        opens_until(on, wanted.days), note,
    ]  # fmt: skip
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT sharing_make_link(%s, %s, %s, %s, %s::varchar[], %s, %s, %s)", values)
        note_act(person.login, "link.make", f"link:{number}", at=at)
    return Made(number, words, code)


def end_link(person: User, number: str, *, at: datetime) -> None:
    """End a link of one's own, at once and for good. Raises LinkUnknown, also for another's and a second time."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT sharing_end_link(%s)", [number])
        if cursor.fetchone() != (True,):
            raise LinkUnknown
        note_act(person.login, "link.end", f"link:{number}", at=at)


@dataclass(frozen=True, slots=True)
class Looked:
    """One item as it is looked at: the records that may be shown today, or whether there are any where that alone was shared."""

    code: str
    name: str
    name_en: str
    held: bool
    records: tuple[ShownRecord, ...]
    source: HandedIn


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What whoever holds a link sees: a masked name and what was chosen, as it stands at this moment."""

    number: str
    kind: str
    name: str
    at: datetime
    basis: str
    items: tuple[Looked, ...]

    @property
    def nothing_held(self) -> bool:
        return not any(item.held for item in self.items)


@dataclass(frozen=True, slots=True)
class _Link:
    number: str
    subject_id: int
    kind: str
    items: tuple[str, ...]


def look(words: str, code: str, *, at: datetime) -> Opened:
    """Look through a link: one look is counted and entered in the transaction that reads, or nothing comes out.

    Raises LinkClosed for whatever doesn't open, after the true reason was entered about the person where there is such a link.
    """
    on = shanghai_date(at)
    link = _find(words)
    purpose, basis = purpose_of_oneself(on)
    asker = Asker(HOLDER, BY_LINK, purpose.code, basis, link.number, CHANNEL)
    try:
        with reading(asker, link.subject_id, at=at) as note:
            state = _open(words, code.strip())
            if state == "stands":
                found = _read(link, note, purpose)
                name = open_person(link.subject_id).name
                note.fields.add("name")
            else:
                note.refusal = f"link-{state}"
    except IntegrityError:  # it stands no more when the entry is written: entered as failed
        raise LinkClosed from None
    if note.refusal:
        raise LinkClosed
    return Opened(link.number, link.kind, masked_name(name), at, purpose.bases[basis], _words(link, found, at))


def _find(words: str) -> _Link:
    """Find which link words belong to. Raises LinkClosed; what nobody made is about nobody, so it isn't entered."""
    if not 0 < len(words) <= WORDS_MOST:
        raise LinkClosed
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT number, subject_id, kind, items FROM sharing_link_of(%s)", [words])
        row = cursor.fetchone()
    if row is None:
        raise LinkClosed
    return _Link(row[0], row[1], row[2], tuple(row[3]))


def _open(words: str, code: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_open_link(%s, %s)", [words, code])
        (state,) = cursor.fetchone() or ("",)
    return str(state)


def _read(link: _Link, note: Reading, purpose: PurposeTerms) -> dict[str, tuple[bool, tuple[ShownRecord, ...]]]:
    """Read as much as the link shares: the records, as others see them, or whether there are any."""
    if link.kind == RECORDS:
        records = read_shown(note, purpose, shanghai_date(note.at), items=link.items)
        each = {code: tuple(one for one in records if one.item == code) for code in link.items}
        return {code: (bool(found), found) for code, found in each.items()}
    states = _read_states(note, purpose, link.items)
    return {code: (bool(states.get(code)), ()) for code in link.items}


def _words(link: _Link, found: Mapping[str, tuple[bool, tuple[ShownRecord, ...]]], at: datetime) -> tuple[Looked, ...]:
    """Put names to the items that stand today, and say who hands them in; of one whose law has ended nothing is told."""
    offered = {field.code: field for field in offered_fields(shanghai_date(at))}
    sources = handed_in(list(link.items))
    return tuple(
        Looked(code, offered[code].name, offered[code].name_en, *found[code], sources.get(code, HANDED_NOTHING))
        for code in link.items
        if code in offered
    )
