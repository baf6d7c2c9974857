"""What closes a person whom the authority calls a minor, and keeps what was done before 18 out of sight: object by object."""

from tests.system import minors as m
from tests.system import populating as p
from tests.system.guards import APPEND, NOBODY, Clause, Guard, check, trigger

WORDS_ALONE = "by the authority's words alone"
OF_AGE = "coalesce(ended, decided) < p.born + 6576 AND coalesce(ended, decided) < identity_turns_18(p.born)"

GUARDS: dict[str, Guard] = dict((
    trigger("identity_person", "person_stays_closed", m.open_a_minor, WORDS_ALONE),
    trigger("identity_minor_word", "minor_word_stays", m.rewrites_a_word("rank = 1"), APPEND),
    trigger("identity_minor_word", "minor_word_append_only", p.truncates("identity_minor_word"), APPEND),
    check("identity_minor_word", "minor_mark_keyed", code_mark="\\x00"),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "gate: minors": Clause("gate", "p.minor_rank <= p.identity_rank", "true", m.see_a_minor),
    "gate: acts before 18": Clause("gate", OF_AGE, "false", m.see_what_was_done_before_18),
    "gate: without an end, the document": Clause(
        "gate", OF_AGE, OF_AGE.replace("(ended, decided)", "(ended, 'infinity')"), m.see_what_was_decided_before_18
    ),
    "past: minors": Clause("as_of", "h.minor_rank > h.identity_rank OR", "", m.look_back_at_a_minor),
    "past: acts before 18": Clause(
        "as_of",
        "OR coalesce(v.ended, v.decided) < identity_turns_18(h.born)",
        "",
        m.look_back_at_what_was_done_before_18,
    ),
    "version: minors": Clause("guard_versions", "OR p.minor_rank > p.identity_rank", "", m.write_against_a_minor, NOBODY),
    "acting: for a minor": Clause("acting", "AND s.minor_rank <= s.identity_rank", "", m.acts_though_closed("subject_id")),
    "acting: as a minor": Clause("acting", "AND a.minor_rank <= a.identity_rank", "", m.acts_though_closed("agent_id")),
    "person: a minor has no account": Clause("settle_person", "AND p.minor_rank <= p.identity_rank", "", m.settle_a_minor),
    "minor: the code": Clause(
        "guard_minor_trigger", "(NEW.code_mark, NEW.rank,", "(OLD.code_mark, NEW.rank,", m.rewrites_a_word(m.OTHER_CODE), APPEND
    ),
    "minor: the correction": Clause(
        "guard_minor_trigger", "NEW.rank, NEW.corrects,", "NEW.rank, OLD.corrects,", m.rewrites_a_word("corrects = NOT corrects"), APPEND
    ),
    "minor: of the person": Clause(
        "guard_closed", " WHERE w.subject_id = NEW.subject_id", "", m.close_for_anothers_word, WORDS_ALONE
    ),
}  # fmt: skip
