"""The answerer: takes batches of queries in hand a part at a time, as the role that reads for somebody (``sharing.batches.answering``)."""

import logging
import signal
import threading
from collections import Counter

from django.db import InterfaceError, OperationalError, connection

PAUSE_S, MOST_TRIES = 1.0, 3
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
                if isinstance(broken.__cause__, OperationalError | InterfaceError):
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


def main() -> None:
    """Answer until SIGTERM."""
    import django

    django.setup()
    from chengxin.ground.installation import refuse_mismatch
    from chengxin.ground.priority import give_way_altogether

    refuse_mismatch()
    give_way_altogether()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    answerer = Answerer()
    while True:
        settled = answerer.run(ended)
        if settled:
            logger.info("%s parts of batches settled", settled)
        connection.close_if_unusable_or_obsolete()
        if ended.wait(PAUSE_S):
            return


if __name__ == "__main__":
    main()
