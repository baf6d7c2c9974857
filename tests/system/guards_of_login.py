"""What guards logging in, object by object and clause by clause; see ``guards``."""

from tests.system import entering as e
from tests.system import keys as k
from tests.system.guards import NOT_CURRENT, TODAY, Clause, Guard, check, holds, policy, row_security, trigger

ONCE, TAKEN, FACES = "a recovery code is used once", "a code is taken once", "or at another face than theirs"
NO_DEMO, KEEPS, KEY = "no demo account outside a demo", "keeps its key, face, beginning and user", "\\x" + "cd" * 32
NOT_ADMINISTERING = "user_id NOT IN (SELECT user_id FROM identity_administrator)"
USE = "UPDATE identity_recovery_code SET used_at = now()"
SAME, SAME_CODE = "(NEW.key_digest, NEW.face, NEW.began_at)", "(NEW.user_id, NEW.digest, NEW.made_at)"
AS_OFFICER = "user_id = (SELECT id FROM identity_user WHERE login = 'officer')"
UNSEALED = f"UPDATE identity_totp SET key_id = '{k.NEXT}', last_step = 6"
OVER = "began_at < clock_timestamp() - interval '600 minutes'"
LONG_AGO = -11 * 60 * e.MINUTE
GUARDS: dict[str, Guard] = dict((
    policy("identity_user", "user_seen", e.sees_user("app", "clerk")),
    policy("identity_user", "user_changes_password", e.changes_password("clerk")),
    policy("identity_user", "user_administered", e.sees_user("admin", "clerk")),
    row_security("identity_user", e.changes_password("security")),
    *(policy(table, f"{kind}_of_the_desk", e.sees_factor(kind, "app", "clerk")) for kind, table in e.TABLES.items()),
    *(policy(table, f"{kind}_of_administration", e.sees_factor(kind, "admin", "security")) for kind, table in e.TABLES.items()),
    *(row_security(table, e.sees_factor(kind, "app", "security")) for kind, table in e.TABLES.items()),
    policy("identity_session", "session_of_the_desk", e.sees_session("app", "desk")),
    policy("identity_session", "session_of_administration", e.sees_session("admin", "administration")),
    row_security("identity_session", e.sees_session("app", "administration")),
    trigger("identity_totp", "totp_sealed", e.enter_a_secret_under_another_key, NOT_CURRENT),
    trigger("identity_totp", "totp_sealed_anew", e.totp(k.enter, UNSEALED), NOT_CURRENT),
    trigger("identity_totp", "totp_step_grows", e.totp("UPDATE identity_totp SET last_step = last_step"), TAKEN),
    trigger("identity_recovery_code", "recovery_code_once", e.after(USE, USE), ONCE),
    trigger("identity_session", "session_guarded", e.sessions(began_at=e.DAY, seen_at=e.DAY), "a session begins now"),
    trigger("identity_session", "session_few", e.keep_three_sessions, ""),
    trigger("identity_user", "user_leaves", e.stay_after_leaving, ""),
    trigger("identity_user", "user_demo", e.enters_user(demo=True), NO_DEMO),
    trigger("identity_role_grant", "grant_ends_sessions", e.stay_after_withdrawal, ""),
    holds("identity_user", "user_is_officer_or_person", e.enters_user(organisation_id=None)),
    check("identity_failed_try", "failed_try_bounded", bucket=1 << 20),
    check("identity_session", "session_face_known", key_digest=KEY, face="x"),
    check("identity_session", "session_seen_after_begun", key_digest=KEY, seen_at="1999-01-01"),
    check("identity_recovery_code", "recovery_code_hashed", id=9001, digest="\\x00"),
    check("identity_house", "house_once", id=2),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "user: administrators' passwords": Clause("user_changes_password", "id NOT IN (SELECT user_id FROM identity_administrator)", "true",
                                              e.changes_password("security")),
    "user: persons are none of the administration's": Clause("user_administered", "organisation_id IS NOT NULL", "true",
                                                             e.see_a_person_who_logged_in),
    **{f"{kind}: not an administrator's at the desk": Clause(f"{kind}_of_the_desk", NOT_ADMINISTERING, "true",
                                                             e.sees_factor(kind, "app", "security")) for kind in e.TABLES},
    **{f"{kind}: not an officer's at the administration": Clause(f"{kind}_of_administration", NOT_ADMINISTERING.replace("NOT IN", "IN"),
                                                                 "true", e.sees_factor(kind, "admin", "clerk")) for kind in e.TABLES},
    "totp: sealed anew as a whole": Clause("totp_sealed_anew", "(NEW.secret_sealed, NEW.key_id)", "(OLD.secret_sealed, OLD.key_id)",
                                           e.totp(k.enter, UNSEALED), NOT_CURRENT),
    "totp: nobody else's": Clause("totp_step_grows", "NEW.user_id <> OLD.user_id", "false",
                                  e.totp(f"UPDATE identity_totp SET last_step = 6, {AS_OFFICER}"), TAKEN),
    "totp: not back": Clause("totp_step_grows", "NEW.last_step <= OLD.last_step", "NEW.last_step = OLD.last_step",
                             e.totp("UPDATE identity_totp SET last_step = 4"), TAKEN),
    "totp: not again": Clause("totp_step_grows", "NEW.last_step <= OLD.last_step", "NEW.last_step < OLD.last_step",
                              e.totp("UPDATE identity_totp SET last_step = 5"), TAKEN),
    "recovery code: once": Clause("recovery_code_once", "OLD.used_at IS NOT NULL", "false", e.after(USE, USE), ONCE),
    "recovery code: used": Clause("recovery_code_once", "OR NEW.used_at IS NULL", "",
                                  e.after("UPDATE identity_recovery_code SET made_at = made_at"), ONCE),
    "recovery code: the same": Clause("recovery_code_once", SAME_CODE, SAME_CODE.replace("NEW", "OLD"),
                                      e.after(USE + ", digest = sha256(digest)"), ONCE),
    "session: desk's own": Clause("session_of_the_desk", "face = 'desk'", "true", e.sees_session("app", "administration")),
    "session: administration's own": Clause("session_of_administration", "face = 'administration'", "true",
                                            e.sees_session("admin", "desk")),
    "session: keeps its face": Clause("guard_session", SAME, SAME.replace("NEW.face", "OLD.face"),
                                      e.after("UPDATE identity_session SET face = 'administration'"), KEEPS),
    "session: keeps its beginning": Clause("guard_session", SAME, SAME.replace("NEW.began", "OLD.began"),
                                           e.after("UPDATE identity_session SET began_at = began_at - interval '1 s'"), KEEPS),
    "session: keeps its key": Clause("guard_session", SAME, SAME.replace("NEW.key", "OLD.key"),
                                     e.after("UPDATE identity_session SET key_digest = sha256(key_digest)"), KEEPS),
    "session: keeps its user": Clause("guard_session", "OLD.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id", "false",
                                      e.after(e.sessions(), f"UPDATE identity_session SET {AS_OFFICER} WHERE user_id IS NOT NULL"), KEEPS),
    "session: seen now": Clause("guard_session", "greatest(NEW.began_at, NEW.seen_at)", "NEW.began_at", e.sessions(seen_at=e.DAY),
                                "a session begins now"),
    "session: a day's work": Clause("guard_session", f"NEW.{OVER}", "false", e.sessions(began_at=LONG_AGO), "ends after ten hours"),
    "session: of one who is here": Clause("guard_session", "AND u.is_active", "", e.after(
        "UPDATE identity_user SET is_active = false WHERE login = 'clerk'", e.sessions()), FACES),
    "session: an administrator's at the desk": Clause("guard_session", "(NEW.face = 'administration') =", "true OR",
                                                      e.sessions("security"), FACES),
    "session: an officer's at the administration": Clause("guard_session", "(NEW.face = 'administration') =", "true OR",
                                                          e.sessions(face="administration"), FACES),
    "session: no demo account": Clause("guard_session", "AND u.demo)", "AND false)", e.session_of_a_demo_account, NO_DEMO),
    "demo: outside a demo": Clause("guard_demo", "FROM identity_house WHERE demo", "FROM identity_house", e.enters_user(demo=True),
                                   NO_DEMO),
    "sessions: two": Clause("few_sessions", "OFFSET 2", "OFFSET 3", e.keep_three_sessions),
    "sessions: swept": Clause("few_sessions", f"DELETE FROM identity_session WHERE {OVER};", "", e.keep_a_session_that_is_over),
    "rights: a grant ends sessions": Clause("end_sessions_of_changed_rights", "INSERT OR UPDATE", "UPDATE", e.stay_after_a_grant),
    "rights: a withdrawal ends sessions": Clause("end_sessions_of_changed_rights", "INSERT OR UPDATE OF withdrawn_at", "INSERT",
                                                 e.stay_after_withdrawal),
    "administrator: in office": Clause("administrator", "AND g.withdrawn_at IS NULL", "", e.former_by_withdrawal, FACES),
    "administrator: for the term": Clause("administrator", f"AND g.valid_until > {TODAY}", "", e.former_by_time, FACES),
    "administrator: by the role": Clause("administrator", "g.role LIKE '%\\_admin' AND", "", e.sessions(face="administration"), FACES),
    "person: alive": Clause("settle_person", "AND p.died IS NULL", "", e.settle_the_dead),
}  # fmt: skip
