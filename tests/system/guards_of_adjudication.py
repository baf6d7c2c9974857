"""What guards the decisions about waiting rows, object by object and clause by clause."""

from tests.system import adjudicating as j
from tests.system import keys as k
from tests.system.attacks import change_wholly
from tests.system.guards import APPEND, Clause, Guard, holds, policy, row_security, trigger

NO_ROW, AT_CENTRE, MADE_FIRST = "about no waiting row", "decided at the credit centre", "before it is agreed to"
ONE_OF_TWO = "one of its two officers"
ONCE, AHEAD, STANDS, ANOTHER = "changed in nothing else", "ahead of time", "doesn't stand", "of another person"
AGREED = j.agrees("colleague")
TABLE = j.TABLE
GUARDS: dict[str, Guard] = dict((
    trigger(TABLE, "adjudication_guarded", j.decides(waiting_id=987654), NO_ROW),
    trigger(TABLE, "adjudication_change_guarded", j.changes_it("ground = 'y'"), ONCE),
    trigger(TABLE, "adjudication_stays", k.tries(f"DELETE FROM {TABLE} WHERE false", before=()), APPEND),
    trigger("records_batch", "batch_carries_out_a_decision", j.carries_out(), STANDS),
    trigger("records_batch", "batch_keeps_to_the_decision", j.write_about_another_person, ANOTHER),
    policy(TABLE, "every_adjudication", j.sees(TABLE, "intake")),
    policy(TABLE, "centre_adjudication", j.centre_sees[TABLE]),
    trigger("records_opening", "opening_guarded", j.open_beyond_the_limit, "than may be"),
    trigger("records_opening", "opening_append_only", change_wholly("records_opening", "waiting_id"), APPEND),
    policy("records_opening", "centre_opening", j.centre_sees["records_opening"]),
    row_security("records_opening", j.provider_sees["records_opening"]),
    policy("records_waiting", "centre_waiting", j.centre_sees["records_waiting"]),
    row_security(TABLE, j.provider_sees[TABLE]),
    holds(TABLE, "adjudication_digest_keyed", j.unguarded(digest=b"x")),
    holds(TABLE, "adjudication_names_whom", j.unguarded(outcome="return")),
    holds(TABLE, "adjudication_taken_back_with_ground", j.changes_it("taken_back_ground = 'x'")),
    holds(TABLE, "adjudication_has_ground", j.unguarded(ground="")),
    holds(TABLE, "adjudication_second_is_another", j.agree_to_ones_own),
    holds(TABLE, "adjudication_done_when_agreed", j.changes_it("done_at = now(), result = 'record'")),
))  # fmt: skip

