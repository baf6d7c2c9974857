"""Whoever is master of the server changes the register; heads that were kept outside show it, and the first bad entry is named."""

from datetime import date, timedelta
from hashlib import sha256

import pytest

from chengxin.ground.sealing.errors import CheckpointUnusable
from chengxin.ground.sealing.folder import read_heads
from chengxin.ground.sealing.leaves import FORM, READ, Place
from chengxin.ground.sealing.numbering import binary_rows
from chengxin.lib.merkle import Growing
from chengxin.lib.notes import Head, Signer
from tests.registering import INSERT, NOW, Sealed

ENTRY = "(SELECT s.entry_id FROM ground_sealed s WHERE s.shard = 3 AND s.seq = {seq})"
DELETE_BOTH = (
    "DELETE FROM ground_access_entry WHERE entry_id IN (SELECT s.entry_id FROM ground_sealed s WHERE s.shard = 3 AND s.seq {where})",
    "DELETE FROM ground_sealed WHERE shard = 3 AND seq {where}",
)


@pytest.fixture
def sealed(sealed: Sealed) -> Sealed:
    """Twelve entries of shard 3 in two sealings, some of others."""
    sealed.write(*[3] * 6, 4, 5)
    sealed.seal()
    sealed.write(*[19, 35] * 3, 4)
    sealed.seal(NOW + timedelta(minutes=1))
    return sealed


def test_a_sound_register_is_sound_and_says_how_much_was_looked_at(sealed: Sealed) -> None:
    sealed.write(8, 9, at=NOW + timedelta(minutes=5))
    found = sealed.verify()
    assert found.fault is None
    assert (found.entries, found.trees, found.heads, found.unsealed) == (15, 3, 5, 2)
    assert found.unsealed_since == NOW + timedelta(minutes=5)
    assert found.outside == 8  # each head once in its history, the last of each tree once more


CHANGES = {
    "officer": "'somebody'", "organisation": "'x'", "purpose": "'x'", "basis": "'x'", "case_reference": "''", "channel": "'x'",
    "outcome": "'answered'", "reason": "'x'", "as_of": "'2020-01-01'", "at": "at + interval '1 microsecond'", "fields": "'{code,name}'",
    "record_ids": "'{1}'", "versions": "'{1}'", "duty": "'x'", "authorisation": "'x'",
}  # fmt: skip


def test_an_entry_changed_in_whichever_column_is_named(sealed: Sealed) -> None:
    entry = ENTRY.format(seq=4)
    with sealed.master() as master:
        master.execute("CREATE TABLE before AS SELECT * FROM ground_access_entry")
        master.execute(
            "ALTER TABLE ground_access_entry DROP CONSTRAINT access_versions_paired, DROP CONSTRAINT access_refusal_has_no_records"
        )
    for column, value in CHANGES.items():
        sealed.tamper(f"UPDATE ground_access_entry SET {column} = {value} WHERE entry_id = {entry}")
        found = sealed.verify(outside=False).fault
        assert found is not None, column
        assert (found.code, found.place) == ("changed", "2026-11/03#4")
        assert "被改动" in found.text
        assert "was changed" in found.text_en
        sealed.tamper(
            f"UPDATE ground_access_entry e SET {column} = b.{column} FROM before b WHERE b.entry_id = e.entry_id"
        )
    assert sealed.fault() == ""


def test_a_deleted_entry_is_named(sealed: Sealed) -> None:
    sealed.tamper(f"DELETE FROM ground_access_entry WHERE entry_id = {ENTRY.format(seq=2)}")
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("deleted", "2026-11/03#2")


@pytest.mark.parametrize("seq", [0, 2, 11])
def test_an_entry_deleted_with_its_number_is_named(sealed: Sealed, seq: int) -> None:
    sealed.tamper(*(step.format(where=f"= {seq}") for step in DELETE_BOTH))
    found = sealed.verify().fault
    assert found is not None
    last = seq == 11
    assert (found.code, found.place) == ("truncated" if last else "deleted", f"2026-11/03#{seq}{'-11' if last else ''}")


