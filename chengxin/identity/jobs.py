"""What the worker does for checks of real names, for rights, and to tell persons that there is a message for them."""

import logging

from django.db import connection, transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chengxin.identity.models import User
from chengxin.identity.services import contacts, notices
from chengxin.identity.services.rights import withdraw_lapsed
from chengxin.lib.gateways import NotTaken

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


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="send notices", pass_context=False)
def send_notices(timestamp: int) -> None:
    """Tell persons where they asked for it, each minute."""
    made = notices.make_notices(at=timezone.now())
    counts = notices.send_notices(at=timezone.now())
    logger.info("%s notices made, letters %s at %s", made, dict(counts), timestamp)


@app.task(queue="intake", pass_context=False, retry=RetryStrategy(max_attempts=4, wait=20, retry_exceptions=[NotTaken]))
def send_code(contact_id: int) -> None:
    """Send a person the code by which they prove an address."""
    contacts.send_code(contact_id)


@transaction.atomic
def enter_contact(person: User, *, way: str, value: str) -> int:
    """Enter an address and have a code sent there, both or neither. Raises what ``contacts.add_contact`` raises."""
    number = contacts.add_contact(person, way=way, value=value)
    send_code.defer(contact_id=number)
    return number


@transaction.atomic
def another_code(person: User, contact_id: int) -> None:
    """Have another code sent to an address that isn't proven yet. Raises ContactRefused."""
    contacts.ask_again(person, contact_id)
    send_code.defer(contact_id=contact_id)
