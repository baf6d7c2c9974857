"""What the worker does for the ways in that are looked at: folders and exchange tables."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from chengxin.records.ways.dropping import scan_drops
from chengxin.records.ways.exchange import drain_all

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */15")
@app.task(queue="intake", queueing_lock="scan drops", pass_context=False)
def scan_folders(timestamp: int = 0) -> None:
    """Look through the folders every quarter of a minute. ``timestamp`` is the queue's own."""
    if moved := scan_drops(at=timezone.now()):
        logger.info("%s drops picked up or answered at %s", moved, timestamp)


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="drain exchanges", pass_context=False)
def drain_exchanges(timestamp: int = 0) -> None:
    """Drain all exchange tables each minute: also what was put in while the job that an insert made was running already."""
    if drained := drain_all(at=timezone.now()):
        logger.info("%s batches came by exchange tables at %s", drained, timestamp)


@app.task(queue="intake", pass_context=False)
def drain_exchange(schema: str) -> None:
    """Drain one provider's tables; the insert asked for it."""
    drain_all(at=timezone.now(), schema=schema)
