"""Granting and taking back at the credit centre's window, on signed paper: entered by one officer, witnessed by another, then done."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.services.scans import scans_of_visit
from chengxin.identity.services.visits import speak_at_window, subject_served
from chengxin.identity.signers import refusals_noted, refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.identity.visiting import SELF
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.at_window import at_window
from chengxin.sharing.authorising.errors import AuthorisationUnknown, PaperMissing, PaperUnknown
from chengxin.sharing.authorising.models import AuthorisationPaper
from chengxin.sharing.authorising.queries import (
    LAST,
    PAGE,
    DutyTold,
    ItemTold,
    OwnAuthorisation,
    duties_told,
    items_told,
    own_authorisations_read,
)
from chengxin.sharing.authorising.rules import Leave, refuse_grant
from chengxin.sharing.authorising.services import due_of, number_receipt, refuse_by
from chengxin.sharing.own import reading_of

ENTER, WITNESS, REFUSED, KIND = "window.leave", "authorisation.witness", "authorisation.refused", "leave"
FIELD = "authorisation"


def list_at_window(actor: User, visit: int, *, at: datetime) -> list[OwnAuthorisation]:
    """Give what was asked of whoever is served themselves: what waits for an answer, and what can be taken back. Looking is entered.

    Raises NotAllowed, VisitOver; PaperMissing where somebody is served in another's place.
    """
    served, kind = at_window(actor, visit, at=at)
    if kind != SELF:
        raise PaperMissing
    with reading_of(served, at=at) as note:
        note.fields.add(FIELD)
        found = own_authorisations_read(shanghai_date(at), "", LAST, PAGE)
    return [one for one in found if one.state == "waits" or one.may_withdraw]


def papers_of(actor: User, visit: int, *, at: datetime) -> list[str]:
    """Give the numbers of the signed papers that were taken in on a visit and not used yet, the newest first."""
    with speaking_as(actor):
        used = set(AuthorisationPaper.objects.filter(visit_id=visit).values_list("scan", flat=True))
    taken = sorted(scans_of_visit(actor, visit, at=at), key=lambda one: one.id, reverse=True)
    return [one.number for one in taken if one.kind == KIND and one.number not in used]


def enter_paper(actor: User, visit: int, number: str, leave: Leave | None, *, at: datetime) -> int:
    """Enter what a person who stands at the window signed: that they grant this, or (None) take everything back.

    The newest paper of the visit is the one that they signed. Gives the number of what waits for a witness. Raises NotAllowed, VisitOver,
    AuthorisationUnknown, AuthorisationRefused, HandsRefused; PaperMissing without a scan.
    """
    one = next((one for one in list_at_window(actor, visit, at=at) if one.number == number), None)
    if one is None or (leave is None) != (one.state != "waits"):
        raise AuthorisationUnknown
    if leave is not None:
        refuse_by(refuse_grant(leave, asked=one.asked, on=shanghai_date(at)))
    scans = papers_of(actor, visit, at=at)
    if not scans:
        raise PaperMissing
    with refusals_noted(actor, REFUSED, f"authorisation:{number}", at=at):
        refuse_hands(actor, [subject_served(visit, actor=actor)])
    due = due_of(at) if leave is None else None
    kept = leave or Leave(frozenset(), one.standing.once, one.standing.valid_until)
    with transaction.atomic():
        speak_at_window(actor, visit)
        made = AuthorisationPaper.objects.create(
            authorisation_id=one.id, visit_id=visit, scan=scans[0], kind="withdrawn" if leave is None else "granted",
            items=sorted(kept.items), once=kept.once, valid_until=kept.valid_until, announces=kept.announces, receipt=number_receipt(at),
            due_on=due.day if due else None, due_estimated=bool(due and due.provisional), entered_by=actor, entered_at=at,
        )  # fmt: skip
        note_act(actor.login, ENTER, f"authorisation:{number}", at=at)
    return made.pk


@dataclass(frozen=True, slots=True)
class Waiting:
    """A paper that waits for a witness: what it says, not who signed it. ``mine``: whoever looks entered it."""

    id: int
    since: datetime
    mine: bool
    officer: str
    number: str
    organisation: str
    duty: DutyTold
    kind: str
    items: tuple[ItemTold, ...]
    once: bool
    valid_until: date
    announces: bool
    scan: str


def list_waiting(actor: User, *, at: datetime) -> list[Waiting]:
    """Give the papers that wait for a witness, the newest first. Raises NotAllowed."""
    _refuse_others(actor)
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_leave_papers_waiting() ORDER BY id DESC")
        rows = cursor.fetchall()
    duties = duties_told({row[6] for row in rows}, shanghai_date(at))
    names = {one.code: one for one in items_told(code for row in rows for code in row[8])}
    return [
        Waiting(one, since, by == actor.pk, officer, number, organisation, duties[duty], kind, tuple(names[code] for code in items), *rest)
        for one, since, by, officer, number, organisation, duty, kind, items, *rest in rows
    ]  # fmt: skip


def witness_paper(paper: int, *, actor: User, at: datetime) -> None:
    """Witness what a colleague entered, as a second person who sees the paper and the signer; it is done at once, and the person is told.

    Raises NotAllowed, PaperUnknown, HandsRefused.
    """
    _refuse_others(actor)
    with refusals_noted(actor, REFUSED, f"paper:{paper}", at=at), speaking_as(actor):
        one = AuthorisationPaper.objects.select_for_update(no_key=True).filter(pk=paper, witnessed_at=None).first()
        if one is None:
            raise PaperUnknown
        if one.entered_by_id == actor.pk:
            raise PaperUnknown("请另一名工作人员见证。", "A second officer witnesses it.")
        refuse_hands(actor, first=one.entered_by_id)
        one.witnessed_by, one.witnessed_at = actor, at
        _save(one)
        note_act(actor.login, WITNESS, f"paper:{paper}", at=at)


def _save(one: AuthorisationPaper) -> None:
    """Raises PaperUnknown where it was answered meanwhile, or the half hour is over."""
    try:
        with transaction.atomic():
            one.save(update_fields=["witnessed_by", "witnessed_at"])
    except IntegrityError:
        raise PaperUnknown from None


def _refuse_others(actor: User) -> None:
    if not may(actor.pk, WITNESS):
        raise NotAllowed("只有信用中心的窗口人员可以办理。", "Only officers of the credit centre's window do this.")
