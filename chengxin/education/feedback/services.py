"""The credit centre's queue of what the public said: answered once, shown to everybody when a second officer agrees."""

from dataclasses import dataclass
from datetime import date, datetime

from chengxin.education.feedback.errors import FeedbackSettled
from chengxin.education.feedback.models import Feedback
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.signers import refusals_noted, refuse_hands
from chengxin.identity.speaking import speaking_as

LISTED = 50
COLUMNS = (
    "id", "words", "may_show", "given_at", "due_on", "due_estimated", "answer", "answered_by_id", "answered_at", "agreed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Queued:
    """One thing said, as the credit centre sees it. ``mine``: whoever looks answered it, so a colleague agrees to showing it."""

    id: int
    words: str
    may_show: bool
    given_at: datetime
    due_on: date
    due_estimated: bool
    answer: str
    answered_at: datetime | None
    agreed_at: datetime | None
    mine: bool

    def overdue(self, on: date) -> bool:
        return self.answered_at is None and self.due_on < on


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for an answer, the one due soonest first; what waits for a second officer to show it; what was answered last."""

    waiting: list[Queued]
    to_show: list[Queued]
    answered: list[Queued]


def list_feedback(actor: User, *, limit: int = LISTED) -> Queue:
    """Give the credit centre's queue; each part as long as ``limit``. Empty to whoever doesn't speak for the centre."""
    with speaking_as(actor):
        every = Feedback.objects.only(*COLUMNS)
        waiting = every.filter(answered_at=None).order_by("due_on", "pk")
        answered = every.exclude(answered_at=None).order_by("-answered_at", "-pk")
        to_show = every.filter(answered_at__isnull=False, may_show=True, agreed_at=None).order_by("answered_at", "pk")
        parts = [[_queued(one, actor) for one in part[:limit]] for part in (waiting, to_show, answered)]
    return Queue(*parts)


def _queued(one: Feedback, actor: User) -> Queued:
    return Queued(
        one.pk, one.words, one.may_show, one.given_at, one.due_on, one.due_estimated, one.answer, one.answered_at,
        one.agreed_at, one.answered_by_id == actor.pk,
    )  # fmt: skip


def answer_feedback(number: int, words: str, *, actor: User, at: datetime) -> None:
    """Answer for the credit centre, once; whoever has the number finds it. Raises FeedbackSettled, also where there is no such thing."""
    with speaking_as(actor):
        open_one = Feedback.objects.filter(pk=number, answered_at=None)
        if not open_one.update(answer=words.strip(), answered_by=actor, answered_at=at):
            raise FeedbackSettled
        note_act(actor.login, "feedback.answer", f"feedback:{number}", at=at)


def show_feedback(number: int, *, actor: User, at: datetime) -> None:
    """Agree, as a second officer, that what was said is shown to everybody with its answer.

    Raises FeedbackSettled, HandsRefused where whoever answered is the same person.
    """
    with refusals_noted(actor, "feedback.show", f"feedback:{number}", at=at), speaking_as(actor):
        found = Feedback.objects.only("answered_by_id").filter(
            pk=number, answered_at__isnull=False, may_show=True, agreed_at=None
        )
        one = found.first()
        if one is None:
            raise FeedbackSettled
        refuse_hands(actor, first=one.answered_by_id)
        if not found.update(agreed_by=actor, agreed_at=at):
            raise FeedbackSettled
        note_act(actor.login, "feedback.show", f"feedback:{number}", at=at)
