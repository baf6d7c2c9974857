"""The publisher: pages go on and off at the time that was set when they were approved, as the editors' database role."""

import signal
import threading

from django.db import connection

EVERY_S = 60.0


def publish_due() -> None:
    """Publish what was approved for a time that has come, and take off what is past its own. Runs as the editor role."""
    from django.core.management import call_command

    call_command("publish_scheduled", verbosity=0)


def main() -> None:
    """Publish at the start and every minute until SIGTERM."""
    import django

    django.setup()
    from chengxin.ground.installation import refuse_mismatch

    refuse_mismatch()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    while True:
        publish_due()
        connection.close()
        if ended.wait(EVERY_S):
            return


if __name__ == "__main__":
    main()
