"""What guards the delivery of corrections and the feed of revocations, object by object and clause by clause; see ``guards``."""

from tests.people import CENTRE, MARKET, OTHER
from tests.system import correcting as r
from tests.system import keys as k
from tests.system.attacks import Attack, change_wholly
from tests.system.guards import APPEND, Clause, Guard, check, holds, trigger
from tests.system.who import as_one

OWN, OF_IT, FIRST = "for their own organisation", "system of the organisation", "entered first"
ONCE, AT_CENTRE, ENDED = "confirmed once, ended once", "confirmed at the centre", "by its organisation or the centre"
ENDS_ONCE, KEY_ONCE, PAGE_ONCE = "a delivery ends once", "given an end once", "on a page once"
GUARDS: dict[str, Guard] = dict((
    trigger(r.HOOK, "hook_guarded", r.updates("url = 'https://b.example/'"), ONCE),
    trigger(r.HOOK, "hook_stays", k.tries(f"DELETE FROM {r.HOOK} WHERE false", before=()), APPEND),
    trigger(r.HOOK, "hook_told_of_what_waits", r.confirm_silently, ""),
    holds(r.HOOK, "hook_over_https", r.past(r.HOOK, r.hook, organisation_id=1, url="http://a.example/")),
    holds(r.HOOK, "hook_confirmed_wholly", r.past(r.HOOK, r.hook, organisation_id=1, confirmed_at="2026-01-01")),
    holds(r.HOOK, "hook_ended_wholly", r.past(r.HOOK, r.hook, organisation_id=1, ended_at="2026-01-01")),
    trigger("sharing_recall", "recall_delivered", r.recall_silently, ""),
    trigger("sharing_authorisation_recall", "authorisation_recall_delivered", r.call_back_silently, ""),
    trigger(r.DELIVERY, "delivery_guarded", r.rewrites("numbers = '{5}'"), ENDS_ONCE),
    trigger(r.DELIVERY, "delivery_stays", k.tries(f"DELETE FROM {r.DELIVERY} WHERE false", before=()), APPEND),
    check(r.DELIVERY, "delivery_kind_known", id=9009, message="x", kind="gossip"),
    check(r.DELIVERY, "delivery_due_or_over", id=9009, message="x", next_at=None, done_at=None, gave_up_at=None),
    trigger(r.CHASE, "chase_append_only", change_wholly(r.CHASE, "step"), APPEND),
    trigger(r.CHASE, "chase_delivered", r.remind_silently, ""),
    check(r.CHASE, "chase_of_something", id=9009, step=2, late=0),
    trigger(r.REVOCATION, "revocation_guarded", r.change_a_token, PAGE_ONCE),
    trigger(r.REVOCATION, "revocation_stays", k.tries(f"DELETE FROM {r.REVOCATION} WHERE false", before=()), APPEND),
    check(r.REVOCATION, "revocation_token_hashed", token="\\x00"),
    trigger(r.PAGE, "feed_page_append_only", change_wholly(r.PAGE, "note"), APPEND),
    trigger(r.KEY, "signing_key_guarded", r.change_a_key, KEY_ONCE),
    trigger(r.KEY, "signing_key_stays", k.tries(f"DELETE FROM {r.KEY} WHERE false", before=()), APPEND),
    check(r.KEY, "signing_key_use_known", use="love"),
    check(r.KEY, "signing_key_whole", number=9, public="\\x00"),
    trigger("sharing_report_withdrawal", "report_withdrawal_announced", r.withdraw_silently, ""),
    check("sharing_report", "report_salted", number="x", kind="duty", check_digest=None,
          purpose="", covers=None, valid_until=None, salt="\\x00"),
))  # fmt: skip
TEST_OWN = "AND (h.organisation_id = (SELECT s.organisation FROM identity_speaker() s) OR identity_centre_speaks())"
MINE = (
    "r.organisation = (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation)"
)
AFTER = "SELECT FROM sharing_recalls_after(0, false, 10)"
LATE, ALL = "SELECT FROM sharing_late_recalls(10)", "SELECT FROM sharing_deliveries(99999999, 10)"
CLAUSES: dict[str, Clause] = {
    "hook: of one's own organisation": Clause(
        "guard_hook", "(me, mine) IS DISTINCT FROM (NEW.entered_by_id, NEW.organisation_id)", "false", r.enters(MARKET, "clerk"), OWN),
    "hook: by oneself": Clause(
        "guard_hook", "(me, mine) IS DISTINCT FROM (NEW.entered_by_id, NEW.organisation_id)", "mine IS DISTINCT FROM NEW.organisation_id",
        r.enters(entered_by_id="clerk"), OWN),
    "hook: a system of the organisation": Clause("guard_hook", "AND l.organisation_id = NEW.organisation_id", "",
                                                 r.enters(MARKET, "clerk", at=MARKET, entered_by_id="clerk"), OF_IT),
    "hook: a system that may call": Clause("guard_hook", "SELECT FROM identity_client_live l", "SELECT FROM identity_client l",
                                           r.enters(first=r.suspend_client), OF_IT),
    "hook: not confirmed at once": Clause("guard_hook", "NEW.confirmed_at IS NOT NULL OR NEW.ended_at IS NOT NULL", "false",
                                          r.enters(confirmed_at="2026-01-01", confirmed_by_id="officer"), FIRST),
    "hook: confirmed once": Clause(
        "guard_hook", "OR (OLD.confirmed_at IS NOT NULL AND", "OR (false AND", r.updates(r.CONFIRM, first=None), ONCE),
    "hook: ended once": Clause("guard_hook", "OLD.ended_at IS NOT NULL OR", "", r.updates(r.END, first=r.ended), ONCE),
    "hook: confirmed at the centre": Clause("guard_hook", "NOT identity_centre_speaks() OR me IS DISTINCT FROM NEW.confirmed_by_id",
                                            "me IS DISTINCT FROM NEW.confirmed_by_id", r.updates(r.CONFIRM, MARKET, "clerk"), AT_CENTRE),
    "hook: confirmed by whoever speaks": Clause("guard_hook", "OR me IS DISTINCT FROM NEW.confirmed_by_id", "",
                                                r.updates(r.CONFIRM, login="officer", by="colleague"), AT_CENTRE),
    "hook: confirmed by another person": Clause(
        "guard_hook", "PERFORM identity_refuse_one_person(NEW.confirmed_by_id, NEW.entered_by_id);", "",
                                                as_one("verifier", "colleague", r.updates(r.CONFIRM))),
    "hook: ended by whoever speaks": Clause("guard_hook", "me IS DISTINCT FROM NEW.ended_by_id OR", "",
                                            r.updates(r.END, OTHER, "verifier", first=None, by="clerk"), ENDED),
    "hook: ended by its own or the centre": Clause("guard_hook", "OR NOT (mine = OLD.organisation_id OR identity_centre_speaks())", "",
                                                   r.updates(r.END, MARKET, "clerk", first=None), ENDED),
    "hook of: confirmed": Clause("hook_of", "AND h.confirmed_at IS NOT NULL", "", r.url_of(r.unconfirmed)),
    "hook of: not ended": Clause("hook_of", "AND h.ended_at IS NULL", "", r.url_of(r.ended)),
    "hook of: of a system that may call": Clause(
        "hook_of", "identity_client_live l", "(SELECT c.id, o.code AS organisation FROM identity_client c JOIN identity_organisation o "
        "ON o.id = c.organisation_id) l", r.url_of(r.suspend_client)),
    "queue: of whoever has an address": Clause(
        "queue", "WHERE (sharing_hook_of(p.organisation)).id IS NOT NULL", "", r.recall_without_an_address),
    "queue: what is open": Clause("queue_recalls", "WHERE f.acknowledged_at IS NULL", "", r.recall_what_is_done_with),
    "queue: call-backs that are open": Clause("queue_call_backs", "WHERE f.acknowledged_at IS NULL", "", r.call_back_what_is_done_with),
    "delivery: ends once": Clause(
        "guard_delivery", "OLD.next_at IS NULL OR", "", r.rewrites("next_at = now(), done_at = NULL", r.DONE), ENDS_ONCE),
    "delivery: taken when due": Clause("take_deliveries", "d.next_at <= moment", "d.next_at IS NOT NULL", r.take_ahead),
    "delivery: a test to what stands": Clause("take_deliveries", "AND h.ended_at IS NULL", "", r.test_to_what_ended),
    "delivery: settled by its own try": Clause("settle_delivery", "AND d.tries = this_try", "", r.settle_for_another),
    "delivery: of one's own recalls": Clause("delivered_recalls", "AND r.organisation = d.organisation", "",
                                             r.says_anothers("sharing_delivered_recalls", "recalls")),
    "delivery: of one's own call-backs": Clause("delivered_call_backs", "AND c.organisation = d.organisation", "",
                                                r.says_anothers("sharing_delivered_call_backs", "call-backs")),
    "delivery: of one's own reminders": Clause("delivered_chases", "AND c.organisation = d.organisation", "",
                                               r.says_anothers("sharing_delivered_chases", "chase")),
    "hooks: one's own": Clause("hooks", "h.organisation_id = s.organisation OR identity_centre_speaks()", "true",
                               r.finds("SELECT FROM sharing_hooks()")),
    "test: to one's own": Clause("try_hook", TEST_OWN, "", r.tries_anothers()),
    "test: to what stands": Clause("try_hook", "AND h.ended_at IS NULL", "", r.tries_anothers(OTHER, "verifier", first=r.ended)),
    "test: one at a time": Clause("try_hook", "AND d.next_at IS NOT NULL", "AND false", r.tries_anothers(OTHER, "verifier", times=2)),
    "deliveries: one's own": Clause(
        "deliveries", "d.organisation = m.code OR d.kind = 'test' AND identity_centre_speaks()", "true", r.finds(ALL)),
    "deliveries: tests alone at the centre": Clause("deliveries", "d.kind = 'test' AND", "", r.finds(ALL, CENTRE, "officer")),
    "recalls after: one's own": Clause("recalls_after", MINE, "true", r.finds(AFTER)),
    "late: for the centre": Clause("late_recalls", "WHERE identity_centre_speaks()", "", r.finds(LATE)),
    "reminders: one's own": Clause("chases_of", "c.organisation = m.code", "true", r.finds("SELECT FROM sharing_chases_of()")),
    "reminders: of what is open": Clause(
        "open_on", "r.due_on = day AND r.acknowledged_at IS NULL", "r.due_on = day", r.remind_about_nothing_open),
    "reminders: not of what is done with": Clause("open_on", "r.due_on = day AND r.acknowledged_at IS NULL", "r.due_on = day",
                                                  r.chase_what_is_done_with),
    "feed: page after page": Clause(
        "publish_page", "wanted IS DISTINCT FROM (", "false AND wanted IS DISTINCT FROM (", r.publishes(7), "follow one another"),
    "feed: a token on one page": Clause("guard_revocation", "OLD.page IS NOT NULL OR", "", r.move_a_token, PAGE_ONCE),
    "feed: copies of what stood before": Clause("copies_of", "AND seen.version < p.below", "", r.copies(versions=[2])),
    "feed: by its cause": Clause("copies_of", "AND records_cause_of(v.state) = cause", "", r.copies(versions=[1], cause="repaired")),
    "feed: of withdrawn reports": Clause(
        "copy_withdrawn",
        "sharing_report_withdrawal w JOIN sharing_report s ON s.number = w.number WHERE w.number = wanted",
                                         "sharing_report s WHERE s.number = wanted", r.salt_of_a_report_that_stands),
    "key: ended once": Clause("guard_signing_key", "OLD.until IS NOT NULL OR", "", r.end_a_key_twice, KEY_ONCE),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "an-address": r.enters(),
    "an-address-confirmed": r.updates(r.CONFIRM),
    "an-address-ended-by-its-own": r.updates(r.END, OTHER, "verifier", first=None),
    "an-address-ended-by-the-centre": r.updates(r.END, first=None),
    "a-test": r.tries_anothers(OTHER, "verifier"),
    "a-test-by-the-centre": r.tries_anothers(CENTRE, "officer"),
    "a-message": r.url_of(),
    "a-message-settled": r.settles,
    "a-page": r.publishes(2),
    "a-copy": r.copies(versions=[1]),
    "a-reminder-once": r.chases,
    "deliveries-of-ones-own": r.finds(ALL, OTHER, "verifier"),
    "recalls-of-ones-own": r.finds(AFTER, CENTRE, "officer"),
    "reminders-of-ones-own": r.finds("SELECT FROM sharing_chases_of()", CENTRE, "officer"),
    "late-for-the-centre": r.finds(LATE, CENTRE, "officer"),
}