def test_an_entry_deleted_before_it_had_a_number_is_named(sealed: Sealed) -> None:
    (waiting,) = sealed.write(8)
    sealed.tamper("DELETE FROM ground_access_entry WHERE subject_id = 8")
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("deleted", str(waiting))


def test_an_inserted_entry_is_named(sealed: Sealed) -> None:
    """Written with the triggers off, dated back among the others."""
    from chengxin.ground.services import entry_number

    number = entry_number(NOW - timedelta(days=1))
    with sealed.master() as master:
        master.execute(INSERT, [3, number, NOW - timedelta(days=1)])
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("inserted", str(number))
    assert sealed.seal(NOW + timedelta(minutes=2))[0] == 0, "the sealer doesn't launder it"


def test_entries_that_changed_places_are_named(sealed: Sealed) -> None:
    sealed.tamper(
        "UPDATE ground_sealed SET seq = seq + 1000 WHERE shard = 3 AND seq IN (2, 5)",
        "UPDATE ground_sealed SET seq = CASE seq WHEN 1002 THEN 5 ELSE 2 END WHERE shard = 3 AND seq IN (1002, 1005)",
    )
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("reordered", "2026-11/03#2")
    assert "2026-11/03#2" in found.text


def test_contents_that_changed_places_are_named(sealed: Sealed) -> None:
    """Two entries of one person exchange what they say, keys and numbers as they were."""
    sealed.tamper(f"""
        UPDATE ground_access_entry e SET case_reference = o.case_reference FROM ground_access_entry o
        WHERE e.entry_id IN ({ENTRY.format(seq=1)}, {ENTRY.format(seq=2)}) AND o.entry_id IN ({ENTRY.format(seq=1)}, {ENTRY.format(seq=2)})
          AND o.entry_id <> e.entry_id""")
    assert sealed.fault() == "changed"


@pytest.mark.parametrize("outside", [True, False])
def test_a_cut_end_is_named(sealed: Sealed, outside: bool) -> None:
    sealed.tamper(*(step.format(where=">= 9") for step in DELETE_BOTH))
    found = sealed.verify(outside=outside).fault
    assert found is not None
    assert (found.code, found.place) == ("truncated", "2026-11/03#9-11")


def test_an_end_cut_with_its_heads_is_found_by_those_outside_alone(sealed: Sealed) -> None:
    sealed.tamper(
        *(step.format(where=">= 6") for step in DELETE_BOTH),
        "DELETE FROM ground_checkpoint WHERE shard = 3 AND size > 6",
    )
    assert sealed.fault(outside=False) == ""
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("truncated", "2026-11/03#6-11")
    assert "2026-11/03." in found.text
    assert "older backup" in found.text_en


def test_a_whole_tree_cut_off_is_found_by_the_heads_outside(sealed: Sealed) -> None:
    sealed.tamper(*(step.format(where=">= 0") for step in DELETE_BOTH), "DELETE FROM ground_checkpoint WHERE shard = 3")
    assert sealed.fault(outside=False) == ""
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("truncated", "2026-11/03#0-11")


def rewrite(sealed: Sealed, seq: int) -> list[bytes]:
    """Change an entry and bring its leaf in line; give all leaves of the tree as they are then."""
    sealed.tamper(f"UPDATE ground_access_entry SET officer = 'nobody' WHERE entry_id = {ENTRY.format(seq=seq)}")
    sealed.register.become("sealer")
    query = f"""COPY (SELECT {READ} FROM ground_access_entry e WHERE e.entry_id = {ENTRY.format(seq=seq)}) TO STDOUT (FORMAT binary)"""
    (row,) = binary_rows(query, [])
    ((salt,),) = sealed.register.rows("SELECT salt FROM ground_sealed WHERE shard = 3 AND seq = %s", seq)
    leaf = sha256(b"\x00" + FORM + Place(3, "2026-11", seq).head(bytes(salt)) + row[2:]).hexdigest()
    sealed.tamper(f"UPDATE ground_sealed SET leaf = '\\x{leaf}' WHERE shard = 3 AND seq = {seq}")
    return [
        bytes(one) for (one,) in sealed.register.rows("SELECT leaf FROM ground_sealed WHERE shard = 3 ORDER BY seq")
    ]


