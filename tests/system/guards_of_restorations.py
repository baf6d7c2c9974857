"""What keeps lost ends of the register and their acknowledgement: object by object and clause by clause; see ``guards``."""

from uuid import UUID

from tests.system import restoring as r
from tests.system.guards import APPEND, Clause, Guard, holds, trigger
from tests.system.keys import tries

BEYOND, BY_SYSTEM, FIRST, EACH_ONCE, ONCE, BY_AUDIT, WITHDRAWS, SIGNED = (
    "beyond the end of the tree",
    "only a system administrator enters",
    "entered first",
    "each once",
    "approved or withdrawn once and changed in nothing else",
    "only an audit administrator approves",
    "only an administrator withdraws",
    "that two have signed",
)
PERSONS = "of two persons"
OLD = f"SELECT FROM {r.RESTORATION} WHERE entered_at = '2020-01-01Z' OR approved_at = '2020-01-01Z' OR withdrawn_at = '2020-01-01Z'"
FORGED = f"SELECT FROM {r.RESTORATION} WHERE digest = '\\x00'"
GUARDS: dict[str, Guard] = dict((
    trigger(r.ENDS, "lost_end_beyond_the_end", r.loses(size=5), BEYOND),
    trigger(r.ENDS, "lost_end_append_only", tries(f"DELETE FROM {r.ENDS} WHERE false", before=()), APPEND),
    holds(r.ENDS, "lost_end_beyond_the_tree", r.loses(lost_size=1)),
    trigger(r.RESTORATION, "restoration_guarded", r.enters(entered_by_id="security"), BY_SYSTEM),
    trigger(r.RESTORATION, "restoration_approved_by_another_person", r.approves(before=r.same_person), PERSONS),
    trigger(r.RESTORATION, "restoration_stays", tries(f"DELETE FROM {r.RESTORATION} WHERE false", before=()), APPEND),
    trigger(r.RESTORATION, "restoration_entered", r.unentered, ""),
    trigger("ground_access_entry", "access_entry_of_a_restoration", r.writes_an_entry(officer="clerk"), SIGNED),
    holds(r.RESTORATION, "restoration_says_what", r.lays(log="")),
    holds(r.RESTORATION, "restoration_approved_by_another",
          r.lays(approved_by_id="system", approved_at="now", entry_id=r.ENTRY, digest=b"x")),
    holds(r.RESTORATION, "restoration_approved_wholly", r.lays(approved_by_id="audit", approved_at="now", entry_id=r.ENTRY)),
    holds(r.RESTORATION, "restoration_withdrawn_wholly", r.lays(withdrawn_at="now")),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "lost end: what has a number isn't lost": Clause(
        "guard_lost_end",
        "EXISTS (SELECT FROM ground_sealed s WHERE s.shard = NEW.shard AND s.tree = NEW.tree AND s.seq >= NEW.size)\n       OR ",
        "",
        r.loses_what_has_a_number,
        BEYOND,
    ),
    "lost end: from the end on": Clause(
        "guard_lost_end", "OR NEW.size > 0 AND NOT", "OR false AND NOT", r.loses(size=5), BEYOND
    ),
    "lost end: no head of the database's own vouches for it": Clause(
        "guard_lost_end",
        "OR EXISTS (SELECT FROM ground_checkpoint c WHERE c.shard = NEW.shard AND c.tree = NEW.tree AND c.size > NEW.size)",
        "",
        r.loses_what_a_head_vouches_for,
        BEYOND,
    ),
    "restore: entered by": Clause(
        "guard_restoration",
        "NOT identity_holds_role(NEW.entered_by_id, 'system_admin')",
        "false",
        r.enters(entered_by_id="audit"),
        BY_SYSTEM,
    ),
    "restore: entered first": Clause(
        "guard_restoration",
        "IF NEW.approved_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL THEN",
        "IF false THEN",
        r.enters(withdrawn_at="now", withdrawn_by_id="audit"),
        FIRST,
    ),
    "restore: of what is lost": Clause(
        "guard_restoration",
        "EXISTS (SELECT FROM unnest(NEW.gaps) AS u (gap) LEFT JOIN ground_lost_end g ON g.id = u.gap WHERE g.id IS NULL)\n           OR ",
        "",
        r.enters(gaps=[77]),
        EACH_ONCE,
    ),
    "restore: each once": Clause(
        "guard_restoration",
        "OR EXISTS (SELECT FROM identity_restoration r WHERE r.withdrawn_at IS NULL AND r.gaps && NEW.gaps)",
        "",
        r.enters(gaps=[r.TAKEN, r.FREE]),
        EACH_ONCE,
    ),
    "restore: entered when it is": Clause(
        "guard_restoration", "NEW.entered_at := clock_timestamp();", "", r.holds(OLD, r.enters(entered_at=r.LONG_AGO))
    ),
    "restore: changed in nothing else": Clause(
        "guard_restoration",
        "to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts OR ",
        "",
        r.approves(role="owner", also=", reason = 'y'"),
        ONCE,
    ),
    "restore: approved once": Clause(
        "guard_restoration", "OLD.approved_at IS NOT NULL OR", "", r.twice(r.approves()), ONCE
    ),
    "restore: withdrawn once": Clause(
        "guard_restoration", "OR OLD.withdrawn_at IS NOT NULL", "", r.twice(r.withdraws()), ONCE
    ),
    "restore: approved by": Clause(
        "guard_restoration",
        "NOT identity_holds_role(NEW.approved_by_id, 'audit_admin')",
        "false",
        r.approves("security"),
        BY_AUDIT,
    ),
    "restore: approved when it is": Clause(
        "guard_restoration",
        "NEW.approved_at := clock_timestamp();",
        "",
        r.holds(OLD, r.approves(at="'2020-01-01Z'")),
    ),
    "restore: its own digest": Clause(
        "guard_restoration",
        "NEW.digest := identity_restoration_digest(NEW);",
        "",
        r.holds(FORGED, r.approves(role="owner", also=", digest = '\\x00'")),
    ),
    "restore: withdrawn by": Clause(
        "guard_restoration",
        "NOT (identity_holds_role(NEW.withdrawn_by_id, 'audit_admin') OR identity_holds_role(NEW.withdrawn_by_id, 'system_admin'))",
        "false",
        r.withdraws("security"),
        WITHDRAWS,
    ),
    "restore: withdrawn when it is": Clause(
        "guard_restoration",
        "NEW.withdrawn_at := clock_timestamp();",
        "",
        r.holds(OLD, r.withdraws(at="'2020-01-01Z'")),
    ),
    "restore: entered about nobody": Clause(
        "guard_restoration_entry", "NEW.subject_id <> 0 OR", "", r.writes_an_entry(subject_id=5), SIGNED
    ),
    "restore: entered by whoever approved": Clause(
        "guard_restoration_entry", "AND u.login = NEW.officer", "", r.writes_an_entry(officer="system"), SIGNED
    ),
    "restore: entered as the entry it names": Clause(
        "guard_restoration_entry",
        "r.entry_id = NEW.entry_id AND",
        "",
        r.writes_an_entry(entry_id=UUID(int=7)),
        SIGNED,
    ),
    "restore: entered with its digest": Clause(
        "guard_restoration_entry",
        "AND NEW.case_reference = format('RS-%s %s', r.id, encode(r.digest, 'hex'))",
        "",
        r.writes_an_entry(case_reference="RS-9601 00"),
        SIGNED,
    ),
}
SOUND = {
    "a-restore": r.enters(),
    "its-approval": r.approves(),
    "its-withdrawal": r.withdraws("audit"),
    "its-entry": r.writes_an_entry(),
}
