"""What guards persons' own addresses, and what is sent there."""

from tests.system import contacting as c
from tests.system import keys as k
from tests.system.guards import NOT_CURRENT, Clause, Guard, holds, trigger

ONCE, UNPROVEN, WHOSE = "proven once, by a code that stands", "proven after it is entered", "whose contact it is"
OVER = "code_until = now() - interval '1 minute'"
SOON = "now() + interval '1 millisecond'"
WANG_DIES = "UPDATE identity_person SET died = '2020-01-01'"
MINE = "c.subject_id IN (SELECT identity_held_by(me))"
SPEAKS, ANYBODY = (
    "me bigint := identity_person_speaking();",
    "me bigint := (SELECT c.subject_id FROM identity_contact c LIMIT 1);",
)
GUARDS: dict[str, Guard] = dict((
    trigger(c.TABLE, "contact_in_no_sandbox", c.enter_from_a_sandbox, "nobody is written to from a sandbox"),
    trigger(c.TABLE, "contact_sealed", c.enters(key_id=k.NEXT), NOT_CURRENT),
    trigger(c.TABLE, "contact_sealed_anew", c.changes(f"key_id = '{k.NEXT}'"), NOT_CURRENT),
    trigger(c.TABLE, "contact_guarded", c.changes("subject_id = subject_id + 1"), WHOSE),
    trigger(c.NOTICE, "notice_guarded", c.notices(proven=False), "only a proven contact"),
    holds(c.TABLE, "contact_of_somebody_by_a_known_way", c.enters(way="pigeon")),
    holds(c.TABLE, "contact_code_ends", c.changes("code_until = NULL")),
    holds(c.TABLE, "contact_tries_end", c.changes("wrong = 6")),
    holds("identity_contact_day", "contact_codes_a_day", c.count_six_codes),
    holds(c.NOTICE, "notice_ends_one_way", c.notices(sent_at="2026-01-01", given_up_at="2026-01-01")),
    holds(c.NOTICE, "notice_tries_end", c.notices(tries=9)),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "contact: begins unproven": Clause(
        "guard_contact", "TG_OP = 'INSERT' AND (NEW.confirmed_at", "false AND (NEW.confirmed_at",
        c.enter_as_proven, UNPROVEN,
    ),
    "contact: whose": Clause("guard_contact", "NEW.way, NEW.made_at) IS", "NEW.way, OLD.made_at) IS", c.changes("made_at = now()"), WHOSE),
    "contact: by a code that stands": Clause(
        "guard_contact", "NOT coalesce(OLD.code_until > transaction_timestamp(), false) OR", "", c.changes(c.CONFIRM, first=OVER), ONCE
    ),
    "contact: before five wrong tries": Clause(
        "guard_contact", "OR OLD.wrong >= 5", "", c.changes(c.CONFIRM, first="wrong = 5"), ONCE
    ),
    "proof: the right code": Clause("prove_contact", "held.code_digest <> digest", "false", c.proves(c.WRONG)),
    "contacts: one's own": Clause("own_contacts", f"WHERE {MINE}", "WHERE true", c.does("own_contacts", "young")),
    "enter: in place of one's own": Clause(
        "add_contact", f"WHERE {MINE} AND", "WHERE", c.takes_the_place("add_contact", proven=False)
    ),
    "proof: in place of one's own": Clause(
        "prove_contact", f"WHERE {MINE} AND c.way", "WHERE c.way", c.takes_the_place("prove_contact", proven=True)
    ),
    "proof: one's own": Clause("prove_contact", f"AND {MINE} AND", "AND", c.does("prove_contact", "young")),
    "again: not once it is proven": Clause(
        "code_again", " AND c.confirmed_at IS NULL", "", c.does("code_again", "wang", proven=True)
    ),
    **{
        f"{act}: one's own": Clause(act, f" AND {MINE}", "", c.does(act, "young"))
        for act in ("code_again", "drop_contact", "quiet_contact")
    },
    **{
        f"{act}: of the person who speaks, not of {whose}": Clause(act, SPEAKS, ANYBODY, c.does(act, whose))
        for act in c.ACTS
        for whose in ("nobody", "officer")
    },
    "notice: ends once": Clause("guard_notice", "coalesce(OLD.sent_at, OLD.given_up_at) IS NOT NULL", "false", c.settle_twice, "ends once"),
    "notice: not of what is quiet": Clause("make_notices", " AND m.kind <> ALL(c.quiet)", "", c.told(quiet="{attached}", at=SOON)),
    "notice: to nobody dead": Clause("make_notices", " AND p.died IS NULL", "", c.told(WANG_DIES, at=SOON)),
    "notice: of what came after the proof": Clause(
        "make_notices", "AND c.confirmed_at < m.at", "AND c.confirmed_at IS NOT NULL", c.told(at="now() - interval '1 day'")
    ),
    "notice: not before it is due": Clause("take_notices", "n.due_at <= moment", "true", c.take_before_it_is_due),
}  # fmt: skip
SOUND = {
    "a-contact-proven": c.proves(),
    **{f"{act}-by-the-person": c.does(act, "wang") for act in c.ACTS},
    **{f"{act}-of-a-registration-merged": c.does_after_a_merger(act) for act in c.ACTS if act != "add_contact"},
    "a-notice": c.notices(),
    "a-notice-of-what-was-told": c.told(at=SOON),
}
