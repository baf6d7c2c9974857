"""Speaks the line protocol of ``program.py`` for a token behind PKCS#11. Run as ``chengxin-pkcs11``; needs the extra ``chengxin[pkcs11]``.

What it must know comes from the environment, the PIN from a file or a variable; nothing of it stands on a command line:

    CHENGXIN_PKCS11_MODULE      the vendor's library, a path
    CHENGXIN_PKCS11_TOKEN       the token's label
    CHENGXIN_PKCS11_PIN_FILE    where the PIN is read, or CHENGXIN_PKCS11_PIN itself
    CHENGXIN_PKCS11_KEY         label of the key that wraps others, ``chengxin-wrap`` unless said otherwise

``wrap`` and ``unwrap`` are AES-256-GCM inside the token, under a key that never leaves it; ``chengxin-pkcs11 make-key`` makes it, once.
``new`` makes a key inside the token that ``get`` may read out. The text that ``wrap`` gives is nonce, ciphertext and tag in hexadecimal.
"""

import os
import secrets
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from chengxin.lib.crypto.keys import new_key_id
from chengxin.lib.crypto.suites import suites

PREFIX = "chengxin"
WRAPPING_KEY = "chengxin-wrap"
KEY_BYTES, NONCE_BYTES = 32, 12
ENVIRONMENT = "CHENGXIN_PKCS11_"
# What an operator can mend; of anything else the library's own name of it is told.
WORDS = {
    "NoSuchToken": "没有这个标签的令牌 / no token of that label",
    "NoSuchKey": "令牌里没有这个密钥 / the token holds no such key",
    "MultipleObjectsReturned": "令牌里有几个同名的密钥 / the token holds several keys of that name",
    "PinIncorrect": "PIN 不对 / the PIN is wrong",
    "PinLocked": "PIN 已锁定，须由令牌管理员解锁 / the PIN is locked; the token's officer unlocks it",
    "KeyUnextractable": "这个密钥不出令牌 / that key doesn't leave the token",
    "AttributeSensitive": "这个密钥不出令牌 / that key doesn't leave the token",
    "MechanismInvalid": "令牌不会 AES-256-GCM / the token can't do AES-256-GCM",
    "EncryptedDataInvalid": "解不开，文本不是用这个密钥加密的 / it doesn't open: not wrapped by this key",
    "TokenNotPresent": "令牌不在 / the token isn't there",
}


class Told(Exception):
    """Words for the operator, which hold neither key nor PIN."""


