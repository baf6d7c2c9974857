"""What the worker does for the review of use."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from chengxin.oversight.erasing import owe_due
from chengxin.oversight.finding import review_due
from chengxin.oversight.sampling import draw_due

logger = logging.getLogger(__name__)


@app.periodic(cron="50 1 * * *")
@app.task(queue="intake", queueing_lock="review of use", pass_context=False)
def review_use(timestamp: int = 0) -> None:
    """Weigh each night the entries of the days that are over. ``timestamp`` is the queue's own."""
    for one in review_due(at=timezone.now()):
        logger.info("review of use of %s at %s: %s signals, %s new", one.day, timestamp, len(one.found), one.opened)


@app.periodic(cron="10 2 * * *")
@app.task(queue="intake", queueing_lock="draw samples", pass_context=False)
def draw_samples(timestamp: int = 0) -> None:
    """Draw the sample of the month before, in the first night after it; each night in case the worker was down."""
    for month, entries in draw_due(at=timezone.now()).items():
        logger.info("sample of %s drawn at %s: %s entries", month, timestamp, entries)


@app.periodic(cron="20 2 * * *")
@app.task(queue="intake", queueing_lock="owe erasures", pass_context=False)
def owe_erasures(timestamp: int = 0) -> None:
    """Note each night which statements of erasure are owed for the months that are over."""
    logger.info("%s statements of erasure owed at %s", owe_due(at=timezone.now()), timestamp)
