"""What guards the hours and numbers set for one client, object by object and clause by clause; see ``guards``."""

from tests.system import limiting as li
from tests.system.attacks import Attack, change_wholly
from tests.system.guards import APPEND, TODAY, Clause, Guard, holds, trigger

GUARDS: dict[str, Guard] = dict((
    trigger(li.LIMITS, "client_limits_guarded", li.limits(login="security"), "only a system administrator limits a client"),
    trigger(li.LIMITS, "client_limits_append_only", change_wholly(li.LIMITS, "reason"), APPEND),
    holds(li.LIMITS, "client_limits_hours_whole", li.limits(first_hour=9)),
    holds(li.LIMITS, "client_limits_leave_something", li.limits(a_minute=0)),
    holds(li.LIMITS, "client_limits_have_a_reason", li.limits(reason="")),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "limits: from today on": Clause("guard_client_limits", f"NEW.valid_from < {TODAY} OR", "", li.yesterday, "from today on"),
    "limits: not set tomorrow": Clause("guard_client_limits", "OR NEW.entered_at > clock_timestamp()", "", li.tomorrow, "from today on"),
    "limits: set by": Clause("guard_client_limits", "NOT identity_holds_role(NEW.entered_by_id, 'system_admin')", "false",
                             li.limits(login="security"), "only a system administrator limits"),
    "hours: of a query": Clause("count_for", "IF identity_client_closed(asker) THEN", "IF false THEN", li.asks_when(li.closes)),
    "hours: of a check": Clause("check_asker", "WHEN identity_client_closed(c.client_id) THEN 'out-of-hours'", "",
                                li.checks_when(li.closes)),
    "hours: of working days": Clause("client_closed",
        "OR l.working_days AND NOT EXISTS (SELECT FROM identity_work_day w WHERE w.day = here::date)", "",
                                     li.asks_when(li.closes_on_a_day_off)),
    "hours: of the day": Clause("client_closed", "extract(hour FROM here) NOT BETWEEN l.first_hour AND l.last_hour - 1", "false",
                                li.asks_when(li.closes)),
    "limits: the newest": Clause("client_limits_live", "l.valid_from DESC, l.id DESC", "l.valid_from DESC, l.id",
                                 li.asks_when(li.closed_later)),
    "limits: so many a minute": Clause("count_for", "least(most, l.a_minute)", "most", li.asks_when(li.limit, times=2)),
    "limits: so many a day": Clause("count_for", "least(quota, l.a_day)", "quota", li.asks_when(li.once_a_day, times=2)),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "limits-set": li.limits(role="admin"),
    "a-query-in-time": li.asks_when(li.limit),
    "a-query-after-limits-were-lifted": li.asks_when(li.lifted),
    "a-query-before-limits-begin": li.asks_when(li.to_come),
    "a-check-in-time": li.checks_when(li.limit),
    "a-query-while-another-is-closed": li.asks_when(li.closes_another),
}
