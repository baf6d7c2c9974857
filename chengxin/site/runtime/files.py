"""Folders and files below the data folder: private from the first moment, replaced as a whole, refusals explained."""

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chengxin.site.runtime.errors import DataFolderUnusable, DiskFull

Tell = Callable[[str], None]
LOG_LIMIT_BYTES = 16 * 1024 * 1024
LOGS_KEPT = 3


def disk_full(folder: Path) -> DiskFull:
    return DiskFull(
        f"{folder} 所在磁盘没有剩余空间。请清理该磁盘，或以 --data 指定其他磁盘上的目录。",
        f"no space is left on the disk of {folder}. Free some, or name a folder on another disk with --data.",
    )


@contextmanager
def refusals_told(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error that names the folder and the remedy."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full(folder) from error
        where = error.filename or folder
        reason = error.strerror or type(error).__name__
        raise DataFolderUnusable(
            f"{where}：{reason}。请检查该目录的属主和权限，或以 --data 指定可写的目录。",
            f"{where}: {reason}. Check its owner and permissions, or name a folder you may write to with --data.",
        ) from error


def make_private(folder: Path, mode: int = 0o700) -> Path:
    """Make a folder when it is missing; an existing one must be a real folder and keeps its mode."""
    with refusals_told(folder):
        with suppress(FileExistsError):
            folder.mkdir(mode=mode)
            # The umask may have taken bits away that the database's account needs to pass through.
            folder.chmod(mode)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    return folder


def make_data_folder(data: Path) -> Path:
    """Make the data folder itself; under root the database's account must be able to pass through it."""
    if not data.is_dir():
        with refusals_told(data):
            data.parent.mkdir(parents=True, exist_ok=True)
        make_private(data, 0o711 if os.geteuid() == 0 else 0o700)
    return data


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_private(path: Path, text: str, owner: tuple[int, int] | None = None) -> None:
    """Replace a file at once: a reader or a crash meets the old text or the new, never half of it.

    ``owner`` is user and group. The new file is opened exclusively and put in place by rename: inside a folder that
    belongs to the database's account, a link planted there must not lead root to write elsewhere.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with refusals_told(path.parent):
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                if owner is not None:
                    os.fchown(file.fileno(), *owner)
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def remove_tree(folder: Path) -> None:
    """Remove what an interrupted start left; what can't be removed now is tried again at the next start."""
    shutil.rmtree(folder, ignore_errors=True)


def give_to(folder: Path, uid: int, gid: int) -> None:
    """Hand a folder and all in it to an account, without following links out of it."""
    with refusals_told(folder):
        for parent, folders, files in os.walk(folder):
            for name in [*folders, *files]:
                os.chown(Path(parent, name), uid, gid, follow_symlinks=False)
        os.chown(folder, uid, gid, follow_symlinks=False)


def rotate(log: Path, limit_bytes: int = LOG_LIMIT_BYTES, *, held_open: bool = False) -> None:
    """Set a full log aside as ``name.1``; the oldest of three goes.

    A log that another process holds open for appending is copied and emptied: renamed, it would go on growing under its new
    name. What that process writes between the two steps is lost.
    """
    with suppress(FileNotFoundError):
        if log.stat().st_size < limit_bytes:
            return
        newest = _copy(log) if held_open else log
        for number in range(LOGS_KEPT, 0, -1):
            older = log.with_name(f"{log.name}.{number}")
            newer = log.with_name(f"{log.name}.{number - 1}") if number > 1 else newest
            with suppress(FileNotFoundError):
                newer.replace(older)
        if held_open:
            os.truncate(log, 0)


def _copy(log: Path) -> Path:
    copy = log.with_name(f"{log.name}.0")
    with refusals_told(log):
        try:
            descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as target, log.open("rb") as source:
                shutil.copyfileobj(source, target)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
    return copy


def open_log(log: Path) -> int:
    """Open a log for appending, readable by its owner alone, and return the descriptor."""
    with refusals_told(log):
        return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def read_from(log: Path, offset: int, at_most: int = 65536) -> str:
    """Read what was written to a log since ``offset``; of a long stretch, its end."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(offset, end - at_most))
            return file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
