"""What the read gate goes by in one transaction: the day, the purpose, and the duty item where the purpose needs one."""

from datetime import date

from django.db import connection

NO_DUTY = 0


def open_gate(on: date, purpose: int, duty: int = NO_DUTY) -> None:
    """Set day, purpose and duty for the rest of this transaction; the database's own policies do the rest. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('cx.on', %s, true), set_config('cx.purpose', %s, true), set_config('cx.duty', %s, true)",
            [on.isoformat(), str(purpose), str(duty)],
        )
