"""What keeps the marks of known rows: object by object."""

from tests.system import marking as m
from tests.system.attacks import change_wholly
from tests.system.guards import APPEND, Clause, Guard, policy, row_security, trigger

RLS = "row-level security"
TODAY = "erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"

GUARDS: dict[str, Guard] = dict((
    trigger("records_mark", "mark_append_only", change_wholly("records_mark", "part"), APPEND),
    policy("records_mark", "mark_batch", m.marks_for("batch"), RLS),
    policy("records_mark", "mark_due", m.see_marks_due),
    policy("records_mark", "mark_erased", m.erase_marks_due),
    row_security("records_mark", m.erase_marks_to_come),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "marks: of the batch announced": Clause(
        "marks_of_an_open_batch", "batch_id = current_setting('cx.batch')::integer", "true", m.marks_for("batch", announced=False), RLS
    ),
    "marks: of an open batch": Clause(
        "marks_of_an_open_batch", "b.state = 'received'", "true", m.marks_for("closed_batch"), RLS
    ),
    "marks: none to come is erased": Clause(
        "eraser_reaches_marks_that_are_due", f"FOR DELETE TO {{eraser}}\n    USING ({TODAY})", "FOR DELETE TO {eraser}\n    USING (true)",
        m.erase_marks_to_come,
    ),
    "marks: none to come is seen": Clause(
        "eraser_reaches_marks_that_are_due", f"FOR SELECT TO {{eraser}}\n    USING ({TODAY})", "FOR SELECT TO {eraser}\n    USING (true)",
        m.see_marks_to_come,
    ),
}  # fmt: skip
