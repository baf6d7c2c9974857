"""What a check of a real name reads: purposes, codes, receipts, clients and their keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from chengxin.ground.prepared import fetch_prepared
from chengxin.identity.errors import AddressNotAllowed, ClientNotInForce
from chengxin.lib.crypto import Pointers


@dataclass(frozen=True, slots=True)
class Purpose:
    """A registered purpose in force. ``code`` is what an asker names."""

    pk: int
    code: str
    field: str
    purpose: str
    basis: str
    valid_until: date
    daily_quota: int
    daily_misses: int
    per_minute: int
    desk_quota: int


PURPOSES = (
    "SELECT id, code, field, purpose, basis, valid_until, daily_quota, daily_misses, per_minute, desk_quota"
    " FROM identity_registration_live WHERE organisation = %s"
)


def find_purpose(code: str, organisation: str) -> Purpose | None:
    """Give the purpose that an organisation, by its unified code, has registered under this number and that is in force."""
    with connection.cursor() as cursor:
        cursor.execute(f"{PURPOSES} AND code = %s", [organisation, code])
        row = cursor.fetchone()
    return Purpose(*row) if row else None


def list_purposes(organisation: str) -> list[Purpose]:
    with connection.cursor() as cursor:
        cursor.execute(f"{PURPOSES} ORDER BY code", [organisation])
        return [Purpose(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a code leads to, and the tag of code and name on file, made under a key."""

    subject_id: int
    name_tag: bytes
    key_id: str
    died: date | None


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Whom codes lead to, by their hashes, and the pointers into the keys at that moment."""

    pointers: Pointers
    known: dict[bytes, Known]


def look_up_codes(hashes: Sequence[bytes]) -> LookedUp:
    """Find whom codes lead to, by their keyed hashes. One statement, whatever is found; it brings the pointers with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.anchor, k.hash, k.current, k.former, c.code_hash, c.subject_id, c.name_tag, c.key_id, p.died
               FROM identity_key_pointers k
               LEFT JOIN (identity_code c JOIN identity_person p ON p.subject_id = c.subject_id AND p.minor_rank <= p.identity_rank)
                   ON c.code_hash = ANY(%s::bytea[])""",
            [list(hashes)],
        )
        rows = cursor.fetchall()
    return LookedUp(
        Pointers(*rows[0][:4]),
        {bytes(row[4]): Known(row[5], bytes(row[6]), row[7], row[8]) for row in rows if row[4] is not None},
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt attests, without a word on whom the check was about."""

    at: datetime
    organisation: str
    purpose: str
    field: str
    basis: str
    outcome: str
    assurance: str


def find_receipt(number: str) -> Receipt | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, organisation, purpose, field, basis, outcome, assurance FROM identity_find_receipt(%s)",
            [number.strip().upper()],
        )
        row = cursor.fetchone()
    return Receipt(*row) if row else None


@dataclass(frozen=True, slots=True)
class ClientKeyLive:
    """A client and a public key (JWK) that proves it today."""

    client_pk: int
    client_id: str
    organisation: str
    public: str
    kid: str


def is_key_gone(client_id: str, kid: str) -> bool:
    """Tell whether a key of a client in force proves it no longer. One statement."""
    ((gone,),) = fetch_prepared(
        """SELECT EXISTS (SELECT FROM identity_client_live WHERE client_id = %(client)s)
              AND NOT EXISTS (SELECT FROM identity_client_key_live WHERE client_id = %(client)s AND kid = %(kid)s)""",
        {"client": client_id, "kid": kid},
    )
    return bool(gone)


def refuse_client(client_id: str, organisation: str, address: str) -> None:
    """Raise ClientNotInForce or AddressNotAllowed when a client may do nothing for an organisation, or not from this address."""
    rows = fetch_prepared(
        """SELECT EXISTS (SELECT FROM unnest(addresses) one WHERE %s::inet <<= one::cidr)
           FROM identity_client_live WHERE client_id = %s AND organisation = %s""",
        [address, client_id, organisation],
    )
    if not rows:
        raise ClientNotInForce
    if not rows[0][0]:
        raise AddressNotAllowed


def find_client_key(client_id: str, kid: str, address: str) -> ClientKeyLive | None:
    """Give a client's key in force, for one that calls from a network of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT client_pk, client_id, organisation, public, kid FROM identity_client_key_live
               WHERE client_id = %s AND kid = %s AND EXISTS (SELECT FROM unnest(addresses) one WHERE %s::inet <<= one::cidr)""",
            [client_id, kid, address],
        )
        row = cursor.fetchone()
    return ClientKeyLive(*row) if row else None
