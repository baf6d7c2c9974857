"""Answering a batch, a part at a time: claimed, decided, read, entered, encrypted and settled in one transaction, or not at all.

However this process, the web or the database ends, what was settled is settled with its entries, and what wasn't is claimed anew.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from chengxin.ground.prepared import fetch_prepared
from chengxin.ground.services import UNKNOWN_SUBJECT, Asker, Line, Reading, enter_many, entry_number
from chengxin.identity.errors import ClientNotInForce
from chengxin.identity.queries import Named
from chengxin.identity.signers import refusal_of
from chengxin.identity.speaking import speak_for
from chengxin.identity.vault import open_sealed
from chengxin.lib.crypto import Sealed
from chengxin.lib.periods import shanghai_date
from chengxin.records.many import read_shown_of, read_states_of
from chengxin.records.queries import ShownRecord
from chengxin.sharing.batches.identifying import identify_many
from chengxin.sharing.batches.keys import encrypt_for
from chengxin.sharing.batches.services import USE, Purpose, asker_of
from chengxin.sharing.deciding import Allowed, Question, Refused, allow, refuse_case
from chengxin.sharing.documents import as_json
from chengxin.sharing.duties.answers import Answer, Form, answer_in, told_field
from chengxin.sharing.services import Report, make_report

CLAIM = """SELECT part, number, place, organisation, client, duty, basis, officer, result_key, questions_sealed, key_id
    FROM sharing_claim_part(%s::bigint[])"""
SETTLE = "SELECT sharing_settle_part(%s::bigint, %s::bigint[], %s::uuid[], %s::text)"
IN_FORCE = "SELECT FROM identity_client_live WHERE client_id = %s AND organisation = %s"
REPORTS = """INSERT INTO sharing_report (subject_id, number, entry_id, issued_at, salt)
    SELECT subject, number, entry, %s, salt
    FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::bytea[]) AS made (subject, number, entry, salt)"""
NOT_ANSWERED = "not-answerable"
TOLD = ("number", "salt", "issued_at", "duty", "duty_name", "purpose", "basis", "case", "answer", "records", "sandbox")


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """One line of a part: its number in the batch, whom it is about, its case; and the number of its entry to be."""

    line: int
    question: Question
    case: str
    entry_id: UUID


@dataclass(frozen=True, slots=True, repr=False)
class Claimed:
    """A part in hand, for as long as the transaction lasts."""

    part: int
    number: str
    place: int
    organisation: str
    client: str
    purpose: Purpose
    box: Sealed

    @property
    def asker(self) -> Asker:
        return asker_of(self.organisation, self.client, self.purpose)


@dataclass(slots=True, repr=False)
class Outcome:
    """What became of a line: about whom, how it ended and why, what was read, and the report where there is one."""

    subject_id: int = UNKNOWN_SUBJECT
    outcome: str = "refused"
    reason: str = ""
    note: Reading | None = None
    report: Report | None = None
    code: str = ""
    """The number asked about, as it is kept: what is told is masked by it."""


class PartBroken(Exception):
    """Answering a part failed; the database rolled back all of it. ``part`` names it by number."""

    def __init__(self, part: int) -> None:
        super().__init__(f"part {part}")
        self.part = part


def answer_next(*, at: datetime, passed_over: Collection[int] = (), given_up: Collection[int] = ()) -> int | None:
    """Answer one part that nobody has in hand; gives its number, None when there is none.

    ``passed_over`` are left alone; those ``given_up`` are entered as failed. Raises PartBroken, with the cause behind it.
    """
    with transaction.atomic(durable=True):
        claimed = _claim(passed_over)
        if claimed is None:
            return None
        try:
            speak_for(claimed.organisation, claimed.client)
            asked = _open(claimed, at)
            if claimed.part in given_up:
                _settle(claimed, claimed.asker, asked, [Outcome(outcome="failed", reason="error") for _ in asked], at)
            else:
                _settle(claimed, *_answer(claimed, asked, at), at)
        except Exception as cause:
            raise PartBroken(claimed.part) from cause
        return claimed.part


def _claim(passed_over: Collection[int]) -> Claimed | None:
    rows = fetch_prepared(CLAIM, [sorted(passed_over)])
    if not rows:
        return None
    part, number, place, organisation, client, duty, basis, officer, key, box, key_id = rows[0]
    purpose = Purpose(duty, basis, officer, key)
    return Claimed(part, number, place, organisation, client, purpose, Sealed(key_id, bytes(box)))


def _open(claimed: Claimed, at: datetime) -> list[Asked]:
    (text,) = open_sealed((claimed.box, USE))
    return [
        Asked(line, Question(code_type, code, name), case, entry_number(at))
        for line, code_type, code, name, case in json.loads(text)
    ]


def _answer(claimed: Claimed, asked: Sequence[Asked], at: datetime) -> tuple[Asker, Sequence[Asked], list[Outcome]]:
    """Decide once for all, then find, read and tell of each."""
    today = shanghai_date(at)
    try:
        allowed = _allowed(claimed, today)
    except Refused as refused:
        return refused.asker or claimed.asker, asked, [Outcome(reason=refused.reason) for _ in asked]
    found = identify_many([one.question for one in asked], today)
    outcomes = [_judged(allowed, one, *who) for one, who in zip(asked, found, strict=True)]
    _leave_out_oneself(allowed, outcomes)
    # Asking whose hands these are spoke for the officer.
    speak_for(claimed.organisation, claimed.client)
    _read(allowed, asked, outcomes, at)
    return allowed.asker, asked, outcomes


def _allowed(claimed: Claimed, today: date) -> Allowed:
    """Decide anew with each part: what ended since the batch was taken in is over from here on. Raises Refused."""
    if not fetch_prepared(IN_FORCE, [claimed.client, claimed.organisation]):
        raise Refused(ClientNotInForce.code)
    allowed = allow(claimed.asker, today, client=claimed.client)
    if allowed.purpose.needs == "authorisation" or allowed.duty is None:
        raise Refused("authorisation-missing")
    return allowed


def _judged(allowed: Allowed, asked: Asked, code: str, found: int | Refused) -> Outcome:
    try:
        refuse_case(allowed, asked.case)
    except Refused as refused:
        return Outcome(reason=refused.reason)
    if isinstance(found, Refused):
        return Outcome(found.subject_id, reason=found.reason)
    return Outcome(found, outcome="empty", code=code)


def _leave_out_oneself(allowed: Allowed, outcomes: Sequence[Outcome]) -> None:
    """Refuse what an officer of ours asks about themselves; all of it where they haven't declared who they are."""
    told = [one for one in outcomes if not one.reason]
    if allowed.officer is None or refusal_of(allowed.officer, [one.subject_id for one in told]) is None:
        return
    for one in told:
        if refusal := refusal_of(allowed.officer, [one.subject_id]):
            one.outcome, one.reason = "refused", refusal.code


