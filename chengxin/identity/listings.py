"""What the administration's pages list: organisations, their systems and keys, registered purposes, each with how it stands today."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import BooleanField, Case, CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value, When

from chengxin.identity.models import (
    Client,
    ClientKey,
    ClientLimits,
    ClientRedirect,
    Licence,
    Organisation,
    RealNameBasis,
    Registration,
    User,
)
from chengxin.identity.organising import LicenceKind, licence_kinds
from chengxin.identity.queries import LISTED, organisation_stands, standing_on

WAITING, LIVE, ENDED = "waiting", "live", "ended"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which organisations to list: of a kind, of a region with all that it holds, by part of a name or the beginning of a code."""

    kind: str = ""
    region: str = ""
    named: str = ""
    stands: bool | None = None


def page_of_organisations(sought: Sought, *, on: date, after: str = "", limit: int = LISTED) -> list[Organisation]:
    """Give organisations by region and code, those after a code, each with ``stands``: whether it stands on a day."""
    rows = Organisation.objects.annotate(stands=standing_on("pk", on)).select_related("superior")
    if sought.kind:
        rows = rows.filter(kind=sought.kind)
    if sought.region:
        covered = Func(
            Value(sought.region), F("region"), function="identity_region_covers", output_field=BooleanField()
        )
        rows = rows.filter(covered)
    if sought.named:
        rows = rows.filter(Q(name__contains=sought.named) | Q(code__startswith=sought.named.upper()))
    if sought.stands is not None:
        rows = rows.filter(stands=sought.stands)
    last = Organisation.objects.filter(code=after).first() if after else None
    if last is not None:
        rows = rows.filter(Q(region__gt=last.region) | Q(region=last.region, code__gt=last.code))
    return list(rows.order_by("region", "code")[:limit])


@dataclass(frozen=True, slots=True)
class LicenceSeen:
    licence: Licence
    kind: LicenceKind | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class KeySeen:
    """A public key; ``state``: waiting, live, to-come, ended, withdrawn."""

    key: ClientKey
    state: str


