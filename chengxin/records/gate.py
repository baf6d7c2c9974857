"""What the read gate goes by in one transaction: the day, the purpose, and the duty item where the purpose needs one."""

from datetime import date

from chengxin.catalogue.held import BEGUN, Begun, told_begun
from chengxin.ground.prepared import fetch_prepared

NO_DUTY = 0
OPEN = "SELECT set_config('cx.on', %(day)s, true), set_config('cx.purpose', %(purpose)s, true), set_config('cx.duty', %(duty)s, true)"
OPEN_AND_TELL = f"SELECT b.* FROM ({OPEN}) AS opened LEFT JOIN ({BEGUN}) AS b ON true"  # noqa: S608  # constants


def open_gate(on: date, purpose: int, duty: int = NO_DUTY) -> Begun:
    """Set day, purpose and duty for the rest of this transaction; the database's own policies do the rest.

    Gives the editions begun by the day, by which what is read is named. One statement.
    """
    values = {"day": on.isoformat(), "purpose": str(purpose), "duty": str(duty)}
    return told_begun(fetch_prepared(OPEN_AND_TELL, {**values, "on": on}))
