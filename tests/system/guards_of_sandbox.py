"""What guards a sandbox: object by object."""

from tests.system import sandboxing as s
from tests.system.attacks import Attack, change_wholly, clones
from tests.system.guards import APPEND, FRESH, HASH, Clause, Guard, check, holds, trigger

EMPTY, OWNERS = "is empty when it begins", "its owner makes them"
BY_FUNCTION, MADE_UP = "by records_wait_in_sandbox alone", "rows of synthetic persons alone"

GUARDS: dict[str, Guard] = dict((
    trigger("ground_installation", "installation_append_only", change_wholly("ground_installation", "kind"), APPEND),
    trigger("ground_installation", "installation_begins_empty", s.begins_as("sandbox"), EMPTY),
    check("ground_installation", "installation_once", id=2),
    holds("ground_installation", "installation_of_a_kind", s.begins_as("x")),
    trigger("identity_person", "person_synthetic", s.brings("identity_person", subject_id=9001), OWNERS),
    trigger("identity_code", "code_synthetic", s.brings("identity_code", code_hash=HASH), OWNERS),
    trigger("identity_population_event", "event_synthetic", s.brings("identity_population_event", event_id=FRESH), OWNERS),
    trigger("identity_minor_word", "word_synthetic", s.brings("identity_minor_word", code_mark=HASH), OWNERS),
    trigger("records_waiting", "waiting_synthetic", s.waits(), BY_FUNCTION),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    **{
        f"a sandbox begins empty: {table}": Clause(
            "guard_installation", f"EXISTS (SELECT FROM {table})", "false", s.holding(table), EMPTY
        )
        for table in ("identity_organisation", "identity_person", "records_batch")
    },
    "waiting in a sandbox: a real number": Clause(
        "wait_in_sandbox", "NOT coalesce(records_reads_synthetic(code), false)", "false",
        s.waits_by_the_function(s.REAL), MADE_UP,
    ),
    "waiting in a sandbox: no number": Clause(
        "wait_in_sandbox", "NOT coalesce(records_reads_synthetic(code), false)", "false", s.waits_by_the_function(None), MADE_UP
    ),
    "waiting in a sandbox: a number for each row": Clause(
        "wait_in_sandbox", "cardinality(codes) <> cardinality(numbers)", "false",
        s.waits_by_the_function(s.MADE_UP, s.MADE_UP), MADE_UP,
    ),
    "a sandbox has no exchange tables": Clause(
        "wake_exchange", "ground_kind() = 'sandbox'", "false", s.opens_exchange, "has no exchange tables"
    ),
}  # fmt: skip

SOUND: dict[str, Attack] = {
    "a-row-of-a-synthetic-person-waits-in-a-sandbox": s.waits_by_the_function(s.MADE_UP),
    "a-row-waits-in-a-province": s.waits(sandbox=False),
    "a-province-begins-with-something": s.begins_as("province"),
    "a-persons-number-in-a-province": s.brings("identity_code", sandbox=False, code_hash=HASH),
    "the-owner-makes-a-sandboxs-person": s.in_sandbox(clones("identity_code", code_hash=HASH)),
}  # fmt: skip
