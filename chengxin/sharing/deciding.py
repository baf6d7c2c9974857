"""Deciding a question: whether this asker may ask for this at all, under which duty, by whose leave, and about whom."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from chengxin.catalogue.queries import UNDER_A_DUTY, PurposeTerms
from chengxin.ground.prepared import fetch_prepared
from chengxin.ground.services import UNKNOWN_SUBJECT, Asker
from chengxin.identity.models import User
from chengxin.identity.queries import Found, find_officer, find_person, is_suspended, may
from chengxin.identity.sandbox import is_real_here
from chengxin.identity.signers import refusal_of
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.refusals import Refusal
from chengxin.lib.regions import standard_areas
from chengxin.lib.sql import statements
from chengxin.records.gate import NO_DUTY
from chengxin.sharing.authorising.using import StandingLeave, standing_authorisation
from chengxin.sharing.duties.answers import Form
from chengxin.sharing.duties.queries import DutyTerms
from chengxin.sharing.duties.rules import choose_duty

FACTS = statements(Path(__file__).parent / "sql" / "deciding.sql")["facts"]


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """Whom a report is asked about. Never shown as text, so that it can't slip into a log."""

    code_type: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation that stands today."""

    id: int
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision rests on: ``duties`` are those of the purpose for which the organisation stands enrolled, by code."""

    organisation: Standing | None
    purpose_code: str
    purpose: PurposeTerms | None
    duties: Mapping[str, DutyTerms]
    officer_id: int | None
    duty_known: bool


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an asker may ask: the purpose, the duty where it needs one, and the asker with that duty named.

    ``officer``: the officer of ours who asks, or whose name a system's officer bears.
    """

    asker: Asker
    organisation: Standing
    purpose: PurposeTerms
    duty: DutyTerms | None
    officer: User | None = None
    leave: StandingLeave | None = None

    @property
    def duty_id(self) -> int:
        return self.duty.id if self.duty else NO_DUTY

    @property
    def form(self) -> Form:
        return Form(self.duty.form) if self.duty else Form.FULL

    @property
    def bases(self) -> Mapping[str, str]:
        return self.duty.bases if self.duty else self.purpose.bases


class Refused(Exception):  # no error of the program: the true reason on its way to the register
    """Why a query is refused and about whom; only the register learns it. ``asker`` is the asker as far as it was understood."""

    def __init__(self, reason: str, subject_id: int = UNKNOWN_SUBJECT, hands: Refusal | None = None) -> None:
        super().__init__(reason)
        self.hands = hands
        self.reason = reason
        self.subject_id = subject_id
        self.asker: Asker | None = None


def decide_about(asker: Asker, question: Question, today: date, *, client: str = "") -> tuple[Allowed, int]:
    """Decide whether this asker may ask, about whom, and that it isn't about themselves. Raises Refused."""
    named = asker
    try:
        allowed = allow(asker, today, client=client)
        named = allowed.asker
        refuse_case(allowed, asker.case_reference)
        return _about(allowed, question, today)
    except Refused as refused:
        refused.asker = refused.asker or named
        raise


def allow(asker: Asker, today: date, *, client: str = "") -> Allowed:
    """Decide whether this asker may ask at all, whomever about. Raises Refused, with the asker as far as it was understood."""
    login = asker.officer.removeprefix(f"{client}/") if client else asker.officer
    facts = gather(asker, login, today)
    named = replace(asker, purpose=facts.purpose_code, duty=asker.duty if facts.duty_known else "")
    try:
        return decide(replace(named, duty=asker.duty), facts, client=client)
    except Refused as refused:
        refused.asker = named
        raise


def gather(asker: Asker, login: str, today: date) -> Facts:
    """Gather what the decision rests on. One statement, which looks at nobody the question is about."""
    values = {"organisation": asker.organisation, "purpose": asker.purpose, "duty": asker.duty, "officer": login}
    row = fetch_prepared(FACTS, {**values, "today": today})[0]
    organisation = Standing(*row[:4]) if row[0] is not None else None
    pk, code, name, needs, kind, kinds, past_view, bases, duties, officer, duty_known = row[4:]
    purpose = (
        PurposeTerms(pk, code, name, needs, tuple(kinds), past_view, json.loads(bases), kind in UNDER_A_DUTY)
        if pk is not None and bases
        else None
    )
    standing = {named: _duty_terms(told, code) for named, told in json.loads(duties or "{}").items()}
    return Facts(organisation, code or asker.purpose, purpose, standing, officer, duty_known)


