"""What keeps inquiries, explanations and suspensions, and what these stop: object by object and clause by clause; see ``guards``."""

from tests.system import overseeing as o
from tests.system import suspending as u
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.enrolling import EXAMINER
from tests.system.guards import APPEND, Clause, Guard, holds, trigger
from tests.system.keys import tries

BARRED, HEARD, ONCE = "a reviewer whom nothing bars", "after whoever it is about was heard", "closed once"
REGISTERED, ASKED_OF, WHILE_OPEN = (
    "entries of the register",
    "whose entries the inquiry holds",
    "while the inquiry is open",
)
BY_ONE_OF_IT, OWN, ANSWERED = "by an officer of the organisation", "explains their own look-ups", "answered once"
PROPOSED, FIRST, OWN_PLACE, STEP, BY_REVIEWER, PERSONS = (
    "proposed by the reviewer who speaks",
    "proposed first",
    "their own organisation's",
    "one step at a time",
    "by the reviewer who speaks",
    "of two persons",
)
SELF, DECLARED = "nobody decides about themselves", "after declaring who they are"
STOPPED = "to whoever is suspended"
GUARDS: dict[str, Guard] = dict((
    trigger(o.INQUIRY, "inquiry_guarded", o.closes(before=o.is_wang(o.REVIEWER)), BARRED),
    trigger(o.INQUIRY, "inquiry_stays", tries(f"DELETE FROM {o.INQUIRY} WHERE false", before=()), APPEND),
    trigger(o.ENTRY, "inquiry_entry_guarded", o.holds_what_isnt_there(), REGISTERED),
    trigger(o.ENTRY, "inquiry_entry_append_only", tries(f"DELETE FROM {o.ENTRY}", before=()), APPEND),
    trigger(o.ROUND, "round_append_only", tries(f"DELETE FROM {o.ROUND}", before=()), APPEND),
    trigger(o.DRAW, "draw_append_only", tries(f"DELETE FROM {o.DRAW}", before=()), APPEND),
    trigger(o.ERASURE, "erasure_guarded", o.states(name="officer"), "by an officer of the organisation"),
    trigger(o.ERASURE, "erasure_stays", tries(f"DELETE FROM {o.ERASURE}", before=()), APPEND),
    holds(o.ERASURE, "erasure_of_a_month_over", o.lays(o.ERASURE, o.erasure, month="2026-01-02")),
    holds(o.ERASURE, "erasure_stated_wholly", o.lays(o.ERASURE, o.erasure, copies="erased")),
    holds(o.DRAW, "draw_of_a_month", o.lays(o.DRAW, o.draw, month="2026-01-02")),
    trigger(o.EXPLANATION, "explanation_guarded", o.asks(before=o.is_wang(o.REVIEWER)), BARRED),
    trigger(o.EXPLANATION, "explanation_answer_guarded", o.answers(EXAMINER), OWN),
    trigger(o.EXPLANATION, "explanation_stays", tries(f"DELETE FROM {o.EXPLANATION}", before=()), APPEND),
    trigger(o.SUSPENSION, "suspension_guarded", u.proposes(proposed_by_id=o.SECOND), PROPOSED),
    trigger(o.SUSPENSION, "suspension_step_guarded", u.signs("agree", o.THIRD, of=u.of_centre), BY_REVIEWER),
    trigger(o.SUSPENSION, "suspension_stays", tries(f"DELETE FROM {o.SUSPENSION}", before=()), APPEND),
    holds(o.INQUIRY, "inquiry_of_a_rule", o.lays(o.INQUIRY, o.inquiry, rule="")),
    holds(o.INQUIRY, "inquiry_closed_wholly", o.lays(o.INQUIRY, o.inquiry, day="2020-01-01", finding="misuse")),
    holds(o.EXPLANATION, "explanation_says_what", o.lays(o.EXPLANATION, o.explanation, words="")),
    holds(o.EXPLANATION, "explanation_answered_by_somebody", o.lays(o.EXPLANATION, o.explanation, answer="x")),
    holds(o.SUSPENSION, "suspension_of_one_thing", o.lays(o.SUSPENSION, u.suspension, enrolment=1)),
    holds(o.SUSPENSION, "suspension_has_reason", o.lays(o.SUSPENSION, u.suspension, reason="")),
    holds(o.SUSPENSION, "suspension_agreed_or_dropped", o.lays(o.SUSPENSION, u.suspension, agreed_at="2026-01-01")),
    holds(o.SUSPENSION, "suspension_end_proposed_wholly", o.lays(o.SUSPENSION, u.suspension, end_reason="x")),
    holds(o.SUSPENSION, "suspension_ended_after_proposal", o.lays(o.SUSPENSION, u.suspension, ended_at="2026-01-01")),
    holds(o.SUSPENSION, "suspension_by_two", lambda stage: bool(u.standing(stage, agreed_by_id=user(stage, o.REVIEWER)))),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "reviewer: holds the role": Clause(
        "reviewer_speaks",
        "WHERE EXISTS (SELECT FROM identity_right r WHERE r.user_id = u.id AND r.role = 'reviewer')",
        "",
        o.sees("approver", o.INQUIRIES),
    ),
    "reviewer: of those organisations": Clause(
        "reviewer_speaks",
        "AND o.kind IN ('centre', 'supervisor')",
        "",
        o.sees(EXAMINER, o.INQUIRIES, o.OF_CENTRE, before=o.made_reviewer(EXAMINER)),
    ),
    "bars: of the own organisation": Clause(
        "bars", "THEN 'own-organisation'", "THEN ''", o.closes(by=o.THIRD, number=o.OF_CENTRE), BARRED
    ),
    "bars: oneself": Clause("bars", "THEN 'own-case'", "THEN ''", o.closes(before=o.is_wang(o.REVIEWER)), BARRED),
    "bars: look-ups of one's own": Clause(
        "bars", "THEN 'own-look-ups'", "THEN ''", o.closes(before=o.same_as(o.REVIEWER, EXAMINER)), BARRED
    ),
    "inquiry: closed once": Clause("guard_inquiry", "OLD.closed_at IS NOT NULL OR", "", o.closes_twice, ONCE),
    "inquiry: changed in nothing else": Clause(
        "guard_inquiry",
        "OR to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts",
        "",
        o.rewrites(
            f"UPDATE {o.INQUIRY} SET finding = 'in_order', reason = 'x', closed_at = now(), observed = 9, closed_by_id = %s WHERE id = %s"
        ),
        ONCE,
    ),
    "inquiry: by whoever speaks": Clause(
        "guard_inquiry", "NEW.closed_by_id IS DISTINCT FROM me OR", "", o.closes_for_another, BARRED
    ),
    "inquiry: by somebody declared": Clause(
        "guard_inquiry",
        "PERFORM identity_refuse_oneself(me, '{}');",
        "",
        o.closes(before=o.undeclare(o.REVIEWER)),
        DECLARED,
    ),
    "inquiry: somebody was asked": Clause(
        "guard_inquiry",
        "NOT EXISTS (SELECT FROM oversight_explanation x WHERE x.inquiry_id = OLD.id)\n       OR",
        "",
        o.closes("misuse"),
        HEARD,
    ),
    "inquiry: who was asked had time": Clause(
        "guard_inquiry",
        "x.answered_at IS NULL AND x.due_on >= today",
        "false",
        o.closes("misuse", before=o.asked),
        HEARD,
    ),
    "inquiry: closed when it is": Clause("guard_inquiry", "NEW.closed_at := clock_timestamp();", "", o.closed_long_ago),
    "entry: of the organisation": Clause(
        "guard_inquiry_entry",
        "AND i.organisation IN ('', a.organisation)",
        "",
        o.holds_what_isnt_there(entry_id=o.CENTRES),
        REGISTERED,
    ),
    "explanation: by a reviewer whom nothing bars": Clause(
        "guard_explanation",
        "OR oversight_bars(NEW.inquiry_id, me) <> ''",
        "",
        o.asks(before=o.is_wang(o.REVIEWER)),
        BARRED,
    ),
    "explanation: by somebody declared": Clause(
        "guard_explanation",
        "PERFORM identity_refuse_oneself(me, '{}');",
        "",
        o.asks(before=o.undeclare(o.REVIEWER)),
        DECLARED,
    ),
    "explanation: due after today": Clause(
        "guard_explanation", "NEW.due_on <= today OR", "", o.asks(days=0), WHILE_OPEN
    ),
    "explanation: due in a term": Clause(
        "guard_explanation", "OR NEW.due_on > today + 90", "", o.asks(days=91), WHILE_OPEN
    ),
    "explanation: while it is open": Clause(
        "guard_explanation", "AND i.closed_at IS NULL", "", o.asks(before=o.closes()), WHILE_OPEN
    ),
    "explanation: of whose entries it holds": Clause(
        "guard_explanation", "AND o.id = NEW.organisation_id", "", o.asks_another, ASKED_OF
    ),
    "answer: once": Clause(
        "guard_explanation_answer", "OLD.answered_at IS NOT NULL OR", "", o.answers_for("clerk", twice=True), ANSWERED
    ),
    "answer: of the organisation": Clause(
        "guard_explanation_answer",
        "s.organisation = OLD.organisation_id AND",
        "",
        o.answers_for("officer", "officer"),
        BY_ONE_OF_IT,
    ),
    "answer: not one's own": Clause(
        "guard_explanation_answer",
        "IF oversight_explains_oneself(OLD.inquiry_id, NEW.answered_by_id) THEN",
        "IF false THEN",
        o.answers(EXAMINER),
        OWN,
    ),
    "answer: nor by another account": Clause(
        "explains_oneself", "OR identity_one_person(u.id, who)", "", o.answers(before=o.same_as("clerk", EXAMINER)), OWN
    ),
    "answer: dated by the database": Clause(
        "guard_explanation_answer", "NEW.answered_at := clock_timestamp();", "", o.answered_long_ago
    ),
    "seen: inquiries of others": Clause(
        "inquiries", "AND i.organisation <> me.code", "", o.sees(o.THIRD, o.INQUIRIES, o.OF_CENTRE)
    ),
    "seen: entries by a reviewer whom nothing bars": Clause(
        "entries_of", "coalesce(oversight_hands(inquiry) = '', false)", "true", o.sees(o.THIRD, o.ENTRIES, o.OF_CENTRE)
    ),
    "seen: by an organisation its own alone": Clause(
        "entries_of",
        "JOIN oversight_explanation x ON x.organisation_id = o.id AND x.inquiry_id = inquiry",
        "",
        o.sees("clerk", o.ENTRIES),
    ),
    "seen: what one's own is asked": Clause(
        "explanations_to",
        "x.organisation_id = (SELECT s.organisation FROM identity_speaker() s) AND",
        "",
        o.sees("verifier", o.EXPLAINED, 10, before=o.asked),
    ),
    "draw: of a month that is over": Clause("draw", "OR last_day >= today", "", o.draws_this_month, "when it is over"),
    "erasure: stated once": Clause(
        "guard_erasure", "OLD.stated_at IS NOT NULL OR", "", o.states(name="clerk", twice=True), "stated once"
    ),
    "erasure: by somebody declared": Clause(
        "guard_erasure",
        "PERFORM identity_refuse_oneself(NEW.stated_by_id, '{}');",
        "",
        o.states(before=o.undeclare("clerk")),
        DECLARED,
    ),
    "erasure: dated by the database": Clause(
        "guard_erasure", "NEW.stated_at := clock_timestamp();", "", o.stated_long_ago
    ),
    "erasure: seen by whose it is": Clause(
        "erasures_of", "(e.organisation_id = own) <> coalesce(reviews, false) AND", "", o.sees_erasures("verifier")
    ),
    "suspension: proposed by somebody declared": Clause(
        "guard_suspension",
        "PERFORM identity_refuse_oneself(NEW.proposed_by_id, '{}');",
        "",
        u.suspends(before=o.undeclare(o.REVIEWER)),
        DECLARED,
    ),
    "suspension: proposed first": Clause(
        "guard_suspension",
        "NEW.agreed_at IS NOT NULL OR",
        "",
        u.proposes(agreed_by_id=o.SECOND, agreed_at="2026-01-01"),
        FIRST,
    ),
    "suspension: not of one's own organisation": Clause(
        "guard_suspension", "OR NEW.organisation_id = me.organisation", "", u.suspends("centre", o.THIRD), OWN_PLACE
    ),
    "suspension: not of oneself": Clause(
        "guard_suspension",
        "IF identity_one_person(NEW.officer_id, NEW.proposed_by_id) THEN",
        "IF false THEN",
        u.suspends(before=o.same_as(o.REVIEWER, EXAMINER)),
        SELF,
    ),
    "step: changed in nothing else": Clause(
        "guard_suspension_step",
        "to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts OR",
        "",
        u.steps_as_owner("agreed_by_id = $me, agreed_at = now(), reason = 'y'"),
        STEP,
    ),
    "step: one at a time": Clause(
        "guard_suspension_step",
        "cardinality(steps) <> 1",
        "false",
        u.steps_as_owner(
            "agreed_by_id = $me, agreed_at = now(), end_reason = 'x', end_proposed_by_id = $me, end_proposed_at = now()"
        ),
        STEP,
    ),
    "step: agreed to once": Clause(
        "guard_suspension_step",
        "ELSE OLD.agreed_at IS NULL AND OLD.dropped_at IS NULL END",
        "ELSE true END",
        u.steps_as_owner("agreed_by_id = $me, agreed_at = now()", lasting=True),
        STEP,
    ),
    "step: of another organisation": Clause(
        "guard_suspension_step",
        "OR me.organisation = OLD.organisation_id",
        "",
        u.signs("agree", o.THIRD, of=u.of_centre),
        BY_REVIEWER,
    ),
    "step: by somebody declared": Clause(
        "guard_suspension_step",
        "PERFORM identity_refuse_oneself(me.officer, '{}');",
        "",
        u.signs("drop", before=o.undeclare(o.SECOND)),
        DECLARED,
    ),
    "step: not about oneself": Clause(
        "guard_suspension_step",
        "IF OLD.officer_id IS NOT NULL AND identity_one_person(OLD.officer_id, me.officer) THEN",
        "IF false THEN",
        u.signs("agree", before=o.same_as(o.SECOND, EXAMINER)),
        SELF,
    ),
    "step: two persons agree": Clause(
        "guard_suspension_step",
        "PERFORM identity_refuse_one_person(OLD.proposed_by_id, me.officer);",
        "",
        u.signs("agree", before=o.same_as(o.SECOND, o.REVIEWER)),
        PERSONS,
    ),
    "step: two persons end": Clause(
        "guard_suspension_step",
        "PERFORM identity_refuse_one_person(OLD.end_proposed_by_id, me.officer);",
        "",
        u.signs("end", before=o.same_as(o.SECOND, o.REVIEWER)),
        PERSONS,
    ),
    "step: agreed to when it is": Clause(
        "guard_suspension_step", "NEW.agreed_at := clock_timestamp();", "", u.dated("agree", "agreed_at")
    ),
    "step: ended when it is": Clause(
        "guard_suspension_step", "NEW.ended_at := clock_timestamp();", "", u.dated("end", "ended_at")
    ),
    "suspended: an officer's answers": Clause(
        "guard_answered", "f.outcome IN ('answered', 'empty') AND", "false AND", u.asks_while_suspended, STOPPED
    ),
    "suspended: an officer's rights": Clause(
        "right",
        "AND NOT (g.role IN ('officer', 'verifier')",
        "AND NOT (g.role IN ('verifier')",
        u.has_rights_while_suspended,
    ),
    "suspended: a system": Clause(
        "client_live",
        "AND NOT EXISTS (SELECT FROM identity_suspension s WHERE s.client_id = c.id AND s.agreed_at IS NOT NULL AND s.ended_at IS NULL)",
        "",
        u.calls_while_suspended,
    ),
    "suspended: an enrolment": Clause(
        "standing_enrolments",
        "AND NOT EXISTS (SELECT FROM identity_suspended s WHERE s.enrolment = e.id)",
        "",
        u.asks_while_its_enrolment_is,
        "isn't enrolled for it",
    ),
    "grant: a reviewer's role beside no other": Clause(
        "guard_grant", "OR 'reviewer' IN (g.role, NEW.role)", "", u.grants_beside, "may not stand beside"
    ),
}

SOUND: dict[str, Attack] = {
    "an-inquiry-closed": o.closes(),
    "misuse-after-an-answer-that-never-came": o.closes("misuse", before=o.overdue),
    "an-explanation-asked-for": o.asks(),
    "an-explanation": o.answers(),
    "an-erasure-stated": o.states(),
    "erasures-for-a-reviewer": o.sees_erasures(o.REVIEWER),
    "entries-for-a-reviewer": o.sees(o.REVIEWER, o.ENTRIES),
    "entries-for-who-is-asked": o.sees("clerk", o.ENTRIES, before=o.asked),
    "an-officer-proposed": u.suspends(),
    "a-system-proposed": u.suspends("client"),
    "an-enrolment-proposed": u.suspends("enrolment"),
    "a-suspension-agreed-to": u.signs("agree"),
    "a-suspension-agreed-to-elsewhere": u.signs("agree", o.THIRD),
    "a-proposal-dropped": u.signs("drop"),
    "an-end-proposed": u.signs("propose_end"),
    "an-end": u.signs("end"),
}
