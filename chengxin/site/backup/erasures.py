"""The journal of erasures, kept outside the database, so that no restore brings back what was erased."""

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from chengxin.site.backup.errors import BackupFailed
from chengxin.site.runtime.files import refusals_told

FOLDER = "erasures"
Key = tuple[int, int, int]


class Journal:
    """Names of erased versions (subject, record, version), never values; a file a day, written before the values go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def note(self, keys: Iterable[Key], day: date) -> int:
        """Write the keys down and have them on the disk when this returns. Raises DataFolderUnusable, DiskFull."""
        count = 0
        with refusals_told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(
                self.folder / f"{day}.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(handle, "w", encoding="ascii") as file:
                # What a kill left unfinished must not run into the next line.
                if os.fstat(file.fileno()).st_size:
                    file.write("\n")
                for key in keys:
                    file.write(" ".join(map(str, key)) + "\n")
                    count += 1
                file.flush()
                os.fsync(file.fileno())
        return count

    def __iter__(self) -> Iterator[Key]:
        """Give every key noted. A line that a kill cut short belongs to an erasure that didn't happen yet."""
        for path in sorted(self.folder.glob("*.txt")):
            for line in path.read_text(encoding="ascii").splitlines():
                parts = line.split()
                if len(parts) == len(("subject", "record", "version")):
                    subject, record, version = map(int, parts)
                    yield subject, record, version


def replay(connection: psycopg.Connection[Any], folder: Path) -> int:
    """Erase again what the journal names, in the caller's transaction as the owner; gives how many came back with the backup.

    Not by the eraser's hand: whether a version is due may hang on a correction that the backup doesn't know.
    """
    connection.execute("CREATE TEMPORARY TABLE erased_before (subject_id bigint, record_id bigint, version smallint)")
    with connection.cursor() as cursor:
        with refusals_told(folder), cursor.copy("COPY erased_before FROM STDIN") as copy:
            for key in Journal(folder):
                copy.write_row(key)
        cursor.execute("ALTER TABLE records_payload DISABLE TRIGGER payload_erasure")
        cursor.execute(
            "DELETE FROM records_payload p USING erased_before e WHERE (p.subject_id, p.record_id, p.version)"
            " = (e.subject_id, e.record_id, e.version)"
        )
        erased = cursor.rowcount
        cursor.execute("ALTER TABLE records_payload ENABLE TRIGGER payload_erasure")
        cursor.execute("SELECT FROM records_payload JOIN erased_before USING (subject_id, record_id, version) LIMIT 1")
        if cursor.rowcount:
            raise BackupFailed("有已删除的内容未能再次删除。", "something that was erased could not be erased again.")
        cursor.execute("DROP TABLE erased_before")
    return erased
