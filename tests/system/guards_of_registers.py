"""What guards the registers of the desk: searches that officers keep, and what a provider is told of its waiting rows."""

from tests.people import MARKET, OTHER
from tests.system import keeping as k
from tests.system.guards import Clause, Guard, holds, policy, row_security, trigger

BY_ONESELF, TWENTY = "kept by whoever speaks", "twenty searches"
CODE = "14999919900101001X"
GUARDS: dict[str, Guard] = dict((
    trigger(k.TABLE, "saved_view_guarded", k.keep_without_speaking, BY_ONESELF),
    policy(k.TABLE, "own_saved_view", k.sees()),
    row_security(k.TABLE, k.sees(MARKET, "clerk")),
    holds(k.TABLE, "saved_view_has_name", k.keeps(name=CODE)),
    holds(k.TABLE, "saved_view_of_filters", k.keeps(query=f"item={CODE}")),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "saved: for oneself": Clause(
        "guard_saved_view", "WHERE u.id = NEW.officer_id", "", k.keeps("clerk", role="owner"), BY_ONESELF
    ),
    "saved: twenty at most": Clause(
        "guard_saved_view", "count(*) >= 20", "count(*) >= 2000", k.keep_one_too_many, TWENTY
    ),
    "held: one's own": Clause(
        "own_held",
        "WHERE w.provider_id = (SELECT s.organisation FROM identity_speaker() s)",
        "",
        k.sees_held(OTHER, "verifier"),
    ),
    "held: of one's own batch": Clause(
        "held_of",
        "AND w.provider_id = (SELECT s.organisation FROM identity_speaker() s)",
        "",
        k.sees_held_of(OTHER, "verifier"),
    ),
    "weeks: one's own": Clause("weeks", "AND records_may_see(c.provider_id)", "", k.sees_weeks(OTHER, "verifier")),
}
SOUND = {
    "a-search-kept": k.keeps(),
    "a-search-seen": k.sees(),
    "ones-own-batch-held": k.sees_held_of(MARKET, "clerk"),
    "ones-own-weeks": k.sees_weeks(MARKET, "clerk"),
    "ones-own-held": k.sees_held(MARKET, "clerk"),
}
