"""The feed of revocations: salted tokens of copies that no longer hold, on signed pages that follow one another (docs/adr/0030).

A token can be made by whoever holds the copy, with the salt that stands on it, and by nobody else. A page holds its tokens in the order of
their digits among random ones, so that its length doesn't tell how many there are.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import connection, transaction

from chengxin.identity.vault import vault
from chengxin.lib.notes import Signer, Verifier
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.correcting.keys import FEED, public_keys, secret_of, signing_numbers
from chengxin.sharing.correcting.tokens import token_of
from chengxin.sharing.recalls import LATE, references_since

TOKEN_BYTES = 32
LEAST, MOST = 64, 4096
REVOKED_CAUSES = frozenset(("undoing", "batch", "changed", "repaired", "sealed", "moved"))
"""Not a dispute: a holder of a copy has no right to know of it. Not the end of showing: it stands on the copy."""


def origin() -> str:
    return f"{settings.REGISTER_NAME}/revocations"


def revoke_copies(reference: str, at: datetime) -> None:  # noqa: ARG001  # as every handler of events
    """Make the tokens of every copy that holds what was changed. Told twice, it makes them once. Two statements."""
    cause, _, number = reference.partition(":")
    if cause not in REVOKED_CAUSES:
        return
    record_number = vault().record_number
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_copies_of(%s, %s)", [cause, number])
        copies = [(bytes(salt), report, subject, record) for salt, report, subject, record in cursor.fetchall()]
    _add(
        token
        for salt, report, subject, record in copies
        for token in (token_of(salt, report), token_of(salt, report, record_number(subject, record)))
    )


def revoke_late(*, at: datetime) -> None:
    """Look once more at what was told of within the last hour: a copy given out at the very moment of a change is entered after it."""
    for reference in references_since(at - LATE):
        revoke_copies(reference, at)


def revoke_withdrawn(reference: str, at: datetime) -> None:  # noqa: ARG001  # as every handler of events
    """Make the token of a report that its person withdrew."""
    report = reference.partition(":")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_copy_withdrawn(%s)", [report])
        (salt,) = cursor.fetchone() or (None,)
    _add([token_of(bytes(salt), report)] if salt is not None else [])


def _add(tokens: Iterable[bytes]) -> None:
    whole = list(tokens)
    if whole:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sharing_add_revocations(%s::bytea[])", [whole])


@transaction.atomic
def publish_feed(*, at: datetime) -> int:
    """Put out a page when the last one isn't of today, be there anything to tell or not; gives how many pages were made.

    A page a day whatever happened, so that its coming tells nothing. Full pages go out at once.
    """
    made = 0
    while True:
        number, last, made_at = _last_page()
        waiting = _waiting()
        today = made_at is not None and shanghai_date(made_at) == shanghai_date(at)
        if today and len(waiting) < MOST:
            return made
        _publish(number + 1, last, waiting, at)
        made += 1


def _publish(number: int, last: str, waiting: list[bytes], at: datetime) -> None:
    size = max(LEAST, -(-len(waiting) // LEAST) * LEAST)
    tokens = sorted([*waiting, *(secrets.token_bytes(TOKEN_BYTES) for _ in range(size - len(waiting)))])
    before = sha256(last.encode()).hexdigest() if last else "-"
    page = sign([origin(), f"page {number}", f"before {before}", *(token.hex() for token in tokens)], at)
    index = sign(
        [origin(), f"pages {number}", f"last {sha256(page.encode()).hexdigest()}", f"on {shanghai_date(at)}"], at
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_publish_page(%s, %s, %s, %s::bytea[], %s)", [number, page, index, waiting, at])


def sign(lines: Sequence[str], at: datetime) -> str:
    """Make a signed note of these lines, under every key of the feed that holds."""
    text = "".join(f"{line}\n" for line in lines)
    notes = [Signer(origin(), secret_of(FEED, number)).sign(text) for number in signing_numbers(FEED, at)]
    return notes[0] + "".join(note.removeprefix(f"{text}\n") for note in notes[1:])


def read_keys() -> str:
    """Give every public key that the feed was ever signed by, one a line, the newest first."""
    return "".join(f"{Verifier(origin(), public)}\n" for _, public, _, _ in public_keys(FEED))


def read_page(number: int) -> str | None:
    return _text("SELECT note FROM public_feed WHERE number = %s", [number])


def read_index() -> str | None:
    return _text("SELECT index FROM public_feed ORDER BY number DESC LIMIT 1", [])


def _text(query: str, values: list[int]) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def _last_page() -> tuple[int, str, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, note, made_at FROM public_feed ORDER BY number DESC LIMIT 1")
        return cursor.fetchone() or (0, "", None)


def _waiting() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_waiting_revocations(%s)", [MOST])
        return [bytes(token) for (token,) in cursor.fetchall()]