SECOND = "WHERE u.id = NEW.second_by_id"
SPEAKS = " AND u.login = (SELECT s.name FROM identity_speaker() s)"
AT_WINDOW = "FROM identity_at_window a JOIN identity_user u ON u.id = a.user_id\n           "
CLAUSES: dict[str, Clause] = {
    "queue: the centre's": Clause("centre_speaks", "AND o.kind = 'centre'", "", j.provider_sees[TABLE]),
    "decision: of the row as handed in": Clause("guard_adjudication", "AND w.digest = NEW.digest", "",
                                                 j.decides(digest=bytes([1] * 32)), NO_ROW),
    "decision: of its place": Clause("guard_adjudication", "AND w.row_number = NEW.row_number", "", j.decides(row_number=9), NO_ROW),
    "decision: at the window": Clause("guard_adjudication", "u.id = NEW.decided_by_id AND", "", j.decide_by_a_clerk, AT_CENTRE),
    "decision: not agreed at once": Clause("guard_adjudication", "NEW.second_at IS NOT NULL OR", "",
                                            j.decide_and_agree_at_once, MADE_FIRST),
    "decision: not ahead of time": Clause("guard_adjudication", "OR NEW.decided_at > clock_timestamp()", "",
                                            j.decide_for_tomorrow, MADE_FIRST),
    "decision: adverse is the catalogue's to say": Clause(
        "guard_adjudication", "NEW.adverse := EXISTS", "PERFORM FROM (SELECT 1) x WHERE EXISTS", j.call_an_adverse_record_harmless
    ),
    "agreement: once": Clause("guard_adjudication_change", "OR OLD.second_at IS NOT NULL", "OR false", j.agree_and_take_it_back, ONCE),
    "agreement: not ahead of time": Clause("guard_adjudication_change", "greatest(NEW.second_at, NEW.done_at, NEW.taken_back_at)",
                                           "NEW.done_at",
                                           j.agrees("colleague", "now() + interval '1 hour'"), AHEAD),
    "agreement: at the window": Clause("guard_adjudication_change", AT_WINDOW + SECOND, "FROM identity_user u\n           " + SECOND,
                                       j.agrees("clerk"), AT_CENTRE),
    "agreement: after looking": Clause("guard_adjudication_change", "OLD.second_at IS NULL AND NEW.agreed", "false",
                                        j.agree_without_looking, "have not looked at"),
    "opening: by whoever speaks": Clause("guard_opening", SPEAKS, "", j.open_for_a_colleague, "opened at the credit centre"),
    "opening: at the window": Clause("guard_opening", "u.id = NEW.officer_id AND", "", j.open_by_a_clerk, "opened at the credit centre"),
    "taken back: by one of the two": Clause("guard_adjudication_change", " AND u.id IN (OLD.decided_by_id, OLD.second_by_id)", "",
                                            j.takes_back("colleague"), ONE_OF_TWO),
    "taken back: by whoever speaks": Clause("guard_adjudication_change", "\n            " + SPEAKS, "",
                                            j.takes_back("officer", "colleague"), ONE_OF_TWO),
    "taken back: by themselves": Clause("guard_adjudication_change", "u.id = NEW.taken_back_by_id AND", "",
                                        j.takes_back("clerk", "officer"), ONE_OF_TWO),
    "taken back: for good": Clause("guard_adjudication_change", "OR OLD.taken_back_at IS NOT NULL", "",
                                   j.agree_to_what_was_taken_back, ONCE),
    "taken back: not ahead of time": Clause("guard_adjudication_change", ", NEW.taken_back_at) > clock", ") > clock",
                                            j.takes_back("officer", at="now() + interval '1 hour'"), AHEAD),
    "taken back: not at once": Clause("guard_adjudication", "OR NEW.taken_back_at IS NOT NULL", "",
                                      j.decide_and_take_back_at_once, MADE_FIRST),
    "batch: not taken back": Clause("guard_adjudicated_batch", "AND a.taken_back_at IS NULL", "",
                                    j.carry_out_what_was_taken_back, STANDS),
    "agreement: by whoever speaks": Clause("guard_adjudication_change", SECOND + SPEAKS, SECOND,
                                           j.agrees("colleague", speaks="officer"), AT_CENTRE),
    "decision: by whoever speaks": Clause("guard_adjudication", SPEAKS, "", j.decide_for_a_colleague, AT_CENTRE),
    "decision: carried out once": Clause("guard_adjudication_change", "OR OLD.done_at IS NOT NULL", "", j.carry_out_twice, ONCE),
    "batch: of a decision to attach": Clause("guard_adjudicated_batch", "AND a.outcome = 'attach'", "",
                                             j.carries_out(j.return_instead, AGREED), STANDS),
    "batch: not carried out yet": Clause("guard_adjudicated_batch", "AND a.done_at IS NULL", "",
                                          j.carries_out(j.carried_out_already), STANDS),
    "batch: agreed to": Clause("guard_adjudicated_batch", "AND (a.agreed OR a.agreed IS NULL AND NOT a.adverse)", "",
                               j.carries_out(), STANDS),
    "batch: of its provider": Clause("guard_adjudicated_batch", "AND a.provider_id = NEW.provider_id", "",
                                     j.carry_out_for_another_provider, STANDS),
    "batch: of one row": Clause("guard_adjudicated_person", "v.row_number <> 1", "false", j.write_a_second_row, ANOTHER),
    "batch: about the person": Clause("guard_adjudicated_person", "ELSE v.subject_id <> identity_lead(a.subject_id)", "",
                                       j.write_about_another_person, ANOTHER),
    "batch: withdraws what the row names": Clause(
        "guard_adjudicated_person",
        "THEN (v.subject_id, v.record_id) IS DISTINCT FROM (identity_lead(a.corrects_subject_id), a.corrects_record_id)",
        "THEN false", j.withdraw_what_the_row_does_not_name, ANOTHER,
    ),
    "decision: which record it corrects stays": Clause("guard_adjudication_change", ", NEW.corrects_record_id", ", OLD.corrects_record_id",
                                                       j.changes_it("corrects_record_id = 7"), ONCE),
}  # fmt: skip
