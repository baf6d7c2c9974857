"""Telling that a dispute about a record began or ended: whoever read it before must learn of it (safeguards 7 and 19)."""

from datetime import datetime

from chengxin.ground.services import announce
from chengxin.records.undoing import WITHDRAWN_EVENT


def announce_dispute(number: int, *, subject: int, record: int, ended: bool, at: datetime) -> None:
    """Announce that the dispute of this number about a record began or ended, inside its own transaction; numbers alone.

    Raises RuntimeError outside a transaction.
    """
    announce(WITHDRAWN_EVENT, f"{'dispute-ended' if ended else 'disputed'}:{number}:{subject}:{record}", at=at)
