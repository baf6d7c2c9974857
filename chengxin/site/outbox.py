"""Who waits for which event. Tasks announce, this list delivers: no task knows another."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_network

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chengxin.ground.services import deliver
from chengxin.lib.outside import Way
from chengxin.records.undoing import WITHDRAWN_EVENT
from chengxin.sharing.announcing.making import make_changes
from chengxin.sharing.correcting.chasing import chase_late
from chengxin.sharing.correcting.feed import publish_feed, revoke_copies, revoke_late, revoke_withdrawn
from chengxin.sharing.correcting.sending import send_due
from chengxin.sharing.recalls import announce_expiry, recall_late, recall_withdrawn

Handler = Callable[[str, datetime], None]
HANDLERS: Mapping[str, Sequence[Handler]] = {
    WITHDRAWN_EVENT: (recall_withdrawn, revoke_copies),
    "copy-withdrawn": (revoke_withdrawn,),
}
logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="deliver events", pass_context=False)
def deliver_events(timestamp: int = 0) -> None:
    """Deliver what was announced, each minute."""
    logger.info("%s events delivered at %s", deliver(HANDLERS, at=timezone.now()), timestamp)
    recall_late(at=timezone.now())
    revoke_late(at=timezone.now())


@app.periodic(cron="5 * * * *")
@app.task(queue="intake", queueing_lock="announce expiry", pass_context=False)
def tell_expiry(timestamp: int = 0) -> None:
    """Announce, once a day, what shows no more. Hourly: the day may have begun while the worker was down."""
    logger.info("%s days of expiry announced at %s", announce_expiry(at=timezone.now()), timestamp)


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="send webhooks", pass_context=False)
def send_webhooks(timestamp: int = 0) -> None:
    """Send what is due to organisations' addresses, each minute."""
    counts = send_due(way=way_out(), at=timezone.now())
    logger.info("webhooks %s at %s", dict(counts), timestamp)


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="announce changes", pass_context=False)
def announce_changes(timestamp: int = 0) -> None:
    """Tell those who subscribed what changed under the authorisations that persons gave them, each minute."""
    logger.info("%s batches looked at, %s changes told at %s", *make_changes(), timestamp)


@app.periodic(cron="20 * * * *")
@app.task(queue="intake", queueing_lock="chase recipients", pass_context=False)
def chase_recipients(timestamp: int = 0) -> None:
    """Remind whoever is late, once a step. Hourly: the day may have begun while the worker was down."""
    logger.info("%s reminders at %s", chase_late(at=timezone.now()), timestamp)


@app.periodic(cron="40 * * * *")
@app.task(queue="intake", queueing_lock="publish feed", pass_context=False)
def publish_revocations(timestamp: int = 0) -> None:
    """Put the day's page of the feed of revocations out."""
    logger.info("%s pages of revocations at %s", publish_feed(at=timezone.now()), timestamp)


def ask_for_page() -> None:
    """Have the day's page of the feed made as the worker starts, so that a new installation has one from its first minute."""
    with suppress(AlreadyEnqueued):
        publish_revocations.defer()


def way_out() -> Way:
    """Give how this installation speaks to organisations' addresses. Raises ValueError for a network that is none."""
    return Way(tuple(ip_network(one) for one in settings.WEBHOOK_NETWORKS), settings.WEBHOOK_AUTHORITY)
