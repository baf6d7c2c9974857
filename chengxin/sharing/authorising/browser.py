"""Leave that is given in the person's browser on the way through an institution's own application (RFC 6749, 7636, 9126, 9207).

The institution pushes what it asks for and gets a reference; the person decides; the browser goes back with a code or with none; the code
is exchanged once. Whoever doesn't grant, for whichever reason, leads back the same, and nothing of them is kept.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.checking import ClientKeyLive, refuse_client
from chengxin.identity.errors import ScopeUnknown
from chengxin.identity.models import User
from chengxin.identity.queries import find_organisation
from chengxin.identity.speaking import speak_for, speaking_as_person
from chengxin.identity.tokens import acts_open_to
from chengxin.identity.vault import vault
from chengxin.lib.periods import shanghai_date
from chengxin.records.terms import authorisation_requests
from chengxin.sharing.asking import Caller, count_query, limit_refusal
from chengxin.sharing.authorising.errors import GrantInvalid, PushedUnknown, PushUnfit, RedirectUnknown
from chengxin.sharing.authorising.queries import OwnAuthorisation, Told, duties_told, items_told
from chengxin.sharing.authorising.rules import Leave, erase_by, refuse_grant
from chengxin.sharing.authorising.services import (
    ACTS,
    ASK,
    Requester,
    Wanted,
    number_receipt,
    number_request,
    refuse_by,
    refuse_request_of,
)

REFERENCE = "urn:ietf:params:oauth:request_uri:"
HOLDS_S, WORDS_BYTES, WORDS_MOST, STATE_MOST = 600, 32, 200, 512
CHALLENGE, VERIFIER = re.compile(r"[A-Za-z0-9_-]{43}"), re.compile(r"[A-Za-z0-9._~-]{43,128}")
DENIED = "access_denied"


@dataclass(frozen=True, slots=True)
class Way:
    """How an institution wants its answer: which flow, where the browser is led back to, with which words, against which challenge."""

    response_type: str
    redirect: str
    state: str
    challenge: str
    method: str

    def refuse(self) -> None:
        """Raise PushUnfit for another flow than code with S256, plain among them. Source: RFC 9700 2.1."""
        flow = (self.response_type, self.method) == ("code", "S256")
        if not (flow and CHALLENGE.fullmatch(self.challenge) and 0 < len(self.state) <= STATE_MOST):
            raise PushUnfit


def push_request(caller: Caller, officer: str, wanted: Wanted, way: Way, *, at: datetime) -> str:
    """Take what a system asks of whoever will come with its reference; gives the reference. Counted as a query is.

    Raises ClientNotInForce, AddressNotAllowed, ScopeUnknown, PushUnfit, RedirectUnknown, QuotaExhausted, RateExceeded, EnrolmentUnknown,
    AuthorisationRefused.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    way.refuse()
    on = shanghai_date(at)
    organisation = find_organisation(caller.organisation, on)
    if organisation is None or ASK not in acts_open_to(organisation.kind):
        raise ScopeUnknown
    _refuse_redirect(caller, way.redirect)
    _count(caller, at)
    duty = refuse_request_of(Requester(caller.organisation, organisation.pk, caller.client_id, None), wanted, on)
    words, leave = secrets.token_urlsafe(WORDS_BYTES), wanted.leave
    values: list[Any] = [
        _digest(words), officer, way.redirect, way.state, way.challenge, duty.id, sorted(leave.items), leave.once, leave.valid_until,
        leave.announces, wanted.keep_days, erase_by(leave.valid_until, wanted.keep_days), wanted.reason.strip(), wanted.reference.strip(),
    ]  # fmt: skip
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        speak_for(caller.organisation, caller.client_id)
        cursor.execute(
            "SELECT sharing_push_request(%s, %s, %s, %s, %s, %s, %s::varchar[], %s, %s, %s, %s, %s, %s, %s)", values
        )
    return REFERENCE + words


def _refuse_redirect(caller: Caller, address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM identity_client_redirect_live WHERE client_id = %s AND organisation = %s AND address = %s",
            [caller.client_id, caller.organisation, address],
        )
        if cursor.fetchone() is None:
            raise RedirectUnknown


def _count(caller: Caller, at: datetime) -> None:
    with transaction.atomic(durable=True):
        speak_for(caller.organisation, caller.client_id)
        refusal, _, _ = count_query()
    if refusal:
        raise limit_refusal(refusal, caller.client_id, at)


def _digest(words: str) -> bytes:
    return sha256(words.encode()).digest()


