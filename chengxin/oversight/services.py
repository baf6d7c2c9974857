"""Handling inquiries: asking for explanations, answering, closing. Each one transaction, each noted in the action log."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.signers import refusals_noted, refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.workdays import WorkCalendar
from chengxin.oversight import rules
from chengxin.oversight.errors import ExplanationUnknown, InquiryRefused, InquirySettled, OwnExplanation
from chengxin.oversight.queries import find_case, find_to_explain
from chengxin.oversight.terms import explanation_term

SEE, ASK, CLOSE, EXPLAIN = "review.see", "review.ask", "review.close", "review.explain"


def open_case(number: int, *, actor: User, at: datetime) -> None:
    """Note that a reviewer opened an inquiry, whose entries they then see. Raises InquiryUnknown, ReviewerBarred."""
    with acting(actor, SEE, f"inquiry:{number}", at):
        find_case(number, actor)
        note_act(actor.login, "review.open", f"inquiry:{number}", at=at)


def ask_for_explanation(number: int, words: str, *, actor: User, at: datetime) -> int:
    """Ask every organisation whose entries an inquiry holds, once; give how many were asked.

    Raises InquiryUnknown, ReviewerBarred, InquiryRefused, InquirySettled, HandsRefused.
    """
    with acting(actor, ASK, f"inquiry:{number}", at):
        refuse_hands(actor)
        case = find_case(number, actor)
        if not words.strip():
            raise InquiryRefused(rules.NO_REASON)
        if case.closed_at:
            raise InquirySettled
        today = shanghai_date(at)
        due = rules.explanation_due(today, explanation_term(today), WorkCalendar())
        asked = _call("SELECT oversight_ask(%s, %s, %s, %s)", number, words.strip(), due.day, due.provisional)
        if not asked:
            raise InquirySettled
        note_act(actor.login, ASK, f"inquiry:{number}", at=at)
    return int(asked)


def answer_explanation(number: int, words: str, *, actor: User, at: datetime) -> None:
    """Explain for the officer's organisation, once. Raises ExplanationUnknown, OwnExplanation, InquiryRefused."""
    with acting(actor, EXPLAIN, f"explanation:{number}", at):
        if not find_to_explain(number, actor).open:
            raise ExplanationUnknown
        if not words.strip():
            raise InquiryRefused(rules.NO_REASON)
        if _call("SELECT oversight_own_explanation(%s)", number):
            raise OwnExplanation
        if not _call("SELECT oversight_answer(%s, %s)", number, words.strip()):
            raise ExplanationUnknown
        note_act(actor.login, EXPLAIN, f"explanation:{number}", at=at)


def close_case(number: int, finding: str, reason: str, *, actor: User, at: datetime) -> int:
    """Close an inquiry with a finding; give how many persons were told, which are those looked at where misuse was found.

    Raises InquiryUnknown, ReviewerBarred, InquiryRefused, InquirySettled, HandsRefused.
    """
    with acting(actor, CLOSE, f"inquiry:{number}", at):
        refuse_hands(actor)
        case = find_case(number, actor)
        if case.closed_at:
            raise InquirySettled
        refusal = rules.refuse_finding(
            finding, reason, asked=case.asked, answered=case.answered, due=case.due, today=shanghai_date(at)
        )
        if refusal:
            raise InquiryRefused(refusal)
        told = _call("SELECT oversight_close(%s, %s, %s)", number, finding, reason.strip())
        if told is None:
            raise InquirySettled
        note_act(actor.login, CLOSE, f"inquiry:{number}", at=at, note=finding)
    return int(told)


@contextmanager
def acting(actor: User, act: str, subject: str, at: datetime) -> Iterator[None]:
    """Open a transaction that speaks for an officer who may do an act; what their hands are refused is noted. Raises NotAllowed."""
    if not may(actor.pk, act):
        raise NotAllowed
    with refusals_noted(actor, act, subject, at=at), speaking_as(actor):
        yield


def _call(query: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        (given,) = cursor.fetchone() or (None,)
        return given
