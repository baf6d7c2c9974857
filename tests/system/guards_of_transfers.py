"""What guards merging and splitting persons, object by object and clause by clause."""

from tests.people import CENTRE, MARKET
from tests.system import adjudicating as j
from tests.system import keys as k
from tests.system import transferring as t
from tests.system.attacks import change_wholly
from tests.system.guards import APPEND, Clause, Guard, holds, policy, row_security, trigger

TO_NOBODY, FROM_NOBODY, BY_WHOEVER = "a transfer to nobody", "a transfer from nobody", "by whoever speaks"
FIRST, SAME_WAY, TURN = (
    "decided before it is agreed to",
    "the same way twice",
    "another transfer of these persons comes first",
)
ONCE, AHEAD, LEFT = "changed in nothing else", "ahead of time", "no code leads to the absorbed"
ABSORBED, MOVED_CODE, IN_HAND = (
    "nobody is absorbed but by a step",
    "a code is moved to no other subject",
    "nobody has in hand",
)
ALONE, STAYS, AGAIN, NOBODY = (
    "by a step alone",
    "stays as it is",
    "a version without the one before it",
    "stands against nobody",
)
ANNOUNCED = "NEW.transfer_step_id IS DISTINCT FROM nullif(current_setting('cx.transfer', true), '')::bigint"
WINDOW = "AND u.login = (SELECT s.name FROM identity_speaker() s)"
GUARDS: dict[str, Guard] = dict((
    trigger(t.TRANSFER, "transfer_guarded", t.enters(into_subject=987654), TO_NOBODY),
    trigger(t.TRANSFER, "transfer_append_only", k.tries(f"UPDATE {t.TRANSFER} SET kind = kind", before=()), APPEND),
    trigger(t.CODE, "transfer_code_append_only", change_wholly(t.CODE, "goes"), APPEND),
    trigger(t.STEP, "step_guarded", t.decide_by_a_clerk, BY_WHOEVER),
    trigger(t.STEP, "step_change_guarded", t.changes_it("ground = '晋公户证2号'"), ONCE),
    trigger(t.STEP, "step_stays", k.tries(f"DELETE FROM {t.STEP} WHERE false", before=()), APPEND),
    trigger("identity_person", "person_absorbed_by_a_step", t.absorbs("young", "wang"), ABSORBED),
    trigger("identity_capacity", "capacity_stays", t.forgets("identity_capacity", "limited"), APPEND),
    trigger("identity_attestation", "attestation_stays", t.forgets("identity_attestation", "wang"), APPEND),
    trigger("records_batch", "batch_of_a_step", t.opens_a_batch(), IN_HAND),
    trigger(t.MOVE, "move_append_only", change_wholly(t.MOVE, "outcome"), APPEND),
    trigger("ground_message", "message_append_only", change_wholly("ground_message", "kind"), APPEND),
    policy(t.TRANSFER, "every_transfer", j.sees(t.TRANSFER, "intake")),
    policy(t.TRANSFER, "centre_transfer", j.sees(t.TRANSFER, "app", CENTRE)),
    policy(t.STEP, "every_step", j.sees(t.STEP, "intake")),
    policy(t.STEP, "centre_step", j.sees(t.STEP, "app", CENTRE)),
    row_security(t.TRANSFER, j.sees(t.TRANSFER, "app", MARKET)),
    row_security(t.STEP, j.sees(t.STEP, "app", MARKET)),
    holds(t.TRANSFER, "transfer_between_two", t.enters(kind="detach", record_ids=[1])),
    holds(t.TRANSFER, "transfer_takes_something", t.enters(kind="split")),
    holds(t.STEP, "step_has_ground", t.decides(ground="")),
    holds(t.STEP, "step_second_is_another", t.agrees(login="officer", speaker="officer")),
    holds(t.STEP, "step_done_when_agreed", t.changes_it("done_at = now()")),
    holds("identity_person", "person_not_absorbed_into_itself", t.into_itself),
    holds(t.MOVE, "move_outcome_known", t.note_a_strange_outcome),
    holds("ground_message", "message_to_somebody_of_a_kind", t.tell_of_nothing),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "transfer: to one who stands by themselves": Clause("guard_transfer", "p.subject_id = NEW.into_subject AND p.absorbed_into_id IS NULL",
                                                        "p.subject_id = NEW.into_subject", t.enter_to_the_absorbed, TO_NOBODY),
    "transfer: from one who stands by themselves": Clause(
        "guard_transfer", "p.subject_id = NEW.from_subject_id AND p.absorbed_into_id IS NULL", "p.subject_id = NEW.from_subject_id",
        t.enter_from_the_absorbed, FROM_NOBODY),
    "step: by whoever speaks": Clause("at_window_speaks", WINDOW, "", t.decides(login="colleague"), BY_WHOEVER),
    "step: agreed by whoever speaks": Clause("at_window_speaks", WINDOW, "", t.agrees(speaker="officer"), BY_WHOEVER),
    "step: not agreed at once": Clause("guard_step", "NEW.second_at IS NOT NULL OR", "", t.decide_and_agree_at_once, FIRST),
    "step: not ahead of time": Clause("guard_step", "OR NEW.decided_at > clock_timestamp()", "", t.decides(decided_at="2099-01-01"), FIRST),
    "step: never the same way twice": Clause("guard_step", "NEW.forth IS NOT DISTINCT FROM", "NULL IS NOT DISTINCT FROM", t.forth_twice,
                                             SAME_WAY),
    "step: forth first": Clause("guard_step", "ORDER BY s.id DESC LIMIT 1), false)", "ORDER BY s.id DESC LIMIT 1), true)",
                                t.decides(forth=False), SAME_WAY),
    "step: none is open": Clause("transfer_in_turn", "last.done_at IS NULL", "false", t.decide_out_of_turn, TURN),
    "step: the later one first": Clause("transfer_in_turn", "OR last.forth AND", "OR false AND", t.undo_under_a_later_one, TURN),
    "step: done once": Clause("guard_step_change", "OR OLD.done_at IS NOT NULL", "", t.finish_twice, ONCE),
    "step: agreed to once": Clause("guard_step_change", "OR OLD.second_at IS NOT NULL", "OR false",
                                   t.changes_it("agreed = false", agreed=True), ONCE),
    "step: not agreed to ahead of time": Clause("guard_step_change", "greatest(NEW.second_at, NEW.done_at)", "NEW.done_at",
                                                t.agrees(at="now() + interval '1 day'"), AHEAD),
    "step: not done ahead of time": Clause("guard_step_change", "greatest(NEW.second_at, NEW.done_at)", "NEW.second_at",
                                           t.changes_it("done_at = now() + interval '1 day'", agreed=True), AHEAD),
    "step: no code is left behind": Clause("guard_step_change", "NEW.done_at IS NOT NULL AND EXISTS", "false AND EXISTS",
                                           t.finish_while_a_code_leads_to_the_absorbed, LEFT),
    "in hand: agreed to": Clause("in_hand", "AND s.agreed AND", "AND", t.moves_a_code("young", "wang", t.announce), MOVED_CODE),
    "in hand: not done": Clause("in_hand", "AND s.done_at IS NULL", "", t.moves_a_code("young", "wang", t.announce_what_is_done),
                                MOVED_CODE),
    "code: from the one": Clause("guard_code", "h.source = OLD.subject_id AND", "",
                                  t.moves_a_code("limited", "wang", t.in_hand), MOVED_CODE),
    "code: to the other": Clause("guard_code", "AND h.target = NEW.subject_id", "",
                                   t.moves_a_code("young", "limited", t.in_hand), MOVED_CODE),
    "absorbed: the one": Clause("guard_absorbed", "AND NEW.subject_id = h.source", "", t.absorbs("limited", "wang", t.in_hand), ABSORBED),
    "absorbed: into the other": Clause("guard_absorbed", "AND NEW.absorbed_into_id IS NOT DISTINCT FROM h.target", "",
                                       t.absorbs("young", "limited", t.in_hand), ABSORBED),
    "absorbed: once": Clause("guard_absorbed", "AND OLD.absorbed_into_id IS NULL", "",
                             t.absorbs("young", "wang", t.absorbed_by_another, t.in_hand), ABSORBED),
    "words: of the two": Clause("guard_words", "WHERE OLD.subject_id IN (h.source, h.target)", "",
                                t.forgets("identity_capacity", "limited", t.in_hand), APPEND),
    "batch: the step in hand": Clause("guard_step_batch", ANNOUNCED, "false", t.opens_a_batch(t.in_hand, number=987654), IN_HAND),
    "batch: agreed to": Clause("guard_step_batch", "OR NOT EXISTS (SELECT FROM identity_in_hand())", "",
                               t.opens_a_batch(t.announce), IN_HAND),
    "version: moves by a step": Clause("guard_versions", "IF told.moved THEN", "IF false THEN", t.move_without_a_step, ALONE),
    "version: between the two": Clause("guard_versions", "h WHERE f.subject_id IN (h.source, h.target))", "h)",
                                       t.write_for_a_third, STAYS),
    "version: a copy, in its dates": Clause("guard_versions", "f.shown_until, f.repair_from, f.erase_on, f.commitment)",
                                            "v.shown_until, f.repair_from, f.erase_on, f.commitment)", t.lengthened, STAYS),
    "version: a copy, in its content": Clause("guard_versions", "f.erase_on, f.commitment)", "f.erase_on, v.commitment)",
                                              t.writes(t.in_its_batch, commitment=bytes(32)), STAYS),
    "version: a copy of what stands": Clause("guard_versions", "AND v.batch_id <> f.batch_id AND v.state = 'active'", "", t.make_up, STAYS),
    "version: comes back by a step": Clause("guard_versions", "WHEN 'moved' THEN told.stepping", "WHEN 'moved' THEN true",
                                            t.come_back_without_a_step, AGAIN),
    "version: none for the absorbed": Clause("guard_versions", "p.absorbed_into_id IS NOT NULL OR", "",
                                             t.write_for_the_absorbed, NOBODY),
    "headers: the centre's": Clause("headers", "IF NOT identity_centre_speaks() THEN", "IF false THEN", t.look_at_headers(MARKET),
                                    "told apart at the credit centre"),
}  # fmt: skip
SOUND = {
    "a-record-that-moves": t.write_values_of_what_moved,
    "codes-of-a-merge": t.moves_a_code("young", "wang", t.in_hand),
    "absorbed-by-a-merge": t.absorbs("young", "wang", t.in_hand),
    "headers-at-the-centre": t.look_at_headers(CENTRE),
}
