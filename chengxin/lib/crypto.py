"""The cryptographic suite behind one small interface: seal, keyed hash, commitment.

The international suite stands here (AES-256-GCM, HMAC-SHA-256, SHA-256). Keys never lie in the database: a file outside it holds
one master key an id, from which the working keys are derived (HKDF), one a use, so that no key serves two ends.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chengxin.lib.errors import Unusable

MASTER_BYTES = 32
NONCE_BYTES = 12
NUMBER_LENGTH = 27  # R and sixteen bytes in base 32


class KeysMissing(Unusable):
    code = "keys-missing"
    message = "找不到保险库密钥文件，或其中没有所需的密钥，系统不启动。"
    message_en = "The vault's key file is missing or lacks a key that is needed; the system doesn't start."


class SealBroken(Unusable):
    code, message, message_en = (
        "seal-broken",
        "密文与密钥不符，或已被改动。",
        "A sealed value doesn't fit its key or was changed.",
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value: nonce and ciphertext with tag, and the id of the key that opens it."""

    key_id: str
    box: bytes


class Vault:
    """Seals values and hashes codes with the keys of one key file.

    ``current`` names the key that seals new values; older ones still open what they sealed. Look-up hashes, tags and record
    numbers hang on the first key (``anchor``), since they must stay equal for as long as the data lives.
    """

    def __init__(self, masters: dict[str, bytes], current: str, anchor: str) -> None:
        """Take the masters as read. Raises KeysMissing when ``current`` or ``anchor`` isn't among them."""
        if current not in masters or anchor not in masters:
            raise KeysMissing
        self.masters = masters
        self.current = current
        self.anchor = anchor
        self._boxes = {key_id: AESGCM(derive(master, b"seal")) for key_id, master in masters.items()}

    def seal(self, value: str, *, use: str) -> Sealed:
        """Seal a text; ``use`` (such as ``person.code``) is bound in, so that a box can't be moved to another column."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(self.current, nonce + self._boxes[self.current].encrypt(nonce, value.encode(), use.encode()))

    def open(self, sealed: Sealed, *, use: str) -> str:
        """Open a sealed text. Raises KeysMissing for an unknown key, SealBroken when it was changed or moved."""
        box = self._boxes.get(sealed.key_id)
        if box is None:
            raise KeysMissing(f"缺少密钥 {sealed.key_id}。", f"Key {sealed.key_id} is not in the file.")
        try:
            return box.decrypt(sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:], use.encode()).decode()
        except (InvalidTag, ValueError):  # a box cut short leaves no nonce to speak of, which is a ValueError
            raise SealBroken from None

    @cached_property
    def _code_key(self) -> bytes:
        return derive(self.masters[self.anchor], b"code-hash")

    @cached_property
    def _name_key(self) -> bytes:
        return derive(self.masters[self.anchor], b"name-tag")

    @cached_property
    def record_key(self) -> bytes:
        """The key of record ids, 32 bytes, for BLAKE2b."""
        return derive(self.masters[self.anchor], b"record-id")

    @cached_property
    def digest_key(self) -> bytes:
        """The key of digests of files and waiting rows, 32 bytes, for BLAKE2b."""
        return derive(self.masters[self.anchor], b"digest")

    @cached_property
    def _number_cipher(self) -> Cipher[modes.ECB]:
        # One block, never two: ECB over a single block is a keyed permutation, which is what a record number needs.
        return Cipher(algorithms.AES(derive(self.masters[self.anchor], b"record-number")), modes.ECB())  # noqa: S305

    def code_hash(self, code_type: str, code: str) -> bytes:
        """Hash a checked code for look-up, 32 bytes."""
        return hmac.digest(self._code_key, f"{code_type}\x1f{code}".encode(), "sha256")

    def name_tag(self, code_type: str, code: str, name: str) -> bytes:
        """Hash code and name together, 16 bytes: equal only for the same person under the same name."""
        return hmac.digest(self._name_key, f"{code_type}\x1f{code}\x1f{name}".encode(), "sha256")[:16]

    def check_value(self, key_id: str) -> bytes:
        """What the database keeps to recognise this key, 16 bytes."""
        return hmac.digest(derive(self.masters[key_id], b"check"), b"chengxin", "sha256")[:16]

    def record_number(self, subject_id: int, record_id: int) -> str:
        """Make the number under which a provider knows a record: opaque, equal parts of two numbers tell nothing."""
        block = subject_id.to_bytes(8, "big") + record_id.to_bytes(8, "big")
        return "R" + base64.b32encode(self._number_cipher.encryptor().update(block)).decode().rstrip("=")

    def read_record_number(self, number: str) -> tuple[int, int] | None:
        """Give subject and record of a number, or None when it is none of ours by form."""
        text = number.strip().upper()
        if len(text) != NUMBER_LENGTH or not text.startswith("R"):
            return None
        try:
            block = self._number_cipher.decryptor().update(base64.b32decode(text[1:] + "=" * 6))
        except ValueError:
            return None
        return int.from_bytes(block[:8], "big"), int.from_bytes(block[8:], "big")


def derive(master: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chengxin:" + use).derive(master)


def create_keys(path: Path) -> None:
    """Write a new key file with one key, readable by its owner alone. Leaves an existing file as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_id = f"k{secrets.token_hex(4)}"
    content = {"anchor": key_id, "current": key_id, "keys": {key_id: secrets.token_hex(MASTER_BYTES)}}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def load_keys(path: Path) -> Vault:
    """Read the key file. Raises KeysMissing when it isn't there, can't be read or isn't whole."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        masters = {key_id: bytes.fromhex(text) for key_id, text in content["keys"].items()}
        if any(len(master) != MASTER_BYTES for master in masters.values()):
            raise KeysMissing(f"密钥长度不对：{path.name}。", f"A key in {path.name} has the wrong length.")
        return Vault(masters, content["current"], content["anchor"])
    except OSError as error:
        raise KeysMissing(
            f"请把密钥文件放回 {path}（{error.strerror}），或从密钥备份恢复。",
            f"Put the key file back at {path} ({error.strerror}), or restore it from the keys' backup.",
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysMissing(f"密钥文件 {path.name} 不完整。", f"The key file {path.name} is not whole.") from None
