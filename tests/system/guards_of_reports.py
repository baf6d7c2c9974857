"""What keeps reports and certificates true after they were handed on, object by object and clause by clause; see ``guards``."""

from tests.system import certifying as c
from tests.system import keys as k
from tests.system.attacks import Attack
from tests.system.guards import APPEND, Clause, Guard, check, trigger

TERM, ITEMS = "counts for its term and no longer", "covers items in force"
GUARDS: dict[str, Guard] = dict((
    trigger("sharing_report_check", "report_check_counts_up", c.counts_back, "counted one by one"),
    trigger("sharing_report_check", "report_check_stays", k.tries("DELETE FROM sharing_report_check WHERE false", before=()), APPEND),
    check("sharing_report_check", "report_check_counts", number="x", hits=0),
    check("sharing_report", "report_certificate_says_what", number="x", kind="duty", check_digest=None, purpose="QZ"),
))  # fmt: skip

WITHDRAWN = "EXISTS (SELECT FROM sharing_report_withdrawal w WHERE w.number = report.number)"
CLAUSES: dict[str, Clause] = {
    "certificate: for its term": Clause(
        "guard_report", "OR NEW.valid_until > today + make_interval(months => longest)", "", c.makes_out(days=100), TERM),
    "certificate: from today": Clause("guard_report", "NEW.valid_until <= today OR", "", c.makes_out(days=0), TERM),
    "certificate: items in force": Clause("guard_report", "IF EXISTS (SELECT FROM unnest", "IF false AND EXISTS (SELECT FROM unnest",
                                          c.makes_out(covers=["CF-ZRR", "NOWHERE"]), ITEMS),
    "state: withdrawn": Clause("report_state", f"WHEN {WITHDRAWN}", "WHEN false", c.stands_though_withdrawn),
    "state: at its end": Clause("report_state", "WHEN report.valid_until <= d.today", "WHEN false", c.stands(days=0)),
    "state: replaced": Clause("report_state", "AND n.issued_at > report.issued_at", "AND false", c.stands_though_replaced),
    "state: of what shows no more": Clause("report_state", "v.shown_until > d.today)", "true)", c.SHOWS_NO_MORE),
    "report: not one issued on duty": Clause("withdraw_report", "r.kind <> 'duty'", "true", c.withdraw_what_was_issued_on_duty),
    "reports: none issued on duty": Clause("own_reports", "AND r.kind <> 'duty'", "", c.see_what_was_issued_on_duty),
    "check: so many tries a day": Clause("check_report", "AND t.tries >= most", "AND false", c.check_once_more()),
    "check: tries are counted": Clause("check_report", "THEN t.tries + 1 ELSE", "THEN t.tries ELSE", c.guess_for_ever),
    "check: hits are counted": Clause("check_report", "IF FOUND THEN", "IF false THEN", c.checks_unseen),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "a-certificate": c.makes_out(days=89),
    "a-certificate-that-stands": c.SHOWS,
    "a-check-on-another-day": c.check_once_more(days_ago=1),
}
