"""What a person sees of themselves in the population base, and who may act for whom; in a transaction that speaks for them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from chengxin.ground.services import note_act
from chengxin.identity.errors import DelegationRefused
from chengxin.identity.models import Person, User
from chengxin.identity.queries import open_person
from chengxin.identity.speaking import speaking_as_person
from chengxin.lib.sources import Source

EVENTS = 20
CORRECTION = Source("中华人民共和国户口登记条例", "第十七条")
REVOCATION = Source("中华人民共和国民法典", "第一百七十三条")


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the population authority's about the person: of which kind, and when it was loaded."""

    kind: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Details:
    """What the population base says of a person, opened. Has no readable form of its own, so that it can't slip into a log."""

    name: str
    code: str
    born: date
    region: str
    capacity: str
    capacity_since: date | None
    recorded_at: datetime
    told: tuple[Told, ...]
    correction: Source = CORRECTION


def read_details(subject_id: int) -> Details:
    """Open what is held of a person. Inside ``ground.services.reading`` alone. Three statements."""
    row, named = Person.objects.get(pk=subject_id), open_person(subject_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, recorded_at FROM identity_own_told(%s)", [EVENTS])
        told = tuple(Told(*event) for event in cursor.fetchall())
    return Details(
        named.name, named.code, row.born, row.region, row.capacity, row.capacity_since, row.recorded_at, told
    )  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class OwnDelegation:
    """That somebody acts for the person (``mine``) or they for somebody; ``other`` names the other of the two."""

    id: int
    mine: bool
    other: str
    kind: str
    acts: tuple[str, ...]
    valid_from: date
    valid_until: date
    confirmed: bool
    ended_at: datetime | None
    end_reason: str

    def standing(self, on: date) -> str:
        """Tell how it stands: waiting for its second officer, in force, to come, over, ended."""
        if self.ended_at is not None:
            return "ended"
        if self.valid_until <= on:
            return "over"
        return "live" if self.confirmed else "waiting"

    def may_end(self, on: date) -> bool:
        """Tell whether either of the two ends it by their word. Source: 民法典 第一百七十三条; a guardian is appointed by law."""
        return self.kind == "agent" and self.ended_at is None and self.valid_until > on


def list_own_delegations(person: User) -> list[OwnDelegation]:
    """Give who may act for the person and for whom they may, the newest first. One statement, and one for each other person's name."""
    with speaking_as_person(person):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM identity_own_delegations()")
            rows = cursor.fetchall()
        names = {other: open_person(other).name for other in {row[2] for row in rows}}
    return [
        OwnDelegation(one, mine, names[other], kind, tuple(acts), *rest) for one, mine, other, kind, acts, *rest in rows
    ]


def end_own_delegation(delegation_id: int, *, reason: str, actor: User, at: datetime) -> None:
    """End a power of attorney at once, at the word of whoever gave it or holds it.

    Raises DelegationRefused without a reason, for a guardian's, for others' and for one that stands no more.
    Source: 民法典 第一百七十三条 (被代理人取消委托或者代理人辞去委托).
    """
    if not reason.strip():
        raise DelegationRefused("请写明终止的理由。", "Give the reason.")
    with speaking_as_person(actor), connection.cursor() as cursor:
        cursor.execute("SELECT identity_end_own_delegation(%s, %s)", [delegation_id, reason.strip()])
        if cursor.fetchone() != (True,):
            raise DelegationRefused(
                "没有这项委托代理，或者已经终止；监护由法律规定，请到信用中心窗口办理。",
                "There is no such power of attorney, or it was ended; guardianship ends at the credit centre's window.",
                source=REVOCATION,
            )
        note_act(actor.login, "delegation.end_own", f"delegation:{delegation_id}", at=at)
