"""What the worker does for the review of use."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from chengxin.oversight.finding import review_due

logger = logging.getLogger(__name__)


@app.periodic(cron="50 1 * * *")
@app.task(queue="intake", queueing_lock="review of use", pass_context=False)
def review_use(timestamp: int = 0) -> None:
    """Weigh each night the entries of the days that are over. ``timestamp`` is the queue's own."""
    for one in review_due(at=timezone.now()):
        logger.info("review of use of %s at %s: %s signals, %s new", one.day, timestamp, len(one.found), one.opened)
