"""What keeps batches of queries whole, answered once and only with entries, and gone when they are over; see ``guards``."""

from tests.people import MARKET
from tests.system import batching as b
from tests.system import limiting as li
from tests.system import speaking as s
from tests.system.checking import unchecked
from tests.system.guards import APPEND, NOT_CURRENT, Clause, Guard, holds, policy, row_security, trigger
from tests.system.keys import tries

WHOLE, WITHIN, ONCE, SETTLED_ONCE, OVER, EARLY, NOW = (
    "a batch comes whole",
    "with its batch and within it",
    "a batch is erased once",
    "a part is settled once",
    "a part of a batch that is over",
    "erased before its time",
    "wasn't settled now",
)
IN_FORCE, NOBODYS, ENTERED = "by a client in force", "nobody's batch", "an entry for each of its persons"
GUARDS: dict[str, Guard] = dict((
    policy(b.BATCH, "own_query_batch", s.sees_mine(b.BATCH)),
    policy(b.PART, "own_batch_part", s.sees_mine(b.PART)),
    policy(b.RESULT, "own_batch_result", s.sees_mine(b.RESULT)),
    row_security(b.BATCH, s.sees_theirs(b.BATCH)),
    row_security(b.PART, s.sees_theirs(b.PART)),
    row_security(b.RESULT, s.sees_theirs(b.RESULT)),
    trigger(b.BATCH, "batch_whole", b.opens(), WHOLE),
    trigger(b.BATCH, "batch_change_guarded", tries(f"UPDATE {b.BATCH} SET persons = 2", before=()), ONCE),
    trigger(b.BATCH, "batch_stays", b.deletes(b.BATCH), APPEND),
    trigger(b.PART, "batch_part_within", b.adds_later, WITHIN),
    trigger(b.PART, "batch_part_settled_once", b.changes_a_part(place=2), SETTLED_ONCE),
    trigger(b.PART, "batch_part_stays", b.deletes(b.PART), APPEND),
    trigger(b.QUESTION, "batch_question_sealed", b.seals_with_a_late_key, NOT_CURRENT),
    trigger(b.QUESTION, "batch_question_sealed_anew", b.seals_anew_with_a_late_key, NOT_CURRENT),
    trigger(b.QUESTION, "batch_question_gone", tries(f"DELETE FROM {b.QUESTION}", before=()), EARLY),
    trigger(b.QUESTION, "batch_question_stays", tries(f"TRUNCATE {b.QUESTION}", before=()), APPEND),
    trigger(b.RESULT, "batch_result_gone", tries(f"DELETE FROM {b.RESULT}", before=()), EARLY),
    trigger(b.RESULT, "batch_result_stays", tries(f"UPDATE {b.RESULT} SET jwe = jwe", before=()), APPEND),
    trigger(b.RESULT, "batch_result_guarded", b.tells_what_was_not_settled, NOW),
    holds(b.BATCH, "batch_persons_few", b.past(b.BATCH, persons=100_001)),
    holds(b.BATCH, "batch_says_for_what", b.past(b.BATCH, officer="")),
    holds(b.BATCH, "batch_expires", b.past(b.BATCH, expires_at=0)),
    holds(b.PART, "batch_part_few", b.past(b.PART, persons=1_001)),
    holds(b.PART, "batch_part_counts_everybody", b.past(b.PART, answered=1)),
    holds(b.USE, "batch_use_counts", b.uses(persons=0)),
))  # fmt: skip

