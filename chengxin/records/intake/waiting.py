"""Waiting rows on their way into the database."""

import json
from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings

from chengxin.lib.crypto import SealingVault
from chengxin.records.intake.ledger import Target, run

SEALED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, repr=False)
class _Sealed:
    row: int
    rules: str
    digest: bytes
    box: bytes
    code: str


class SealedRows:
    """Seals rows one by one and writes them some thousand at a time. ``code_field`` is the field that says whose a row is."""

    def __init__(self, target: Target, vault: SealingVault, code_field: str) -> None:
        self._target = target
        self._vault = vault
        self._code_field = code_field
        self._rows: list[_Sealed] = []
        self._key = vault.pointers.current

    def add(self, row: int, rules: str, values: dict[str, str | None]) -> None:
        text = json.dumps({code: value for code, value in sorted(values.items()) if value}, ensure_ascii=False)
        digest = blake2b(text.encode(), key=self._vault.digest_key, digest_size=32).digest()
        box = self._vault.seal(text, use="waiting.row").box
        self._rows.append(_Sealed(row, rules, digest, box, values.get(self._code_field) or ""))
        if len(self._rows) >= SEALED_AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what was added. In a sandbox the database is told the codes too, keeps none, and refuses a real person's."""
        told = {
            "item": self._target.item_id,
            "provider": self._target.provider_id,
            "batch": self._target.batch_id,
            "key": self._key,
            "at": self._target.at,
            "rows": [one.row for one in self._rows],
            "rules": [one.rules for one in self._rows],
            "digests": [one.digest for one in self._rows],
            "boxes": [one.box for one in self._rows],
        }
        if settings.SANDBOX:
            run("wait_in_sandbox", {**told, "codes": [one.code for one in self._rows]})
        else:
            run("insert_waiting", told)
        self._rows.clear()
