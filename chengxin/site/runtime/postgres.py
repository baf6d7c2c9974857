"""The embedded PostgreSQL server of one data folder: made, started, shared between processes, stopped by the last."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from chengxin.site.runtime import postmaster
from chengxin.site.runtime.account import Account, account_for
from chengxin.site.runtime.cluster import (
    ADMIN,
    binaries_of,
    ensure_admin_password,
    make_cluster,
    raise_failure,
    socket_folder,
    write_settings,
)
from chengxin.site.runtime.errors import DatabaseUnusable, DataFolderUnusable, ServerNotStopped
from chengxin.site.runtime.files import (
    LOG_LIMIT_BYTES,
    Tell,
    give_to,
    make_data_folder,
    make_private,
    open_log,
    read_from,
    refusals_told,
    rotate,
)
from chengxin.site.runtime.locks import Membership, exclusive
from chengxin.site.runtime.passwords import known_password, url_of

TELL_EVERY_S = 3.0
_POLL_S = 0.02
# A fast shutdown writes all dirty pages: up to 2 GB on a slow disk.
_STOP_STEPS = [(signal.SIGINT, 300.0), (signal.SIGQUIT, 60.0)]
_ABANDON_STEPS = [(signal.SIGINT, 10.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)]
_REPLAY = re.compile(r"redo in progress, elapsed time: [\d.]+ s, current LSN: (\S+)")
_LEFTOVERS = "pre-existing shared memory block"
_ATTEMPTS = 3


def quiet(_: str) -> None:
    """Tell nobody."""


class EmbeddedPostgres:
    """The server in ``data/pg18`` (or ``pg16``), reached through a private socket with passwords, never over TCP."""

    def __init__(self, data: Path, *, major: int = 18, durable: bool = True) -> None:
        """Touch nothing yet. ``durable=False`` is for tests: faster, and lost when the machine crashes."""
        self.data = data.resolve()
        self.cluster = self.data / f"pg{major}"
        self.log = self.data / "log" / "postgres.log"
        self._major = major
        self._durable = durable
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def pid(self) -> int | None:
        found = postmaster.running(self.cluster)
        return found.pid if found else None

    def url(self, role: str, database: str = "chengxin") -> str:
        """Return the URL of a role that has a password file here. It holds the password: never log it.

        Raises DatabaseUnusable when the role has none.
        """
        password = known_password(self.data, role)
        if password is None:
            raise DatabaseUnusable(f"角色 {role} 没有密码文件。", f"there is no password file for the role {role}.")
        found = postmaster.read(self.cluster)
        # The running server's own word: a second process may have another TMPDIR and would look elsewhere.
        sockets = (found.sockets if found else "") or str(self.data / "run")
        return url_of({"user": role, "password": password, "dbname": database, "host": sockets, "port": "5432"})

    def admin_url(self, database: str = "postgres") -> str:
        return self.url(ADMIN, database)

    @contextmanager
    def using(self, tell: Tell = quiet) -> Iterator[Self]:
        """Start the server or join the running one; on leaving, stop it when nobody else uses it.

        The membership is a lock that the kernel gives back when its process dies, so a killed user holds nobody up.
        Joining and leaving both happen under the start lock: a newcomer waits while the last one stops the server.
        """
        make_data_folder(self.data)
        with exclusive(self.data, "start", tell):
            member = Membership(self.data)
            try:
                self._start(tell, None)
            except BaseException:
                member.close()
                raise
        try:
            yield self
        finally:
            try:
                with exclusive(self.data, "start", tell):
                    if member.is_last():
                        self._stop()
            finally:
                member.close()

    def start(self, tell: Tell = quiet, cancelled: threading.Event | None = None) -> None:
        """Start the server unless it runs. Waits as long as the server lives: recovery has no deadline.

        Raises a leaf of Unusable with the log's last lines. Returns without a server when ``cancelled`` is set.
        """
        make_data_folder(self.data)
        with exclusive(self.data, "start", tell, cancelled) as held:
            if held:
                self._start(tell, cancelled)

    def stop(self) -> None:
        """Stop the server, whoever uses it. Raises ServerNotStopped."""
        make_data_folder(self.data)
        with exclusive(self.data, "start", quiet):
            self._stop()

    def trim_log(self, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
        """Set the log aside when it is full, under a running server too.

        Not PostgreSQL's own collector: it bounds either the size of its files or their number, never both, and the reason of
        a start that failed would stand in two places. Raises leaves of Unusable.
        """
        rotate(self.log, limit_bytes, held_open=True)

    def _start(self, tell: Tell, cancelled: threading.Event | None) -> None:
        stop = cancelled or threading.Event()
        self._reap()
        if self._joined(tell, stop):
            return
        binaries = binaries_of(self._major)
        account = account_for(self.cluster, binaries)
        make_private(self.data / "log")
        sockets = socket_folder(self.data, account)
        self._tidy(account, sockets, tell)
        if not self.cluster.exists():
            self._refuse_second_cluster()
            tell("正在建立数据库…… Making the database.")
            make_cluster(self.cluster, account, binaries, durable=self._durable)
        ensure_admin_password(self.cluster, account, binaries)
        write_settings(self.cluster, account, binaries, sockets, durable=self._durable)
        rotate(self.log)
        for attempt in range(1, _ATTEMPTS + 1):
            said = self._launch(account, binaries, tell, stop)
            # A starter killed between fork and the server's first entry leaves one that shows itself only now.
            if said is None or self._joined(tell, stop):
                return
            if _LEFTOVERS not in said or attempt == _ATTEMPTS:
                raise_failure(said, self.data)
            postmaster.see_strays_off(self.cluster)

    def _refuse_second_cluster(self) -> None:
        """Refuse to begin an empty register beside the one that another PostgreSQL keeps here. Raises DataFolderUnusable."""
        # A folder with more in its name is one that was being made when its maker was killed.
        others = [path.name for path in self.data.glob("pg[0-9][0-9]") if path != self.cluster]
        if others:
            major = others[0].removeprefix("pg")
            raise DataFolderUnusable(
                f"{self.data} 中的数据库属于 PostgreSQL {major}，不能用 {self._major} 打开。请设 CHENGXIN_PG_MAJOR={major}。",
                f"the database in {self.data} is PostgreSQL {major}'s and can't be opened with {self._major}. "
                f"Set CHENGXIN_PG_MAJOR={major}.",
            )

    def _joined(self, tell: Tell, stop: threading.Event) -> bool:
        """Join a server that runs, or that a killed starter left starting; see one out that is stopping."""
        while (found := postmaster.running(self.cluster)) is not None:
            if found.status != "stopping" and self._becomes_ready(found.pid, self._log_size(), tell, stop):
                self._ensure_readable()
                return True
            if stop.is_set():
                return True
            stop.wait(_POLL_S)
        return False

    def _ensure_readable(self) -> None:
        if known_password(self.data, ADMIN) is None:
            raise DataFolderUnusable(
                f"数据库在运行，但 {self.data / 'secrets'} 中没有其密码。请先停止所有诚信进程，再重新启动。",
                f"the database runs, but its password is not in {self.data / 'secrets'}. Stop every Chengxin process "
                "and start again.",
            )

    def _tidy(self, account: Account, sockets: Path, tell: Tell) -> None:
        """Clear away what a killed server or a restored copy left."""
        if not self.cluster.exists():
            return
        if account.owner is not None and self.cluster.stat().st_uid != account.uid:
            give_to(self.cluster, *account.owner)
        if postmaster.read(self.cluster) is not None and postmaster.strays(self.cluster):
            tell("等待上次未正常结束的数据库进程退出…… Waiting for processes of a server that died.")
            postmaster.see_strays_off(self.cluster)
        postmaster.forget_stale(self.cluster, sockets)

    def _launch(self, account: Account, binaries: Path, tell: Tell, stop: threading.Event) -> str | None:
        """Start the server once; returns None when it is ready (or cancelled), else what it said before it ended."""
        before = self._log_size()
        log = open_log(self.log)
        try:
            with refusals_told(self.cluster):
                process = account.launch([str(binaries / "postgres"), "-D", str(self.cluster)], output=log)
        finally:
            os.close(log)
        self._processes.append(process)
        try:
            ready = self._becomes_ready(process.pid, before, tell, stop)
        except BaseException:
            # Ctrl-C while it recovers: a server that nobody counts as theirs would run on.
            self._abandon(process)
            raise
        if stop.is_set() and not ready:
            self._abandon(process)
            return None
        self._reap()
        return None if ready else read_from(self.log, before)

    def _abandon(self, process: subprocess.Popen[bytes]) -> None:
        postmaster.end(process.pid, _ABANDON_STEPS)
        self._reap()

    def _becomes_ready(self, pid: int, since: int, tell: Tell, stop: threading.Event) -> bool:
        """Wait until the server takes connections; False when it ends first or the wait is cancelled."""
        began = told = time.monotonic()
        while postmaster.is_alive(pid):
            found = postmaster.read(self.cluster)
            if found is not None and found.pid == pid and found.status == "ready":
                return True
            if stop.wait(_POLL_S):
                return False
            now = time.monotonic()
            if now - told >= TELL_EVERY_S:
                told = now
                tell(_progress(read_from(self.log, since), int(now - began)))
        return False

    def _stop(self) -> None:
        found = postmaster.running(self.cluster)
        if found is not None and not postmaster.end(found.pid, _STOP_STEPS):
            raise ServerNotStopped(
                f"进程 {found.pid} 在 6 分钟内没有结束，日志见 {self.log}。",
                f"process {found.pid} did not end within 6 minutes; its log is {self.log}.",
            )
        if found is not None and found.sockets not in {"", str(self.data / "run")}:
            # The stand-in under the system's temporary folder; the next start makes it anew.
            with suppress(OSError):
                Path(found.sockets).rmdir()
        self._reap()

    def _reap(self) -> None:
        """Take note of our own servers' ends; until then the kernel keeps their numbers."""
        self._processes = [process for process in self._processes if process.poll() is None]

    def _log_size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def __del__(self) -> None:
        """Let go of a server that others go on using; Popen would warn of a process nobody waits for."""
        for process in self._processes:
            process.returncode = process.poll() or 0


def _progress(said: str, seconds: int) -> str:
    replayed = _REPLAY.findall(said)
    if replayed:
        return (
            f"数据库正在从日志恢复，已 {seconds} 秒，位置 {replayed[-1]}…… "
            f"Recovering from the write-ahead log for {seconds} s, at {replayed[-1]}."
        )
    if "automatic recovery in progress" in said or "was interrupted" in said:
        return f"数据库上次未正常关闭，正在恢复，已 {seconds} 秒…… Recovering after a crash, {seconds} s so far."
    return f"数据库正在启动，已 {seconds} 秒…… The database is starting, {seconds} s so far."
