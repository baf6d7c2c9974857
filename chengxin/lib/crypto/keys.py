"""Master keys, the ring of them, and the pointers that say which of them does what."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chengxin.lib.crypto.errors import KeysMissing
from chengxin.lib.crypto.suites import Suite, suites

MASTER_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class MasterKey:
    """One master key; everything is derived from it, nothing is sealed with it. Has no readable form."""

    suite: Suite
    secret: bytes

    @classmethod
    def new(cls, suite: str) -> "MasterKey":
        return cls.of(suite, secrets.token_bytes(MASTER_BYTES), "")

    @classmethod
    def of(cls, suite: str, secret: bytes, key_id: str) -> "MasterKey":
        """Make a key of what a source gave. Raises KeysMissing for an unknown suite or a wrong length, naming the key's id alone."""
        found = suites().get(suite)
        if found is None:
            raise KeysMissing(f"密钥 {key_id} 的算法套件不明。", f"The suite of key {key_id} is unknown.")
        if len(secret) != MASTER_BYTES:
            raise KeysMissing(f"密钥 {key_id} 的长度不对。", f"Key {key_id} has the wrong length.")
        return cls(found, secret)

    def derive(self, use: str) -> bytes:
        return self.suite.derive(self.secret, use)

    def check_value(self) -> bytes:
        """Give what the database keeps to recognise this key, 16 bytes."""
        return self.suite.hasher(self.derive("check"))(b"chengxin")[:16]


def new_key_id() -> str:
    return f"k{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Pointers:
    """Which key does what.

    ``anchor``: record ids and numbers, digests and pseudonyms, for as long as the data lives. ``hash``: look-up of codes and names;
    ``former`` is the one before it while some codes still stand under that. ``current``: seals.
    """

    anchor: str
    hash: str
    current: str
    former: str = ""

    @classmethod
    def all_at(cls, key_id: str) -> "Pointers":
        return cls(key_id, key_id, key_id)

    @property
    def hashing(self) -> tuple[str, ...]:
        """The keys under which codes may be found, the newer first."""
        return (self.hash, self.former) if self.former else (self.hash,)

    def named(self) -> frozenset[str]:
        return frozenset((self.anchor, self.current, *self.hashing))


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """What a source of keys holds. ``first`` are the pointers it wishes for a database that has none yet."""

    keys: Mapping[str, MasterKey]
    first: Pointers

    def missing(self, wanted: Iterable[str]) -> list[str]:
        return sorted(set(wanted) - self.keys.keys())
