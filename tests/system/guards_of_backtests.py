"""What guards the trials of checks, object by object and clause by clause."""

from tests.people import CENTRE, MARKET
from tests.system import trying as t
from tests.system.attacks import change_wholly
from tests.system.guards import APPEND, Clause, Guard, holds, policy, row_security, trigger

AT_CENTRE, BEGUN, GOES_ON, COUNTS = (
    "tried at the credit centre",
    "before it began",
    "changes in nothing else",
    "counts of no trial",
)
GUARDS: dict[str, Guard] = dict((
    trigger(t.RUN, "backtest_guarded", t.in_a_colleagues_name, AT_CENTRE),
    trigger(t.RUN, "backtest_change_guarded", t.changes("rule = 'x'"), GOES_ON),
    trigger(t.RUN, "backtest_stays", t.delete_runs, APPEND),
    trigger(t.MONTH, "backtest_month_guarded", t.write_another_month, COUNTS),
    trigger(t.MONTH, "backtest_month_append_only", change_wholly(t.MONTH, "found"), APPEND),
    policy(t.RUN, "centre_backtest", t.sees(t.RUN, "app", CENTRE)),
    policy(t.RUN, "every_backtest", t.sees(t.RUN, "intake")),
    row_security(t.RUN, t.sees(t.RUN, "app", MARKET)),
    policy(t.MONTH, "centre_backtest_month", t.sees(t.MONTH, "app", CENTRE)),
    policy(t.MONTH, "every_backtest_month", t.sees(t.MONTH, "intake")),
    row_security(t.MONTH, t.sees(t.MONTH, "app", MARKET)),
    holds(t.RUN, "backtest_of_days_in_order", t.ask_backwards),
    holds(t.RUN, "backtest_has_case", t.asks(case_reference="")),
    holds(t.RUN, "backtest_fails_when_it_ends", t.changes("failure = 'x'")),
    holds(t.MONTH, "backtest_found_of_held", t.writes(found=4)),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "trial: days that have come": Clause(
        "guard_backtest", "NEW.until > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date OR", "", t.ask_for_tomorrow, BEGUN
    ),
    "trial: nothing counted before": Clause("guard_backtest", "NEW.months_done <> 0 OR", "", t.asks(months_done=1), BEGUN),
    "trial: not done before": Clause("guard_backtest", "OR NEW.ended_at IS NOT NULL", "", t.ask_what_is_done, BEGUN),
    "trial: dated by the database": Clause("guard_backtest", "NEW.asked_at := clock_timestamp();", "", t.ask_long_ago),
    "trial: ends once": Clause(
        "guard_backtest_change", "OLD.ended_at IS NOT NULL OR", "", t.changes("ended_at = now()", "months_done = 9"), GOES_ON
    ),
    "trial: never goes back": Clause(
        "guard_backtest_change", "OR NEW.months_done < OLD.months_done", "", t.changes("months_done = 2", "months_done = 1"), GOES_ON
    ),
    "trial: counts while it goes on": Clause("guard_backtest_month", "AND r.ended_at IS NULL", "", t.write_after_the_end, COUNTS),
    "trial: seen at the centre": Clause(
        "backtest_rows", "records_backtest TO {app} USING ((SELECT identity_centre_speaks()))",
        "records_backtest TO {app} USING (true)", t.sees(t.RUN, "app", MARKET),
    ),
    "trial: counts seen at the centre": Clause(
        "backtest_rows", "FOR SELECT TO {app} USING ((SELECT identity_centre_speaks()))", "FOR SELECT TO {app} USING (true)",
        t.sees(t.MONTH, "app", MARKET),
    ),
}  # fmt: skip
SOUND = {"a-trial-at-the-centre": t.asks()}
