"""What guards that nobody decides about themselves or signs twice, object by object and clause by clause; see ``guards``."""

from tests.system import adjudicating as j
from tests.system import administering as d
from tests.system import clerking as k
from tests.system import organising as o
from tests.system import transferring as t
from tests.system import who as w
from tests.system.attacks import Attack
from tests.system.checking import delete_from, enters_a_check
from tests.system.guards import APPEND, Clause, Guard, holds, policy, row_security, trigger

TABLE = w.TABLE
OWN, UNDECLARED, TWO = "nobody decides about themselves", "after declaring who they are", "are of two persons"
ONCE, EXCLUDES, MEANT = "changed in nothing else", "role excludes this one", "in which they may be meant"
FIRST, OTHERS = "has declared who they are", "only a security administrator reopens"
CONFIRMED_TWICE = w.as_one("colleague", "officer", o.confirm_by("colleague"))
GUARDS: dict[str, Guard] = dict((
    trigger(TABLE, "declaration_guarded", w.declares(code_hashes=[b"short"]), "as its keyed hash"),
    trigger(TABLE, "declaration_joins_no_roles", w.declare_the_code_of("audit"), EXCLUDES),
    trigger(TABLE, "declaration_change_guarded", w.reopen_twice, ONCE),
    trigger(TABLE, "declaration_reopened_by_another", w.reopens("clerk", by="system"), OTHERS),
    trigger(TABLE, "declaration_stays", delete_from(TABLE), APPEND),
    trigger(TABLE, "declaration_sealed", w.declare_under_the_next_key, "not the current one"),
    trigger(TABLE, "declaration_sealed_anew", w.reseal, "not the current one"),
    holds(TABLE, "declaration_hashed", w.declares(code_hashes=[bytes([n] * 32) for n in range(3)])),
    holds(TABLE, "declaration_reopened_with_reason", w.changes("reopening_reason = 'x'")),
    policy(TABLE, "own_declaration", w.sees_declarations("app", "officer")),
    policy(TABLE, "administered_declaration", w.sees_declarations("admin", "officer")),
    row_security(TABLE, w.sees_declarations("app", "clerk")),
    trigger("ground_access_entry", "access_entry_about_another", w.as_person("officer", "wang", w.looks_up), OWN),
    trigger("identity_delegation", "delegation_by_others", w.as_person("officer", "wang", o.enters()), OWN),
    trigger("identity_role_grant", "grant_to_another_person", w.grant_to_ones_other_account, "by another account"),
    trigger("identity_registration", "registration_approved_by_another_person",
            w.as_one("security", "system", w.approve("registration")), TWO),
    trigger("identity_client_key", "client_key_approved_by_another_person", w.as_one("security", "system", w.approve("client_key")), TWO),
    trigger("identity_client_redirect", "client_redirect_approved_by_another_person",
            w.as_one("security", "system", w.approve("client_redirect")), TWO),
))  # fmt: skip

STEP_SECOND = "PERFORM identity_refuse_oneself(NEW.second_by_id, identity_transfer_ends(NEW.transfer_id));"
ROW = "ARRAY[NEW.subject_id, NEW.corrects_subject_id]"


def row(who: str, *, case: bool = False) -> str:
    """Give the clause by which the guards of decisions ask about an officer."""
    if case:
        return f"PERFORM records_refuse_own_case(NEW.{who}_by_id, NEW.waiting_id);"
    return f"PERFORM identity_refuse_oneself(NEW.{who}_by_id, {ROW});"


def clause(statement: str, text: str, without: str, attack: Attack, refusal: str = "") -> Clause:
    return Clause(statement, text, without, attack, refusal)