class Tongue:
    """Answers requests within a session that was opened with the PIN."""

    def __init__(self, session: Any, wrapping: str = WRAPPING_KEY) -> None:
        self._session, self._wrapping = session, wrapping

    def answer(self, line: str) -> str:
        """Answer one request; what goes wrong is an answer too."""
        verb, _, rest = line.strip().partition(" ")
        try:
            asked = {
                "list": self._list, "get": self._get, "new": self._new, "wrap": self._wrap, "unwrap": self._unwrap,
            }.get(verb)  # fmt: skip
            if asked is None:
                return "error 没有这个请求 / no such request"
            return f"ok {asked(rest)}".rstrip()
        except Told as told:
            return f"error {told}"
        except Exception as error:  # noqa: BLE001  # a vendor's library raises what it likes, and its words might quote a key
            return f"error {words_of(error)}"

    def make_wrapping_key(self) -> str:
        """Make the key that wraps others, which can't be read out. Raises Told where there is one."""
        from pkcs11 import Attribute, KeyType
        from pkcs11.exceptions import NoSuchKey

        with suppress(NoSuchKey):
            self._wrapper()
            raise Told("已有这个密钥 / there is such a key already")
        template = {
            Attribute.SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
            Attribute.ENCRYPT: True,
            Attribute.DECRYPT: True,
        }
        self._session.generate_key(KeyType.AES, 256, store=True, label=self._wrapping, template=template)
        return self._wrapping

    def _list(self, _: str) -> str:
        keys = sorted(self._kept(), key=lambda key: bytes(key.id))
        return " ".join(key.label.removeprefix(f"{PREFIX}:") for key in keys)

    def _get(self, key_id: str) -> str:
        from pkcs11 import Attribute

        found = [key for key in self._kept() if key.label.split(":")[1] == key_id]
        if len(found) != 1:
            raise Told(WORDS["NoSuchKey" if not found else "MultipleObjectsReturned"])
        return bytes(found[0][Attribute.VALUE]).hex()

    def _new(self, suite: str) -> str:
        """Make a key; its CKA_ID is its moment, so that the oldest can come first."""
        from pkcs11 import Attribute, KeyType

        if suite not in suites():
            raise Told("没有这个算法套件 / no such suite")
        key_id, moment = new_key_id(), time.time_ns().to_bytes(8, "big")
        self._session.generate_key(
            KeyType.GENERIC_SECRET, KEY_BYTES * 8, store=True, label=f"{PREFIX}:{key_id}:{suite}", id=moment,
            template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True},
        )  # fmt: skip
        return key_id

    def _wrap(self, text: str) -> str:
        from pkcs11 import GCMParams, Mechanism

        secret, nonce = _bytes(text), secrets.token_bytes(NONCE_BYTES)
        if len(secret) != KEY_BYTES:
            raise Told("须为 32 字节 / it must have 32 bytes")
        sealed = self._wrapper().encrypt(secret, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce))
        return (nonce + bytes(sealed)).hex()

    def _unwrap(self, text: str) -> str:
        from pkcs11 import GCMParams, Mechanism

        whole = _bytes(text)
        nonce = GCMParams(whole[:NONCE_BYTES])
        opened = self._wrapper().decrypt(whole[NONCE_BYTES:], mechanism=Mechanism.AES_GCM, mechanism_param=nonce)
        return bytes(opened).hex()

    def _kept(self) -> Iterable[Any]:
        from pkcs11 import Attribute, ObjectClass

        found = self._session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})
        return [key for key in found if key.label.startswith(f"{PREFIX}:") and key.label.count(":") == 2]  # noqa: PLR2004

    def _wrapper(self) -> Any:
        from pkcs11 import ObjectClass

        return self._session.get_key(object_class=ObjectClass.SECRET_KEY, label=self._wrapping)


def words_of(error: Exception) -> str:
    """Tell what a library's error means, never what it says."""
    name = type(error).__name__
    return WORDS.get(name, f"令牌未办成：{name} / the token failed: {name}")


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Told("须为十六进制 / it must be hexadecimal") from None


def setting(environment: Mapping[str, str], name: str) -> str:
    if value := environment.get(ENVIRONMENT + name):
        return value
    raise Told(f"请设 {ENVIRONMENT}{name} / set {ENVIRONMENT}{name}")


def pin_of(environment: Mapping[str, str]) -> str:
    """Read the PIN from its file, or from the variable. Raises Told."""
    place = environment.get(f"{ENVIRONMENT}PIN_FILE")
    if not place:
        return setting(environment, "PIN")
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Told(f"读不到 PIN 文件：{error.strerror} / the PIN's file can't be read") from None


def open_session(environment: Mapping[str, str], *, writes: bool) -> Any:
    """Log in to the token. Raises Told, and what the library raises."""
    try:
        import pkcs11
    except ImportError:
        raise Told("请安装 chengxin[pkcs11] / install chengxin[pkcs11]") from None
    module, label = setting(environment, "MODULE"), setting(environment, "TOKEN")
    pin = pin_of(environment)
    return pkcs11.lib(module).get_token(token_label=label).open(rw=writes, user_pin=pin)


def main() -> None:
    """Answer requests from standard input to its end. ``make-key`` alone makes the wrapping key and says so."""
    making = sys.argv[1:] == ["make-key"]
    lines = [] if making else sys.stdin.read().splitlines()
    try:
        writes = making or any(line.startswith("new ") for line in lines)
        with open_session(os.environ, writes=writes) as session:
            tongue = Tongue(session, os.environ.get(f"{ENVIRONMENT}KEY") or WRAPPING_KEY)
            answers = [f"ok {tongue.make_wrapping_key()}"] if making else [tongue.answer(line) for line in lines]
    except Told as told:
        answers = [f"error {told}"]
    except Exception as error:  # noqa: BLE001  # as above: its traceback would show what it was given
        answers = [f"error {words_of(error)}"]
    sys.stdout.write("".join(f"{answer}\n" for answer in answers))
    if answers and answers[0].startswith("error"):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
