"""A token's session for tests of the adapter's own logic, where no module is: what it does with keys is real, in plain Python."""

import secrets
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import AttributeSensitive, EncryptedDataInvalid, NoSuchKey


class StandInKey:
    def __init__(self, label: str, identity: bytes, template: dict[Attribute, Any]) -> None:
        self.label, self.id = label, identity
        self._secret, self._template = secrets.token_bytes(32), template

    def __getitem__(self, wanted: Attribute) -> bytes:
        if wanted != Attribute.VALUE or self._template.get(Attribute.SENSITIVE, True):
            raise AttributeSensitive
        return self._secret

    def encrypt(self, content: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes:
        assert mechanism is Mechanism.AES_GCM
        return AESGCM(self._secret).encrypt(mechanism_param.nonce, content, None)

    def decrypt(self, content: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes:
        assert mechanism is Mechanism.AES_GCM
        try:
            return AESGCM(self._secret).decrypt(mechanism_param.nonce, content, None)
        except (InvalidTag, ValueError):
            raise EncryptedDataInvalid from None


class StandInSession:
    """Keeps keys in memory, and gives them in no order."""

    def __init__(self) -> None:
        self._keys: list[StandInKey] = []

    def generate_key(
        self,
        key_type: KeyType,
        bits: int,
        *,
        store: bool,
        label: str,
        template: dict[Attribute, Any],
        id: bytes = b"",  # noqa: A002  # the library's own name
    ) -> StandInKey:
        assert isinstance(key_type, KeyType)
        assert (bits, store) == (256, True)
        self._keys.insert(0, StandInKey(label, id, template))
        return self._keys[0]

    def get_objects(self, wanted: dict[Attribute, Any]) -> Iterator[StandInKey]:
        assert wanted == {Attribute.CLASS: ObjectClass.SECRET_KEY}
        return iter(self._keys)

    def get_key(self, *, object_class: ObjectClass, label: str) -> StandInKey:
        assert object_class is ObjectClass.SECRET_KEY
        for key in self._keys:
            if key.label == label:
                return key
        raise NoSuchKey
