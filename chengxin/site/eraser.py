"""The eraser: what is past its retention goes, once an hour, as the one database role that may delete values."""

import logging
import signal
import threading
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from chengxin.lib.periods import shanghai_date
from chengxin.site.backup.erasures import FOLDER, Journal

EVERY_S = 3600.0
BLOCK = 10_000
logger = logging.getLogger(__name__)


@transaction.atomic
def erase_due(data: Path, *, at: datetime) -> int:
    """Erase the values and salts of every version past its retention; what stays is a commitment that tells nothing.

    Runs as the eraser role, whose policies reach what is due and nothing else. The journal is written first: a restore must not
    bring back what was erased, while a name in it that wasn't erased yet was due anyway. Source: safeguard 6.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # Marks of lines are digests of values: they go no later, and need no journal, since nothing but speed hangs on them.
        cursor.execute("DELETE FROM records_mark")
        # What the public said carries its day itself: a restore brings back nothing that the next round doesn't erase again.
        cursor.execute("DELETE FROM education_feedback")
        # So do scans of papers.
        cursor.execute("DELETE FROM identity_scan_piece")
        cursor.execute("SELECT subject_id, record_id, version FROM records_payload")
        rows = iter(lambda: cursor.fetchmany(BLOCK), [])
        if not Journal(data / FOLDER).note((key for block in rows for key in block), shanghai_date(at)):
            return 0
        cursor.execute("DELETE FROM records_payload")
        return int(cursor.rowcount)


def drop_due_trees() -> int:
    """Drop the access register's trees past their retention, each in a transaction of its own; gives how many entries went. Heads stay."""
    went = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT shard, tree FROM ground_due_trees()")
        for shard, tree in cursor.fetchall():
            cursor.execute("SELECT ground_drop_tree(%s, %s)", [shard, tree])
            went += int((cursor.fetchone() or (0,))[0])
    return went


def erase_batches() -> int:
    """Erase what is asked and answered in batches of queries that are past their time; gives how many."""
    return _erased("SELECT sharing_erase_batches()")


def erase_proofs() -> int:
    """Erase the signed papers of authorisations that are proof no longer; gives how many. Their scans are ``erase_due``'s then."""
    return _erased("SELECT sharing_erase_leave_papers()")


def erase_links() -> int:
    """Erase share links past their time, with the looks that were counted; gives how many. Entries of the register stay."""
    return _erased("SELECT sharing_erase_links()")


def erase_pushed() -> int:
    """Erase requests that systems pushed, past their time; gives how many. Authorisations and receipts stay."""
    return _erased("SELECT sharing_erase_pushed()")


def erase_ended() -> dict[str, int]:
    """Erase whatever of sharing is past its time; gives how many of each."""
    return {
        "papers_erased": erase_proofs(),
        "batches_erased": erase_batches(),
        "links_erased": erase_links(),
        "requests_erased": erase_pushed(),
    }


def _erased(query: str) -> int:
    """Run one of the eraser's functions in the database; what goes by them carries its day, and needs no journal."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int((cursor.fetchone() or (0,))[0])


def main() -> None:
    """Erase at the start and every hour until SIGTERM."""
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from chengxin.ground.installation import refuse_mismatch

    refuse_mismatch()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    while True:
        for what, went in erase_ended().items():
            logger.info("%s %s", went, what.replace("_", " "))
        logger.info("%s values erased", erase_due(settings.DATA_DIR, at=timezone.now()))
        logger.info("%s entries of the register dropped", drop_due_trees())
        connection.close()
        if ended.wait(EVERY_S):
            return


if __name__ == "__main__":
    main()
