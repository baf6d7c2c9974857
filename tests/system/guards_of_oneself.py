"""What keeps a person's page to that person, object by object and clause by clause; see ``guards``."""

from tests.people import CENTRE, MARKET
from tests.system import keys as k
from tests.system import oneself as o
from tests.system import who as w
from tests.system.attacks import change_wholly
from tests.system.guards import APPEND, Clause, Guard, check, holds, trigger

ONESELF, ONCE, DEMO = "about nobody else", "changed in nothing else", "no demo account outside a demo"
TERM, WINDOW = "due within its term", "at the credit centre''s window".replace("''", "'")
GUARDS: dict[str, Guard] = dict((
    trigger("ground_access_entry", "access_entry_about_oneself", o.enter_about_another, ONESELF),
    trigger("sharing_report", "report_about_oneself", o.report_about_another, "about themselves alone"),
    trigger("sharing_report_withdrawal", "report_withdrawal_append_only",
            change_wholly("sharing_report_withdrawal", "withdrawn_at"), APPEND),
    trigger("sharing_question", "question_guarded", o.rewrites("words = 'x'"), ONCE),
    trigger("sharing_question", "question_stays", k.tries("DELETE FROM sharing_question WHERE false", before=()), APPEND),
    trigger("identity_demo_person", "demo_person_guarded", o.choose_outside_a_demo, DEMO),
    check("sharing_report", "report_kind_known", number="x", kind="rumour"),
    check("sharing_report", "report_of_ones_own_can_be_checked", number="x", kind="duty", check_digest="\\x00"),
    check("sharing_question", "question_says_what", id=9999, entry_id="00000000-0000-0000-0000-000000000999", words=""),
    holds("sharing_question", "question_answered_by_somebody", o.rewrites("answered_at = now()")),
    holds("sharing_question", "question_seen_after_its_answer", o.rewrites("seen_at = now()")),
))  # fmt: skip

