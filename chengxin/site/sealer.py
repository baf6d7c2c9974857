"""The sealer: numbers, signs and publishes the access register's entries each minute, as a database role that can do nothing else.

Each night it verifies the whole register too, in a thread of its own, so that numbering goes on.
"""

import logging
import signal
import threading
from datetime import datetime, timedelta

from django.db import connection, connections

from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import SHANGHAI

EVERY_S = 60.0
NIGHT, OVERDUE = 3, timedelta(hours=36)
"""The hour in Shanghai when it is verified, and how long it may have waited when no night came."""
logger = logging.getLogger(__name__)


def check_due(now: datetime, last: datetime | None) -> bool:
    """Tell whether the register is to be verified now: at night once, at any hour when it is overdue or never was."""
    if last is None or now - last > OVERDUE:
        return True
    here = now.astimezone(SHANGHAI)
    return here.hour == NIGHT and last.astimezone(SHANGHAI).date() < here.date()


def last_check() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(at) FROM ground_register_check")
        found: datetime | None = (cursor.fetchone() or (None,))[0]
    return found


def check_once(at: datetime) -> None:
    """Verify the register against its own folder of heads; what is found stands on the system page."""
    from chengxin.site.register import verify_installation

    try:
        found = verify_installation([], [], at=at)
        logger.info("register verified: %s entries, %s", found.entries, found.fault.code if found.fault else "sound")
    except ChengxinError as refused:
        logger.warning("the register wasn't verified: %s", refused.code)
    finally:
        connections.close_all()


def main() -> None:
    """Seal at the start and every minute until SIGTERM."""
    import django

    django.setup()
    from django.utils import timezone

    from chengxin.ground.installation import refuse_mismatch
    from chengxin.site.register import sealer_here

    refuse_mismatch()
    sealer, checking = sealer_here(), None
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    while True:
        now = timezone.now()
        sealer.run(now)
        if (checking is None or not checking.is_alive()) and check_due(now, last_check()):
            checking = threading.Thread(target=check_once, args=(now,), name="check", daemon=True)
            checking.start()
        connection.close()
        if ended.wait(EVERY_S):
            return


if __name__ == "__main__":
    main()