@dataclass(frozen=True, slots=True)
class Pushed:
    """A pushed request before whoever decides about it: what is asked, and where it leads back to."""

    one: OwnAuthorisation
    redirect: str
    state: str


def open_pushed(person: User, client: str, reference: str, on_day: datetime) -> Pushed:
    """Give what was pushed under a reference. Raises PushedUnknown, also when it was decided or is over."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_pushed_request(%s, %s)", [_referred(reference), client])
        row = cursor.fetchone()
    if row is None:
        raise PushedUnknown
    on = shanghai_date(on_day)
    number, organisation, duty, items, once, until, announces, keep, erase, why, at, _, redirect, state = row
    names = {one.code: one for one in items_told(items)}
    one = OwnAuthorisation(
        number, "", organisation, duties_told([duty], on)[duty], Leave(frozenset(items), once, until, announces), keep, erase, why,
        at, until, "waits", None, None, 0, Told(None, 0, None), None, names,
    )  # fmt: skip
    return Pushed(one, redirect, state)


def _referred(reference: str) -> bytes:
    if not reference.startswith(REFERENCE) or len(reference) > WORDS_MOST:
        raise PushedUnknown
    return _digest(reference.removeprefix(REFERENCE))


def grant_pushed(person: User, client: str, reference: str, leave: Leave, *, at: datetime) -> str:
    """Grant what was pushed, or less; gives the address that the browser is led back to, with a code that counts for a minute.

    Raises PushedUnknown; AuthorisationRefused for more than was asked.
    """
    pushed, on = open_pushed(person, client, reference, at), shanghai_date(at)
    refuse_by(refuse_grant(leave, asked=pushed.one.asked, on=on))
    number, code = number_request(at), secrets.token_urlsafe(WORDS_BYTES)
    lapses = authorisation_requests(on).period("answer").after(on)
    values: list[Any] = [
        number,
        lapses,
        sorted(leave.items),
        leave.once,
        leave.valid_until,
        leave.announces,
        number_receipt(at),
        _digest(code),
    ]
    _decide(person, client, reference, values, (ACTS["granted"], f"authorisation:{number}"), at)
    return _back(pushed, code=code)


def leave_pushed(person: User, client: str, reference: str, *, at: datetime) -> str:
    """Go back without granting. The institution learns that it has no leave, and not why; nothing is kept of who didn't.

    Raises PushedUnknown.
    """
    pushed = open_pushed(person, client, reference, at)
    asked = pushed.one.asked
    values: list[Any] = ["", asked.valid_until, [], asked.once, asked.valid_until, False, "", None]
    _decide(person, client, reference, values, None, at)
    return _back(pushed, error=DENIED)


def _decide(
    person: User, client: str, reference: str, values: list[Any], act: tuple[str, str] | None, at: datetime
) -> None:
    try:
        with speaking_as_person(person), connection.cursor() as cursor:
            cursor.execute(
                "SELECT sharing_decide_pushed(%s, %s, %s, %s, %s::varchar[], %s, %s, %s, %s, %s)",
                [_referred(reference), client, *values],
            )
            if cursor.fetchone() != (True,):
                raise PushedUnknown
            if act:
                note_act(person.login, *act, at=at)
    except IntegrityError:  # its minutes are over, or it was decided in another tab
        raise PushedUnknown from None


def _back(pushed: Pushed, **told: str) -> str:
    """Give the address that was registered, whole, with the answer behind it, and who answers (RFC 9207)."""
    parted = "&" if "?" in pushed.redirect else "?"
    return pushed.redirect + parted + urlencode({**told, "state": pushed.state, "iss": settings.API_ISSUER})


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code gave: the authorisation's number, what it leaves and under which duty; ``subject`` is the recipient's own pseudonym."""

    number: str
    subject: str
    duty: str
    leave: Leave


def exchange_code(client: ClientKeyLive, code: str, redirect: str, verifier: str) -> Exchanged:
    """Exchange a code for what was granted, once; shown again, it ends the token that it gave.

    Raises GrantInvalid for every reason alike.
    """
    if not VERIFIER.fullmatch(verifier) or not 0 < len(code) <= WORDS_MOST:
        raise GrantInvalid
    proved = urlsafe_b64encode(_digest(verifier)).decode().rstrip("=")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        speak_for(client.organisation, client.client_id)
        cursor.execute("SELECT * FROM sharing_exchange_code(%s, %s, %s)", [_digest(code), redirect, proved])
        row = cursor.fetchone()
    if row is None:
        raise GrantInvalid
    number, subject, items, once, until, announces, duty = row
    return Exchanged(
        number, vault().pseudonym(client.organisation, subject), duty, Leave(frozenset(items), once, until, announces)
    )
