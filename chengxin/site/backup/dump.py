"""PostgreSQL's own programs for dumping and restoring, with pipes on both ends: nothing readable ever lies on a disk."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from psycopg.conninfo import make_conninfo

from chengxin.site.backup.errors import BackupFailed
from chengxin.site.runtime.cluster import binaries_of
from chengxin.site.runtime.reach import parts_of

BLOCK = 1 << 20
_SAID_BYTES = 16_384
# The rest of what these programs say quotes rows.
_TABLE = re.compile(r'table "?([a-z0-9_.]+)"?')
_REASONS = {
    "No space left on device": ("磁盘已满", "the disk is full"),
    "could not extend file": ("磁盘已满", "the disk is full"),
    "permission denied": ("所有者角色权限不足", "the owner role may not do it"),
    "server version": ("服务器版本比备份程序新", "the server is newer than the dump program"),
    "terminating connection": ("连接被中断", "the connection was ended"),
    "connection to server": ("与数据库的连接中断", "the connection to the database broke"),
}


def programs_for(server_version: int) -> int:
    """Choose the wheel's programs for a server (libpq's number, such as 180001): never older than it, and 16's own for 16."""
    return 16 if server_version // 10_000 <= 16 else 18  # noqa: PLR2004


@contextmanager
def dumping(url: str, *, snapshot: str, major: int) -> Iterator[Iterator[bytes]]:
    """Give a dump of the state that an exported snapshot shows, in blocks. Raises BackupFailed at the end when it broke."""
    # Providers' exchange schemas stay out: their inboxes hold what nobody has checked. They are opened anew after a restore.
    arguments = [
        "--exclude-schema=exchange_*",
        "--format=custom",
        "--compress=gzip:1",
        f"--snapshot={snapshot}",
        "--no-password",
    ]
    with _running(["pg_dump", *arguments], url, major, source=False) as (process, said):
        output = process.stdout
        if output is None:
            raise BackupFailed
        yield iter(lambda: output.read(BLOCK), b"")
        _end(process, said)


@contextmanager
def restoring(url: str, *, major: int) -> Iterator[IO[bytes]]:
    """Give where a dump is written to. One transaction: whatever breaks, nothing stays. Raises BackupFailed."""
    arguments = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-password"]
    with _running(["pg_restore", *arguments], url, major, source=True) as (process, said):
        target = process.stdin
        if target is None:
            raise BackupFailed
        # Why it stopped reading, its own words tell.
        with suppress(BrokenPipeError):
            yield target
            target.close()
        _end(process, said)


@contextmanager
def _running(
    command: list[str], url: str, major: int, *, source: bool
) -> Iterator[tuple[subprocess.Popen[bytes], bytearray]]:
    parts = parts_of(url, "DATABASE_URL")
    environment = {**os.environ, "PGPASSWORD": parts.pop("password", ""), "LC_ALL": "C"}
    process = subprocess.Popen(
        [str(binaries_of(major) / command[0]), *command[1:], f"--dbname={make_conninfo(**parts)}"],
        env=environment,
        stdin=subprocess.PIPE if source else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if source else subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said = bytearray()
    listener = threading.Thread(target=_listen, args=(process, said), daemon=True)
    listener.start()
    try:
        yield process, said
    finally:
        process.kill()
        process.wait()
        listener.join()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None and not pipe.closed:
                _shut(pipe)


def _shut(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()


def _listen(process: subprocess.Popen[bytes], said: bytearray) -> None:
    while process.stderr is not None and (block := process.stderr.read(4096)):
        if len(said) < _SAID_BYTES:
            said += block


def _end(process: subprocess.Popen[bytes], said: bytearray) -> None:
    if process.wait() == 0:
        return
    text = said.decode("utf-8", errors="replace")
    reason = next(
        (words for sign, words in _REASONS.items() if sign in text), ("数据库程序报错", "a database program failed")
    )
    place = _TABLE.search(text)
    where, where_en = (f"（表 {place[1]}）", f" (table {place[1]})") if place else ("", "")
    raise BackupFailed(f"{reason[0]}{where}。", f"{reason[1]}{where_en}.")
