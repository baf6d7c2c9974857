"""What guards persons' own addresses, and what is sent there."""

from tests.system import contacting as c
from tests.system import keys as k
from tests.system.guards import NOT_CURRENT, Clause, Guard, holds, trigger

ONCE, UNPROVEN, WHOSE = "proven once, by a code that stands", "proven after it is entered", "whose contact it is"
OVER = "code_until = now() - interval '1 minute'"
SOON = "now() + interval '1 millisecond'"
WANG_DIES = "UPDATE identity_person SET died = '2020-01-01'"
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
    "proof: one's own": Clause(
        "prove_contact", "c.id = contact AND c.subject_id = subject AND", "c.id = contact AND", c.proves(of="limited")
    ),
    "proof: the right code": Clause("prove_contact", "held.code_digest <> digest", "false", c.proves(c.WRONG)),
    "contacts: one's own": Clause("contacts_of", "c.subject_id IN (SELECT identity_held_by(subject))", "true", c.see_anothers),
    "again: one's own": Clause(
        "code_again", "c.subject_id = subject AND", "", c.by_function("SELECT identity_code_again(%s, %s)")
    ),
    "drop: one's own": Clause(
        "drop_contact", "AND c.subject_id IN (SELECT identity_held_by(subject))", "", c.by_function("SELECT identity_drop_contact(%s, %s)")
    ),
    "quiet: one's own": Clause(
        "quiet_contact", "AND c.subject_id IN (SELECT identity_held_by(subject))", "",
        c.by_function("SELECT identity_quiet_contact(%s, %s, '{}')"),
    ),
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
    "a-notice": c.notices(),
    "a-notice-of-what-was-told": c.told(at=SOON),
}
