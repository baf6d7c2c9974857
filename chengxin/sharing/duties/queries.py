"""Which duties there are today, for which an organisation stands enrolled, and how far applications are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from chengxin.catalogue.models import Article
from chengxin.catalogue.queries import list_purposes, standing_articles
from chengxin.identity.models import User
from chengxin.sharing.duties.errors import DutyUnknown, EnrolmentUnknown
from chengxin.sharing.duties.models import Duty, Enrolment

LISTED = 200


@dataclass(frozen=True, slots=True)
class DutyTerms:
    """A duty with those of its articles that are in force; ``bases`` maps a reference to its text."""

    id: int
    code: str
    purpose: str
    name: str
    name_en: str
    organisation_kinds: tuple[str, ...]
    bases: Mapping[str, str]
    items: tuple[str, ...]
    form: str
    bands: tuple[int, ...]
    needs: str
    may_store: bool
    keep_days: int | None
    provisional: bool
    note: str

    @property
    def form_name(self) -> str:
        return Duty.Form(self.form).label


@dataclass(frozen=True, slots=True)
class Offer:
    """What an officer may ask: under a duty for which their organisation stands enrolled, or a purpose that needs none."""

    code: str
    name: str
    purpose: str
    needs: str
    bases: Mapping[str, str]
    duty: DutyTerms | None = None

    @property
    def form_name(self) -> str:
        return self.duty.form_name if self.duty else Duty.Form.FULL.label

    @property
    def items(self) -> tuple[str, ...]:
        return self.duty.items if self.duty else ()

    @property
    def named_duty(self) -> str:
        return self.duty.code if self.duty else ""


def list_enrolled(organisation: str, on: date) -> list[DutyTerms]:
    """Give the duties for which an organisation stands enrolled today, by code. Three statements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT duty FROM sharing_standing WHERE organisation = %s", [organisation])
        enrolled = {code for (code,) in cursor.fetchall()}
    return [duty for duty in list_duties(on) if duty.code in enrolled]


def list_offers(organisation: str, kind: str, on: date) -> list[Offer]:
    """Give what an organisation may ask today: its duties by code, then the purposes that need none by name."""
    return [
        *(Offer(one.code, one.name, one.purpose, one.needs, one.bases, one) for one in list_enrolled(organisation, on)),
        *(
            Offer(one.code, one.name, one.code, one.needs, one.bases)
            for one in list_purposes(kind, on)
            if not one.needs_duty
        ),
    ]


def find_duty(code: str, on: date) -> DutyTerms:
    """Give a duty as it holds on the day. Raises DutyUnknown, also where no article of it is in force."""
    found = list_duties(on, code=code)
    if not found:
        raise DutyUnknown
    return found[0]


def list_duties(on: date, *, code: str = "", kind: str = "") -> list[DutyTerms]:
    """Give the duties that hold on the day, by code: one, or those open to a kind of organisations, or all. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT duty_id, array_agg(DISTINCT basis) FROM sharing_duty_live
               WHERE valid_from <= %s AND %s < valid_until AND (%s = '' OR code = %s) GROUP BY duty_id""",
            [on, on, code, code],
        )
        live = dict(cursor.fetchall())
    rows = Duty.objects.filter(pk__in=live).select_related("purpose").order_by("code")
    if kind:
        rows = rows.filter(organisation_kinds__contains=[kind], purpose__organisation_kinds__contains=[kind])
    texts = article_texts({ref for refs in live.values() for ref in refs}, on)
    return [_terms(row, {ref: texts[ref] for ref in row.bases if ref in live[row.pk] and ref in texts}) for row in rows]


def article_texts(refs: set[str], on: date) -> dict[str, str]:
    """Give the names of articles that stand on the day, by reference."""
    rows = Article.objects.filter(pk__in=refs).filter(pk__in=standing_articles(on)).select_related("law")
    return {row.ref: f"《{row.law.name}》{row.article}" for row in rows}


def _terms(row: Duty, bases: dict[str, str]) -> DutyTerms:
    return DutyTerms(
        row.pk, row.code, row.purpose.code, row.name, row.name_en, tuple(row.organisation_kinds), bases, tuple(row.items), row.form,
        tuple(row.bands), row.needs, row.may_store, row.keep_days, row.provisional, row.note,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Application:
    """An application as those who have to do with it see it. ``state``: asked, approved, refused, standing, over, ended."""

    id: int
    organisation: str
    organisation_code: str
    duty: str
    duty_name: str
    purpose: str
    form: str
    basis: str
    scene: str
    scope: str
    way: str
    wanted_until: date
    asked_by: str
    asked_at: datetime
    due_on: date
    due_estimated: bool
    decision: str
    reason: str
    decided_at: datetime | None
    valid_from: date | None
    valid_until: date | None
    published_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    state: str
    basis_text: str

    def overdue(self, on: date) -> bool:
        return self.state == "asked" and self.due_on < on


def state_of(row: Enrolment, on: date) -> str:
    """Tell how far an application is."""
    if row.ended_at is not None:
        return "ended"
    if row.decided_at is None:
        return "asked"
    if row.decision == Enrolment.Decision.REFUSED:
        return "refused"
    if row.valid_until is not None and row.valid_until <= on:
        return "over"
    return "standing" if row.published_at is not None else "approved"


def list_applications(actor: User, on: date, *, limit: int = LISTED) -> list[Application]:
    """Give the applications of an officer's organisation, at the centre and the supervising department every one's; the newest first."""
    rows = list(_all(actor).order_by("-pk")[:limit])
    texts = article_texts({row.basis for row in rows}, on)
    return [_application(row, on, texts) for row in rows]


def find_application(number: int, actor: User, on: date) -> Application:
    """Give one of them. Raises EnrolmentUnknown."""
    row = _all(actor).filter(pk=number).first()
    if row is None:
        raise EnrolmentUnknown
    return _application(row, on, article_texts({row.basis}, on))


def _all(actor: User) -> Any:
    rows = Enrolment.objects.select_related("organisation", "duty__purpose", "asked_by")
    return rows if actor.organisation.kind in ("centre", "supervisor") else rows.filter(organisation=actor.organisation)


def _application(row: Enrolment, on: date, texts: Mapping[str, str]) -> Application:
    return Application(
        row.pk, row.organisation.name, row.organisation.code, row.duty.code, row.duty.name, row.duty.purpose.name,
        Duty.Form(row.duty.form).label, row.basis, row.scene, row.scope, row.way, row.wanted_until, row.asked_by.display_name, row.asked_at,
        row.due_on, row.due_estimated, row.decision, row.reason, row.decided_at, row.valid_from, row.valid_until, row.published_at,
        row.ended_at, row.end_reason, state_of(row, on), texts.get(row.basis, row.basis),
    )  # fmt: skip
