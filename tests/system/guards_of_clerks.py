"""What guards the clerks' tools, object by object and clause by clause."""

from tests.people import OTHER
from tests.system import clerking as c
from tests.system import keys as k
from tests.system.attacks import change_wholly
from tests.system.guards import APPEND, Clause, Guard, check, holds, policy, row_security, trigger

NONE, BY_PROVIDER, FIRST = (
    "of no batch that can be undone",
    "called wrong by its provider",
    "decided before it is agreed to",
)
ONCE, AHEAD, AT_CENTRE, STANDS = (
    "changed in nothing else",
    "ahead of time",
    "agreed to at the credit centre",
    "doesn't stand",
)
CLOSED = "after the record was closed"
RECALLED = "acknowledged once"
BY_ITSELF = "a provider itself says"
DELIVERED = "delivered once"
TABLE = c.TABLE
GUARDS: dict[str, Guard] = dict((
    trigger("records_proof_part", "proof_part_append_only", change_wholly("records_proof_part", "amount"), APPEND),
    trigger("records_proof_seal", "proof_seal_append_only", change_wholly("records_proof_seal", "seal"), APPEND),
    trigger("records_proof_run", "proof_run_append_only", change_wholly("records_proof_run", "head"), APPEND),
    trigger(TABLE, "undoing_guarded", c.decide_about_anothers, BY_PROVIDER),
    trigger(TABLE, "undoing_change_guarded", c.changes_it("ground = 'y'"), ONCE),
    trigger(TABLE, "undoing_stays", k.tries(f"DELETE FROM {TABLE} WHERE false", before=()), APPEND),
    trigger("records_undo_row", "undo_row_append_only", change_wholly("records_undo_row", "outcome"), APPEND),
    trigger("records_batch", "batch_of_an_undoing", c.opens_a_batch(), STANDS),
    policy(TABLE, "own_undoing", c.provider_sees),
    policy(TABLE, "centre_undoing", c.centre_sees),
    policy(TABLE, "every_undoing", c.worker_sees),
    row_security(TABLE, c.other_sees),
    holds(TABLE, "undoing_has_ground", c.decide_without_ground),
    holds(TABLE, "undoing_second_is_another", c.agree_to_ones_own),
    holds(TABLE, "undoing_done_when_agreed", c.do_without_agreement),
    check("records_undo_row", "undo_outcome_known", id=9001, outcome="lost"),
    trigger("ground_event", "event_guarded", c.rewrite_an_event, DELIVERED),
    trigger("ground_event", "event_stays", k.tries("DELETE FROM ground_event WHERE false", before=()), APPEND),
    check("ground_event", "event_of_a_kind_about_something", id=9001, kind=""),
    trigger("records_nothing", "nothing_guarded", c.declares(OTHER), BY_ITSELF),
    trigger("records_nothing", "nothing_append_only", change_wholly("records_nothing", "month"), APPEND),
    holds("records_nothing", "nothing_of_a_whole_month", c.declare_half_a_month),
    trigger("records_mapping", "mapping_guarded", c.maps(OTHER), BY_ITSELF),
    trigger("records_mapping", "mapping_append_only", change_wholly("records_mapping", "field"), APPEND),
    holds("records_mapping", "mapping_of_a_heading", c.maps(heading="")),
    trigger("records_day_receipt", "day_receipt_append_only", change_wholly("records_day_receipt", "content"), APPEND),
    check("records_day_figures", "day_adds_up", id=9001, day="1999-01-01", read=1),
    trigger("sharing_recall", "recall_guarded", c.rewrites_a_recall("case_reference = 'x'"), RECALLED),
    trigger("sharing_recall", "recall_stays", k.tries("DELETE FROM sharing_recall WHERE false", before=()), APPEND),
    holds("sharing_recall", "recall_acknowledged_by_somebody", c.rewrites_a_recall("acknowledged_at = now()")),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "proof: what is written is summed": Clause("guard_versions", "IF told.first = told.last THEN",
                                               "IF told.first = told.last THEN NULL; ELSIF false THEN", c.lose_what_is_written),
    "undoing: of a batch that is done": Clause("guard_undoing", "AND b.state = 'done'", "", c.decides(batch_id=7001), NONE),
    "undoing: of its item": Clause("guard_undoing", "AND b.item_id = NEW.item_id", "", c.decides(item_id=2), NONE),
    "undoing: by the provider": Clause("guard_undoing", "AND s.organisation = NEW.provider_id", "", c.decide_about_anothers, BY_PROVIDER),
    "undoing: by whoever speaks": Clause("guard_undoing", "u.id = NEW.decided_by_id AND", "", c.decides(by="officer"), BY_PROVIDER),
    "undoing: by one who hands in": Clause("guard_undoing", "JOIN identity_right r ON r.user_id = u.id AND r.role = 'clerk'", "",
                                           c.decide_by_one_who_left, BY_PROVIDER),
    "undoing: not agreed to at once": Clause("guard_undoing", "NEW.second_at IS NOT NULL OR NEW.agreed IS NOT NULL OR", "",
                                             c.decide_and_agree_at_once, FIRST),
    "undoing: not ahead of time": Clause("guard_undoing", "OR NEW.decided_at > clock_timestamp()", "", c.decide_for_tomorrow, FIRST),
    "undoing: agreed to once": Clause("guard_undoing_change", "OR OLD.second_at IS NOT NULL AND", "OR false AND", c.change_ones_mind, ONCE),
    "undoing: done once": Clause("guard_undoing_change", "OR OLD.done_at IS NOT NULL", "", c.finish_twice, ONCE),
    "undoing: not agreed to ahead of time": Clause("guard_undoing_change", "greatest(NEW.second_at, NEW.done_at)", "NEW.done_at",
                                                   c.agrees(at="now() + interval '1 day'"), AHEAD),
    "undoing: not done ahead of time": Clause("guard_undoing_change", "greatest(NEW.second_at, NEW.done_at)", "NEW.second_at",
                                              c.changes_it("done_at = now() + interval '1 day'", agreed=True), AHEAD),
    "undoing: agreed to by whoever speaks": Clause("guard_undoing_change", "OR NOT identity_at_window_speaks(NEW.second_by_id)", "",
                                                   c.agree_for_a_colleague, AT_CENTRE),
    "undoing: a word is said": Clause("guard_undoing_change", "NEW.agreed IS NULL OR", "", c.agrees(agreed="NULL"), AT_CENTRE),
    "undoing batch: agreed to": Clause("guard_undoing_batch", "AND u.agreed", "", c.opens_a_batch(), STANDS),
    "undoing batch: once": Clause("guard_undoing_batch", "AND u.done_at IS NULL", "", c.opens_a_batch(agreed=True, done=True), STANDS),
    "undoing batch: of its item": Clause("guard_undoing_batch", "AND u.item_id = NEW.item_id", "", c.opens_a_batch(agreed=True, item_id=2),
                                         STANDS),
    "undoing batch: of its provider": Clause("guard_undoing_batch", "AND u.provider_id = NEW.provider_id", "",
                                             c.opens_a_batch(agreed=True, provider_id=2), STANDS),
    "undone: one's own": Clause("undone_rows", "u.provider_id = (SELECT s.organisation FROM identity_speaker() s)", "true",
                                c.others_clerk_sees_left),
    "reopen: what this undoing undoes": Clause("may_reopen", "c.id = (SELECT u.batch_id FROM records_undoing u WHERE u.id = o.undoing_id)",
                                               "o.undoing_id IS NOT NULL", c.write_in_an_undoing_of_another, CLOSED),
    "reopen: the provider's own": Clause("may_reopen", "AND o.provider_id = c.provider_id", "", c.reopen_for_another_provider, CLOSED),
    "nothing: by an officer who speaks": Clause("clerk_speaks", "u.id = officer AND", "", c.declare_for_a_colleague, BY_ITSELF),
    "nothing: for one's own": Clause("clerk_speaks", "AND s.organisation = provider", "", c.declares(provider_id=2), BY_ITSELF),
    "nothing: not of a month to come": Clause("guard_nothing", "IF NEW.month > ", "IF false AND NEW.month > ", c.declare_tomorrow,
                                              "of a month to come"),
    "figures: one's own": Clause("may_see_provider", "provider = (SELECT s.organisation FROM identity_speaker() s)", "true",
                                 c.sees("SELECT * FROM records_days('2000-01-01', '2100-01-01')")),
    "figures: one's own until now": Clause("day_so_far", "AND records_may_see(b.provider_id)", "", c.sees_anothers_day),
    "figures: one's own receipts": Clause("day_receipt", "AND records_may_see(provider)", "",
                                          c.sees("SELECT * FROM records_receipt_of(1, current_date - 1)")),
    "figures: one's own months": Clause("months", "AND records_may_see(n.provider_id)", "",
                                        c.sees("SELECT * FROM records_months('2000-01-01')")),
    "figures: one's own names": Clause("mapping_of", "m.provider_id = (SELECT s.organisation FROM identity_speaker() s) AND", "",
                                       c.sees_anothers_names),
    "figures: one's own acts": Clause("own_acts", "WHERE u.organisation_id = (SELECT s.organisation FROM identity_speaker() s)", "",
                                      c.sees_anothers_acts),
    "reconcile: a day that has ended": Clause("reconcile", "IF midnight > transaction_timestamp() THEN", "IF false THEN", c.reconcile_today,
                                              "has not ended"),
    "recall: acknowledged once": Clause("guard_recall", "OLD.acknowledged_at IS NOT NULL OR", "", c.acknowledge_twice, RECALLED),
    "recall: by the one who was told": Clause("acknowledge", "AND c.organisation = o.code", "", c.acknowledge_anothers),
    "recall: one's own": Clause("recalls_of", "c.organisation = (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON "
                                "o.id = s.organisation) AND", "", c.sees("SELECT * FROM sharing_recalls_of(9223372036854775807, 10)")),
    "recall: of what was taken back": Clause("recall", "AND r.outcome <> 'left'", "", c.tell_of_what_was_left),
    "event: delivered once": Clause("guard_outbox", "OLD.delivered_at IS NOT NULL OR", "", c.deliver_twice, DELIVERED),
}  # fmt: skip
