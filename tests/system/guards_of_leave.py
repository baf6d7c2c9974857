"""What keeps persons' authorisations: asking, answering, using, calling back; object by object and clause by clause; see ``guards``."""

from tests.people import OTHER
from tests.system import leaving as v
from tests.system.attacks import Attack, change_wholly
from tests.system.enrolling import EXAMINER
from tests.system.guards import APPEND, Clause, Guard, holds, trigger
from tests.system.who import as_person

OWN, ENROLLED, NO_MORE, PERIOD = (
    "for their own organisation",
    "enrolled for a duty that needs it",
    "no more is asked for",
    "waits its days",
)
CODE, LIVES, AGAIN, THEMSELVES = (
    "holds no identity code",
    "lives and is of age",
    "again and again",
    "answers for themselves",
)
ONCE, ASKED, WIDER, TERM = "answered once", "what is granted was asked for", "gets no wider", "within its term"
STANDS, ELSES, ITEM, NEEDS_NONE = (
    "without a standing authorisation",
    "somebody else's",
    "did not authorise",
    "that needs none",
)
GUARDS: dict[str, Guard] = dict(
    (
        ("policy records_version.authorised", Guard(v.sees(None), "DROP POLICY authorised ON records_version")),
        trigger("ground_access_entry", "access_entry_by_leave", v.enters(leave=None), STANDS),
        trigger(v.LEAVE, "authorisation_guarded", v.asks(items=["RY-BZ", "SX-FR"]), NO_MORE),
        trigger(v.LEAVE, "authorisation_append_only", v.rewrites(v.LEAVE, "number"), APPEND),
        trigger(v.EVENT, "authorisation_event_guarded", v.answers(items=["RY-BZ"]), ASKED),
        trigger(v.EVENT, "authorisation_event_append_only", v.rewrites(v.EVENT, "kind"), APPEND),
        trigger(v.EVENT, "authorisation_called_back", v.called_back, ""),
        trigger(v.USE, "authorisation_use_append_only", change_wholly(v.USE, "at"), APPEND),
        trigger(v.RECALL, "authorisation_recall_guarded", v.alters_a_call_back, "acknowledged once"),
        trigger(
            v.RECALL,
            "authorisation_recall_stays",
            lambda stage: not stage.run("owner", f"DELETE FROM {v.RECALL}"),
            APPEND,
        ),
        holds(v.LEAVE, "authorisation_reaches_somebody_or_says_why", v.past(v.LEAVE, v.asked, subject_id=0)),
        holds(v.LEAVE, "authorisation_says_for_what", v.past(v.LEAVE, v.asked, reason="")),
        holds(v.LEAVE, "authorisation_kept_until_a_day", v.past(v.LEAVE, v.asked, keep_days=3)),
        holds(v.EVENT, "authorisation_event_leaves_something", v.past(v.EVENT, v.event, items=[])),
        holds(v.EVENT, "authorisation_event_has_receipt", v.past(v.EVENT, v.event, receipt="")),
        holds(v.EVENT, "authorisation_taken_back_by_a_day", v.past(v.EVENT, v.event, due_on="2099-01-01")),
        holds(
            v.RECALL,
            "authorisation_recall_acknowledged_wholly",
            v.past(v.RECALL, v.recall, event_id=-13, copies="erased"),
        ),
    )
)

