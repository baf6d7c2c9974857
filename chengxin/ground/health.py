"""Whether the parts of the installation are alive."""

from django.db import DatabaseError, connection


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def worker_alive() -> bool:
    """Tell whether any worker gave a sign of life in the last minute; no when the database can't be asked."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT alive FROM ground_worker")
            (alive,) = cursor.fetchone() or (False,)
    except DatabaseError:
        return False
    return bool(alive)


def seal_keeps_up() -> bool:
    """Tell whether the access register is sealed as it grows; no when the database can't be asked."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ground_seal_keeps_up()")
            (keeps_up,) = cursor.fetchone() or (False,)
    except DatabaseError:
        return False
    return bool(keeps_up)
