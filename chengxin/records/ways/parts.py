"""A large upload in parts: sealed under a key that neither the disk nor the database holds, and taken up again after a break.

The key comes from the vault and from a secret that is given to the browser alone. Parts survive a kill of the web process; when all are
there they go into an ordinary spool, and what was abandoned goes after a day.
"""

import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chengxin.identity.vault import vault
from chengxin.lib.crypto import derive
from chengxin.records.errors import PartsBusy, PartsElsewhere, PartsTooMany, UploadUnknown
from chengxin.records.ways.spooling import refuse_size

BLOCK, NONCE, TAG = 1 << 20, 12, 16
HEAD = struct.Struct(">I")
ABANDONED_AFTER, MOST_OPEN = timedelta(days=1), 5


@dataclass(frozen=True, slots=True)
class Parts:
    """One upload of one officer. Only with the secret that was given out can it be read or lengthened."""

    folder: Path
    token: UUID
    owner: str
    secret: str

    @classmethod
    def begin(cls, folder: Path, owner: str) -> "Parts":
        """Begin an upload. Raises PartsTooMany when the officer has as many open as may be."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(list(folder.glob(f"{_tag(owner)}-*.part"))) >= MOST_OPEN:
            raise PartsTooMany
        made = cls(folder, uuid4(), owner, secrets.token_urlsafe(24))
        os.close(os.open(made.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return made

    @property
    def path(self) -> Path:
        return self.folder / f"{_tag(self.owner)}-{self.token.hex}.part"

    @contextmanager
    def opened(self) -> Iterator["OpenParts"]:
        """Hold the upload alone. Raises UploadUnknown, PartsBusy."""
        try:
            file = self.path.open("r+b")
        except FileNotFoundError:
            raise UploadUnknown from None
        with file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise PartsBusy from None
            yield OpenParts(file, self._box(), self.token)

    def destroy(self) -> None:
        self.path.unlink(missing_ok=True)

    def _box(self) -> AESGCM:
        keys = vault()
        ours = keys.keys[keys.pointers.anchor].derive("upload parts")
        return AESGCM(derive(ours + self.secret.encode(), f"parts {self.token} {self.owner}".encode()))


class OpenParts:
    """The sealed blocks of an upload, and where the next one goes. What was torn by a kill is cut off."""

    def __init__(self, file: BinaryIO, box: AESGCM, token: UUID) -> None:
        self._file, self._box, self._token = file, box, token
        self._places: list[tuple[int, int]] = []
        self.offset = self._read_lengths()
        if self._places:
            self._open(len(self._places) - 1)

    def append(self, at: int, chunks: Iterable[bytes]) -> int:
        """Write what begins at an offset and give the next one. Raises PartsElsewhere when that isn't where the upload stands."""
        if at != self.offset:
            raise PartsElsewhere(f"（{self.offset}）", f"({self.offset})")
        held = bytearray()
        for chunk in chunks:
            held += chunk
            refuse_size(self.offset + len(held))
            while len(held) >= BLOCK:
                self._seal(bytes(held[:BLOCK]))
                del held[:BLOCK]
        if held:
            self._seal(bytes(held))
        self._file.flush()
        os.fsync(self._file.fileno())
        return self.offset

    def blocks(self) -> Iterator[bytes]:
        for number in range(len(self._places)):
            yield self._open(number)

    def _read_lengths(self) -> int:
        end, place, offset = self._file.seek(0, os.SEEK_END), 0, 0
        while place + HEAD.size <= end:
            self._file.seek(place)
            (length,) = HEAD.unpack(self._file.read(HEAD.size))
            following = place + HEAD.size + NONCE + length
            if not TAG < length <= BLOCK + TAG or following > end:
                break
            self._places.append((place + HEAD.size, length))
            place, offset = following, offset + length - TAG
        self._file.truncate(place)
        return offset

    def _seal(self, block: bytes) -> None:
        # A block that was torn is written anew at the same place, perhaps from another file: hence a nonce by lot.
        nonce, number = secrets.token_bytes(NONCE), len(self._places)
        sealed = self._box.encrypt(nonce, block, self._bound(number))
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(HEAD.pack(len(sealed)) + nonce + sealed)
        self._places.append((place + HEAD.size, len(sealed)))
        self.offset += len(block)

    def _open(self, number: int) -> bytes:
        place, length = self._places[number]
        self._file.seek(place)
        nonce, sealed = self._file.read(NONCE), self._file.read(length)
        try:
            return self._box.decrypt(nonce, sealed, self._bound(number))
        except InvalidTag:
            raise UploadUnknown from None

    def _bound(self, number: int) -> bytes:
        return self._token.bytes + number.to_bytes(8, "big")


def sweep_parts(folder: Path, at: datetime) -> int:
    """Destroy uploads to which nothing was added for a day; gives how many."""
    gone = 0
    for path in folder.glob("*.part"):
        if at - datetime.fromtimestamp(path.stat().st_mtime, UTC) > ABANDONED_AFTER:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _tag(owner: str) -> str:
    return blake2b(owner.encode(), key=vault().digest_key, digest_size=8).hexdigest()
