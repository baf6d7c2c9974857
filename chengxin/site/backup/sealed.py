"""The form of a backup file: a clear head, then frames under AES-256-GCM that can't be changed, cut, moved or joined unnoticed.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): each frame's nonce is its number and a mark on the last one,
its associated data the whole head. The key of a file is derived from the backup key and the file's own salt, so that frame
numbers never meet under one key.
"""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chengxin.site.backup.errors import BackupKeyUnusable, BackupUnusable

MAGIC = b"CXBACKUP1\n"
FRAME = 1 << 20
TAG = 16
HEAD_LIMIT = 1 << 16
KEY_BYTES = 32
_LENGTH = 4


@dataclass(frozen=True, slots=True, repr=False)
class BackupKey:
    """The key of backups, 32 bytes. Has no readable form, so that it can't slip into a log."""

    secret: bytes

    @property
    def name(self) -> str:
        """What a backup says of its key: enough to tell two apart, nothing about either."""
        return _derive(self.secret, b"", b"name")[:8].hex()


def read_key(path: Path) -> BackupKey:
    """Read a key file. Raises BackupKeyUnusable with the remedy."""
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise BackupKeyUnusable(
            f"无法读取 {path}（{error.strerror}）。请把另行保存的备份密钥放到该处，或用 CHENGXIN_BACKUP_KEY 指定位置。",
            f"{path} can't be read ({error.strerror}). Put the key that was kept apart there, or name it in CHENGXIN_BACKUP_KEY.",
        ) from None
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise BackupKeyUnusable(
            f"{path} 应为 64 个十六进制字符的一行。", f"{path} should be one line of 64 hexadecimal characters."
        )
    return BackupKey(secret)


def settle_key(path: Path) -> BackupKey:
    """Read the key, or make it on the first backup. Raises BackupKeyUnusable."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path)
    except OSError as error:
        raise BackupKeyUnusable(f"无法写入 {path}：{error.strerror}。", f"{path}: {error.strerror}.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return read_key(path)


class SealedWriter:
    """Writes one backup: ``write`` whole frames or pieces, ``finish`` once. A file without its last frame is no backup."""

    def __init__(self, file: BinaryIO, key: BackupKey, head: dict[str, Any]) -> None:
        salt = secrets.token_bytes(KEY_BYTES)
        self._head = json.dumps({**head, "key": key.name, "salt": salt.hex()}, ensure_ascii=False).encode()
        self._file = file
        self._cipher = AESGCM(_derive(key.secret, salt, b"frames"))
        self._number = 0
        self._held = bytearray()
        file.write(MAGIC + len(self._head).to_bytes(_LENGTH, "big") + self._head)

    def member(self, content: bytes) -> None:
        """Write a piece as a frame of its own, so that a reader gets it as one. Only before any ``write``."""
        self._frame(content, last=False)

    def write(self, content: bytes) -> None:
        self._held += content
        while len(self._held) > FRAME:
            self._frame(bytes(self._held[:FRAME]), last=False)
            del self._held[:FRAME]

    def finish(self) -> None:
        self._frame(bytes(self._held), last=True)

    def _frame(self, content: bytes, *, last: bool) -> None:
        box = self._cipher.encrypt(_nonce(self._number, last=last), content, self._head)
        self._file.write(len(box).to_bytes(_LENGTH, "big") + box)
        self._number += 1


def read_head(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Read the clear head from a file's beginning. Raises BackupUnusable when it is no backup of ours."""
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupUnusable("不是诚信系统的备份。", "it is no backup of Chengxin.")
    length = int.from_bytes(file.read(_LENGTH), "big")
    text = file.read(length) if 0 < length <= HEAD_LIMIT else b""
    try:
        head = json.loads(text)
        sound = isinstance(head["key"], str) and len(bytes.fromhex(head["salt"])) == KEY_BYTES
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise BackupUnusable("文件头已损坏。", "its head is damaged.")
    return head, text


def read_frames(file: BinaryIO, key: BackupKey) -> Iterator[bytes]:
    """Give a backup's frames from the beginning, each authenticated before it is given; memory is bounded by one frame.

    Raises BackupKeyUnusable for another key, BackupUnusable for whatever was changed, cut off, moved or added.
    """
    head, text = read_head(file)
    if head["key"] != key.name:
        raise BackupKeyUnusable(
            f"此备份用密钥 {head['key']} 加密，现有的是 {key.name}。请找到当时的备份密钥。",
            f"this backup was sealed with key {head['key']}, here is {key.name}. Find the key of that time.",
        )
    cipher = AESGCM(_derive(key.secret, bytes.fromhex(head["salt"]), b"frames"))
    number, last = 0, False
    while size := file.read(_LENGTH):
        length = int.from_bytes(size, "big")
        box = file.read(length) if TAG <= length <= FRAME + TAG and not last else b""
        if len(box) != length:
            raise _damaged(number)
        try:
            content = cipher.decrypt(_nonce(number, last=False), box, text)
        except InvalidTag:
            last = True
            try:
                content = cipher.decrypt(_nonce(number, last=True), box, text)
            except InvalidTag:
                raise _damaged(number) from None
        number += 1
        yield content
    if not last:
        raise BackupUnusable("文件不完整，结尾缺失。请另取一份备份。", "it is cut off; take another backup.")


def _damaged(number: int) -> BackupUnusable:
    return BackupUnusable(
        f"第 {number + 1} 块已损坏或被改动。请另取一份备份。",
        f"frame {number + 1} is damaged or was changed; take another backup.",
    )


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _derive(secret: bytes, salt: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=b"chengxin:backup:" + use).derive(secret)
