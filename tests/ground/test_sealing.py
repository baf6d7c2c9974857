"""Numbers without gaps and forks, whatever commits when; heads that are signed, published and caught up with."""

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from chengxin.ground.sealing import keys
from chengxin.ground.sealing.folder import LAST, read_heads
from chengxin.ground.sealing.numbering import LOCK, number_entries
from chengxin.ground.sealing.stored import StoredTree, Tree
from chengxin.ground.services import entry_number
from chengxin.lib.merkle import Growing
from chengxin.lib.notes import Head, read_note
from tests.registering import INSERT, NOW, Sealed

NUMBERS = "SELECT shard, tree, seq, subject_id, entry_id FROM ground_sealed ORDER BY shard, tree, seq"


def gapless(sealed: Sealed) -> int:
    """See that each tree counts from nought on, and give how many numbers there are."""
    wrong = sealed.register.rows(
        "SELECT shard, tree FROM ground_sealed GROUP BY 1, 2 HAVING min(seq) <> 0 OR max(seq) + 1 <> count(*)"
    )
    assert wrong == []
    return len(sealed.register.rows(NUMBERS))


def test_each_entry_gets_its_number_once_in_its_shard(sealed: Sealed) -> None:
    written = sealed.write(*range(40), 1, 1, 17)
    assert sealed.seal() == (43, 16, "")
    assert sealed.seal() == (0, 0, "")
    rows = sealed.register.rows(NUMBERS)
    assert gapless(sealed) == 43
    assert {entry for *_, entry in rows} == set(written)
    assert all(shard == subject % 16 for shard, _, _, subject, _ in rows)
    assert sealed.register.rows("SELECT FROM ground_unsealed") == []


def test_within_a_shard_numbers_follow_the_time_of_the_request(sealed: Sealed) -> None:
    later = sealed.write(3, at=NOW + timedelta(seconds=5))
    first = sealed.write(3, at=NOW)
    sealed.seal()
    assert [entry for *_, entry in sealed.register.rows(NUMBERS)] == [*first, *later]


def test_what_commits_late_is_numbered_late_and_never_missed(sealed: Sealed) -> None:
    """A slow transaction began before entries that are sealed already, and commits after them."""
    with psycopg.connect(sealed.register.urls["app"]) as slow:
        early = entry_number(NOW - timedelta(hours=2))
        slow.execute(INSERT, [5, early, NOW - timedelta(hours=2)])
        sealed.write(5, 5, at=NOW)
        assert sealed.seal()[0] == 2
        assert sealed.seal(NOW + timedelta(minutes=1))[0] == 0
        slow.commit()
    assert sealed.seal(NOW + timedelta(minutes=2)) == (1, 1, "")
    assert [entry for *_, entry in sealed.register.rows(NUMBERS)][-1] == early
    assert gapless(sealed) == 3
    assert sealed.fault() == ""


def test_what_is_rolled_back_has_no_number(sealed: Sealed) -> None:
    with psycopg.connect(sealed.register.urls["app"]) as undone:
        undone.execute(INSERT, [5, entry_number(NOW), NOW])
        undone.rollback()
    assert sealed.seal()[0] == 0


def test_a_second_sealer_waits_and_finds_what_is_left(sealed: Sealed) -> None:
    """Held up until the first one's lock goes, which is when its numbers can be seen."""
    sealed.write(*range(32))
    found: list[int] = []

    def second() -> None:
        from django.db import connections

        found.append(number_entries(NOW))
        connections.close_all()

    sealed.register.become("sealer")
    with psycopg.connect(sealed.register.urls["sealer"]) as first:
        first.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        thread = threading.Thread(target=second)
        thread.start()
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
        pause = threading.Event()
        while sealed.register.rows(waits, LOCK) == [(0,)]:
            assert thread.is_alive()
            pause.wait(0.02)
        assert found == []
        first.commit()
    thread.join(30)
    assert found == [32]
    assert gapless(sealed) == 32


