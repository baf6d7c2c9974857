"""The answerer: takes batches of queries in hand a part at a time, as the role that reads for somebody (``sharing.batches.answering``)."""

import logging
import signal
import threading
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from django.db import InterfaceError, OperationalError, connection
from psycopg.errors import QueryCanceled

PAUSE_S, MOST_TRIES, THREADS = 1.0, 3, 2
logger = logging.getLogger(__name__)


class Answerer:
    """A part that fails is passed over for the rest of a round, and entered as failed after some tries."""

    def __init__(self) -> None:
        self.tries = Counter[int]()

    def run(self, ended: threading.Event) -> int:
        """Answer what there is; gives how many parts were settled. Without the database it is for the next round to go on."""
        from django.utils import timezone

        from chengxin.sharing.batches.answering import PartBroken, answer_next

        settled, passed_over = 0, set[int]()
        while not ended.is_set():
            given_up = {part for part, tries in self.tries.items() if tries >= MOST_TRIES}
            try:
                part = answer_next(at=timezone.now(), passed_over=passed_over, given_up=given_up)
            except PartBroken as broken:
                if _is_away(broken.__cause__):
                    break
                logger.exception("part %s of a batch failed", broken.part)
                self.tries[broken.part] += 1
                passed_over.add(broken.part)
                continue
            except (OperationalError, InterfaceError):
                break
            if part is None:
                break
            del self.tries[part]
            settled += 1
        return settled


def _is_away(cause: BaseException | None) -> bool:
    """Tell whether the database itself was away. One that gave up a statement which took too long is there, and would do so again."""
    return isinstance(cause, OperationalError | InterfaceError) and not isinstance(cause.__cause__, QueryCanceled)


def serve(ended: threading.Event) -> None:
    """Look for parts, again and again, until it ends."""
    answerer = Answerer()
    while not ended.is_set():
        settled = answerer.run(ended)
        if settled:
            logger.info("%s parts of batches settled", settled)
        connection.close_if_unusable_or_obsolete()
        ended.wait(PAUSE_S)
    connection.close()


def main() -> None:
    """Answer until SIGTERM: while one thread waits for the database, another encrypts."""
    import django

    django.setup()
    from chengxin.ground.installation import refuse_mismatch
    from chengxin.ground.priority import give_way_altogether

    refuse_mismatch()
    connection.close()
    give_way_altogether()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with ThreadPoolExecutor(THREADS) as pool:
        serving = [pool.submit(serve, ended) for _ in range(THREADS)]
        # One that broke ends the other: whoever started this process starts it anew.
        wait(serving, return_when=FIRST_COMPLETED)
        ended.set()
    for one in serving:
        one.result()


if __name__ == "__main__":
    main()
