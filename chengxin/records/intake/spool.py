"""Keeps a file that was handed in encrypted on disk until it has been worked through, under a key that is then thrown away.

The key lies in a file of its own beside the spool; neither is part of a backup. Destroying the key file is what makes the
content unreadable, so it goes first.
"""

import os
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chengxin.records.errors import FileUnusable

BLOCK = 1 << 20
TAG = 16
HEAD = struct.Struct(">I")


class SpoolWriter:
    """Takes a file in chunks and writes it in sealed blocks. ``finish`` makes it durable; ``abandon`` leaves nothing.

    ``digest`` is a keyed hash of the content, 32 bytes, to recognise a file handed in again; ``head`` its first bytes.
    """

    def __init__(self, spool: "Spool", digest_key: bytes = b"") -> None:
        self._spool = spool
        self._hash = blake2b(key=digest_key, digest_size=32)
        self.head = b""
        spool.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = AESGCM.generate_key(256)
        self._box = AESGCM(key)
        _write_private(spool.key_path, key)
        self._file = os.fdopen(os.open(spool.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._rest = bytearray()
        self._number = 0
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self._rest += chunk
        self._hash.update(chunk)
        self.head = self.head or chunk[:64]
        self.size += len(chunk)
        while len(self._rest) >= BLOCK:
            self._seal(bytes(self._rest[:BLOCK]), last=False)
            del self._rest[:BLOCK]

    def finish(self) -> None:
        self._seal(bytes(self._rest), last=True)
        self._rest.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    @property
    def digest(self) -> bytes:
        return self._hash.digest()

    def abandon(self) -> None:
        self._file.close()
        self._spool.destroy()

    def _seal(self, block: bytes, *, last: bool) -> None:
        # The number and the mark of the last block are bound in: a spool that lost its end doesn't open as a shorter file.
        sealed = self._box.encrypt(nonce(self._number), block, b"last" if last else b"more")
        self._file.write(HEAD.pack(len(sealed)) + sealed)
        self._number += 1


def nonce(number: int) -> bytes:
    """A counter is a sound nonce here: each spool has a key of its own."""
    return number.to_bytes(12, "big")


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Spool:
    """One sealed file. ``name`` is a random token, never the sender's file name."""

    folder: Path
    name: str

    @classmethod
    def new(cls, folder: Path) -> "Spool":
        return cls(folder, secrets.token_hex(16))

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}.spool"

    @property
    def key_path(self) -> Path:
        return self.folder / f"{self.name}.key"

    def there(self) -> bool:
        return self.key_path.exists() and self.path.exists()

    def writer(self, digest_key: bytes = b"") -> SpoolWriter:
        return SpoolWriter(self, digest_key)

    def blocks(self) -> Iterator[bytes]:
        """Give the content in blocks of at most a mebibyte. Raises FileUnusable when it was cut short or changed."""
        box, last = AESGCM(self.key_path.read_bytes()), False
        with self.path.open("rb") as file:
            for number, (sealed, last) in enumerate(_sealed_blocks(file)):
                try:
                    block = box.decrypt(nonce(number), sealed, b"last" if last else b"more")
                except InvalidTag:
                    raise broken() from None
                yield block
        if not last:
            raise broken()

    def destroy(self) -> None:
        """Throw the key away, then the content. Leaves nothing, also when called twice."""
        self.key_path.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def broken() -> FileUnusable:
    return FileUnusable("暂存的文件不完整，请重新报送。", "The spooled file is incomplete; hand it in again.")


def _sealed_blocks(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    sealed = _next_block(file)
    while sealed is not None:
        following = _next_block(file)
        yield sealed, following is None
        sealed = following


def _next_block(file: BinaryIO) -> bytes | None:
    head = file.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (length,) = HEAD.unpack(head)
    if not TAG <= length <= BLOCK + TAG:
        raise broken()
    return file.read(length)


Blocks = Callable[[], Iterator[bytes]]


def file_blocks(path: Path) -> Blocks:
    """Give the blocks of a plain file, anew at each call: the sender's own file on the sender's own machine."""

    def blocks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    return blocks