def test_sealers_at_once_number_each_entry_once(sealed: Sealed) -> None:
    sealed.write(*range(300))
    sealed.register.become("sealer")
    found: list[int] = []

    def work() -> None:
        from django.db import connections

        while count := number_entries(NOW, most=7):
            found.append(count)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(found) == 300
    assert gapless(sealed) == 300
    sealed.seal()
    assert sealed.fault() == ""


def test_a_month_begins_its_own_trees_and_no_earlier_one_is_gone_back_to(sealed: Sealed) -> None:
    sealed.write(1)
    sealed.seal(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    sealed.write(1, 2)
    sealed.seal(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
    sealed.write(1)
    sealed.seal(datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    trees = [(tree, shard, seq) for shard, tree, seq, *_ in sealed.register.rows(NUMBERS)]
    assert sorted(trees) == [("2026-11", 1, 0), ("2026-12", 1, 0), ("2026-12", 1, 1), ("2026-12", 2, 0)]
    assert sealed.fault() == ""


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_roots_are_those_of_all_leaves(sealed: Sealed, size: int) -> None:
    sealed.write(*[3] * size)
    sealed.seal(most=100)
    tree, plain = StoredTree(Tree("2026-11", 3)), Growing()
    for number, (leaf,) in enumerate(sealed.register.rows("SELECT leaf FROM ground_sealed ORDER BY seq"), 1):
        plain.add(bytes(leaf))
        if number in {1, 2, 100, 255, 256, 257, size}:
            assert tree.root(number) == plain.root()
    assert sealed.fault() == ""


def test_heads_are_signed_and_lie_outside_the_database(sealed: Sealed) -> None:
    sealed.write(3, 3)
    sealed.seal()
    sealed.write(3)
    sealed.seal(NOW + timedelta(minutes=1))
    heads = sealed.folder / "heads"
    (verifier,) = keys.known_keys()
    assert (heads / "keys.txt").read_text() == f"{verifier}\n"
    head = Head.read(read_note((heads / "2026-11" / f"03{LAST}").read_text(), [verifier]))
    assert (head.origin, head.size, head.more) == ("test-register/2026-11/03", 3, ("sealed-at 2026-11-27T12:01:00Z",))
    kept = read_heads(heads, [verifier])
    assert sorted(one.head.size for one in kept) == [2, 3, 3]
    assert [(size, bytes(root)) for size, root in sealed.register.rows("SELECT size, root FROM ground_checkpoint ORDER BY size")] == [
        (one.head.size, one.head.root) for one in sorted(kept, key=lambda one: one.head.size)][:2]  # fmt: skip


def test_without_a_key_entries_are_numbered_and_signing_catches_up(sealed: Sealed) -> None:
    sealed.write(3)
    sealed.seal()
    key = sealed.folder / "sealing.json"
    away = key.rename(sealed.folder / "away.json")
    sealed.write(3, 4)
    assert sealed.seal(NOW + timedelta(minutes=1)) == (2, 0, "key-missing")
    key.write_text("{", encoding="utf-8")
    sealed.write(5)
    assert sealed.seal(NOW + timedelta(minutes=2)) == (1, 0, "key-unusable")
    assert sealed.register.rows("SELECT trouble FROM ground_sealing ORDER BY id") == [
        ("",),
        ("key-missing",),
        ("key-unusable",),
    ]
    assert sealed.verify().unsigned == 3
    away.replace(key)
    assert sealed.seal(NOW + timedelta(minutes=3)) == (0, 3, "")
    checked = sealed.verify()
    assert (checked.unsigned, checked.fault) == (0, None)


def test_without_the_folder_heads_are_signed_and_published_later(sealed: Sealed) -> None:
    """A file stands where the folder should: what a full or unmounted disk says is an OSError likewise."""
    (sealed.folder / "heads").write_text("in the way", encoding="utf-8")
    for number in range(3):
        sealed.write(3)
        assert sealed.seal(NOW + timedelta(minutes=number)) == (1, 1, "folder")
    (sealed.folder / "heads").unlink()
    assert sealed.seal(NOW + timedelta(minutes=4)) == (0, 0, "")
    kept = read_heads(sealed.folder / "heads", keys.known_keys())
    assert sorted({one.head.size for one in kept}) == [1, 2, 3]


def test_a_head_that_a_kill_cut_short_is_taken_away_and_written_again(sealed: Sealed) -> None:
    sealed.write(3)
    sealed.seal()
    history = sealed.folder / "heads" / "2026-11" / "03.history"
    with history.open("a", encoding="utf-8") as file:
        file.write("test-register/2026-11/03\n2\nAAAA")
    assert sealed.fault() == ""
    sealed.write(3)
    sealed.sealer = sealed.fresh()
    assert sealed.seal(NOW + timedelta(minutes=1)) == (1, 1, "")
    assert sorted(one.head.size for one in read_heads(history, keys.known_keys())) == [1, 2]


def test_changed_key_signs_and_the_former_one_still_proves(sealed: Sealed) -> None:
    sealed.write(3)
    sealed.seal()
    sealed.register.become("owner")
    made = keys.change_key(sealed.folder / "sealing.json", "test-register", at=NOW + timedelta(seconds=30))
    sealed.write(3)
    assert sealed.seal(NOW + timedelta(minutes=1)) == (1, 1, "")
    former, newer = keys.known_keys()
    assert newer == made != former
    checked = sealed.verify()
    assert (checked.fault, checked.heads) == (None, 2)
    assert list(sealed.folder.glob("sealing.until-*.json"))


def test_nothing_is_signed_over_a_change(sealed: Sealed) -> None:
    """The sealer compares with the head it signed before, here and outside, before it signs the next."""
    sealed.write(3, 3)
    sealed.seal()
    sealed.tamper("UPDATE ground_sealed SET leaf = sha256('x') WHERE seq = 0")
    sealed.write(3)
    assert sealed.seal(NOW + timedelta(minutes=1)) == (1, 0, "changed")
    assert sealed.register.rows("SELECT max(size) FROM ground_checkpoint") == [(2,)]


def test_an_older_state_begins_a_new_part_and_the_loss_stays_told(sealed: Sealed) -> None:
    """What a restored backup looks like: shorter than the heads outside, with fewer heads inside."""
    sealed.write(3, 3, 4)
    sealed.seal()
    sealed.write(3)
    sealed.seal(NOW + timedelta(minutes=1))
    sealed.tamper(
        "DELETE FROM ground_access_entry e USING ground_sealed s WHERE s.entry_id = e.entry_id AND s.shard = 3 AND s.seq = 2",
        "DELETE FROM ground_sealed WHERE shard = 3 AND seq = 2",
        "DELETE FROM ground_checkpoint WHERE shard = 3 AND size = 3",
    )
    sealed.sealer = sealed.fresh()
    sealed.write(3, 4)
    assert sealed.seal(NOW + timedelta(minutes=2)) == (2, 2, "behind")
    assert sealed.register.rows("SELECT DISTINCT tree FROM ground_sealed ORDER BY 1") == [("2026-11",), ("2026-11.02",)]
    sealed.write(3)
    assert sealed.seal(NOW + timedelta(minutes=3)) == (1, 1, "")
    found = sealed.verify().fault
    assert found is not None
    assert (found.code, found.place) == ("truncated", "2026-11/03#2-2")
    assert "较早的备份" in found.text
    assert "older backup" in found.text_en


def test_entries_from_before_are_queued_once(sealed: Sealed) -> None:
    sealed.write(3)
    with sealed.master() as master:
        master.execute("DELETE FROM ground_unsealed")
    sealed.register.become("owner")
    from chengxin.ground.sealing.numbering import begin_sealing

    assert begin_sealing() == 1
    assert sealed.seal()[0] == 1
    sealed.write(3)
    with sealed.master() as master:
        master.execute("DELETE FROM ground_unsealed")
    sealed.register.become("owner")
    assert begin_sealing() == 0
    assert sealed.fault() == "inserted"
