"""What a check of a real name reads: purposes, codes, receipts, clients and their keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection


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


def look_up_codes(hashes: Sequence[bytes]) -> dict[bytes, tuple[int, bytes, date | None]]:
    """Find whom codes lead to, by their keyed hashes: subject, name tag, day of death. One statement, whatever is found."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.code_hash, c.subject_id, c.name_tag, p.died
               FROM identity_code c JOIN identity_person p USING (subject_id) WHERE c.code_hash = ANY(%s::bytea[])""",
            [list(hashes)],
        )
        return {bytes(code_hash): (subject, bytes(tag), died) for code_hash, subject, tag, died in cursor.fetchall()}


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


def find_client_key(client_id: str, kid: str, address: str) -> ClientKeyLive | None:
    """Give a client's key in force, for one that calls from a network of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT client_pk, client_id, organisation, public FROM identity_client_key_live
               WHERE client_id = %s AND kid = %s AND EXISTS (SELECT FROM unnest(addresses) one WHERE %s::inet <<= one::cidr)""",
            [client_id, kid, address],
        )
        row = cursor.fetchone()
    return ClientKeyLive(*row) if row else None
