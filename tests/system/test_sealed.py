"""Everything sealed is reached by a rotation, and sealed under the current key alone, whoever's table it is."""

from chengxin.identity.sealed import sealed_tables
from tests.system.stage import Stage

# Another code of a person is sealed beside its hash, and made anew together with the person (services.resealing).
BESIDE_ITS_HASH = ("identity_code", "code_sealed", "seal_key_id")
COLUMNS = """
    SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped AND """
GUARDED = """
    SELECT c.relname, t.tgtype & 4 > 0, t.tgtype & 16 > 0 FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname IN ('identity_guard_new_seals', 'identity_guard_new_seal', 'identity_guard_persons_resealed')"""


def named() -> set[tuple[str, str, str]]:
    return {(table.table, column, table.key_column) for table in sealed_tables() for column in table.columns}


def test_every_sealed_column_is_named_for_the_rotation(stage: Stage) -> None:
    """A column of boxes ends in ``_sealed``: one that isn't registered would be left under a key that goes out of use."""
    found = stage.run("owner", COLUMNS + "a.atttypid = 'bytea'::regtype AND a.attname LIKE '%\\_sealed'")
    assert {(table, column) for table, column, _ in (*named(), BESIDE_ITS_HASH)} == set(found)


def test_every_sealed_table_names_its_key_and_has_a_whole_number_for_its_key(stage: Stage) -> None:
    keys = set(stage.run("owner", COLUMNS + "a.atttypid = 'varchar'::regtype"))
    numbers = set(stage.run("owner", COLUMNS + "a.atttypid IN ('int4'::regtype, 'int8'::regtype)"))
    for table in sealed_tables():
        assert (table.table, table.key_column) in keys
        assert table.key_column in {"key_id", "seal_key_id"}, "where identity_needs_key looks"
        assert (table.table, table.key) in numbers


def test_every_sealed_table_takes_seals_of_the_current_key_alone(stage: Stage) -> None:
    """On coming (insert) and on changing (update), by these functions alone; a person's code has guards of its own."""
    guarded = {
        (table, kind)
        for table, *kinds in stage.run("owner", GUARDED)
        for kind, on in zip("iu", kinds, strict=True)
        if on
    }
    assert guarded == {(table.table, kind) for table in sealed_tables() for kind in "iu"}
