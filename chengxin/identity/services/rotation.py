"""Changing the vault's key while people work.

The new key is put to use first, for every seal and hash from that moment on; then everything that stands under another is made anew, block
by block, each block one transaction; then the keys before it go out of use, which the database refuses as long as anything needs them.
Stopped at any point, the next call goes on where the last one was.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
from django.db import OperationalError, connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import KeyNotFresh
from chengxin.identity.models import KeyPointers, KeyRotation, RotationStep, VaultKey
from chengxin.identity.sealed import PERSONS, SealedTable, sealed_tables
from chengxin.identity.services.declarations import hash_anew
from chengxin.identity.services.resealing import Block, next_persons, next_rows, persons_left, rows_left
from chengxin.identity.vault import KEYS_LOCK, key_source, read_keys, settle_keys, vault
from chengxin.lib.crypto import KeysMissing
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent.parent / "sql" / "rotation.sql")
Tell = Callable[[str], None]
Clock = Callable[[], datetime]
# How long the pointers' own moment waits for those who seal, and everybody who would seal after them for it; and how long they then go on.
PATIENCE, PAUSE_S = "5s", 0.5


@dataclass(slots=True)
class RotationReport:
    """What a rotation did: the key now in use, rows made anew by table, keys that went out of use."""

    key_id: str
    suite: str
    done: dict[str, int] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)


def prepare_key(suite: str, *, at: datetime) -> str:
    """Give a key that was never used, made now unless one is there: to be brought to every machine before it is put to use.

    Of a suite, or of the present one where none is named. Raises KeySourceUnusable where keys are made elsewhere.
    """
    settle_keys(at=at)
    suite = suite or _present_suite()
    if known := _never_used(suite):
        return known
    key_id = key_source().create(suite)
    settle_keys(at=at)
    return key_id


def rotate_keys(*, clock: Clock, tell: Tell, suite: str = "", to: str = "", block_rows: int = 2_000) -> RotationReport:
    """Change to a new key and give what was done; or go on with a change that was stopped.

    ``to`` names a prepared key; else one that was prepared is taken or one is made, of ``suite`` or of the present one. Raises
    KeyNotFresh, KeySourceUnusable, KeysMissing. Cost: every person is opened, sealed and hashed once; memory of one block.
    """
    rotation = KeyRotation.objects.filter(finished_at=None).first()
    if rotation is None:
        key_id = to or prepare_key(suite, at=clock())
        rotation = _without_waiting(partial(_begin, key_id, clock), tell)
        tell(f"密钥 {key_id} 已启用。 Key {key_id} is in use.")
    elif to not in ("", rotation.key_id):
        raise KeyNotFresh(
            f"改用 {rotation.key_id} 的轮换尚未完成。", f"The change to {rotation.key_id} isn't finished."
        )
    while True:
        for table in sealed_tables():
            _work_through(rotation, table, block_rows, tell)
        if retired := _without_waiting(partial(_finish, rotation, clock), tell):
            break
    done = dict(rotation.steps.values_list("part", "done"))
    key = VaultKey.objects.get(pk=rotation.key_id)
    return RotationReport(key.key_id, key.suite, done, retired[1:])


def _present_suite() -> str:
    keys = vault()
    return keys.keys[keys.pointers.current].suite.name


def _never_used(suite: str) -> str:
    """Give the newest key of a suite that nothing was ever sealed or hashed with; empty when there is none."""
    used = set(vault().pointers.named())
    for names in KeyRotation.objects.values_list("key_id", "from_hash", "from_current"):
        used.update(names)
    fresh = (
        VaultKey.objects.filter(suite=suite, retired_at=None).exclude(key_id__in=used).order_by("-created_at", "key_id")
    )
    return next(iter(fresh.values_list("key_id", flat=True)), "")


def _without_waiting(step: Callable[[], Any], tell: Tell) -> Any:
    """Do a step that needs the pointers alone; while somebody seals for long, let others work between the tries."""
    while True:
        try:
            with transaction.atomic():
                return step()
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise
            tell("等待正在写入的批次结束…… Waiting for a batch that is being written …")
            _pause()


def _pause() -> None:
    Event().wait(PAUSE_S)


def _run(name: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)


def _begin(key_id: str, clock: Clock) -> KeyRotation:
    """Put a key to use: from this commit on everything new stands under it."""
    _run("alone", lock=KEYS_LOCK, patience=PATIENCE)
    before = KeyPointers.objects.get()
    if not VaultKey.objects.filter(pk=key_id, retired_at=None).exists() or key_id not in _fresh_keys(before):
        raise KeyNotFresh(f"（{key_id}）", f"({key_id})")
    if read_keys(frozenset((key_id,))).missing((key_id,)):
        raise KeysMissing(f"缺少密钥 {key_id}。", f"Key {key_id} is missing.")
    at = clock()
    rotation = KeyRotation.objects.create(
        key_id=key_id, from_hash=before.hash, from_current=before.current, started_at=at
    )
    _run("move_pointers", key=key_id)
    hash_anew()
    note_act("", "keys.rotate", f"key:{key_id}", at=at, note="begun")
    return rotation


def _fresh_keys(pointers: KeyPointers) -> set[str]:
    used = {pointers.anchor, pointers.hash, pointers.current}
    for names in KeyRotation.objects.values_list("key_id", "from_hash", "from_current"):
        used.update(names)
    return set(VaultKey.objects.filter(retired_at=None).values_list("key_id", flat=True)) - used


def _work_through(rotation: KeyRotation, table: SealedTable, limit: int, tell: Tell) -> None:
    """Make one table anew from where the step stands, round after round until nothing is left in it."""
    step, _ = RotationStep.objects.get_or_create(rotation=rotation, part=table.table)
    persons = table == PERSONS
    take: Callable[[int], Block] = (
        partial(next_persons, limit) if persons else partial(next_rows, table, min(limit, table.most))
    )
    left = persons_left if persons else partial(rows_left, table)
    while True:
        with transaction.atomic():
            block = take(step.upto)
            if block.rows:
                _run("note_step", step=step.pk, upto=block.upto, done=block.rows)
        if block.rows:
            step.upto, step.done = block.upto, step.done + block.rows
            tell(f"  {step.part}: {step.done}")
        elif not left(rotation.key_id):
            return
        elif step.upto:
            step.upto = 0
        else:
            _pause()


def _finish(rotation: KeyRotation, clock: Clock) -> list[str]:
    """Let the keys before go out of use; gives nothing when something was written under one of them meanwhile."""
    _run("alone", lock=KEYS_LOCK, patience=PATIENCE)
    if persons_left(rotation.key_id) or any(
        rows_left(table, rotation.key_id) for table in sealed_tables() if table != PERSONS
    ):
        return []
    at, before = clock(), {rotation.from_hash, rotation.from_current}
    _run("forget_former")
    hash_anew()
    _run("retire", keys=sorted(before), at=at)
    retired = VaultKey.objects.filter(pk__in=before, retired_at=at).order_by("pk").values_list("pk", flat=True)
    rotation.finished_at = at
    rotation.save(update_fields=["finished_at"])
    note_act("", "keys.rotate", f"key:{rotation.key_id}", at=at, note="finished")
    return [rotation.key_id, *retired]