MINE = "identity_person_speaking() IN (identity_lead(NEW.subject_id), identity_lead(NEW.agent_id))"
SPEAKER = "identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation"
NO_PERSON = "IF substr(said, 65, 18) IS DISTINCT FROM rpad('person', 18, '-') THEN"
BY_PERSON, IN_A_DEMO = (
    "SELECT identity_held_by(identity_person_speaking())",
    "WHERE EXISTS (SELECT FROM identity_house h WHERE h.demo)",
)
ENDS = "ended_at = now(), end_reason = 'x'"
PERSONS = "SELECT subject_id FROM identity_person"
CLAUSES: dict[str, Clause] = {
    "oneself: a seal": Clause("person_speaking", "PERFORM identity_speaker();", "", o.claim_without_seal, "was not sealed"),
    "oneself: no organisation": Clause("person_speaking", NO_PERSON, "IF false THEN", o.claim_for_an_organisation),
    "oneself: an open account": Clause("person_speaking", "AND u.is_active", "",
                                       o.finds_own(o.FILE, "UPDATE identity_user SET is_active = false WHERE subject_id = %s")),
    "oneself: alive": Clause("person_speaking", "AND p.died IS NULL", "",
                             o.finds_own(o.FILE, "UPDATE identity_person SET died = '2026-01-01' WHERE subject_id = %s")),
    "oneself: no minor": Clause("person_speaking", "AND p.minor_rank <= p.identity_rank", "",
                                o.finds_own(o.FILE, "UPDATE identity_person SET minor_rank = identity_rank + 1 WHERE subject_id = %s",
                                            past="person_stays_closed")),
    "file: one's own": Clause("own_file", "WHERE v.subject_id = me AND", "WHERE", o.finds(o.FILE)),
    "file: not what moved away": Clause("own_file", "WHERE n.state <> 'moved'", "WHERE true", o.what_moved_away(o.FILE)),
    "history: one's own": Clause("own_history", "= me AND", "IS NOT NULL AND", o.finds(o.HISTORY)),
    "history: not what moved away": Clause("own_history", "LIMIT 1) <> 'moved'", "LIMIT 1) <> ''", o.what_moved_away(o.HISTORY)),
    "erased: one's own": Clause("own_erased", "v.subject_id = me GROUP", "true GROUP", o.finds_erased),
    "entries: one's own": Clause("own_entries", "FROM identity_held_by(me) AS", f"FROM ({PERSONS}) AS", o.finds(o.ENTRIES)),
    "choices: one's own": Clause("own_entry_choices", "SELECT identity_held_by(me)", PERSONS, o.finds(o.CHOICES)),
    "messages: one's own": Clause("own_messages", "WHERE m.subject_id IN (SELECT identity_held_by(identity_person_speaking()))", "",
                                  o.see_anothers_messages),
    "told: one's own": Clause("own_told", "WHERE e.subject_id = me", "WHERE true", o.tells_of_another),
    "ask: one's own": Clause("ask", "SELECT identity_held_by(me)", PERSONS, o.asks(mine=False)),
    "ask: not one's own reading": Clause("ask", "AND a.channel <> 'person'", "", o.ask_about_ones_own_reading),
    "ask: due in time": Clause("ask", "OR due > today + 4 * longest + 10", "", o.asks(days=400), TERM),
    "ask: due to come": Clause("ask", "due <= today OR", "", o.asks(days=0), TERM),
    "questions: one's own": Clause("own_questions", "SELECT identity_held_by(me)", PERSONS, o.finds(o.QUESTIONS)),
    "questions: one's own answers": Clause("see_answers", BY_PERSON, PERSONS, o.see_anothers_answers),
    "questions: of the one who is asked": Clause(
        "questions_to", f"WHERE q.organisation = (SELECT o.code FROM {SPEAKER})", "WHERE true", o.sees_questions_to_another),
    "answer: of the one who is asked": Clause("answer_question", "AND q.organisation = o.code", "", o.answers(MARKET, "clerk")),
    "answer: not to oneself": Clause("answer_question", "IF identity_lead(asker) IN", "IF false AND identity_lead(asker) IN",
                                     w.as_person("officer", "wang", o.answers(CENTRE, "officer"))),
    "question: answered once": Clause("guard_question", "OLD.answered_at IS NOT NULL AND", "false AND",
                                      o.rewrites("answer = 'z'", o.ANSWERED), ONCE),
    "question: seen once": Clause("guard_question", "OR OLD.seen_at IS NOT NULL AND", "OR false AND",
                                  o.rewrites("seen_at = now() + interval '1 day'", f"{o.ANSWERED}, seen_at = now()"), ONCE),
    "reports: one's own": Clause("own_reports", "SELECT identity_held_by(me)", PERSONS, o.finds(o.REPORTS)),
    "report: withdrawn by its person": Clause("withdraw_report", BY_PERSON, PERSONS, o.withdraw_anothers_report),
    "report: checked with its code": Clause("check_report", "r.check_digest = digest AND", "", o.check_without_the_code),
    "answered: to whoever stands": Clause("guard_own_entry", "IF identity_person_speaking() IS DISTINCT FROM NEW.subject_id", "IF false",
                                          o.be_answered_by_nobody, ONESELF),
    "delegations: one's own": Clause("own_delegations",
                                     "WHERE d.subject_id IN (SELECT identity_held_by(me)) OR d.agent_id", "WHERE true OR d.agent_id",
                                     o.finds(o.DELEGATIONS, "limited")),
    "delegation: by one of the two": Clause("guard_delegation_change", f"AND {MINE}", "", o.ends_delegation(ENDS, whose="limited"), WINDOW),
    "delegation: no guardian by a word": Clause("guard_delegation_change", "AND NEW.kind = 'agent'", "",
                                                o.ends_delegation(ENDS, whose="wang", guardian=True), WINDOW),
    "demo: persons in a demo alone": Clause("demo_persons", IN_A_DEMO, "", o.show_outside_a_demo),
}  # fmt: skip