def _duty_terms(told: dict[str, Any], purpose: str) -> DutyTerms:
    lists = {name: tuple(told[name]) for name in ("organisation_kinds", "items", "bands")}
    plain = {one.name: told[one.name] for one in fields(DutyTerms) if one.name in told and one.name not in lists}
    whole: dict[str, Any] = {**plain, **lists, "purpose": purpose, "bases": told["live"]}
    return DutyTerms(**whole)


def decide(asker: Asker, facts: Facts, *, client: str = "") -> Allowed:
    """Decide whether this asker may ask for this purpose at all, and under which duty. Raises Refused with the true reason.

    Which case it is for is each question's own (``refuse_case``).

    ``client`` is the system that proved itself with a token; empty for an officer of ours.
    Source: safeguard 8; 政务数据共享条例 第二十条 (basis, scene and scope are stated), 第二十五条 (nothing beyond them).
    """
    organisation, purpose = facts.organisation, facts.purpose
    if organisation is None:
        raise Refused("organisation-unknown")
    officer = _officer(asker, facts, organisation, client)
    if purpose is None:
        raise Refused("purpose-unknown")
    if organisation.kind not in purpose.organisation_kinds:
        raise Refused("purpose-not-open-to-organisation")
    duty = _duty(asker, purpose, facts.duties)
    allowed = Allowed(replace(asker, duty=duty.code if duty else ""), organisation, purpose, duty, officer)
    if asker.basis not in allowed.bases:
        raise Refused("basis-unknown")
    return allowed


def refuse_case(allowed: Allowed, case_reference: str) -> None:
    """Raise Refused where the purpose needs a case and none is named."""
    if allowed.purpose.needs == "case" and not case_reference.strip():
        raise Refused("case-missing")


def _officer(asker: Asker, facts: Facts, organisation: Standing, client: str) -> User | None:
    """Give the officer of ours who asks, or behind a system's officer whoever bears that name here. Raises Refused."""
    if client:
        return User.objects.get(pk=facts.officer_id) if facts.officer_id is not None else None
    officer = find_officer(asker.officer)
    if officer is None or officer.organisation_id != organisation.id or not may(officer.pk, "report.issue"):
        raise Refused("officer-suspended" if officer and is_suspended(officer.login) else "officer-unknown")
    return officer


def _duty(asker: Asker, purpose: PurposeTerms, standing: Mapping[str, DutyTerms]) -> DutyTerms | None:
    """Find the duty under which a question is asked, None where the purpose needs none. Raises Refused."""
    if not purpose.needs_duty:
        if asker.duty:
            raise Refused("duty-not-of-purpose")
        return None
    code, reason = choose_duty(asker.duty, standing)
    if reason:
        raise Refused(reason)
    return standing[code]


def _about(allowed: Allowed, question: Question, today: date) -> tuple[Allowed, int]:
    """Find whom a question is about, that it isn't whoever asks, and what they authorised where that is needed. Raises Refused."""
    asker, subject_id = allowed.asker, identify(question, today)
    if allowed.officer is not None and (refusal := refusal_of(allowed.officer, [subject_id])):
        raise Refused(refusal.code, subject_id, refusal)
    if allowed.purpose.needs == "authorisation" and allowed.duty is not None:
        leave = standing_authorisation(subject_id, allowed.duty.id, organisation=asker.organisation, name=asker.officer)
        if leave is None or asker.authorisation not in {"", leave.number}:
            raise Refused("authorisation-missing", subject_id)
        return replace(allowed, leave=leave, asker=replace(asker, authorisation=leave.number)), subject_id
    if asker.authorisation:  # a token that is bound to one opens nothing else
        raise Refused("authorisation-not-needed", subject_id)
    return allowed, subject_id


def identify(question: Question, today: date) -> int:
    """Find whom the question is about. Raises Refused; a wrong name is entered under the person whose code was used."""
    code = canonical_code(question, today)
    if code is None or is_real_here(code):
        raise Refused("code-invalid")
    return told_of(find_person(question.code_type, code, question.name))


def told_of(found: Found | None) -> int:
    """Give whom a code was found to lead to, where anything may be told of them. Raises Refused."""
    if found is None:
        raise Refused("person-unknown")
    if not found.name_fits:
        raise Refused("name-differs", found.subject_id)
    if found.died is not None:
        raise Refused("person-dead", found.subject_id)
    return found.subject_id


def canonical_code(question: Question, today: date) -> str | None:
    """Give the number asked about as it is kept; None where it is none of its kind, or of the fifteen digits that are no longer issued."""
    kind = next((kind for kind in CodeType if kind.value == question.code_type), None)
    verdict = examine(kind, question.code.strip(), on=today, areas=standard_areas(test_area=settings.TEST_AREA))
    return None if verdict.legacy else verdict.canonical
