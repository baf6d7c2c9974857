"""Telling those who subscribed that something under an authorisation changed: one pass over the batches that came since the last."""

from django.db import connection, transaction

MOST = 1000


@transaction.atomic
def make_changes(most: int = MOST) -> tuple[int, int]:
    """Look at the batches that wait; gives how many were looked at and how many events were made. One statement.

    Events, their entries in the access register, deliveries, and that the batches were looked at, are one transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT looked, made FROM sharing_make_changes(%s)", [most])
        looked, made = cursor.fetchone() or (0, 0)
    return int(looked), int(made)
