"""What keeps the window to whoever stands there, object by object and clause by clause; see ``guards``."""

from datetime import UTC, datetime, timedelta

from tests.people import CENTRE, MARKET
from tests.system import keys as k
from tests.system import serving as v
from tests.system import who as w
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.guards import APPEND, Clause, Guard, holds, policy, row_security, trigger
from tests.system.stage import Stage

ONCE, OPENED, WINDOW, OTHERS = (
    "changed in nothing else",
    "is opened now",
    "at the credit centre's window",
    "about nobody else",
)
NOW, HALF_HOUR, ONESELF = "is confirmed now", "half an hour at most", "nobody decides about themselves"


def grown(stage: Stage) -> int:
    return stage.facts.young


GUARDS: dict[str, Guard] = dict((
    policy(v.TABLE, "centre_visit", v.sees(CENTRE)),
    row_security(v.TABLE, v.sees(MARKET)),
    trigger(v.TABLE, "visit_guarded", v.enters(opened_at="2099-01-01"), OPENED),
    trigger(v.TABLE, "visit_change_guarded", v.changes_one("closes_at = now() + interval '10 minutes'"), ONCE),
    trigger(v.TABLE, "visit_by_others", w.as_person("officer", "wang", v.enters()), ONESELF),
    trigger(v.TABLE, "visit_stays", k.tries(f"DELETE FROM {v.TABLE} WHERE false", before=()), APPEND),
    trigger("ground_access_entry", "access_entry_at_the_window", v.enters_reading, OTHERS),
    holds(v.TABLE, "visit_of_a_kind", v.enters(applicant_id=grown)),
    holds(v.TABLE, "visit_of_a_relative_says_why", v.enters(interest="x")),
    holds(v.TABLE, "visit_to_another", v.enters(kind="relative", applicant_id=v.dead)),
    holds(v.TABLE, "visit_confirmed_by_a_second", v.confirms("officer")),
    holds(v.TABLE, "visit_opens_when_confirmed", v.enters(closes_at=None)),
))  # fmt: skip

SPEAKS = "AND u.login = (SELECT s.name FROM identity_speaker() s)"
OVER = {"closes_at": lambda _: datetime.now(UTC) - timedelta(minutes=1)}
CLAUSES: dict[str, Clause] = {
    "served: by the officer who saw them": Clause(
        "being_served", "AND u.login = s.name AND u.organisation_id = s.organisation", "", v.reads(by="colleague")),
    "served: by an officer at the window": Clause("being_served", "JOIN identity_at_window w ON w.user_id = v.officer_id", "",
                                                  v.reads(first=v.LEAVE)),
    "served: no minor": Clause("being_served", "AND p.minor_rank <= p.identity_rank", "",
                               v.reads(first=v.MINOR, past="person_stays_closed")),
    "served: not ended": Clause("being_served", "v.ended_at IS NULL AND", "", v.reads(first=v.END)),
    "served: in time": Clause("being_served", "AND v.closes_at > clock_timestamp()", "", v.reads(v.OTHER, opened=OVER)),
    "served: the living": Clause("being_served", "AND (p.died IS NOT NULL) = (v.kind = 'relative')", "", v.reads(first=v.CLOSE_BY_DAY)),
    "served: by a delegation in force": Clause("being_served", "AND (v.kind <> 'delegate' OR EXISTS", "AND (true OR EXISTS",
                                               v.reads(v.OTHER, opened={"kind": "delegate"}, first=v.NO_MORE)),
    "visit: for half an hour": Clause("guard_visit", "OR NEW.closes_at > clock_timestamp() + interval '30 minutes'", "",
                                      v.enters(closes_at=lambda _: datetime.now(UTC) + timedelta(minutes=40)), HALF_HOUR),
    "visit: opened unconfirmed": Clause("guard_visit", "NEW.confirmed_at IS NOT NULL OR", "", v.enters(
        kind="relative", confirmed_at=lambda _: datetime.now(UTC), confirmed_by_id=lambda stage: user(stage, "colleague"),
        closes_at=lambda _: datetime.now(UTC) + timedelta(minutes=9)), OPENED),
    "visit: at the window": Clause("guard_visit", "w.user_id = NEW.officer_id", "true",
                                   v.enters(officer_id=lambda stage: user(stage, "clerk")), WINDOW),
    "visit: by whoever speaks": Clause("guard_visit", SPEAKS, "", v.enters(by="colleague"), WINDOW),
    "visit: the dead by relatives": Clause("guard_visit", "AND (p.died IS NOT NULL) = (NEW.kind = 'relative')", "",
                                           v.enters(subject_id=v.dead), "relatives ask about the dead"),
    "visit: an agent's own delegation": Clause("guard_visit", "AND a.subject_id = NEW.subject_id", "",
                                               v.enters(kind="delegate", subject_id=grown), "by a delegation in force"),
    "visit: another agent's delegation": Clause("guard_visit", "AND a.agent_id = NEW.applicant_id", "",
                                                v.enters(kind="delegate", applicant_id=grown), "by a delegation in force"),
    "visit: confirmed for half an hour": Clause("guard_visit_change", "OR NEW.closes_at > clock_timestamp() + interval '30 minutes'", "",
                                                v.confirms(minutes=40), NOW),
    "visit: confirmed by whoever speaks": Clause("guard_visit_change", "u.login = (SELECT s.name FROM identity_speaker() s)", "true",
                                                 v.confirms(speaks="officer"), WINDOW),
    "visit: two persons": Clause("guard_visit_hands", "PERFORM identity_refuse_one_person(NEW.officer_id, NEW.confirmed_by_id);", "",
                                 w.as_one("colleague", "officer", v.confirms()), "two signatures are of two persons"),
    "visit: not confirmed by the relative": Clause("guard_visit_hands", "coalesce(NEW.confirmed_by_id, NEW.officer_id)", "NEW.officer_id",
                                                   w.as_person("colleague", "wang", v.confirms()), ONESELF),
    "visit: not by the relative": Clause("guard_visit_hands", "ARRAY[NEW.subject_id, NEW.applicant_id]", "ARRAY[NEW.subject_id]",
                                         w.as_person("officer", "wang", v.enters(kind="relative")), ONESELF),
    "visit: entered under one's own name": Clause(
        "guard_window_entry", "OR NEW.officer IS DISTINCT FROM (SELECT s.name FROM identity_speaker() s)", "",
        v.enters_reading_under_anothers_name, OTHERS),
    "certificate: none of the dead": Clause("guard_report", "NEW.kind = 'special' AND EXISTS (SELECT FROM identity_person",
                                            "false AND EXISTS (SELECT FROM identity_person", v.certifies_the_dead, "for the dead"),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "a-visit": v.enters(),
    "a-visit-by-an-agent": v.enters(kind="delegate"),
    "a-relatives-visit": v.confirms(),
    "a-reading-at-the-window": v.reads(),
    "an-entry-at-the-window": v.enters_own_reading,
    "a-certificate-at-the-window": v.certifies,
}
