"""Who may ask for what, for everybody: read from two views by the process of the public site, whose role reads no table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from chengxin.sharing.duties.answers import Form

DUTIES = """SELECT code, name, name_en, purpose, purpose_name, purpose_name_en, organisation_kinds, items, form, needs, may_store,
    keep_days, provisional, bases, item_names, item_names_en FROM public_duty WHERE %s = '' OR %s = ANY(items) ORDER BY code"""
ENROLLED = """SELECT duty, region, code, name, kind, basis, valid_from, valid_until FROM public_enrolment
    WHERE duty = ANY(%s) AND (%s = '' OR (duty, region, code) > (%s, %s, %s)) ORDER BY duty, region, code, basis LIMIT %s"""
SHOWN, BLOCK = 500, 2_000


@dataclass(frozen=True, slots=True)
class PublicDuty:
    """A duty item as everybody may read it."""

    code: str
    name: str
    name_en: str
    purpose: str
    purpose_name: str
    purpose_name_en: str
    organisation_kinds: tuple[str, ...]
    items: tuple[str, ...]
    form: Form
    needs: str
    may_store: bool
    keep_days: int | None
    provisional: bool
    bases: tuple[str, ...]
    item_names: tuple[str, ...]
    item_names_en: tuple[str, ...]

    @property
    def named_items(self) -> list[tuple[str, str, str]]:
        """Give the items by code with their names."""
        return list(zip(self.items, self.item_names, self.item_names_en, strict=True))


@dataclass(frozen=True, slots=True)
class PublicEnrolment:
    """An organisation that may ask under a duty; ``valid_until`` is the first day on which it no longer may."""

    duty: str
    region: str
    code: str
    name: str
    kind: str
    basis: str
    valid_from: date
    valid_until: date


def public_duties(item: str = "") -> list[PublicDuty]:
    """Give the duty items that hold today, of one item of the catalogue or all. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(DUTIES, [item, item])
        names = [column.name for column in cursor.description or ()]
        return [_duty(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _duty(told: dict[str, Any]) -> PublicDuty:
    lists = {
        name: tuple(told[name]) for name in ("organisation_kinds", "items", "bases", "item_names", "item_names_en")
    }
    return PublicDuty(**{**told, **lists, "form": Form(told["form"])})


def public_enrolments(
    duties: list[str], *, after: tuple[str, str, str] = ("", "", ""), limit: int = SHOWN
) -> list[PublicEnrolment]:
    """Give who may ask under these duties, by duty and region, past a place. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(ENROLLED, [duties, after[0], *after, limit])
        return [PublicEnrolment(*row) for row in cursor.fetchall()]


def every_enrolment() -> Iterator[PublicEnrolment]:
    """Give all of them, in blocks read by key."""
    duties, after = [one.code for one in public_duties()], ("", "", "")
    while found := public_enrolments(duties, after=after, limit=BLOCK):
        yield from found
        after = (found[-1].duty, found[-1].region, found[-1].code)