@dataclass(frozen=True, slots=True)
class ClientSeen:
    """A system with its keys; ``state`` tells why it can or can't call today, the first reason of several.

    ``limits`` are the newest hours and numbers that were set for it, filled in where one system is looked at.
    """

    client: Client
    keys: tuple[KeySeen, ...]
    state: str
    redirects: tuple[ClientRedirect, ...] = ()
    limits: tuple[ClientLimits, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationSeen:
    """An organisation and what hangs on it; each list ends at ``LISTED``. ``lacking`` are licences without which it can't work here."""

    one: Organisation
    stands: bool
    lacking: tuple[LicenceKind, ...]
    licensable: bool
    licences: tuple[LicenceSeen, ...]
    subordinates: list[Organisation]
    officers: list[User]
    clients: list[ClientSeen]
    purposes: list[Registration]


def see_organisation(code: str, *, on: date) -> OrganisationSeen | None:
    """Give an organisation, ended ones too, with all that hangs on it."""
    one = Organisation.objects.select_related("superior").filter(code=code).first()
    if one is None:
        return None
    licences = tuple(_licence(held, on) for held in one.licences.order_by("-pk")[:LISTED])
    held_now = {seen.licence.licence for seen in licences if seen.in_force}
    return OrganisationSeen(
        one,
        organisation_stands(one.pk, on),
        tuple(kind for kind in _needed(one.kind, on) if kind.code not in held_now),
        any(one.kind in kind.kinds for kind in licence_kinds().values()),
        licences,
        list(one.subordinates.order_by("region", "code")[:LISTED]),
        list(one.officers.order_by("login")[:LISTED]),
        _seen(_clients(on).filter(organisation=one).order_by("-pk")[:LISTED], on),
        list(_registrations(on).filter(organisation=one).order_by("-pk")[:LISTED]),
    )


def _needed(kind: str, on: date) -> Iterable[LicenceKind]:
    return (one for one in licence_kinds().values() if one.required and kind in one.kinds and one.source.in_force(on))


def _licence(held: Licence, on: date) -> LicenceSeen:
    begun, over = held.valid_from <= on, held.valid_until is not None and held.valid_until <= on
    ended = held.ended_on is not None and held.ended_on <= on
    return LicenceSeen(held, licence_kinds().get(held.licence), begun and not over and not ended)


def find_licence(number: int) -> Licence | None:
    return Licence.objects.select_related("organisation").filter(pk=number).first()


# Systems and keys.


def page_of_clients(*, on: date, before: int | None = None, limit: int = LISTED) -> list[ClientSeen]:
    """Give organisations' systems, the newest first, those before a number."""
    rows = _clients(on).order_by("-pk")
    return _seen((rows.filter(pk__lt=before) if before else rows)[:limit], on)


def see_client(client_id: str, *, on: date) -> ClientSeen | None:
    seen = next(iter(_seen(_clients(on).filter(client_id=client_id), on)), None)
    if seen is None:
        return None
    limits = ClientLimits.objects.select_related("entered_by").filter(client=seen.client).order_by("-valid_from", "-pk")
    rows = ClientRedirect.objects.select_related("entered_by", "approved_by", "withdrawn_by")
    redirects = rows.filter(client=seen.client).order_by("-pk")
    return replace(seen, limits=tuple(limits[:LISTED]), redirects=tuple(redirects))


def find_redirect(number: int) -> ClientRedirect | None:
    return ClientRedirect.objects.select_related("client__organisation", "entered_by").filter(pk=number).first()


def find_key(number: int) -> ClientKey | None:
    return ClientKey.objects.select_related("client__organisation", "entered_by").filter(pk=number).first()


def _clients(on: date) -> QuerySet[Client]:
    people = ("organisation", "entered_by", "suspended_by")
    return Client.objects.annotate(stands=standing_on("organisation_id", on)).select_related(*people)


def _seen(rows: QuerySet[Client], on: date) -> list[ClientSeen]:
    found = list(rows)
    keys = ClientKey.objects.select_related("entered_by", "approved_by", "withdrawn_by").order_by("-pk")
    by_client: dict[int, list[KeySeen]] = {one.pk: [] for one in found}
    for key in keys.filter(client__in=by_client):
        by_client[key.client_id].append(KeySeen(key, _key_state(key, on)))
    return [ClientSeen(one, tuple(by_client[one.pk]), _client_state(one, by_client[one.pk], on)) for one in found]


def _key_state(key: ClientKey, on: date) -> str:
    tests = (
        (key.withdrawn_at is not None, "withdrawn"),
        (key.valid_until <= on, ENDED),
        (key.approved_at is None, WAITING),
        (key.valid_from > on, "to-come"),
    )
    return next((state for holds, state in tests if holds), LIVE)


def _client_state(client: Client, keys: list[KeySeen], on: date) -> str:
    states = {one.state for one in keys}
    tests = (
        (client.suspended_at is not None, "suspended"),
        (client.valid_until <= on, ENDED),
        (not getattr(client, "stands", False), "organisation"),
        (LIVE in states, LIVE),
        (WAITING in states, WAITING),
    )
    return next((state for holds, state in tests if holds), "keyless")


# Purposes of real-name checks.


def page_of_purposes(state: str, *, on: date, before: int | None = None, limit: int = LISTED) -> list[Registration]:
    """Give registered purposes in a state (waiting, live, ended; empty: all), the newest first, those before a number."""
    rows = _registrations(on, state).order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[:limit])


def find_registration(code: str, *, on: date) -> Registration | None:
    return _registrations(on).filter(code=code).first()


def _registrations(on: date, wanted: str = "") -> QuerySet[Registration]:
    """Purposes with their ``state`` on a day, ``stands`` of their organisation and ``grounded``: whether the article is in force."""
    article = RealNameBasis.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on), ref=OuterRef("basis"), field=OuterRef("field"), valid_from__lte=on
    )
    over = Q(withdrawn_at__isnull=False) | Q(valid_until__lte=on) | Q(stands=False) | Q(grounded=False)
    state = Case(
        When(over, then=Value(ENDED)),
        When(approved_at=None, then=Value(WAITING)),
        default=Value(LIVE),
        output_field=CharField(),
    )
    rows = Registration.objects.annotate(stands=standing_on("organisation_id", on), grounded=Exists(article))
    people = ("organisation", "entered_by", "approved_by", "withdrawn_by")
    stated = rows.annotate(state=state).select_related(*people)
    return stated.filter(state=wanted) if wanted else stated
