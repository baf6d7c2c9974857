"""What keeps papers of authorisations, share links and pushed requests until their time is over; see ``guards``."""

from tests.system import ending as e
from tests.system import linking as k
from tests.system import pushing as p
from tests.system import signing_leave as s
from tests.system.attacks import Attack
from tests.system.guards import Clause, Guard, trigger
from tests.system.leaving import GRANTED, TAKEN_BACK

ERASER, EARLY = "by the eraser role alone", "erased before its day"
TODAY = "(transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"
NAMES = {
    s.PAPER: "leave_paper_erased", k.LINK: "link_erased", k.VIEW: "link_view_erased", k.TRY: "link_try_erased",
    k.END: "link_end_erased", p.PUSHED: "pushed_erased", p.ANSWER: "pushed_answer_erased", p.EXCHANGE: "code_exchange_erased",
}  # fmt: skip
GUARDS: dict[str, Guard] = dict(
    trigger(table, name, e.deletes(table, over=False), ERASER) for table, name in NAMES.items()
)

CLAUSES: dict[str, Clause] = {
    "over: by the eraser's hand": Clause(
        "erasing_guard", "IF coalesce(nullif(current_setting('role'), 'none'), session_user) <> '{eraser}' THEN", "IF false THEN",
        e.deletes(k.LINK), ERASER),
    "over: a paper on its day": Clause(
        "erasing_guard", "WHEN 'paper' THEN sharing_paper_goes(whole)", "WHEN 'paper' THEN '2001-01-01'",
        e.deletes(s.PAPER, role="eraser", over=False), EARLY),
    "over: a link on its day": Clause(
        "erasing_guard", "WHEN 'link' THEN sharing_link_goes(whole)", "WHEN 'link' THEN '2001-01-01'",
        e.deletes(k.VIEW, role="eraser", over=False), EARLY),
    "over: a request on its day": Clause(
        "erasing_guard", "WHEN 'pushed' THEN sharing_pushed_goes(whole)", "WHEN 'pushed' THEN '2001-01-01'",
        e.deletes(p.EXCHANGE, role="eraser", over=False), EARLY),
    "over: on its day": Clause(
        "erasing_guard", f"IF (goes <= {TODAY}) IS NOT TRUE THEN", "IF false THEN",
        e.deletes(p.ANSWER, role="eraser", over=False), EARLY),
    "over: papers that are due": Clause(
        "erase_leave_papers", f" WHERE sharing_paper_goes(p.id) <= {TODAY}", "", e.erases(s.PAPER, unguarded=True)),
    "over: links that are due": Clause(
        "erase_links", f"WHERE sharing_link_goes(k.id) <= {TODAY}", "", e.erases(k.LINK, unguarded=True)),
    "over: requests that are due": Clause(
        "erase_pushed", f"WHERE sharing_pushed_goes(p.id) <= {TODAY}", "", e.erases(p.PUSHED, unguarded=True)),
    "over: a paper after its years": Clause(
        "erasing_paper_goes", "+ make_interval(years => sharing_authorisation_number('authorisation-keeping', 'keep'))",
        "- interval '9 days'", e.erases(s.PAPER, e.paper_of(TAKEN_BACK))),
    "over: a paper through its last year": Clause(
        "erasing_paper_goes", "::date + 1", "::date - 9", e.erases(s.PAPER, e.five_years_ago_about)),
    "over: a link after its months": Clause(
        "erasing_link_goes", "+ make_interval(months => sharing_authorisation_number('share-link-keeping', 'keep'))", "",
        e.erases(k.LINK, e.linked_for_days(300))),
    "over: a request after its days": Clause(
        "erasing_pushed_goes", "+ 1 + sharing_authorisation_number('pushed-keeping', 'keep')", "",
        e.erases(p.PUSHED, e.pushed_for_days(30))),
    "over: from when it was taken back": Clause(
        "erasing_authorisation_ends", "l.kind IN ('refused', 'withdrawn')", "l.kind = 'refused'",
        e.erases(s.PAPER, e.paper_of(TAKEN_BACK, until=e.LONG))),
    "over: from when it could be used once": Clause(
        "erasing_authorisation_ends", "greatest(l.at, u.first)", "u.first",
        e.erases(s.PAPER, e.used_long_ago_and_once_from_today)),
    "over: no scan that still proves": Clause(
        "eraser_reaches_scans_that_are_due",
        f"FOR DELETE TO {{eraser}}\n    USING (erase_on <= {TODAY}\n           AND identity_scan_goes(scan_id, erase_on) <= {TODAY})",
        f"FOR DELETE TO {{eraser}}\n    USING (erase_on <= {TODAY})", e.eraser_takes_a_proof()),
    "over: sees no scan that still proves": Clause(
        "eraser_reaches_scans_that_are_due",
        f"FOR SELECT TO {{eraser}}\n    USING (erase_on <= {TODAY}\n           AND identity_scan_goes(scan_id, erase_on) <= {TODAY})",
        f"FOR SELECT TO {{eraser}}\n    USING (erase_on <= {TODAY})", e.eraser_takes_a_proof(sees=True)),
    "over: noted": Clause("erasing_noted", "WHERE many > 0", "WHERE false", e.goes_unnoted),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "papers-erased": e.erases(s.PAPER, e.long_ago),
    "links-erased": e.erases(k.LINK, e.long_ago),
    "requests-erased": e.erases(p.PUSHED, e.long_ago),
    "a-paper-of-what-was-over-long-ago": e.erases(s.PAPER, e.paper_of(GRANTED, until=e.LONG)),
    "a-link-over-for-a-year": e.erases(k.LINK, e.linked_for_days(366)),
    "a-request-over-for-a-month": e.erases(p.PUSHED, e.pushed_for_days(32)),
    "a-scan-of-what-was-over-long-ago": e.eraser_takes_a_proof(over=True),
}
