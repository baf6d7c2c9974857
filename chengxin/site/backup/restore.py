"""Bringing a backup back: read through whole, restored beside what is there, proved, erasures replayed, then put in place at once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chengxin.ground.installation import PROVINCE, kind_here
from chengxin.site.backup.dump import programs_for, restoring
from chengxin.site.backup.erasures import replay
from chengxin.site.backup.errors import BackupFailed, BackupUnusable, JournalMissing, RestoreRefused
from chengxin.site.backup.proof import differences, proof_of
from chengxin.site.backup.sealed import BackupKey, read_frames, read_head
from chengxin.site.runtime.connection import Database
from chengxin.site.runtime.files import Tell, refusals_told
from chengxin.site.runtime.roles import DATABASE, ensure_roles

BESIDE, REPLACED = f"{DATABASE}_restoring", f"{DATABASE}_replaced"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: when the backup was made, rows that were compared, values erased again."""

    made_at: str
    rows: int
    erased: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read to its end and found whole."""

    file: Path
    key: BackupKey
    made_at: str
    manifest: dict[str, Any]


def read_backup(file: Path, key: BackupKey) -> Backup:
    """Read a backup through and authenticate every frame. Raises BackupUnusable, BackupKeyUnusable."""
    try:
        with file.open("rb") as source:
            made_at = str(read_head(source)[0].get("made_at", ""))
            source.seek(0)
            frames = read_frames(source, key)
            first = next(frames)
            for _ in frames:
                pass
    except OSError as error:
        raise BackupUnusable(f"无法读取 {file}：{error.strerror}。", f"{file}: {error.strerror}.") from None
    return Backup(file, key, made_at, json.loads(first))


def refuse_misfit(backup: Backup, *, prefix: str, migrations: set[tuple[str, str]]) -> None:
    """Refuse a backup of a newer program, or of other role names. Raises BackupUnusable."""
    manifest = backup.manifest
    if ahead := [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in migrations]:
        raise BackupUnusable(
            f"它来自更新的版本 {manifest['version']}（本机没有 {ahead[0]}）。请先升级程序。",
            f"it comes from the newer version {manifest['version']} ({ahead[0]} isn't here). Upgrade first.",
        )
    if manifest.get("kind", PROVINCE) != kind_here():
        raise BackupUnusable(
            "正式系统的备份不能恢复到沙箱，沙箱的备份也不能恢复到正式系统。",
            "A province's backup isn't restored into a sandbox, nor a sandbox's into a province.",
        )
    if manifest["prefix"] != prefix:
        raise BackupUnusable(
            f"它的角色前缀是 {manifest['prefix']}，这里是 {prefix}。请设 CHENGXIN_ROLE_PREFIX={manifest['prefix']}。",
            f"its roles begin with {manifest['prefix']}, here with {prefix}. Set CHENGXIN_ROLE_PREFIX={manifest['prefix']}.",
        )


def bring_back(
    backup: Backup, database: Database, data: Path, *, prefix: str, erasures: Path, replace: bool, tell: Tell
) -> Restored:
    """Put a backup's state in the place of the present one, or leave that untouched. The caller holds the installation alone.

    Restored values that were erased since are erased again before anybody can read them, and no session comes back to life.
    Raises RestoreRefused, BackupFailed, BackupUnusable.
    """
    _refuse_overwriting(database, replace=replace)
    with _place(database, data, prefix) as urls:
        tell("正在恢复…… Restoring.")
        _fill(urls["owner"], backup, tell)
        with psycopg.connect(urls["owner"]) as connection:
            if found := differences(backup.manifest["proof"], proof_of(connection)):
                raise BackupFailed(
                    f"恢复后核对不符：{'、'.join(found)}。", f"what was restored differs: {', '.join(found)}."
                )
            erased = replay(connection, erasures)
            connection.execute("DELETE FROM identity_session")
            # Makes the next start bring schema, locks and catalogue to this program's state.
            connection.execute("COMMENT ON SCHEMA public IS NULL")
        with psycopg.connect(urls["eraser"]) as connection:
            erased += connection.execute("DELETE FROM records_payload").rowcount
    rows = sum(count for count, _ in backup.manifest["proof"]["tables"].values())
    return Restored(backup.made_at, rows, erased)


def catch_up(owner: str, journal: Path) -> int:
    """Erase again what a recovery by other means brought back, as the journal names it, and end every session; gives how many values.

    One transaction: both or neither. Raises JournalMissing rather than take a wrong folder for one without erasures, BackupFailed.
    """
    if not any(journal.glob("*.txt")):
        raise JournalMissing(f"{journal} 里没有删除日志。", f"there is no journal of erasures in {journal}.")
    with psycopg.connect(owner) as connection:
        erased = replay(connection, journal)
        connection.execute("DELETE FROM identity_session")
    return erased


def _fill(url: str, backup: Backup, tell: Tell) -> None:
    with psycopg.connect(url) as connection:
        major = programs_for(connection.info.server_version)
    done, told = 0, 0
    with refusals_told(backup.file), backup.file.open("rb") as source, restoring(url, major=major) as target:
        frames = read_frames(source, backup.key)
        next(frames)
        for frame in frames:
            target.write(frame)
            done += len(frame)
            if done - told >= 64 << 20:
                told = done
                tell(f"已恢复 {done >> 20} MB…… {done >> 20} MB restored.")


def _refuse_overwriting(database: Database, *, replace: bool) -> None:
    with psycopg.connect(database.urls["owner"]) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() or (0,)
        held = tables[0] > 0 and (
            not database.embedded
            or connection.execute("SELECT FROM identity_person UNION ALL SELECT FROM records_batch LIMIT 1").rowcount
            > 0
        )
    if held and not database.embedded:
        raise RestoreRefused(
            "DATABASE_URL 指定的数据库不是空的。请另建一个空数据库，恢复后再切换。",
            "the database that DATABASE_URL names isn't empty. Make an empty one, restore into it, then switch over.",
        )
    if held and not replace:
        raise RestoreRefused(
            "这里已有数据。确要以备份代替，请加 --replace（现有数据将被删除），或用 --data 指定新目录。",
            "there are data here. Add --replace to put the backup in their place (they are deleted), or name a new --data.",
        )


@contextmanager
def _place(database: Database, data: Path, prefix: str) -> Iterator[dict[str, str]]:
    """Give the addresses of an empty database; it takes the present one's place when the block ends well.

    On an own server that is the empty database itself: restoring is one transaction, and nothing else runs on it yet.
    """
    if database.server is None:
        try:
            yield dict(database.urls)
        except BaseException:
            with psycopg.connect(database.urls["owner"]) as connection:
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("CREATE SCHEMA public")
            raise
        return
    admin = database.server.admin_url()
    sweep(admin)
    owner = make_conninfo(database.urls["owner"], dbname=BESIDE)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(
                sql.Identifier(BESIDE), sql.Identifier(database.name_of("owner"))
            )
        )
    try:
        yield ensure_roles(owner, prefix, data)
        with psycopg.connect(admin) as connection:
            for old, new in ((DATABASE, REPLACED), (BESIDE, DATABASE)):
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
                )
    except psycopg.errors.ObjectInUse:
        raise RestoreRefused(
            "还有其他诚信命令在使用数据库。请等它结束后重试。",
            "another command uses the database. Wait for it and try again.",
        ) from None
    finally:
        sweep(admin)


def sweep(admin_url: str) -> None:
    """Drop what an interrupted restore left: a state half restored, or one that was replaced. Call while holding ``up_lock``."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for name in (BESIDE, REPLACED):
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
