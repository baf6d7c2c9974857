"""The report in place of a certificate of no violation (专项信用报告): chosen fields, a purpose, an end, a check code.

It says what is held that may be shown, or that nothing was found, and what that can mean: who hands in, and until when.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from chengxin.catalogue.held import begun_by
from chengxin.catalogue.queries import items_in_force
from chengxin.catalogue.terms import define_item
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import Named, open_person
from chengxin.lib.periods import shanghai_date
from chengxin.lib.sources import Source
from chengxin.records.queries import HandedIn, ShownRecord, handed_in, read_shown
from chengxin.records.terms import certificate_months
from chengxin.sharing.errors import CertificateRefused
from chengxin.sharing.own import PURPOSE, Served, number_report, of_oneself, purpose_of_oneself, reading_of
from chengxin.sharing.rules import refuse_certificate, valid_until

FILE = Path(__file__).parent / "certificates.toml"
NOTHING = HandedIn(0, (), None)


@dataclass(frozen=True, slots=True)
class CertificatePurpose:
    code: str
    name: str
    name_en: str
    source: Source


@cache
def certificate_purposes() -> Mapping[str, CertificatePurpose]:
    """Read what a certificate may be for, once. Raises KeyError on a file that lacks something."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["purpose"]
    return {
        entry["code"]: CertificatePurpose(
            entry["code"],
            entry["name"],
            entry["name_en"],
            Source(entry["source"][0], entry["source"][1], provisional=entry["provisional"]),
        )
        for entry in entries
    }


@dataclass(frozen=True, slots=True)
class Offered:
    """A field that a certificate may cover: an item of the catalogue in force that its person may see."""

    code: str
    name: str
    name_en: str
    item_class: str


def offered_fields(on: date) -> tuple[Offered, ...]:
    """Give the items that a certificate may cover on a day, by class and code. Four statements."""
    versions = items_in_force(on)
    classes = begun_by(on).classes({version.item_id for version in versions})
    items = [(define_item(version.definition), classes.get(version.item_id, "")) for version in versions]
    return tuple(Offered(item.code, item.name, item.name_en, name) for item, name in items if PURPOSE in item.purposes)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of a certificate: for what, about which items by code, for how many months."""

    purpose: str
    covers: tuple[str, ...]
    months: int


@dataclass(frozen=True, slots=True)
class Covered:
    """One field of a certificate: what is held of it that may be shown, and what the register can know about it."""

    code: str
    name: str
    name_en: str
    records: tuple[ShownRecord, ...]
    source: HandedIn


@dataclass(frozen=True, slots=True, repr=False)
class Certificate:
    """A certificate as made out. Nothing of it is kept but number, purpose, fields and end."""

    number: str
    check_code: str
    issued_at: datetime
    subject: Named
    purpose: str
    purpose_en: str
    basis: str
    fields: tuple[Covered, ...]
    valid_until: date
    salt: str = ""


def issue_certificate(person: User, wanted: Wanted, *, at: datetime) -> Certificate:
    """Make out a certificate to whoever is logged in. Raises CertificateRefused."""
    return issue_certificate_to(of_oneself(person, at=at), wanted, at=at)


def issue_certificate_to(served: Served, wanted: Wanted, *, at: datetime) -> Certificate:
    """Make out a certificate to whoever is served, as they are read by others: no field that only the person sees.

    Reads nothing of other fields. Raises CertificateRefused before anything is read.
    """
    on = shanghai_date(at)
    offered = {field.code: field for field in offered_fields(on)}
    _refuse(wanted, offered, on)
    covers = list(dict.fromkeys(wanted.covers))
    purpose, basis = purpose_of_oneself(on)
    with reading_of(served, at=at) as note:
        records = read_shown(note, purpose, on, items=covers)
        subject = open_person(note.subject_id)
        note.fields.update({"name", "code"})
        until = valid_until(on, wanted.months, [record.shown_until for record in records])
        made = number_report(note, kind="special", purpose=wanted.purpose, covers=covers, until=until)
        note_act(served.asker.officer, "report.special", f"report:{made.number}", at=at)
    words = certificate_purposes()[wanted.purpose]
    fields = _covered([offered[code] for code in covers], records)
    return Certificate(
        made.number, made.code, at, subject, words.name, words.name_en, purpose.bases[basis], fields, until, made.salt
    )  # fmt: skip


def _refuse(wanted: Wanted, offered: Mapping[str, Offered], on: date) -> None:
    refusal = refuse_certificate(
        wanted.purpose, wanted.covers, wanted.months,
        purposes=certificate_purposes(), offered=offered, longest=certificate_months(on),
    )  # fmt: skip
    if refusal:
        raise CertificateRefused(refusal)


def _covered(fields: Sequence[Offered], records: Sequence[ShownRecord]) -> tuple[Covered, ...]:
    sources = handed_in([field.code for field in fields])
    return tuple(
        Covered(
            field.code,
            field.name,
            field.name_en,
            tuple(record for record in records if record.item == field.code),
            sources.get(field.code, NOTHING),
        )
        for field in fields
    )
