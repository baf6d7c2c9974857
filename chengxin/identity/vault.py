"""The vault of this process, and whether it fits the database."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from chengxin.identity.models import VaultKey
from chengxin.lib.crypto import KeysMissing, Vault, create_keys, load_keys


@lru_cache(maxsize=4)
def _load(path: Path) -> Vault:
    return load_keys(path)


def vault() -> Vault:
    """Give the vault of the configured key file. Raises KeysMissing."""
    return _load(settings.VAULT_KEYS)


@transaction.atomic
def settle_keys(*, at: datetime) -> None:
    """Make keys on the very first start; afterwards refuse to start with any others.

    A database that was ever written with keys names them, so a lost or wrong key file is noticed before the first look-up
    fails. Raises KeysMissing.
    """
    path: Path = settings.VAULT_KEYS
    known = {row.key_id: bytes(row.check_value) for row in VaultKey.objects.select_for_update()}
    if not known:
        create_keys(path)
    _load.cache_clear()
    refuse_other_keys(known)
    keys = vault()
    for key_id in keys.masters.keys() - known.keys():
        VaultKey.objects.create(key_id=key_id, check_value=keys.check_value(key_id), created_at=at)


def refuse_other_keys(known: dict[str, bytes]) -> None:
    """Refuse to work with other keys than those a database was written with, given by id and check value. Raises KeysMissing."""
    keys = vault()
    for key_id, check_value in known.items():
        if key_id not in keys.masters or keys.check_value(key_id) != check_value:
            raise KeysMissing(
                f"数据库是用密钥 {key_id} 写成的，{settings.VAULT_KEYS} 里没有它。请从密钥备份恢复该文件。",
                f"The database was written with key {key_id}, which is not in {settings.VAULT_KEYS}. Restore the file from the "
                "keys' backup.",
            )
