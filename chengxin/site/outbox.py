"""Who waits for which event. Tasks announce, this list delivers: no task knows another."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from chengxin.ground.services import deliver
from chengxin.records.undoing import WITHDRAWN_EVENT
from chengxin.sharing.recalls import recall_late, recall_withdrawn

Handler = Callable[[str, datetime], None]
HANDLERS: Mapping[str, Sequence[Handler]] = {WITHDRAWN_EVENT: (recall_withdrawn,)}
logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="deliver events", pass_context=False)
def deliver_events(timestamp: int = 0) -> None:
    """Deliver what was announced, each minute."""
    logger.info("%s events delivered at %s", deliver(HANDLERS, at=timezone.now()), timestamp)
    recall_late(at=timezone.now())
