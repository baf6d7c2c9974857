"""What a witness signs of a head: that it saw this tree grow out of the one it saw before. C2SP tlog-cosignature, under Ed25519."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chengxin.lib.notes import KEY_BYTES, SIGNATURE_BYTES, NoteBroken

COSIGNATURE = b"\x04"
_ID_BYTES, _TIME_BYTES = 4, 8
_LINE = re.compile(r"— ([^\s+]+) (\S+)")
_LATEST = 253_402_300_799
"""The last second of the year 9999."""


def cosigned_text(text: str, seconds: int) -> bytes:
    """Give what is signed of a note's text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Cosigner:
    """The public half of a witness's key, by its name."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:_ID_BYTES]

    def __format__(self, _: str) -> str:
        """Write the key as others read it: name, id and key, joined by plus signs."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(COSIGNATURE + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> "Cosigner":
        """Read a key from its written form. Raises NoteBroken."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            whole = b64decode(encoded, validate=True)
        except NotBase64:
            whole = b""
        if not name or name.split() != [name] or whole[:1] != COSIGNATURE or len(whole) != 1 + KEY_BYTES:
            raise NoteBroken("no key of a witness")
        found = cls(name, whole[1:])
        if found.key_id.hex() != key_id:
            raise NoteBroken("the key's id isn't the key's")
        return found

    def signed_at(self, text: str, line: str) -> datetime | None:
        """Tell when this witness signed a note's text, by one line; None where the line is somebody else's.

        Raises NoteBroken for a line that says it is this witness's and isn't.
        """
        found = _LINE.fullmatch(line)
        if found is None or found[1] != self.name:
            return None
        try:
            sealed = b64decode(found[2], validate=True)
        except NotBase64:
            return None
        if sealed[:_ID_BYTES] != self.key_id:
            return None
        stamp, signature = sealed[_ID_BYTES : _ID_BYTES + _TIME_BYTES], sealed[_ID_BYTES + _TIME_BYTES :]
        seconds = int.from_bytes(stamp, "big")
        if len(signature) != SIGNATURE_BYTES or seconds > _LATEST:
            raise NoteBroken("a cosignature is wrong")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, cosigned_text(text, seconds))
        except InvalidSignature:
            raise NoteBroken("a cosignature is wrong") from None
        return datetime.fromtimestamp(seconds, UTC)
