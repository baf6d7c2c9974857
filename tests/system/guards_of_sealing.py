"""What guards the access register's numbers and heads: they are added, one after another, and go with a whole tree past its retention."""

from tests.system import sealing as s
from tests.system.guards import APPEND, Clause, Guard, check, holds, trigger

FOLLOW, WAITS, OVER, AFTER = (
    "follow one another",
    "waits until it has its number",
    "over numbered entries",
    "goes after its retention",
)
OPEN = f"tree = '{s.OPEN}'"
GUARDS: dict[str, Guard] = dict((
    trigger("ground_access_entry", "access_entry_queued", s.enters_unqueued, ""),
    trigger("ground_access_entry", "access_entry_dropped", s.runs("owner", "DELETE FROM ground_access_entry"), APPEND),
    trigger("ground_sealed", "sealed_append_only", s.runs("owner", "UPDATE ground_sealed SET leaf = leaf"), APPEND),
    trigger("ground_sealed", "sealed_dropped", s.runs("owner", "DELETE FROM ground_sealed"), APPEND),
    trigger("ground_sealed", "sealed_in_order", s.numbers(seq=5), FOLLOW),
    trigger("ground_sealed_node", "node_append_only", s.runs("owner", "TRUNCATE ground_sealed_node"), APPEND),
    trigger("ground_sealed_node", "node_dropped", s.runs("owner", "DELETE FROM ground_sealed_node"), APPEND),
    trigger("ground_unsealed", "unsealed_append_only", s.runs("owner", "TRUNCATE ground_unsealed"), APPEND),
    trigger("ground_unsealed", "unsealed_until_numbered", s.runs("sealer", "DELETE FROM ground_unsealed"), WAITS),
    trigger("ground_checkpoint", "checkpoint_append_only", s.runs("owner", "DELETE FROM ground_checkpoint WHERE false"), APPEND),
    trigger("ground_checkpoint", "checkpoint_over_numbers", s.heads_over_nothing, OVER),
    trigger("ground_sealing_key", "sealing_key_append_only", s.runs("owner", "DELETE FROM ground_sealing_key WHERE false"), APPEND),
    trigger("ground_sealing", "sealing_append_only", s.runs("owner", "DELETE FROM ground_sealing WHERE false"), APPEND),
    trigger("ground_register_check", "register_check_append_only", s.runs("owner", "TRUNCATE ground_register_check"), APPEND),
    trigger("ground_dropped_tree", "dropped_tree_append_only", s.runs("owner", "DELETE FROM ground_dropped_tree WHERE false"), APPEND),
    trigger("ground_dropped_tree", "dropped_tree_due", s.drops(tree=s.OPEN), AFTER),
    holds("ground_sealed", "sealed_in_its_shard", s.numbers(shard=1, seq=0)),
    holds("ground_sealed", "sealed_tree_form", s.numbers(tree="2026-13", seq=0)),
    holds("ground_sealed", "sealed_from_nought", s.numbers(tree="2026-12", seq=-1)),
    check("ground_sealed_node", "node_height_known", height=9),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "numbers: no entry, no number": Clause(
        "guard_numbers",
        "IF EXISTS (SELECT FROM added n WHERE NOT EXISTS (SELECT FROM ground_access_entry e",
        "IF false AND EXISTS (SELECT FROM added n WHERE NOT EXISTS (SELECT FROM ground_access_entry e",
        s.numbers(subject_id=16 * 999),
        "an entry is numbered",
    ),
    "numbers: no tree before the last one": Clause(
        "guard_numbers",
        "OR EXISTS (SELECT FROM ground_sealed s WHERE s.shard = g.shard AND s.tree > g.tree)",
        "",
        s.numbers(tree="2025-12", seq=0),
        FOLLOW,
    ),
    "numbers: none is left out": Clause(
        "guard_numbers",
        "OR g.lowest > 0 AND NOT EXISTS (",
        "OR false AND NOT EXISTS (",
        s.numbers(seq=5),
        FOLLOW,
    ),
    "dropped: the head that stays is the last one's": Clause(
        "guard_dropped",
        "(d.shard, d.tree, d.size, d.root) = (NEW.shard, NEW.tree, NEW.size, NEW.root)",
        "(d.shard, d.tree) = (NEW.shard, NEW.tree)",
        s.drops(root=b"x" * 32),
        AFTER,
    ),
    "dropped: no entry goes beside its tree": Clause(
        "guard_entries_dropping",
        "SELECT FROM ground_sealed s JOIN ground_dropped_tree d USING (shard, tree)",
        "SELECT FROM ground_sealed s",
        s.runs("owner", "DELETE FROM ground_access_entry WHERE subject_id = 1616"),
        APPEND,
    ),
}
SOUND = {"the-next-number": s.numbers(), "a-tree-past-its-retention": s.drops_and_deletes}