CLAUSES: dict[str, Clause] = {
    "leave gate: this person": Clause(
        "gate_of_leave",
        "(subject_id, item_id) IN (SELECT a.subject_id, a.item_id",
        "item_id IN (SELECT a.item_id",
        v.sees(otherwise=v.with_request(subject_id="young")),
    ),
    "leave gate: the one named": Clause(
        "authorised", "a.number = current_setting('cx.authorisation', true) AND", "", v.sees(None)
    ),
    "leave gate: whom it was given to": Clause(
        "authorised", "AND a.organisation = mine", "", v.sees(code=OTHER, login="verifier")
    ),
    "leave gate: under its duty": Clause(
        "authorised",
        "AND a.duty_id = nullif(current_setting('cx.duty', true), '')::bigint",
        "",
        v.sees(under=v.another_duty),
    ),
    "leave gate: while it stands": Clause(
        "authorised", "AND sharing_authorisation_state(a) = 'stands'", "", v.sees(otherwise=v.with_event(valid_until=0))
    ),
    "leave gate: what is left": Clause(
        "authorised", "i.code = ANY(l.items)", "true", v.sees(otherwise=v.with_event(items=[v.OTHER_ITEM]))
    ),
    "state: over": Clause(
        "authorisation_state",
        "WHEN l.valid_until <= d.today THEN 'over'",
        "",
        v.sees(otherwise=v.with_event(valid_until=0)),
    ),
    "state: used once": Clause(
        "authorisation_state", "WHEN l.once AND EXISTS", "WHEN false AND EXISTS", v.sees(otherwise=v.used_once)
    ),
    "state: enrolled": Clause(
        "authorisation_state", "WHEN NOT s.enrolled THEN 'suspended'", "", v.sees(otherwise=v.unenrolled)
    ),
    "state: lapsed": Clause(
        "authorisation_state",
        "asked.lapses_on <= d.today OR",
        "",
        v.answers(otherwise=v.with_request(v.WAITS, lapses_on=0)),
        ONCE,
    ),
    "state: asked of one enrolled": Clause(
        "authorisation_state",
        "OR NOT s.enrolled) THEN 'lapsed'",
        ") THEN 'lapsed'",
        v.answers(otherwise=v.unenrolled),
        ONCE,
    ),
    "leave entry: of this person": Clause(
        "guard_entry_by_leave",
        "identity_lead(given.subject_id) IS DISTINCT FROM identity_lead(NEW.subject_id) OR",
        "",
        v.enters(subject_id="limited", record_ids=[], versions=[], outcome="empty"),
        ELSES,
    ),
    "leave entry: given to whoever asks": Clause(
        "guard_entry_by_leave",
        "given.organisation <> NEW.organisation\n       OR",
        "",
        v.enters(otherwise=v.others_enrolled, speaker=OTHER, organisation=OTHER),
        ELSES,
    ),
    "leave entry: by whoever speaks": Clause(
        "guard_entry_by_leave",
        "WHERE o.code = NEW.organisation)",
        "RIGHT JOIN (SELECT) x ON true)",
        v.enters(speaker=""),
        ELSES,
    ),
    "leave entry: what is left": Clause(
        "guard_entry_by_leave",
        "split_part(f.name, '.', 1) <> ALL (kept)",
        "false",
        v.enters(fields=[f"{v.OTHER_ITEM}.ZG_MC"]),
        ITEM,
    ),
    "leave entry: none where none is needed": Clause(
        "guard_entry_by_leave", "IF NEW.authorisation <> '' THEN", "IF false THEN", v.enters_for_a_licence, NEEDS_NONE
    ),
    "leave entry: while it stands": Clause(
        "guard_entry_by_leave",
        "OR sharing_authorisation_state(given) <> 'stands'",
        "",
        v.enters(otherwise=v.with_event(valid_until=0)),
        STANDS,
    ),
    "leave entry: used": Clause(
        "guard_entry_by_leave",
        "INSERT INTO sharing_authorisation_use (entry_id, authorisation_id, at) "
        "VALUES (NEW.entry_id, given.id, clock_timestamp());",
        "",
        v.enters(otherwise=v.with_event(once=True), times=2),
        STANDS,
    ),
    "leave: asked by an officer of it": Clause(
        "guard_authorisation",
        "asker.code IS DISTINCT FROM NEW.organisation OR",
        "",
        v.asks(direct=True, code=OTHER, login="verifier", officer="verifier"),
        OWN,
    ),
    "leave: asked by who speaks": Clause(
        "guard_authorisation",
        "ELSE s.name = NEW.officer END",
        "ELSE s.name IS NOT NULL END",
        v.asks(direct=True, login="clerk"),
        OWN,
    ),
    "leave: asked by an officer": Clause(
        "guard_authorisation",
        "OR asker.id IS NULL AND NOT by_system",
        "",
        v.asks(login="nobody", officer="nobody"),
        OWN,
    ),
    "leave: asked by a system in force": Clause(
        "guard_authorisation",
        "OR by_system AND NOT EXISTS (",
        "OR false AND NOT EXISTS (",
        v.asks(login="c-nobodysnobodysno/x", officer="c-nobodysnobodysno/x", channel="api"),
        OWN,
    ),
    "leave: asked by a system of its own": Clause(
        "guard_authorisation", "AND l.organisation = NEW.organisation", "", v.asks_by_a_system(OTHER), OWN
    ),
    "leave: under what needs it": Clause(
        "guard_authorisation",
        "AND d.needs = 'authorisation'",
        "",
        v.asks(duty_id="XK-SC-01", items=["CF-ZRR"]),
        ENROLLED,
    ),
    "leave: enrolled": Clause(
        "guard_authorisation",
        "OR NOT sharing_enrolled_for(NEW.organisation, NEW.duty_id)",
        "",
        v.asks(otherwise=v.unenrolled),
        ENROLLED,
    ),
    "leave: no more than the duty": Clause(
        "guard_authorisation", "NOT NEW.items <@ duty.items OR", "", v.asks(items=["SX-FR"]), NO_MORE
    ),
    "leave: kept no longer": Clause(
        "guard_authorisation",
        "OR NEW.keep_days > coalesce(duty.keep_days, 0)",
        "",
        v.asks(keep_days=5, erase_by=65),
        NO_MORE,
    ),
    "leave: erased by its day": Clause(
        "guard_authorisation",
        "OR NEW.erase_by IS DISTINCT FROM (CASE WHEN NEW.keep_days > 0 THEN NEW.valid_until + NEW.keep_days END)",
        "",
        v.asks_for_longer_keeping,
        NO_MORE,
    ),
    "leave: for a period": Clause(
        "guard_authorisation",
        "OR NEW.valid_until > today + make_interval(months => "
        "sharing_authorisation_number('authorisation-periods', 'longest'))",
        "",
        v.asks(valid_until=800),
        PERIOD,
    ),
    "leave: for days to come": Clause(
        "guard_authorisation", "NEW.valid_until <= today OR", "", v.asks(valid_until=0), PERIOD
    ),
    "leave: waits its days": Clause(
        "guard_authorisation",
        "OR NEW.lapses_on <> today + sharing_authorisation_number('authorisation-requests', 'answer')",
        "",
        v.asks(lapses_on=90),
        PERIOD,
    ),
    "leave: no code in words": Clause(
        "guard_authorisation",
        "IF NEW.reason || NEW.reference ~",
        "IF false AND NEW.reason ~",
        v.asks(reason="14999919900101001X"),
        CODE,
    ),
    "leave: not of oneself": Clause(
        "guard_authorisation",
        "PERFORM identity_refuse_oneself(asker.id, array_remove(ARRAY[NEW.subject_id], 0));",
        "",
        as_person(EXAMINER, "wang", v.asks()),
        "decides about themselves",
    ),
    "leave: of the living": Clause("guard_authorisation", "AND p.died IS NULL", "", v.asks(otherwise=v.dies), LIVES),
    "leave: not again and again": Clause(
        "guard_authorisation",
        "IF NEW.channel <> 'browser' AND sharing_asked_lately(NEW.organisation, NEW.duty_id, NEW.subject_id) THEN",
        "IF false THEN",
        v.asks_directly_again,
        AGAIN,
    ),
    "leave: again reaches nobody": Clause(
        "asked_lately", "AND (l.kind IS NULL OR l.kind IN ('refused', 'withdrawn'))", "AND false", v.asks_again
    ),
    "leave: answered by oneself": Clause(
        "guard_authorisation_event",
        "WHEN 'person' THEN identity_person_speaking() = identity_lead(asked.subject_id)",
        "WHEN 'person' THEN true",
        v.answers_for_another,
        THEMSELVES,
    ),
    "leave: answered while it waits": Clause(
        "guard_authorisation_event",
        "NEW.kind IN ('granted', 'refused') AND state <> 'waits'",
        "false",
        v.answers(otherwise=v.with_request(v.WAITS, lapses_on=0)),
        ONCE,
    ),
    "leave: narrowed while it stands": Clause(
        "guard_authorisation_event",
        "OR NEW.kind IN ('narrowed', 'silenced') AND state NOT IN ('stands', 'suspended')",
        "",
        v.answers("narrowed", leave=v.GRANTED, otherwise=v.used_once, once=True),
        ONCE,
    ),
    "leave: taken back when granted": Clause(
        "guard_authorisation_event",
        "OR NEW.kind = 'withdrawn' AND state NOT IN ('stands', 'suspended', 'used', 'over')",
        "",
        v.answers("withdrawn"),
        ONCE,
    ),
    "leave: granted as asked": Clause(
        "guard_authorisation_event", "NEW.items <@ asked.items AND", "", v.answers(items=["RY-BZ"]), ASKED
    ),
    "leave: granted no longer": Clause(
        "guard_authorisation_event", "NEW.valid_until <= asked.valid_until AND", "", v.answers(until=61), ASKED
    ),
    "leave: granted for days to come": Clause(
        "guard_authorisation_event",
        "NEW.valid_until <= asked.valid_until AND NEW.valid_until > today",
        "NEW.valid_until <= asked.valid_until",
        v.answers(until=0),
        ASKED,
    ),
    "leave: granted no oftener": Clause(
        "guard_authorisation_event",
        "AND (NEW.once OR NOT asked.once)",
        "",
        v.answers(otherwise=v.with_request(v.WAITS, once=True)),
        ASKED,
    ),
    "leave: narrowed to less": Clause(
        "guard_authorisation_event",
        "NEW.items <@ last.items AND",
        "",
        v.answers("narrowed", leave=v.GRANTED, items=[v.OTHER_ITEM]),
        WIDER,
    ),
    "leave: narrowed no longer": Clause(
        "guard_authorisation_event",
        "NEW.valid_until <= last.valid_until AND",
        "",
        v.answers("narrowed", leave=v.GRANTED, until=31),
        WIDER,
    ),
    "leave: narrowed no oftener": Clause(
        "guard_authorisation_event",
        "AND (NEW.once OR NOT last.once)",
        "",
        v.answers("narrowed", leave=v.GRANTED, otherwise=v.with_event(once=True)),
        WIDER,
    ),
    "leave: called back in its term": Clause(
        "guard_authorisation_event",
        "OR NEW.due_on > today + 4 * sharing_authorisation_number('authorisation-recalls', 'acknowledge') + 10",
        "",
        v.answers("withdrawn", leave=v.GRANTED, due=200),
        TERM,
    ),
    "leave: called back ahead": Clause(
        "guard_authorisation_event", "NEW.due_on <= today OR", "", v.answers("withdrawn", leave=v.GRANTED, due=0), TERM
    ),
    "call-back: by whom it is called back from": Clause(
        "acknowledge_authorisation_recall",
        "AND c.organisation = o.code",
        "",
        v.acknowledges(code=OTHER, login="verifier"),
    ),
    "call-back: changed in nothing else": Clause(
        "guard_authorisation_recall",
        "OLD.acknowledged_at IS NOT NULL OR (to_jsonb(NEW) - "
        "ARRAY['acknowledged_at', 'acknowledged_by', 'copies', 'law'])\n       IS DISTINCT FROM (to_jsonb(OLD) - "
        "ARRAY['acknowledged_at', 'acknowledged_by', 'copies', 'law'])",
        "OLD.acknowledged_at IS NOT NULL",
        v.alters_a_call_back,
        "acknowledged once",
    ),
    "own: of oneself": Clause(
        "own_authorisations",
        "a.subject_id IN (SELECT identity_held_by(me))",
        "true",
        v.finds_of_another_person("SELECT FROM sharing_own_authorisations('', 9999999, 10)"),
    ),
    "own: one's own steps": Clause(
        "own_authorisation_events",
        "AND a.subject_id IN (SELECT identity_held_by(me))",
        "",
        v.finds_of_another_person(f"SELECT FROM sharing_own_authorisation_events('{v.number_of(v.GRANTED)}')"),
    ),
    "asked: one's own": Clause(
        "authorisations_of",
        "WHERE a.organisation = mine AND",
        "WHERE",
        v.finds(f"SELECT FROM sharing_authorisations_of('', 9999999, 10) WHERE id = {v.GRANTED}"),
    ),
    "asked: no refusal told": Clause(
        "authorisations_of",
        "WHEN t.state IN ('waits', 'lapsed', 'refused') THEN",
        "WHEN t.state IN ('waits', 'lapsed') THEN",
        v.tells_that_it_was_refused,
    ),
    "asked: nothing of a refusal told": Clause(
        "authorisations_of", "CASE WHEN l.kind <> 'refused' THEN l.items END", "l.items", v.tells_that_it_was_refused
    ),
    "call-backs: one's own": Clause(
        "authorisation_recalls_of",
        "c.organisation = mine AND",
        "",
        v.finds("SELECT FROM sharing_authorisation_recalls_of(false, 10)"),
    ),
    "overseen: by the centre": Clause(
        "authorisations_over",
        "IF NOT identity_centre_speaks() THEN",
        "IF false THEN",
        v.finds("SELECT FROM sharing_authorisations_over(10)"),
    ),
    "standing leave: one's own": Clause("standing_leave", "AND a.organisation = mine", "", v.finds_leave),
}
SOUND: dict[str, Attack] = {
    "a-record-by-leave": v.sees(),
    "an-answer-by-leave": v.enters(),
    "an-empty-answer-by-leave": v.enters(outcome="empty", record_ids=[], versions=[]),
    "an-answer-by-what-is-granted-once": v.enters(otherwise=v.with_event(once=True)),
    "a-request": v.asks(),
    "a-request-by-a-system": v.asks_by_a_system(),
    "a-request-that-reaches-nobody": v.asks(subject_id=0, undelivered="person-unknown"),
    "a-grant": v.answers(),
    "a-refusal": v.answers("refused"),
    "a-grant-narrowed-and-taken-back": v.answers("granted", "narrowed", "withdrawn"),
    "what-is-over-taken-back": v.answers("withdrawn", leave=v.GRANTED, otherwise=v.with_event(valid_until=0)),
    "a-call-back-acknowledged": v.acknowledges(),
    "what-is-kept-by-law": v.acknowledges(copies="kept-by-law", law="x"),
}
