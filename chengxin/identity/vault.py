"""The vault of this process: keys from their source, pointers from the database.

Where a key lies is the installation's affair; what it does stands in the database, one truth for all processes. A process keeps what
it last read. That is enough to open and to look up: who meets nobody under a code asks the database whether the pointers have moved
(``refreshed_vault``) before saying so. Whoever writes a seal or a hash takes ``sealing_vault``, under which the pointers stand still.
"""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from chengxin.identity.models import Code, KeyPointers, VaultKey
from chengxin.lib.crypto import (
    EnvironmentSource,
    FileSource,
    KeyProgram,
    KeyRing,
    KeysMissing,
    KeySource,
    Pointers,
    ProgramSource,
    Sealed,
    SealingVault,
    Vault,
)

# Shared by whoever writes seals and hashes, held alone by whoever moves the pointers. The database's guards take the same (locks_keys.sql).
KEYS_LOCK = 0x63786B79
POINTERS = "SELECT anchor, hash, current, former FROM identity_key_pointers"
_rings: dict[KeySource, KeyRing] = {}
_vaults: dict[tuple[object, ...], SealingVault] = {}


def key_source() -> KeySource:
    """Give the source of keys that the settings name."""
    program = KeyProgram(settings.VAULT_PROGRAM) if settings.VAULT_PROGRAM else None
    if settings.VAULT_SOURCE == "environment":
        return EnvironmentSource(settings.VAULT_KEY_TEXT or "", "CHENGXIN_VAULT_KEY")
    if settings.VAULT_SOURCE == "program" and program is not None:
        return ProgramSource(program)
    return FileSource(settings.VAULT_KEYS, program)


def read_keys(wanted: frozenset[str] = frozenset()) -> KeyRing:
    """Give the keys of the source; asked once, and again when one is wanted that wasn't there then. Raises KeysMissing."""
    source = key_source()
    ring = _rings.get(source)
    if ring is None or ring.missing(wanted):
        ring = _rings[source] = source.read()
    return ring


def forget_keys() -> None:
    """Let go of every key this process has read."""
    _rings.clear()
    _vaults.clear()


def vault() -> Vault:
    """Give the vault as this process last knew it. Raises KeysMissing."""
    return _vaults.get(_place()) or _refresh()


def refreshed_vault(known: Vault) -> Vault | None:
    """Give the vault anew when the pointers have moved since ``known``; None when all is as it was."""
    fresh = _refresh()
    return fresh if fresh.pointers != known.pointers else None


def open_sealed(*boxes: tuple[Sealed, str]) -> tuple[str, ...]:
    """Open sealed values, each given with its use; asks for the keys anew when one is new. Raises KeysMissing, SealBroken."""
    keys = vault()
    if any(box.key_id not in keys.keys for box, _ in boxes):
        keys = refreshed_vault(keys) or keys
    return tuple(keys.open(box, use=use) for box, use in boxes)


def sealing_vault() -> SealingVault:
    """Give a vault that seals, and keep the pointers where they are until the transaction ends.

    Waits while a rotation moves them, which takes a moment. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("values are sealed in the transaction that writes them")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [KEYS_LOCK])
    return _refresh()


def _place() -> tuple[object, ...]:
    database = connection.settings_dict
    return key_source(), database["HOST"], database["PORT"], database["NAME"]


def _refresh() -> SealingVault:
    place, pointers = _place(), read_pointers()
    if pointers is None:
        raise KeysMissing(
            "数据库还没有登记密钥，请先启动一次系统。", "The database knows no keys yet; start the system once."
        )
    known = _vaults.get(place)
    if known is not None and known.pointers == pointers:
        return known
    made = SealingVault(read_keys(pointers.named()).keys, pointers)
    _vaults[place] = made
    return made


def read_pointers() -> Pointers | None:
    with connection.cursor() as cursor:
        cursor.execute(POINTERS)
        row = cursor.fetchone()
    return Pointers(*row) if row else None


@transaction.atomic
def settle_keys(*, at: datetime) -> None:
    """Make a key on the very first start; afterwards refuse to start with any others.

    A database that was ever written with keys names them, so a lost or wrong key is noticed before the first look-up fails. Keys
    that the source holds and the database doesn't know yet are entered and wait to be used. Raises KeysMissing.
    """
    with connection.cursor() as cursor:
        # Two processes that start at once must not both make a key. Not the lock above: a start waits for no batch.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEYS_LOCK + 1])
    known = {row.key_id: row for row in VaultKey.objects.all()}
    source = key_source()
    if not known:
        source.create_first(settings.VAULT_SUITE)
    forget_keys()
    ring = read_keys()
    refuse_other_keys({row.key_id: bytes(row.check_value) for row in known.values() if row.retired_at is None})
    VaultKey.objects.bulk_create(
        VaultKey(key_id=key_id, suite=key.suite.name, check_value=key.check_value(), created_at=at)
        for key_id, key in ring.keys.items()
        if key_id not in known
    )
    if read_pointers() is None:
        _point_first(ring.first)
    _refresh()


def refuse_other_keys(known: dict[str, bytes]) -> None:
    """Refuse to work with other keys than those a database was written with, given by id and check value. Raises KeysMissing."""
    source, ring = key_source(), read_keys(frozenset(known))
    for key_id, check_value in known.items():
        key = ring.keys.get(key_id)
        if key is None or key.check_value() != check_value:
            raise KeysMissing(
                f"数据库是用密钥 {key_id} 写成的，{source.name} 里没有它。请从密钥备份恢复。",
                f"The database was written with key {key_id}, which is not in {source.name}. Restore it from the keys' backup.",
            )


def _point_first(first: Pointers) -> None:
    """Enter the pointers of a database that had none: a new one, or one of the release before, whose codes all hang on its first key."""
    if Code.objects.exclude(key_id=first.hash).exists():
        raise KeysMissing(
            f"已有号码的散列不是用密钥 {first.hash} 做的；密钥文件的 anchor 应是最早的密钥。",
            f"The codes were not hashed under key {first.hash}; the anchor in the key file must be the first key.",
        )
    KeyPointers.objects.create(id=1, anchor=first.anchor, hash=first.hash, current=first.current)
