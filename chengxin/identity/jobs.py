"""What the worker does for checks of real names and for rights."""

import logging

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from chengxin.identity.services.rights import withdraw_lapsed

logger = logging.getLogger(__name__)


@app.periodic(cron="35 * * * *")
@app.task(queue="intake", pass_context=False)
def sweep_checks(timestamp: int) -> None:
    """Take away yesterday's tries of codes, answers kept for a day, statements that have ended. ``timestamp`` is the queue's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_sweep_checks()")
        (gone,) = cursor.fetchone() or (0,)
    logger.info("swept %s rows of real-name checks at %s", gone, timestamp)


@app.periodic(cron="10 * * * *")
@app.task(queue="intake", pass_context=False)
def withdraw_lapsed_rights(timestamp: int) -> None:  # noqa: ARG001  # the queue's own
    """Withdraw the rights that ended by themselves. Hourly: the day may have begun while the worker was down."""
    withdraw_lapsed(at=timezone.now())
