"""What a suite of algorithms gives, whichever it is."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

NONCE_BYTES = 12
TAG_BYTES = 16
BLOCK_BYTES = 16

Hasher = Callable[[bytes], bytes]


class Box(Protocol):
    """A sealing key made ready: authenticated encryption, the nonce in front and the tag at the end."""

    def seal(self, text: bytes, bound: bytes) -> bytes:
        """Seal under a fresh random nonce; ``bound`` must be told again to open. One key seals at most 2**32 values."""
        ...

    def open(self, box: bytes, bound: bytes) -> bytes:
        """Open. Raises SealBroken."""
        ...


class Permutation(Protocol):
    """A keyed permutation of sixteen bytes: equal blocks stay equal, all else is hidden."""

    def forth(self, block: bytes) -> bytes: ...

    def back(self, block: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A key pair: private number (32 bytes) and public point (x and y, 64 bytes)."""

    private: bytes
    public: bytes


class Suite(ABC):
    """One family of algorithms. A master key belongs to one suite, and so does everything derived from it."""

    name: str

    @abstractmethod
    def derive(self, master: bytes, use: str) -> bytes:
        """Derive a working key of 32 bytes for one use (HKDF), so that no key serves two ends."""

    @abstractmethod
    def box(self, key: bytes) -> Box: ...

    @abstractmethod
    def hasher(self, key: bytes) -> Hasher:
        """Give the keyed hash under a key, 32 bytes, made ready to be called a million times."""

    @abstractmethod
    def permutation(self, key: bytes) -> Permutation: ...

    @abstractmethod
    def digest(self, data: bytes) -> bytes:
        """Give the digest without a key, 32 bytes."""

    @abstractmethod
    def new_signing_key(self) -> SigningKey: ...

    @abstractmethod
    def signing_key(self, secret: bytes) -> SigningKey:
        """Give the key pair that belongs to a secret of 32 bytes: the same one each time."""

    @abstractmethod
    def sign(self, key: SigningKey, data: bytes) -> bytes:
        """Sign: r and s, 64 bytes."""

    @abstractmethod
    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Tell whether a signature is the public key's over the data; False for anything that is none."""


def fresh_nonce() -> bytes:
    return secrets.token_bytes(NONCE_BYTES)


@cache
def suites() -> dict[str, Suite]:
    """Give the suites by name."""
    from chengxin.lib.crypto.international import International
    from chengxin.lib.crypto.national import National

    return {suite.name: suite for suite in (International(), National())}
