"""The vault: opens what was sealed, hashes for look-up, numbers records, makes pseudonyms. One that may seal is a kind of its own."""

import base64
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from chengxin.lib.crypto.errors import KeysMissing
from chengxin.lib.crypto.keys import MasterKey, Pointers
from chengxin.lib.crypto.suites import BLOCK_BYTES, Box, Hasher, Permutation

NUMBER_LENGTH = 27  # a letter and sixteen bytes in base 32
NAME_TAG_BYTES = 16
RECORD, PSEUDONYM = "R", "P"
PARTED = "\x1f"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value: nonce and ciphertext with tag, and the id of the key that opens it."""

    key_id: str
    box: bytes


class Vault:
    """Reads with the keys of one ring, as the pointers say.

    Any key of the ring opens what it sealed. Record ids and numbers, digests and pseudonyms hang on the anchor, since they must stay equal
    for as long as the data lives; look-up hashes on the hash key, and on the former one while codes still stand under it.
    """

    def __init__(self, keys: Mapping[str, MasterKey], pointers: Pointers) -> None:
        """Take keys and pointers. Raises KeysMissing when a key that is pointed to isn't there."""
        if missing := sorted(pointers.named() - keys.keys()):
            raise KeysMissing(f"缺少密钥 {'、'.join(missing)}。", f"Missing keys: {', '.join(missing)}.")
        self.keys = keys
        self.pointers = pointers
        self._boxes: dict[str, Box] = {}
        self._code_hashers = {key_id: self._hasher(key_id, "code-hash") for key_id in pointers.hashing}
        self._name_hashers = {key_id: self._hasher(key_id, "name-tag") for key_id in pointers.hashing}
        self._block_hashers = {key_id: self._hasher(key_id, "block") for key_id in pointers.hashing}
        self._recipients: dict[str, Permutation] = {}

    def open(self, sealed: Sealed, *, use: str) -> str:
        """Open a sealed text. Raises KeysMissing for an unknown key, SealBroken when it was changed or moved."""
        return self._box(sealed.key_id).open(sealed.box, use.encode()).decode()

    def code_hash(self, code_type: str, code: str, key_id: str = "") -> bytes:
        """Hash a checked code, 32 bytes: under the hash key, or under another of ``pointers.hashing``."""
        return self._code_hashers[key_id or self.pointers.hash](f"{code_type}{PARTED}{code}".encode())

    def code_hashes(self, codes: Iterable[tuple[str, str]], key_id: str = "") -> list[bytes]:
        """Hash many codes, given as type and code."""
        hashed = self._code_hashers[key_id or self.pointers.hash]
        return [hashed(f"{code_type}{PARTED}{code}".encode()) for code_type, code in codes]

    def look_up_hashes(self, code_type: str, code: str) -> list[bytes]:
        """Give every hash under which a code may stand now: one, or two while the hash key is being changed."""
        return [self.code_hash(code_type, code, key_id) for key_id in self.pointers.hashing]

    def name_tag(self, code_type: str, code: str, name: str, key_id: str = "") -> bytes:
        """Hash code and name together, 16 bytes: equal only for the same person under the same name."""
        text = f"{code_type}{PARTED}{code}{PARTED}{name}"
        return self._name_hashers[key_id or self.pointers.hash](text.encode())[:NAME_TAG_BYTES]

    def name_fits(self, tag: bytes, key_id: str, *, code_type: str, code: str, name: str) -> bool:
        """Tell whether a stored tag, made under a key, is that of code and name. Compares in constant time."""
        return hmac.compare_digest(tag, self.name_tag(code_type, code, name, key_id))

    def block(self, text: str, key_id: str = "") -> bytes:
        """Hash what near persons have in common, 16 bytes: equal for equal texts, and no text is told from it without the key."""
        return self._block_hashers[key_id or self.pointers.hash](text.encode())[:NAME_TAG_BYTES]

    @cached_property
    def record_key(self) -> bytes:
        """The key of record ids, 32 bytes, for BLAKE2b."""
        return self._anchor.derive("record-id")

    @cached_property
    def digest_key(self) -> bytes:
        """The key of digests of files and waiting rows, 32 bytes, for BLAKE2b."""
        return self._anchor.derive("digest")

    @cached_property
    def marks_box(self) -> Box:
        """What seals the marks of rows that were handed in: with the digests' key, since without their key they are no use."""
        return self._anchor.suite.box(self._anchor.derive("row-marks"))

    def code_mark(self, code_type: str, code: str) -> bytes:
        """Mark a checked code, 32 bytes, for what must be found again after a change of the hash key and leads to nobody."""
        return blake2b(f"{code_type}{PARTED}{code}".encode(), key=self._mark_key, digest_size=32).digest()

    @cached_property
    def _mark_key(self) -> bytes:
        return self._anchor.derive("code-mark")

    def record_number(self, subject_id: int, record_id: int) -> str:
        """Make the number under which a provider knows a record: opaque, equal parts of two numbers tell nothing."""
        return _text(RECORD, self._numbers.forth(subject_id.to_bytes(8, "big") + record_id.to_bytes(8, "big")))

    def read_record_number(self, number: str) -> tuple[int, int] | None:
        """Give subject and record of a number, or None when it is none of ours by form."""
        block = _block(RECORD, number)
        if block is None:
            return None
        plain = self._numbers.back(block)
        subject, record = int.from_bytes(plain[:8], "big"), int.from_bytes(plain[8:], "big")
        return (subject, record) if max(subject, record) < 1 << 63 else None

    def pseudonym(self, recipient: str, subject_id: int) -> str:
        """Make the name under which one recipient, an organisation's unified code, knows a person.

        The same each time, another for every recipient, and nobody without the keys can tell that two belong together.
        """
        return _text(PSEUDONYM, self._recipient(recipient).forth(subject_id.to_bytes(BLOCK_BYTES, "big")))

    def read_pseudonym(self, recipient: str, pseudonym: str) -> int | None:
        """Give the subject whom this recipient knows under a pseudonym; None for one of another recipient or a made-up one."""
        block = _block(PSEUDONYM, pseudonym)
        if block is None:
            return None
        plain = int.from_bytes(self._recipient(recipient).back(block), "big")
        # Only the lower half is ever filled: of made-up blocks one in 2**64 passes.
        return plain if plain < 1 << 63 else None

    @property
    def _anchor(self) -> MasterKey:
        return self.keys[self.pointers.anchor]

    @cached_property
    def _numbers(self) -> Permutation:
        return self._anchor.suite.permutation(self._anchor.derive("record-number"))

    def _recipient(self, recipient: str) -> Permutation:
        made = self._recipients.get(recipient)
        if made is None:
            made = self._anchor.suite.permutation(self._anchor.derive(f"pseudonym:{recipient}"))
            self._recipients[recipient] = made
        return made

    def _hasher(self, key_id: str, use: str) -> Hasher:
        key = self.keys[key_id]
        return key.suite.hasher(key.derive(use))

    def _box(self, key_id: str) -> Box:
        made = self._boxes.get(key_id)
        if made is None:
            key = self.keys.get(key_id)
            if key is None:
                raise KeysMissing(f"缺少密钥 {key_id}。", f"Key {key_id} is missing.")
            made = self._boxes[key_id] = key.suite.box(key.derive("seal"))
        return made


class SealingVault(Vault):
    """A vault whose pointers can't move under it, and which therefore may seal."""

    def seal(self, value: str, *, use: str) -> Sealed:
        """Seal a text; ``use`` (such as ``person.code``) is bound in, so that a box can't be moved to another column."""
        return Sealed(self.pointers.current, self._box(self.pointers.current).seal(value.encode(), use.encode()))

    def seal_many(self, values: Sequence[str], *, use: str) -> list[bytes]:
        """Seal many texts under the current key and give the boxes."""
        box, bound = self._box(self.pointers.current), use.encode()
        return [box.seal(value.encode(), bound) for value in values]


def _text(letter: str, block: bytes) -> str:
    return letter + base64.b32encode(block).decode().rstrip("=")


def _block(letter: str, text: str) -> bytes | None:
    text = text.strip().upper()
    if len(text) != NUMBER_LENGTH or not text.startswith(letter):
        return None
    try:
        block = base64.b32decode(text[1:] + "=" * 6)
    except ValueError:
        return None
    # The last sign has two bits to spare: only one way of writing a block is ours.
    return block if _text(letter, block) == text else None
