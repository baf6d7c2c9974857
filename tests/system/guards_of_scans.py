"""What keeps papers from the window to whom they belong, object by object and clause by clause; see ``guards``."""

from datetime import date

from tests.people import CENTRE, MARKET
from tests.system import keys as k
from tests.system import oneself as o
from tests.system import scanning as s
from tests.system.attacks import Attack
from tests.system.guards import APPEND, NOT_CURRENT, Clause, Guard, holds, policy, row_security, trigger
from tests.system.serving import END, OTHER, confirms, dead

SERVED, ANEW, KIND = "by the officer of a visit while it is open", "changed in nothing else", "no paper of that kind"
WITH_ITS_SCAN, WHOLE, ERASER, ROWS = (
    "written with its scan",
    "taken in whole",
    "by the eraser role alone",
    "row-level security",
)
TODAY = "(transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"
ERASE = f"erase_on <= {TODAY}\n           AND identity_scan_goes(scan_id, erase_on) <= {TODAY}"
FAR = date(2099, 1, 1)
GUARDS: dict[str, Guard] = dict((
    policy(s.TABLE, "centre_scan", s.sees()),
    row_security(s.TABLE, s.sees(MARKET, "clerk")),
    policy(s.PIECES, "opened_scan", s.opens()),
    policy(s.PIECES, "scan_taken_in", s.takes(role="app"), ROWS),
    policy(s.PIECES, "scan_piece_due", s.eraser_sees(0)),
    policy(s.PIECES, "scan_piece_erased", s.eraser_erases(0)),
    row_security(s.PIECES, s.opens(looks=False)),
    trigger(s.TABLE, "scan_guarded", s.takes(by="colleague"), SERVED),
    trigger(s.TABLE, "scan_append_only", k.tries(f"UPDATE {s.TABLE} SET pages = pages", before=()), APPEND),
    trigger(s.TABLE, "scan_whole", s.takes(whole=False), WHOLE),
    trigger(s.PIECES, "scan_piece_guarded", s.adds_a_piece(), WITH_ITS_SCAN),
    trigger(s.PIECES, "scan_piece_sealed", s.takes_with_a_late_key, NOT_CURRENT),
    trigger(s.PIECES, "scan_piece_sealed_anew", s.seals_with_a_late_key, NOT_CURRENT),
    trigger(s.PIECES, "scan_piece_stays", s.seals(content_sealed=b"\x01"), ANEW),
    trigger(s.PIECES, "scan_erasure", s.owner_erases, ERASER),
    trigger(s.PIECES, "scan_pieces_stay", k.tries(f"TRUNCATE {s.PIECES}", before=()), APPEND),
    holds(s.TABLE, "scan_number_form", s.takes(number="A1")),
    holds(s.TABLE, "scan_form_known", s.takes(form="tiff")),
    holds(s.TABLE, "scan_pages_few", s.takes(pages=2)),
    holds(s.TABLE, "scan_pieces_fit_size", s.takes(pieces=2)),
    holds(s.TABLE, "scan_digest_whole", s.takes(digest=b"x")),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "scan: while the visit is open": Clause("guard_scan", "identity_being_served() IS NULL OR ", "", s.takes(first=END), SERVED),
    "scan: of the visit that is named": Clause(
        "guard_scan", " OR current_setting('cx.visit', true) IS DISTINCT FROM NEW.visit_id::text", "", s.takes_for_another_visit, SERVED),
    "scan: of a kind that fits": Clause("guard_scan", " AND seen.kind = ANY(k.visits)", "", s.takes(kind="kinship"), KIND),
    "scan: twenty a visit": Clause("guard_scan", "WHERE s.visit_id = NEW.visit_id) >= 20", "WHERE s.visit_id = NEW.visit_id) >= 99",
                                   s.takes_many, "twenty papers at most"),
    "scan: the person's own": Clause(
        "guard_scan", "NEW.subject_id := identity_lead(", "PERFORM (",
        s.takes_as("subject_id", lambda stage: stage.facts.young)),
    "scan: the relative's own": Clause(
        "guard_scan", "CASE WHEN seen.kind = 'relative' THEN seen.applicant_id ELSE seen.subject_id END", "seen.subject_id",
        s.takes_as("subject_id", dead, OTHER, first=confirms(), kind="report")),
    "scan: the centre's own": Clause(
        "guard_scan", "NEW.organisation_id := (SELECT s.organisation FROM identity_speaker() s);", "",
        s.takes_as("organisation_id", lambda stage: s.organisation(stage, MARKET))),
    "scan: for its term": Clause("guard_scan", "NEW.erase_on := (today + make_interval(months => keep))::date;", "",
                                 s.takes_as("erase_on", FAR)),
    "scan: dated by the database": Clause("guard_scan", "NEW.taken_at := clock_timestamp();", "", s.takes_as("taken_at", s.LATER)),
    "piece: at once": Clause("guard_scan_piece", "s.taken_at >= transaction_timestamp() AND ", "", s.adds_once_more, WITH_ITS_SCAN),
    "piece: none beyond": Clause("guard_scan_piece", " AND NEW.place BETWEEN 1 AND s.pieces", "", s.adds_beyond, WITH_ITS_SCAN),
    "piece: stays in its place": Clause(
        "scan_piece_stays", " OR (NEW.id, NEW.scan_id, NEW.place", " OR false AND (NEW.id, NEW.scan_id, NEW.place",
        s.seals_in_another_place, ANEW),
    "piece: while somebody is served": Clause("scan_rows", "WITH CHECK ((SELECT identity_being_served()) IS NOT NULL)", "WITH CHECK (true)",
                                              s.adds_while_nobody_is_served, ROWS),
    "scans: the centre's": Clause("scan_rows", "(SELECT identity_centre_speaks()) AND ", "", s.sees(MARKET, "clerk", s.another_centres)),
    "scans: one centre's": Clause("scan_rows", " AND organisation_id = (SELECT s.organisation FROM identity_speaker() s)", "",
                                  s.sees(first=s.another_centres)),
    "open: before its day": Clause("opened_scan", f" AND {TODAY} < identity_scan_goes(s.id, s.erase_on)", "",
                                   s.opens(first=s.its_day_has_come)),
    "open: one centre's": Clause("opened_scan", "OR s.organisation_id = (", "OR true OR s.organisation_id = (",
                                 s.opens(first=s.another_centres)),
    "open: at the window": Clause("opened_scan", "JOIN identity_at_window w ON w.user_id = u.id", "", s.opens(first=s.leaves_the_window)),
    "open: by one's own entry": Clause("opened_scan", " AND (me IS NOT NULL OR a.officer = (SELECT k.name FROM identity_speaker() k))", "",
                                       s.opens_by_anothers_entry),
    "open: about its holder": Clause("opened_scan", "a.subject_id = identity_lead(s.subject_id) AND ", "",
                                     s.opens(subject_id=lambda stage: stage.facts.young)),
    "open: by an answer": Clause("opened_scan", "a.outcome = 'answered' AND ", "", s.opens(outcome="failed", reason="error")),
    "open: by an entry about scans": Clause("opened_scan", "'scan' = ANY(a.fields) AND ", "", s.opens(fields=["name"])),
    "open: by an entry about this one": Clause("opened_scan", " AND split_part(a.case_reference, ' ', 1) = 'scan:' || s.number", "",
                                               s.opens(case_reference=f"scan:{s.FRESH} 1")),
    "open: on one's own page": Clause("opened_scan", "AND (a.channel = 'person') = (me IS NOT NULL) ", "", s.opens_own(channel="desk")),
    "open: by an entry of now": Clause("opened_scan", " AND age(a.xmin) <= age(pg_current_xact_id()::xid)", "", s.opens(looks=False)),
    "own: one's own": Clause("own_scans", "s.subject_id IN (SELECT identity_held_by(me)) AND ", "",
                             o.finds("SELECT FROM identity_own_scans('', 9)")),
    "eraser: no scan to come": Clause(
        "eraser_reaches_scans_that_are_due", f"FOR DELETE TO {{eraser}}\n    USING ({ERASE})", "FOR DELETE TO {eraser}\n    USING (true)",
        s.eraser_erases(1)),
    "eraser: sees no scan to come": Clause(
        "eraser_reaches_scans_that_are_due", f"FOR SELECT TO {{eraser}}\n    USING ({ERASE})", "FOR SELECT TO {eraser}\n    USING (true)",
        s.eraser_sees(1)),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "a-paper-at-the-window": s.takes(role="app"),
    "a-relatives-paper": s.takes_of_the_dead("kinship"),
    "a-paper-opened-at-the-desk": s.opens(CENTRE),
    "ones-own-paper-opened": s.opens_own(),
    "a-piece-sealed-anew": s.seals_anew,
    "a-scan-erased-on-its-day": s.eraser_erases(0),
}
