"""Tokens of copies: hashes that whoever holds a copy can make, by the salt that stands on it, and nobody else. Plain Python."""

import secrets
from hashlib import sha256

SALT_BYTES = 16


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def token_of(salt: bytes, report: str, record: str = "") -> bytes:
    """Give the token of a copy, or of one of its lines by the number of its record."""
    return sha256(salt + f"{report}\n{record}".encode()).digest()
