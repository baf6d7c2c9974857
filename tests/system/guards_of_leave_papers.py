"""What keeps signed papers at the window; object by object and clause by clause; see ``guards``."""

from tests.people import CENTRE, OTHER
from tests.system import signing_leave as v
from tests.system.attacks import Attack
from tests.system.guards import APPEND, Clause, Guard, holds, policy, row_security, trigger
from tests.system.leaving import WAITS, past, with_request
from tests.system.who import as_one

GUARDS: dict[str, Guard] = dict(
    (
        policy(v.PAPER, "centre_leave_paper", v.sees_papers(CENTRE, "officer", f"SELECT FROM {v.PAPER}")),
        row_security(v.PAPER, v.sees_papers(OTHER, "verifier", f"SELECT FROM {v.PAPER}")),
        trigger(v.PAPER, "leave_paper_guarded", v.signs(scan="CL0"), "with its scan"),
        trigger(v.PAPER, "leave_paper_witnessed", v.witnesses(first=v.of_long_ago), "while the person is there"),
        trigger(v.PAPER, "leave_paper_done", lambda stage: not v.witnesses()(stage), ""),
        trigger(v.PAPER, "leave_paper_stays", lambda stage: not stage.run("owner", f"TRUNCATE {v.PAPER}"), APPEND),
        holds(v.PAPER, "authorisation_paper_grants_or_takes_back", past(v.PAPER, v.paper, items=[])),
        holds(v.PAPER, "authorisation_paper_witnessed_by_another", past(v.PAPER, v.paper, witnessed_at="2026-01-01")),
    )
)

CLAUSES: dict[str, Clause] = {
    "leave: by a paper": Clause(
        "guard_authorisation_event",
        "WHEN 'window' THEN EXISTS (",
        "WHEN 'window' THEN true OR EXISTS (",
        v.answers_by_a_paper_of_nobody,
        "answers for themselves",
    ),
    "paper: of whoever is served": Clause(
        "guard_leave_paper",
        "AND identity_being_served() = identity_lead(a.subject_id)",
        "",
        v.signs(first=with_request(WAITS, subject_id="young")),
        "served in person",
    ),
    "paper: by nobody's agent": Clause(
        "guard_leave_paper", "AND v.kind = 'self'", "", v.signs(first=v.served_by_an_agent), "served in person"
    ),
    "paper: by who serves": Clause(
        "guard_leave_paper",
        "AND v.officer_id = NEW.entered_by_id",
        "",
        v.signs(entered_by_id="colleague"),
        "served in person",
    ),
    "paper: with its scan": Clause(
        "guard_leave_paper", "s.number = NEW.scan AND", "", v.signs(scan="CL0"), "with its scan"
    ),
    "paper: witnessed afterwards": Clause(
        "guard_leave_paper",
        "IF NEW.witnessed_at IS NOT NULL THEN",
        "IF false THEN",
        v.signs(witnessed_by_id="colleague", witnessed_at="2026-01-01"),
        "witnessed afterwards",
    ),
    "paper: by nobody who asks": Clause(
        "refuse_whoever_asks",
        "WHERE a.id = wanted AND u.id = signer",
        "WHERE false",
        v.signs(first=v.asked_by_the_centre),
        "signs for it",
    ),
    "paper: witnessed by who speaks": Clause(
        "guard_leave_witness",
        "NOT coalesce(identity_at_window_speaks(NEW.witnessed_by_id), false) OR",
        "",
        v.witnesses(speaks="officer"),
        "while the person is there",
    ),
    "paper: witnessed in time": Clause(
        "guard_leave_witness",
        "OR OLD.entered_at < clock_timestamp() - interval '30 minutes'",
        "",
        v.witnesses(first=v.of_long_ago),
        "while the person is there",
    ),
    "paper: changed in nothing else": Clause(
        "guard_leave_witness",
        "OR (to_jsonb(NEW) - ARRAY['witnessed_by_id', 'witnessed_at'])\n       IS DISTINCT FROM (to_jsonb(OLD) - "
        "ARRAY['witnessed_by_id', 'witnessed_at'])",
        "",
        v.witnesses(change=", valid_until = valid_until - 1"),
        "witnessed once",
    ),
    "paper: two persons": Clause(
        "guard_leave_witness",
        "PERFORM identity_refuse_one_person(OLD.entered_by_id, NEW.witnessed_by_id);",
        "",
        as_one("officer", "colleague", v.witnesses()),
        "two signatures are of two persons",
    ),
    "papers: the centre's": Clause(
        "leave_papers_waiting",
        "AND identity_centre_speaks()",
        "",
        v.sees_papers(OTHER, "verifier", "SELECT FROM sharing_leave_papers_waiting()"),
    ),
}
SOUND: dict[str, Attack] = {
    "a-paper": v.signs(),
    "a-paper-witnessed": v.witnesses(),
}
