"""What keeps hearing of changes: subscribing, telling, entering, ending; object by object and clause by clause; see ``guards``."""

from tests.people import OTHER
from tests.system import announcing as n
from tests.system import leaving as v
from tests.system.attacks import Attack
from tests.system.guards import APPEND, Clause, Guard, holds, trigger

OWN, SAYS, ONCE, WHILE, TOLD, WIDER, ASKED, STAYS = (
    "for its own organisation",
    "stands and says so",
    "ends once",
    "while its subscription stands",
    "wasn't told",
    "gets no wider",
    "what is granted was asked for",
    "and stays",
)
SILENT = v.with_event(announces=False)
GUARDS: dict[str, Guard] = dict(
    (
        trigger(n.SUBSCRIPTION, "subscription_guarded", n.subscribes(SILENT), SAYS),
        trigger(n.SUBSCRIPTION, "subscription_stays", n.deletes(n.SUBSCRIPTION), APPEND),
        trigger(v.EVENT, "authorisation_ends_subscription", n.goes_on(n.silenced), ""),
        trigger("sharing_enrolment", "enrolment_ends_subscriptions", n.goes_on(n.enrolment_ends), ""),
        trigger("identity_client", "client_ends_subscriptions", n.goes_on(n.client_ends), ""),
        trigger("identity_organisation", "organisation_ends_subscriptions", n.goes_on(n.organisation_ends), ""),
        trigger("identity_suspension", "suspension_ends_subscriptions", n.goes_on(n.client_suspended), ""),
        trigger(n.PART, "batch_to_look_at", n.writes_unnoticed, ""),
        trigger(n.CHANGE, "change_guarded", n.tells(v.with_event(valid_until=0)), WHILE),
        trigger(n.CHANGE, "change_entered", n.tells_unentered, ""),
        trigger(n.CHANGE, "change_append_only", n.alters_a_change, APPEND),
        trigger("ground_access_entry", "access_entry_of_change", n.enters(fields=["name"]), TOLD),
        holds(n.SUBSCRIPTION, "subscription_ended_wholly", n.past(ended_by="x")),
        holds(v.LEAVE, "authorisation_announces_for_a_period", v.past(v.LEAVE, v.asked, announces=True, once=True)),
        holds(
            v.EVENT, "authorisation_event_announces_for_a_period", v.past(v.EVENT, v.event, announces=True, once=True)
        ),
    )
)