def test_an_entry_rewritten_with_its_leaf_is_found_by_the_next_head(sealed: Sealed) -> None:
    rewrite(sealed, 7)
    found = sealed.verify(outside=False).fault
    assert found is not None
    assert (found.code, found.place) == ("rewritten", "2026-11/03#6-11")


def test_everything_rewritten_and_signed_anew_is_found_by_the_heads_outside(sealed: Sealed) -> None:
    """Whoever has the server and the key makes leaf, roots and heads anew; they can't reach what lies outside."""
    from chengxin.ground.sealing.keys import read_key

    leaves = rewrite(sealed, 7)
    signer: Signer = read_key(sealed.folder / "sealing.json")
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf)
    note = signer.sign(Head("test-register/2026-11/03", 12, tree.root()).text())
    with sealed.master() as master:
        change = "UPDATE ground_checkpoint SET root = %s, note = %s WHERE shard = 3 AND size = 12"
        assert master.execute(change, [tree.root(), note]).rowcount == 1
    assert sealed.fault(outside=False) == ""
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("rewritten", "2026-11/03#6-11")
    assert "库外的树头" in found.text


def test_a_head_in_the_database_that_nobody_signed_is_named(sealed: Sealed) -> None:
    sealed.tamper("UPDATE ground_checkpoint SET size = 11 WHERE shard = 3 AND size = 12")
    assert sealed.fault() == "head-broken"


def test_hashes_that_were_changed_are_named(sealed: Sealed) -> None:
    sealed.write(*[3] * 300)
    sealed.seal(NOW + timedelta(minutes=2))
    assert sealed.fault() == ""
    sealed.tamper("UPDATE ground_sealed_node SET hash = sha256('x')")
    assert sealed.fault() == "hashes-changed"


def test_a_file_that_this_register_did_not_sign_is_refused(sealed: Sealed) -> None:
    from chengxin.ground.sealing.keys import known_keys

    other = Signer("test-register", bytes(32)).sign(Head("test-register/2026-11/03", 99, bytes(32)).text())
    path = sealed.folder / "other.checkpoint"
    path.write_text(other, encoding="utf-8")
    with pytest.raises(CheckpointUnusable, match=r"other\.checkpoint"):
        read_heads(path, known_keys())


def age(sealed: Sealed) -> None:
    """Make the trees of a month eleven years ago, as the time would have."""
    with sealed.master() as master:
        master.execute("DELETE FROM ground_sealed")
        master.execute("DELETE FROM ground_checkpoint")
        master.execute("INSERT INTO ground_unsealed SELECT entry_id, subject_id FROM ground_access_entry")
    sealed.sealer.folder.place = sealed.folder / "old"
    sealed.sealer.folder.forget()
    sealed.seal(NOW - timedelta(days=4018))


def test_a_tree_past_its_retention_goes_and_its_head_stays(sealed: Sealed) -> None:
    from chengxin.site.eraser import drop_due_trees

    age(sealed)
    sealed.write(3)
    sealed.seal()
    sealed.register.become("eraser")
    assert drop_due_trees() == 15
    assert drop_due_trees() == 0
    assert sealed.register.rows("SELECT count(*) FROM ground_access_entry") == [(1,)]
    assert sealed.register.rows("SELECT count(*) FROM ground_checkpoint") == [(4,)]
    found = sealed.verify(outside=False)
    assert (found.fault, found.dropped, found.entries) == (None, 3, 1)
    early = sealed.verify(outside=False, today=date(2025, 11, 30)).fault
    assert early is not None
    assert early.code == "dropped-early"


def test_a_tree_dropped_with_another_head_is_named(sealed: Sealed) -> None:
    from chengxin.site.eraser import drop_due_trees

    age(sealed)
    sealed.register.become("eraser")
    drop_due_trees()
    sealed.tamper("UPDATE ground_dropped_tree SET size = size - 1 WHERE shard = 3")
    assert sealed.fault(outside=False) == "dropped-without-head"