DECIDED_BY_ONESELF = w.as_person("officer", "wang", j.decides())
CLAUSES: dict[str, Clause] = {
    # Who an officer is.
    "who: follows a merge": clause("refuse_oneself", "identity_lead(u.subject)", "u.subject", w.look_up_one_who_was_merged, OWN),
    "who: after the code was withdrawn": clause("officer_subject", ", d.subject_id)", ", NULL)",
                                               w.look_up_after_the_code_was_withdrawn, OWN),
    "who: whom the withdrawn code led to": clause("withdraw_code", "WHERE wrong_hash = ANY(d.code_hashes)", "WHERE false",
                                                  w.look_up_after_the_code_was_withdrawn, OWN),
    "undoing: two persons": clause("guard_undoing_change", "PERFORM identity_refuse_one_person(NEW.decided_by_id, NEW.second_by_id);",
                                   "NULL;", w.as_one("clerk", "officer", k.agree_to_it), TWO),
    "who: declared at all": clause("refuse_oneself", "NOT identity_declared(officer)", "false",
                                  w.undeclared("officer", o.enters()), UNDECLARED),
    "who: not what was reopened": clause("declared", " AND d.reopened_at IS NULL", "", w.undeclared("officer", o.enters()), UNDECLARED),
    "one person: by one code": clause("one_person", "a.code_hashes && b.code_hashes OR", "", CONFIRMED_TWICE, TWO),
    "one person: by one subject": clause("one_person", "OR identity_officer_subject(a.user_id) = identity_officer_subject(b.user_id)", "",
                                         w.one_person_by_two_codes, TWO),
    "two persons: both declared": clause("refuse_one_person", "NOT identity_declared(one) OR NOT identity_declared(other)", "false",
                                         w.undeclared("officer", j.agrees("colleague")), FIRST),
    # Declaring.
    "declaration: an officer's": clause("guard_declaration", " AND u.organisation_id IS NOT NULL", "", w.declare_as_a_person,
                                        "an officer declares"),
    "declaration: not reopened at once": clause("guard_declaration", "NEW.reopened_at IS NOT NULL OR", "", w.declare_at_once_reopened,
                                                "before it is reopened"),
    "declaration: not ahead of time": clause("guard_declaration", "OR NEW.declared_at > clock_timestamp()", "", w.declares(**w.TOMORROW),
                                             "before it is reopened"),
    "declaration: not by whom one granted oneself": clause(
        "guard_declared_roles", "OR g.granted_by_id IS NOT NULL AND identity_one_person(NEW.user_id, g.granted_by_id)", "",
        w.declare_the_code_of("security", granted_by="security", role="security_admin"), EXCLUDES),
    "declaration: not where one granted": clause("guard_declared_roles", "AND identity_one_person(NEW.user_id, g.user_id)", "AND false",
                                                 w.declare_where_one_granted, "granted another account"),
    "declaration: whose and since when": clause("declaration_stays", " OR UPDATE OF id, user_id, code_type, declared_at", "",
                                                w.changes("declared_at = declared_at - interval '1 day'"), APPEND),
    "declaration: changed by the rotation alone": clause("guard_declaration_change", "AND current_user <> '{owner}'", "AND false",
                                                         w.change_the_hash_by_a_grant, ONCE),
    "declaration: whose code it was": clause("guard_declaration_change", "NEW.subject_id IS DISTINCT FROM OLD.subject_id", "false",
                                             w.changes("subject_id = 7"), ONCE),
    "declaration: reopened once": clause("guard_declaration_change", "OR OLD.reopened_at IS NOT NULL", "OR false", w.reopen_twice, ONCE),
    "declaration: reopened on the day": clause("guard_reopened", "NEW.reopened_at > clock_timestamp()", "false",
                                               w.reopens("clerk", at="now() + interval '1 hour'"), "ahead of time"),
    "declaration: reopened by another person": clause(
        "guard_reopened", "PERFORM identity_refuse_one_person(NEW.reopened_by_id, NEW.user_id);", "",
        w.as_one("clerk", "security", w.reopens("clerk")), TWO),
    "declaration: one's own": clause("declare", "IF me IS NULL THEN",
                                     "me := coalesce(me, (SELECT max(id) FROM identity_user)); IF false THEN",
                                     w.asks_to_declare(speaks=""), "themselves"),
    "declaration: under the person's name": clause("settle_declaration", "known.name_tag <> ALL(tags) OR", "",
                                                   w.asks_to_declare(subject="wang")),
    "declaration: of somebody alive": clause("settle_declaration", "OR known.died IS NOT NULL", "", w.asks_to_declare(
        tag=b"", subject="wang", before="UPDATE identity_person SET died = '2020-01-01'")),
    "declaration: of nobody closed as a minor": clause("settle_declaration", " OR known.minor)", ")",
                                                       w.asks_to_declare_as_a_minor),
    # Deciding.
    "entry: whoever asks": clause("guard_entry_trigger", "NEW.outcome IN ('answered', 'empty')", "NEW.outcome = 'empty'",
                                  w.as_person("officer", "wang", w.looks_up), OWN),
    "entry: at the desk": clause("guard_entry_trigger", "NOT IN ('api', 'batch')", "NOT IN ('api', 'batch', 'desk')",
                                 w.as_person("officer", "wang", w.looks_up), OWN),
    "entry: at the server": clause("guard_entry_trigger", "NOT IN ('api', 'batch')", "NOT IN ('api', 'batch', 'cli')",
                                   w.as_person("officer", "wang", w.looks_up_by(channel="cli")), OWN),
    "entry: by whatever way": clause("guard_entry_trigger", "NOT IN ('api', 'batch')", "IN ('desk', 'cli')",
                                     w.as_person("officer", "wang", w.looks_up_by(channel="pdf")), OWN),
    "entry: whatever for but real names": clause("guard_entry_trigger", "NEW.purpose NOT LIKE 'SM-%'", "NEW.purpose LIKE 'SM-%'",
                                                 w.as_person("officer", "wang", w.looks_up), OWN),
    "entry: not as if for real names": clause("guard_entry_trigger", "NOT LIKE 'SM-%'", "NOT LIKE 'SM%'",
                                              w.as_person("officer", "wang", w.looks_up_by(purpose="SM")), OWN),
    "delegation: not of one who acts": clause("guard_delegation_hands", ", NEW.agent_id]", "]",
                                              w.as_person("officer", "wang", o.enters(subject_id=lambda row: row["agent_id"],
                                                                                      agent_id=lambda row: row["subject_id"])), OWN),
    "delegation: confirmed by another": clause("guard_delegation_hands", "WHEN NEW.ended_at IS NULL THEN NEW.confirmed_by_id",
                                               "WHEN NEW.ended_at IS NULL THEN NEW.entered_by_id",
                                               w.as_person("colleague", "wang", o.confirm_by("colleague")), OWN),
    "delegation: ended by another": clause("guard_delegation_hands", "ELSE NEW.ended_by_id", "ELSE NEW.entered_by_id",
                                           w.as_person("colleague", "wang", o.changes_one(o.END)), OWN),
    "delegation: of two persons": clause("guard_delegation_hands",
                                         "PERFORM identity_refuse_one_person(NEW.entered_by_id, NEW.confirmed_by_id);",
                                         "NULL;", CONFIRMED_TWICE, TWO),
    "transfer: of others": clause("guard_step",
                                  "PERFORM identity_refuse_oneself(NEW.decided_by_id, identity_transfer_ends(NEW.transfer_id));",
                                  "", w.as_person("officer", "limited", t.decides()), OWN),
    "transfer: agreed by another": clause("guard_step_change", STEP_SECOND, "NULL;", w.as_person("colleague", "wang", t.agrees()), OWN),
    "transfer: of whom it goes to": clause("transfer_ends", ", t.into_subject]", "]", w.as_person("colleague", "wang", t.agrees()), OWN),
    "transfer: of two persons": clause("guard_step_change",
                                       "PERFORM identity_refuse_one_person(NEW.decided_by_id, NEW.second_by_id);", "NULL;",
                                       w.as_one("colleague", "officer", t.agrees()), TWO),
    "decision: about another": clause("guard_adjudication", row("decided"), "", DECIDED_BY_ONESELF, OWN),
    "decision: not on a record of one's own": clause("guard_adjudication", row("decided"),
                                                     row("decided").replace(", NEW.corrects_subject_id", ""),
                                                     w.decide_on_the_record_one_has, OWN),
    "decision: not among those near": clause("guard_adjudication", row("decided", case=True), "", w.decide_where_one_is_near, MEANT),
    "agreement: about another": clause("guard_adjudication_change", row("second"), "",
                                       w.as_person("colleague", "wang", j.agrees("colleague")), OWN),
    "agreement: not among those near": clause("guard_adjudication_change", row("second", case=True), "",
                                              w.near("colleague", j.agrees("colleague")), MEANT),
    "agreement: of two persons": clause("guard_adjudication_change",
                                        "PERFORM identity_refuse_one_person(NEW.decided_by_id, NEW.second_by_id);", "NULL;",
                                        w.as_one("colleague", "officer", j.agrees("colleague")), TWO),
    "taken back: about another": clause("guard_adjudication_change", row("taken_back"), "",
                                        w.as_person("officer", "wang", j.takes_back("officer")), OWN),
    "taken back: not among those near": clause("guard_adjudication_change", row("taken_back", case=True), "",
                                               w.near("officer", j.takes_back("officer")), MEANT),
    "case: of an opening": clause("refuse_own_case", "e.purpose = 'adjudication' AND", "e.purpose = '' AND",
                                  w.decide_where_one_is_near, MEANT),
    # Administrators.
    "grant: by somebody who declared": clause("guard_grant_hands", "PERFORM identity_refuse_oneself(NEW.granted_by_id, '{}');", "",
                                              w.undeclared("security", d.grant), UNDECLARED),
    "grant: no role beside another account's": clause("guard_grant_hands", "IF identity_excluded_by_another_account(",
                                                      "IF false AND identity_excluded_by_another_account(",
                                                      w.grant_an_administrator_a_desk, EXCLUDES),
}  # fmt: skip

SOUND: dict[str, Attack] = {
    "declared": w.declares(),
    "declared-by-the-application": w.asks_to_declare(),
    "declared-under-the-name-of-the-register": w.asks_to_declare(tag=b"", subject="wang"),
    "declared-anew": w.declare_anew,
    "asked-by-a-system-of-an-officers-name": w.as_person("officer", "wang", w.looks_up_by(channel="api")),
    "checked-ones-own-real-name": w.as_person(
        "officer",
        "wang",
        enters_a_check(made={"asker": "officer", "channel": "desk"}, officer="officer", channel="desk"),
    ),
    "looked-another-up": w.as_person("officer", "wang", w.looks_up_another),
    "two-desks-of-one-person": w.grant_a_desk_to_a_second_account,
    "a-desk-after-the-administration": w.grant_after_the_other_ended,
    "declined-by-oneself-no-but-agreed-by-a-third": w.as_person("officer", "young", j.agrees("colleague")),
}