CLAUSES: dict[str, Clause] = {
    "change told: by what wasn't ended": Clause(
        "subscription_stands", "wanted.ended_at IS NULL\n       AND ", "", n.tells(n.ended), WHILE
    ),
    "change told: under the enrolment that it began with": Clause(
        "subscription_stands",
        "WHERE s.enrolment_id = wanted.enrolment_id",
        "",
        n.asks(n.AFTER, before=n.told, otherwise=n.enrolled_anew),
    ),
    "change told: to a system in force": Clause(
        "subscription_stands",
        "AND EXISTS (SELECT FROM identity_client_live l WHERE l.client_id = wanted.client AND l.organisation = wanted.organisation)",
        "",
        n.subscribes(n.client_ends),
        SAYS,
    ),
    "change told: while the leave stands": Clause(
        "subscription_stands",
        "AND sharing_authorisation_state(a) = 'stands' AND",
        "AND",
        n.tells(v.with_event(valid_until=0)),
        WHILE,
    ),
    "change told: where it is announced": Clause(
        "subscription_stands", "AND l.announces)", ")", n.tells(SILENT), WHILE
    ),
    "change told: of whoever lives": Clause("subscription_stands", "AND p.died IS NULL", "", n.tells(v.dies), WHILE),
    "change told: to whom it was subscribed": Clause(
        "guard_change",
        "wanted.organisation IS DISTINCT FROM NEW.organisation OR",
        "",
        n.tells(v.others_enrolled, organisation=OTHER),
        WHILE,
    ),
    "subscription: for one's own organisation": Clause(
        "guard_subscription",
        "o.code = NEW.organisation AND s.name = NEW.client",
        "true",
        n.subscribes(name="another"),
        OWN,
    ),
    "subscription: ends once": Clause(
        "guard_subscription", "OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL\n           OR", "", n.ends_again, ONCE
    ),
    "subscription: changes in nothing else": Clause(
        "guard_subscription",
        "OR to_jsonb(NEW) - ARRAY['ended_at', 'ended_by'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['ended_at', 'ended_by']",
        "",
        n.takes_anothers,
        ONCE,
    ),
    "subscribe: to one's own": Clause(
        "subscribe",
        "AND a.organisation = me.code",
        "",
        n.asks(n.SUBSCRIBE, code=OTHER, name="verifier", before=n.subscribed),
    ),
    "unsubscribe: one's own": Clause(
        "unsubscribe",
        "AND a.organisation = me.code",
        "",
        n.asks(n.UNSUBSCRIBE, code=OTHER, name="verifier", before=n.subscribed),
    ),
    "changes: one's own": Clause(
        "changes_after",
        "c.organisation = (SELECT o.code FROM identity_speaker() p JOIN identity_organisation o ON o.id = p.organisation)\n      AND",
        "",
        n.asks(n.AFTER, code=OTHER, name="verifier", before=n.told),
    ),
    "changes: while it stands": Clause(
        "changes_after", "AND sharing_subscription_stands(s)", "", n.asks(n.AFTER, before=n.told, otherwise=n.silenced)
    ),
    "change entry: of that change": Clause(
        "guard_change_entry",
        "c.entry_id = NEW.entry_id AND",
        "",
        n.enters(entry_id="00000000-0000-7000-8000-000000000009"),
        TOLD,
    ),
    "change entry: of its person": Clause(
        "guard_change_entry",
        "AND identity_lead(a.subject_id) = NEW.subject_id",
        "",
        n.enters(subject_id="limited"),
        TOLD,
    ),
    "change entry: under its authorisation": Clause(
        "guard_change_entry", "AND a.number = NEW.authorisation", "", n.enters(authorisation="SQ9"), TOLD
    ),
    "change entry: of nothing else": Clause(
        "guard_change_entry", "NEW.fields <> '{change}' OR", "", n.enters(fields=["change", "name"]), TOLD
    ),
    "would tell: the items": Clause("would_tell", "AND i.code = ANY(codes)", "", n.would_tell(["XX-XX"])),
    "would tell: of whoever lives": Clause("would_tell", "AND p.died IS NULL", "", n.would_tell([v.ITEM], v.dies)),
    "leave event: announces what was asked": Clause(
        "guard_authorisation_event", " AND asked.announces >= NEW.announces", "", v.answers(announces=True), ASKED
    ),
    "leave event: narrowed announces no more than stood": Clause(
        "guard_authorisation_event",
        " AND last.announces >= NEW.announces",
        "",
        v.answers("narrowed", leave=v.GRANTED, announces=True),
        WIDER,
    ),
    "leave event: silenced once": Clause(
        "guard_authorisation_event", "NOT (last.announces AND", "NOT (", v.answers("silenced", leave=v.GRANTED), STAYS
    ),
    "leave event: silenced and nothing else": Clause(
        "guard_authorisation_event",
        "AND (NEW.items, NEW.once, NEW.valid_until) = (last.items, last.once, last.valid_until)",
        "",
        v.answers("silenced", leave=v.GRANTED, otherwise=n.announcing, items=[v.OTHER_ITEM]),
        STAYS,
    ),
    "call-backs after: one's own": Clause(
        "call_backs_after",
        "c.organisation = (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation)\n      AND",
        "",
        v.finds("SELECT FROM sharing_call_backs_after(-100, false, 10)"),
    ),
}

SOUND: dict[str, Attack] = {
    "a-subscription": n.asks(n.SUBSCRIBE),
    "a-subscription-ended": n.asks(n.UNSUBSCRIBE, before=n.subscribed),
    "a-subscription-written": n.subscribes(),
    "a-change-told": n.tells(),
    "a-change-listed": n.asks(n.AFTER, before=n.told),
    "a-change-entered": n.enters(),
    "what-would-be-told": n.would_tell([v.ITEM]),
    "silenced": v.answers("silenced", leave=v.GRANTED, otherwise=n.announcing, items=[v.ITEM]),
    "granted-with-changes": v.answers(announces=True, otherwise=v.with_request(v.WAITS, announces=True)),
}
