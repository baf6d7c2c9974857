"""Making a backup while people work on: one snapshot, proved, dumped, sealed, put in place as a whole."""

import json
import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from chengxin import __version__
from chengxin.site.backup.dump import dumping, programs_for
from chengxin.site.backup.errors import BackupFailed
from chengxin.site.backup.proof import keys_in, kind_in, migrations_in, proof_of
from chengxin.site.backup.sealed import BackupKey, SealedWriter
from chengxin.site.runtime.files import Tell, refusals_told, sync_folder

TELL_EVERY_S = 3.0


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: its size in bytes and the rows in it."""

    file: Path
    bytes: int
    rows: int
    tables: int


def make_backup(file: Path, *, owner_url: str, prefix: str, key: BackupKey, at: datetime, tell: Tell) -> Made:
    """Write everything the database holds to a sealed file that wasn't there before; the vault's keys stay out of it.

    Cost: two passes over the data, memory of a frame; holds a snapshot open meanwhile. Killed, it leaves a ``.part`` that no restore
    takes. Raises BackupFailed, DiskFull, DataFolderUnusable.
    """
    if file.exists():
        raise BackupFailed(f"{file} 已存在。请换一个文件名。", f"{file} is there already; name another file.")
    part = file.with_name(f"{file.name}.part")
    with psycopg.connect(owner_url) as connection, refusals_told(file.parent):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = str((connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",))[0])
        tell("正在清点…… Counting what is there.")
        version = connection.info.server_version
        manifest: dict[str, Any] = {
            "version": __version__,
            "prefix": prefix,
            "server": version,
            "kind": kind_in(connection),
            "vault": keys_in(connection),
            "migrations": migrations_in(connection),
            "proof": proof_of(connection),
        }
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as target:
                writer = SealedWriter(target, key, {"made_at": at.isoformat(), "version": __version__})
                writer.member(json.dumps(manifest).encode())
                _copy(writer, owner_url, snapshot, programs_for(version), tell)
                writer.finish()
                target.flush()
                os.fsync(target.fileno())
                size = target.tell()
            part.replace(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(file.parent)
    tables = manifest["proof"]["tables"]
    return Made(file, size, sum(rows for rows, _ in tables.values()), len(tables))


def _copy(writer: SealedWriter, url: str, snapshot: str, major: int, tell: Tell) -> None:
    done, told = 0, time.monotonic()
    with dumping(url, snapshot=snapshot, major=major) as blocks:
        for block in blocks:
            writer.write(block)
            done += len(block)
            if time.monotonic() - told >= TELL_EVERY_S:
                told = time.monotonic()
                tell(f"已写入 {done >> 20} MB…… {done >> 20} MB written.")