def _read(allowed: Allowed, asked: Sequence[Asked], outcomes: Sequence[Outcome], at: datetime) -> None:
    """Read through the gate, once for all persons, and make each line's report. Who is named twice is told and entered twice."""
    told = [(one, outcome) for one, outcome in zip(asked, outcomes, strict=True) if not outcome.reason]
    notes = {outcome.subject_id: Reading(outcome.subject_id, one.entry_id, at) for one, outcome in told}
    records, answers = _through_the_gate(allowed, notes, shanghai_date(at))
    for one, outcome in told:
        own = notes[outcome.subject_id]
        outcome.note = Reading(own.subject_id, one.entry_id, at, None, own.fields, own.versions)
        outcome.outcome = "answered" if own.versions else "empty"
        subject = Named("", outcome.code)
        found, answer = records.get(outcome.subject_id, ()), answers.get(outcome.subject_id)
        outcome.report = make_report(allowed, outcome.note, subject, found, answer, case=one.case)


def _through_the_gate(
    allowed: Allowed, notes: Mapping[int, Reading], today: date
) -> tuple[Mapping[int, list[ShownRecord]], Mapping[int, Answer]]:
    """Read as much as the form of the duty tells: records, or answers that hold none."""
    form, duty = allowed.form, allowed.duty
    if duty is None:
        raise AssertionError("a batch is asked under a duty")
    if form.tells_records:
        listed = form is Form.LIST
        return read_shown_of(notes, allowed.purpose, today, duty=duty.id, listed=listed), {}
    answers = {}
    for subject, states in read_states_of(notes, allowed.purpose, today, duty=duty.id, items=duty.items).items():
        notes[subject].fields.update(told_field(item, form) for item in states)
        found = [state for each in states.values() for state in each]
        answers[subject] = answer_in(form, found, asked=states, bounds=duty.bands)
    return {}, answers


def _settle(claimed: Claimed, asker: Asker, asked: Sequence[Asked], outcomes: Sequence[Outcome], at: datetime) -> None:
    """Write the reports and an entry for each line, and have the database settle the part by them."""
    named = replace(asker, duty=claimed.purpose.duty)
    enter_many(named, [_entry(*each) for each in zip(asked, outcomes, strict=True)], fields=(), at=at)
    made = [one.report for one in outcomes if one.report]
    with connection.cursor() as cursor:
        cursor.execute(
            REPORTS,
            [
                at,
                [one.subject_id for one in outcomes if one.report],
                [report.number for report in made],
                [report.entry_id for report in made],
                [bytes.fromhex(report.salt) for report in made],
            ],
        )
    failed = any(one.outcome == "failed" for one in outcomes)
    result = None if failed else encrypt_for(claimed.purpose.result_key, _lines(asked, outcomes))
    subjects, entries = [one.subject_id for one in outcomes], [one.entry_id for one in asked]
    fetch_prepared(SETTLE, [claimed.part, subjects, entries, result])


def _entry(asked: Asked, outcome: Outcome) -> Line:
    fields, versions = (sorted(outcome.note.fields), outcome.note.versions) if outcome.note else ((), ())
    return Line(
        outcome.subject_id,
        asked.entry_id,
        asked.case,
        outcome.outcome,
        outcome.reason,
        fields=fields,
        versions=versions,
    )


def _lines(asked: Sequence[Asked], outcomes: Sequence[Outcome]) -> bytes:
    """Give the answers as JSON Lines in the order of the questions; a refusal is the same for every reason."""
    told = (json.dumps(_told(*each), ensure_ascii=False) for each in zip(asked, outcomes, strict=True))
    return "".join(f"{line}\n" for line in told).encode()


def _told(asked: Asked, outcome: Outcome) -> dict[str, Any]:
    if outcome.report is None:
        return {"line": asked.line, "case": asked.case, "refusal": NOT_ANSWERED}
    whole = as_json(outcome.report, sandbox=settings.SANDBOX)
    told = {name: whole[name] for name in TOLD if name in whole}
    return {"line": asked.line, "entry": str(asked.entry_id), **told}
