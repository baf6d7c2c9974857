"""Where master keys come from: a file, the environment, or a program that speaks for a hardware module.

The file is JSON: ``{"anchor": ID, "keys": {ID: {"suite": NAME, "key": HEX}}}``; a key that a module has wrapped stands as ``"wrapped"``
instead. A plain text in place of a key's object is a key of the international suite.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Protocol

from chengxin.lib.crypto.errors import KeysMissing, KeySourceUnusable
from chengxin.lib.crypto.keys import KeyRing, MasterKey, Pointers, new_key_id
from chengxin.lib.crypto.program import KeyProgram

DEFAULT_SUITE = "international"


class KeySource(Protocol):
    """A place outside the database that holds master keys."""

    @property
    def name(self) -> str:
        """Where it is, for messages; never a key."""
        ...

    def read(self) -> KeyRing:
        """Give every key. Raises KeysMissing."""
        ...

    def create(self, suite: str) -> str:
        """Make a key of a suite, keep it, and give its id. Raises KeySourceUnusable where keys are made elsewhere."""
        ...

    def create_first(self, suite: str) -> None:
        """Make the very first key where there is none; leave a source that has any as it is."""
        ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file readable by its owner alone. With a ``wrapper`` its keys lie there wrapped by a module's key and it alone unwraps them."""

    path: Path
    wrapper: KeyProgram | None = None

    @property
    def name(self) -> str:
        return str(self.path)

    def read(self) -> KeyRing:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            keys = {key_id: self._key(key_id, entry) for key_id, entry in content["keys"].items()}
            anchor = content["anchor"]
            first = Pointers(anchor, anchor, content.get("current", anchor))
        except OSError as error:
            raise KeysMissing(
                f"请把密钥文件放回 {self.path}（{error.strerror}），或从密钥备份恢复。",
                f"Put the key file back at {self.path} ({error.strerror}), or restore it from the keys' backup.",
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._not_whole() from None
        ring = KeyRing(keys, first)
        if ring.missing(first.named()):
            raise self._not_whole()
        return ring

    def create(self, suite: str) -> str:
        with self._alone():
            content = json.loads(self.path.read_text(encoding="utf-8"))
            key_id = new_key_id()
            content["keys"][key_id] = self._entry(suite)
            beside = self.path.with_suffix(".new")
            beside.unlink(missing_ok=True)
            _write_private(beside, content)
            beside.replace(self.path)
            _settle_folder(self.path.parent)
        return key_id

    def create_first(self, suite: str) -> None:
        with self._alone():
            if self.path.exists():
                return
            key_id = new_key_id()
            _write_private(self.path, {"anchor": key_id, "keys": {key_id: self._entry(suite)}})
            _settle_folder(self.path.parent)

    def _entry(self, suite: str) -> dict[str, str]:
        made = MasterKey.new(suite)
        if self.wrapper is None:
            return {"suite": suite, "key": made.secret.hex()}
        return {"suite": suite, "wrapped": self.wrapper.wrap(made.secret)}

    def _key(self, key_id: str, entry: Any) -> MasterKey:
        if isinstance(entry, str):
            return MasterKey.of(DEFAULT_SUITE, bytes.fromhex(entry), key_id)
        if "key" in entry:
            return MasterKey.of(entry["suite"], bytes.fromhex(entry["key"]), key_id)
        if self.wrapper is None:
            raise KeysMissing(
                f"密钥 {key_id} 已由密码机加密保存，请用 CHENGXIN_VAULT_PROGRAM 指明解密程序。",
                f"Key {key_id} is wrapped; name the program that unwraps it in CHENGXIN_VAULT_PROGRAM.",
            )
        return MasterKey.of(entry["suite"], self.wrapper.unwrap(entry["wrapped"]), key_id)

    def _not_whole(self) -> KeysMissing:
        return KeysMissing(f"密钥文件 {self.path.name} 不完整。", f"The key file {self.path.name} is not whole.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two commands from each writing the file without the other's key."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "w") as lock:
            flock(lock, LOCK_EX)
            yield


@dataclass(frozen=True, slots=True, repr=False)
class EnvironmentSource:
    """Keys from a variable: ``ID:SUITE:HEX``, several parted by blanks or commas, the anchor first."""

    text: str
    variable: str

    @property
    def name(self) -> str:
        return self.variable

    def read(self) -> KeyRing:
        keys: dict[str, MasterKey] = {}
        for number, part in enumerate(self.text.replace(",", " ").split(), 1):
            try:
                key_id, suite, text = part.split(":")
                keys[key_id] = MasterKey.of(suite, bytes.fromhex(text), key_id)
            except ValueError:
                raise KeysMissing(
                    f"{self.variable} 中第 {number} 个密钥应写作“标识:套件:十六进制”。",
                    f"Key {number} of {self.variable} must be written ID:SUITE:HEX.",
                ) from None
        if not keys:
            raise KeysMissing(f"{self.variable} 中没有密钥。", f"{self.variable} holds no key.")
        return KeyRing(keys, Pointers.all_at(next(iter(keys))))

    def create(self, suite: str) -> str:
        raise KeySourceUnusable(
            f"密钥来自环境变量，请先在 {self.variable} 中加入一个 {suite} 套件的新密钥，再用 --to 指明。",
            f"Keys come from the environment: add a new key of the {suite} suite to {self.variable}, then name it with --to.",
        )

    def create_first(self, suite: str) -> None:
        """Leave the environment as it is: it holds its keys or reading it says so."""


@dataclass(frozen=True, slots=True)
class ProgramSource:
    """Keys that a module or a key service keeps, fetched by its program."""

    program: KeyProgram

    @property
    def name(self) -> str:
        return self.program.name

    def read(self) -> KeyRing:
        listed = self.program.listed()
        if not listed:
            raise KeysMissing(f"{self.name} 中没有密钥。", f"{self.name} holds no key.")
        secrets = self.program.get(list(listed))
        keys = {key_id: MasterKey.of(listed[key_id], secret, key_id) for key_id, secret in secrets.items()}
        return KeyRing(keys, Pointers.all_at(next(iter(keys))))

    def create(self, suite: str) -> str:
        return self.program.new(suite)

    def create_first(self, suite: str) -> None:
        if not self.program.listed():
            self.program.new(suite)


def _write_private(path: Path, content: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _settle_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