BY_ASKER = "JOIN identity_speaker() s ON s.organisation = b.organisation_id AND s.name = b.client"
CLAUSES: dict[str, Clause] = {
    "batch: of a client in force": Clause(
        "open_batch", "JOIN identity_client_live c ON c.client_id = s.name AND c.organisation = o.code", "",
        b.opens(1, name="c-x"), IN_FORCE),
    "batch: counted on its day": Clause("open_batch", "WHERE wanted <= quota", "", b.opens(2, wanted=2, limit=1)),
    "batch: counted with others of its day": Clause("open_batch", "WHERE u.persons + wanted <= quota", "", b.opens(1, used=200_000)),
    "batch: in its client's hours": Clause("open_batch", "IF identity_client_closed(who.name) THEN", "IF false THEN",
                                           b.opens(1, first=li.closes)),
    "batch: within what was narrowed for its client": Clause(
        "open_batch", "SELECT least(quota, l.a_day) INTO quota", "SELECT quota INTO quota",
                                                             b.opens(2, wanted=2, first=li.once_a_day)),
    "part: of one's own batch": Clause("add_batch_part", BY_ASKER, "", b.opens(1, then="clerk"), NOBODYS),
    "part: with its batch": Clause("guard_batch_part", "AND b.asked_at = transaction_timestamp()", "", b.adds_later, WITHIN),
    "part: within its batch": Clause(
        "guard_batch_part",
        "AND NEW.persons + coalesce((SELECT sum(p.persons) FROM sharing_batch_part p WHERE p.batch_id = b.id), 0) <= b.persons", "",
        b.opens(2, whole=False), WITHIN),
    "part: not settled ahead": Clause("guard_batch_part", "NEW.settled_at IS NOT NULL OR", "", b.adds_settled, WITHIN),
    "batch: with every question": Clause(
        "guard_batch_whole", "JOIN sharing_batch_question q ON q.part_id = p.id", "", b.opens_without_questions, WHOLE),
    "batch: erased once": Clause("guard_batch_change", "OLD.erased_at IS NOT NULL OR", "", b.after(
        tries(f"UPDATE {b.BATCH} SET erased_at = now() WHERE id = {b.WAITS}", before=()), **b.ERASED), ONCE),
    "batch: never unerased": Clause("guard_batch_change", "NEW.erased_at IS NULL OR", "NEW.erased_at IS NULL AND false OR",
                                    tries(f"UPDATE {b.BATCH} SET erased_at = NULL", before=()), ONCE),
    "batch: changed in nothing else": Clause(
        "guard_batch_change", "to_jsonb(NEW) - 'erased_at' IS DISTINCT FROM to_jsonb(OLD) - 'erased_at'", "false",
        tries(f"UPDATE {b.BATCH} SET erased_at = now(), officer = 'y'", before=()), ONCE),
    "part: settled once": Clause("guard_part_settled", "OLD.settled_at IS NOT NULL OR", "", b.settles_twice, SETTLED_ONCE),
    "part: changed in nothing else": Clause(
        "guard_part_settled", "to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts", "false",
        b.changes_a_part(place=2), SETTLED_ONCE),
    "part: not after it was erased": Clause("guard_part_settled", "b.erased_at IS NULL AND", "", b.after(b.settles(), **b.ERASED), OVER),
    "part: not after it expired": Clause(
        "guard_part_settled", "AND transaction_timestamp() < b.expires_at", "", b.after(b.settles(), **b.EXPIRED), OVER),
    "result: stays when its part is settled": Clause(
        "guard_batch_gone", "TG_TABLE_NAME = 'sharing_batch_question' AND", "", tries(f"DELETE FROM {b.RESULT}", before=()), EARLY),
    "claim: not what was erased": Clause("claim_part", "b.erased_at IS NULL AND", "", b.after(b.claims, **b.ERASED)),
    "claim: not what expired": Clause("claim_part", "AND transaction_timestamp() < b.expires_at", "", b.after(b.claims, **b.EXPIRED)),
    "claim: not what was settled": Clause("claim_part", "p.settled_at IS NULL AND", "", b.after(
        b.claims, b.PART, settled_at=0.0, **b.SETTLED)),
    "settle: by whose batch it is": Clause("settle_part", BY_ASKER, "", b.settles(code=MARKET, name="clerk"), ENTERED),
    "settle: by as many entries": Clause("settle_part", "IF found.every IS DISTINCT FROM meant.persons::bigint", "IF false",
                                         unchecked(b.PART, "batch_part_counts_everybody", b.settles(channel="api")), ENTERED),
    "settle: an entry counts once": Clause("settle_part", "SELECT DISTINCT l.subject", "SELECT l.subject",
                                           b.settles_by_one_entry_twice, ENTERED),
    "settle: entries of its organisation": Clause("settle_part", "e.organisation = meant.code AND", "", b.settles(organisation=MARKET),
                                                  ENTERED),
    "settle: entries of its client": Clause("settle_part", "starts_with(e.officer, meant.client || '/') AND", "",
                                            b.settles(officer="c-x/x"), ENTERED),
    "settle: entries under its duty": Clause("settle_part", "e.duty = meant.duty AND", "", b.settles(duty="XK-SC-02"), ENTERED),
    "settle: entries of batches": Clause("settle_part", "AND e.channel = 'batch'", "", b.settles(channel="api"), ENTERED),
    "settle: entries of now": Clause(
        "settle_part", "AND age(e.xmin) <= age(pg_current_xact_id()::xid)", "", b.settles_by_an_old_entry, ENTERED),
    "erase: by who asked": Clause("erase_batch", "AND s.name = b.client", "", b.erases(name="c-x")),
    "erase: by whose batch it is": Clause("erase_batch", "AND s.organisation = b.organisation_id", "", b.erases(code=MARKET)),
    "erase: when it is over": Clause("erase_batches", "AND expires_at <= transaction_timestamp()", "", b.eraser_erases),
    "batch: own": Clause("query_batch_rows",
        "organisation_id = (SELECT s.organisation FROM identity_speaker() s) OR", "true OR", s.sees_theirs(b.BATCH)),
    "part: own batch": Clause("query_batch_rows", "b.id = batch_id", "true", s.sees_theirs(b.PART)),
    "result: own": Clause("query_batch_rows", "AND b.organisation_id = (SELECT s.organisation FROM identity_speaker() s)\n", "\n",
                          b.sees_anothers_result),
    "result: not after it was erased": Clause("query_batch_rows", "AND b.erased_at IS NULL AND", "AND",
                                              b.after(b.sees_result, number=b.DONE, **b.ERASED)),
    "result: not after it expired": Clause("query_batch_rows", "AND transaction_timestamp() < b.expires_at));", "));",
                                           b.after(b.sees_result, number=b.DONE, **b.EXPIRED)),
}  # fmt: skip
