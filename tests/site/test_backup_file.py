"""A backup file: whatever is done to it, it opens whole or not at all."""

import io
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.site.backup import sealed
from chengxin.site.backup.erasures import Journal
from chengxin.site.backup.errors import BackupKeyUnusable, BackupUnusable
from chengxin.site.backup.sealed import BackupKey, SealedWriter, read_frames, read_head, read_key, settle_key

KEY, OTHER = BackupKey(bytes(range(32))), BackupKey(bytes(32))
SMALL = 64


@pytest.fixture(autouse=True, scope="module")
def small_frames() -> object:
    patch = pytest.MonkeyPatch()
    patch.setattr(sealed, "FRAME", SMALL)
    yield
    patch.undo()


def made(pieces: list[bytes], key: BackupKey = KEY, first: bytes = b"{}") -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, key, {"made_at": "2026-11-24"})
    writer.member(first)
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    return file.getvalue()


def opened(content: bytes, key: BackupKey = KEY) -> list[bytes]:
    return list(read_frames(io.BytesIO(content), key))


def frames(content: bytes) -> tuple[bytes, list[bytes]]:
    """Take a file apart into what stands before the frames, and the frames with their lengths."""
    file = io.BytesIO(content)
    read_head(file)
    head, found = content[: file.tell()], []
    while size := file.read(4):
        found.append(size + file.read(int.from_bytes(size, "big")))
    return head, found


@cache
def sample() -> bytes:
    content = made([bytes([number]) * 50 for number in range(6)])
    assert len(frames(content)[1]) == len(opened(content)) == 6
    return content


# The head tells the day and the key; its length hangs on neither.
SIZE = 564


@given(st.lists(st.binary(max_size=200), max_size=8), st.binary(max_size=SMALL))
def test_what_goes_in_comes_out(pieces: list[bytes], first: bytes) -> None:
    manifest, *rest = opened(made(pieces, first=first))
    assert manifest == first
    assert b"".join(rest) == b"".join(pieces)


@given(st.integers(0, SIZE - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, change: int) -> None:
    spoilt = bytearray(sample())
    spoilt[place] ^= change
    with pytest.raises((BackupUnusable, BackupKeyUnusable)):
        opened(bytes(spoilt))


@given(st.integers(0, SIZE - 1))
def test_nothing_can_be_cut_off(length: int) -> None:
    with pytest.raises(BackupUnusable):
        opened(sample()[:length])


@given(st.permutations(range(5)))
def test_frames_can_not_be_moved(order: list[int]) -> None:
    head, found = frames(sample())
    moved = head + b"".join(found[place] for place in order) + b"".join(found[5:])
    if moved == sample():
        assert opened(moved)
        return
    with pytest.raises(BackupUnusable):
        opened(moved)


@given(st.binary(min_size=1, max_size=100))
def test_nothing_can_be_added(more: bytes) -> None:
    with pytest.raises(BackupUnusable):
        opened(sample() + more)


def test_a_frame_of_another_backup_under_the_same_key_does_not_fit() -> None:
    head, found = frames(sample())
    _, others = frames(made([b"x" * 300]))
    with pytest.raises(BackupUnusable):
        opened(head + found[0] + others[1] + b"".join(found[2:]))


def test_every_byte_of_the_sample_is_tried() -> None:
    assert len(sample()) == SIZE


def test_another_key_is_named_before_anything_is_tried() -> None:
    with pytest.raises(BackupKeyUnusable, match=KEY.name):
        opened(sample(), OTHER)
    assert KEY.name != OTHER.name
    assert KEY.secret.hex() not in repr(KEY) + KEY.name


@pytest.mark.parametrize(
    "content", [b"", b"PGDMP...", b"CXBACKUP1\n", b"CXBACKUP1\n\x00\x00\x00\x02[]", b"CXBACKUP1\n\xff\xff\xff\xff"]
)
def test_what_is_no_backup_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(BackupUnusable):
        opened(content)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "keys" / "backup.key"
    with pytest.raises(BackupKeyUnusable, match="CHENGXIN_BACKUP_KEY"):
        read_key(place)
    key = settle_key(place)
    assert settle_key(place) == read_key(place) == key
    assert place.stat().st_mode & 0o077 == 0
    place.write_text("not a key", encoding="ascii")
    with pytest.raises(BackupKeyUnusable, match="64"):
        read_key(place)


def test_a_journal_keeps_whole_lines_and_passes_over_a_cut_one(tmp_path: Path) -> None:
    journal, day = Journal(tmp_path / "erasures"), date(2026, 11, 24)
    assert journal.note([(1, -2, 3), (4, 5, 6)], day) == 2
    path = tmp_path / "erasures" / "2026-11-24.txt"
    path.write_text(path.read_text(encoding="ascii") + "7 8", encoding="ascii")
    assert journal.note([(9, 10, 11)], day) == 1
    assert list(journal) == [(1, -2, 3), (4, 5, 6), (9, 10, 11)]
