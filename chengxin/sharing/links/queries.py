"""A person's share links, for themselves: how each stands, and each look through it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as_person
from chengxin.records.terms import share_link_days, share_link_views
from chengxin.sharing.authorising.queries import LAST, ItemTold, items_told
from chengxin.sharing.links.errors import LinkUnknown
from chengxin.sharing.links.rules import LinkLimits

PAGE, LOOKS = 20, 100


def link_limits(on: date) -> LinkLimits:
    views = share_link_views(on).numbers
    return LinkLimits(share_link_days(on), views["most"], views["standing"])


@dataclass(frozen=True, slots=True)
class OwnLink:
    """A link of one's own. ``valid_until`` is the first day on which it opens nothing."""

    id: int
    number: str
    kind: str
    items: tuple[ItemTold, ...]
    most_views: int
    valid_until: date
    note: str
    made_at: datetime
    coded: bool
    state: str
    views: int
    tries: int
    seen_at: datetime | None

    @property
    def through(self) -> date:
        return self.valid_until - timedelta(days=1)

    @property
    def left(self) -> int:
        return self.most_views - self.views


def list_own_links(person: User, *, number: str = "", before: int | None = None, limit: int = PAGE) -> list[OwnLink]:
    """Give what the person shares and shared, the newest first; one of them where it is named."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_own_links(%s, %s, %s)", [number, before or LAST, limit])
        rows = cursor.fetchall()
    names = {one.code: one for one in items_told(code for row in rows for code in row[3])}
    return [
        OwnLink(one, label, kind, tuple(names[code] for code in items), *rest)
        for one, label, kind, items, *rest in rows
    ]


def find_own_link(person: User, number: str) -> OwnLink:
    """Give one of the person's own links. Raises LinkUnknown, also for another's."""
    found = list_own_links(person, number=number, limit=1) if number else []
    if not found:
        raise LinkUnknown
    return found[0]


def standing_links(person: User) -> int:
    """Count the links of a person that open something today."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sharing_own_links('', %s, %s) k WHERE k.state = 'stands'", [LAST, LAST >> 32]
        )
        (found,) = cursor.fetchone() or (0,)
    return int(found)


@dataclass(frozen=True, slots=True)
class Look:
    """One try to look through a link, and what came of it: answered, empty, or refused and why."""

    at: datetime
    outcome: str
    reason: str
    records: int


def own_looks(person: User, number: str) -> list[Look]:
    """Give who tried to look through one of the person's links, the newest first."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_own_link_looks(%s, %s)", [number, LOOKS])
        return [Look(*row) for row in cursor.fetchall()]
