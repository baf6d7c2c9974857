"""Signed notes and the heads of trees in them, in the C2SP forms (signed-note, tlog-checkpoint), under Ed25519."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
HASH_BYTES, KEY_BYTES, SIGNATURE_BYTES = 32, 32, 64
_ID_BYTES = 4
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9]\d{0,18}")
_NOTE = re.compile(r"((?:(?!— )[^\n]+\n)+)\n((?:— [^\n]+\n)+)")
_TREE_LINES = 3


class NoteBroken(ValueError):
    """A text is no signed note, none of these keys signed it, or it holds no head of a tree."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a key, by the name of whom it speaks for."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:_ID_BYTES]

    def __format__(self, _: str) -> str:
        """Write the key as others read it: name, id and key, joined by plus signs."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> "Verifier":
        """Read a key from its written form. Raises NoteBroken."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        whole = _decoded(encoded)
        if not _NAME.fullmatch(name) or whole[:1] != ED25519 or len(whole) != 1 + KEY_BYTES:
            raise NoteBroken("no key of Ed25519")
        found = cls(name, whole[1:])
        if found.key_id.hex() != key_id:
            raise NoteBroken("the key's id isn't the key's")
        return found


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A private key with its name. Has no readable form."""

    name: str
    secret: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise NoteBroken("a name has neither blanks nor plus signs")

    @property
    def verifier(self) -> Verifier:
        public = self._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Verifier(self.name, public)

    def sign(self, text: str) -> str:
        """Make a signed note of a text that ends with a line's end and holds no empty line."""
        if not text.endswith("\n") or "\n\n" in text or text.startswith("\n"):
            raise NoteBroken("a note's text is made of whole lines")
        verifier = self.verifier
        sealed = b64encode(verifier.key_id + self._key().sign(text.encode())).decode()
        return f"{text}\n— {self.name} {sealed}\n"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)


def read_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """Give the text of a note that one of these keys signed. Raises NoteBroken.

    Signatures by others are passed over; one that claims to be by a known key and isn't refuses the note.
    """
    parts = _NOTE.fullmatch(note)
    if parts is None:
        raise NoteBroken("no signed note")
    text, lines = parts[1], parts[2].splitlines()
    known = {(one.name, one.key_id): one for one in verifiers}
    signed = False
    for line in lines:
        name, _, encoded = line.removeprefix("— ").partition(" ")
        sealed = _decoded(encoded)
        verifier = known.get((name, sealed[:_ID_BYTES]))
        if verifier is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.public).verify(sealed[_ID_BYTES:], text.encode())
        except InvalidSignature:
            raise NoteBroken("a signature is wrong") from None
        signed = True
    if not signed:
        raise NoteBroken("signed by none of the known keys")
    return text


@dataclass(frozen=True, slots=True)
class Head:
    """What a tree was at some moment: whose, how large, its root, and whatever lines stand after."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    def text(self) -> str:
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), b64encode(self.root).decode(), *self.more))

    @classmethod
    def read(cls, text: str) -> "Head":
        """Read a note's text. Raises NoteBroken."""
        lines = text.splitlines()
        if len(lines) < _TREE_LINES or not _SIZE.fullmatch(lines[1]):
            raise NoteBroken("no head of a tree")
        root = _decoded(lines[2])
        if len(root) != HASH_BYTES:
            raise NoteBroken("no head of a tree")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:]))


def notes_in(text: str) -> Iterator[str]:
    """Give the notes that stand one after another in a text. Raises NoteBroken where something else stands between them."""
    at = 0
    while at < len(text):
        found = _NOTE.match(text, at)
        if found is None:
            raise NoteBroken("not a row of signed notes")
        yield found[0]
        at = found.end()


def _decoded(text: str) -> bytes:
    """Decode base64 written in the one way there is: the last sign's spare bits are zero."""
    try:
        found = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        found = None
    if found is None or b64encode(found).decode() != text:
        raise NoteBroken("not base64")
    return found
