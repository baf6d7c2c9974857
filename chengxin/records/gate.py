"""What the read gate goes by in one transaction: the day, the purpose, and the duty item where the purpose needs one."""

from datetime import date

from chengxin.ground.prepared import fetch_prepared

NO_DUTY = 0
OPEN = "SELECT set_config('cx.on', %s, true), set_config('cx.purpose', %s, true), set_config('cx.duty', %s, true)"


def open_gate(on: date, purpose: int, duty: int = NO_DUTY) -> None:
    """Set day, purpose and duty for the rest of this transaction; the database's own policies do the rest. One statement."""
    fetch_prepared(OPEN, [on.isoformat(), str(purpose), str(duty)])
