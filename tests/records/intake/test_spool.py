"""What lies in the spool can't be read without its key, nor shortened or changed unnoticed."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.records.errors import FileUnusable
from chengxin.records.intake.spool import BLOCK, Spool, file_blocks
from tests.people import WANG_WEI

CONTENT = f"{WANG_WEI.name},{WANG_WEI.code}\n".encode() * 100_000


def spooled(folder: Path, content: bytes = CONTENT, chunk: int = 65_537) -> Spool:
    spool = Spool.new(folder)
    writer = spool.writer(b"key")
    for start in range(0, len(content), chunk):
        writer.write(content[start : start + chunk])
    writer.finish()
    return spool


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    size=st.one_of(st.integers(0, 5000), st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK])),
    chunk=st.sampled_from([999, 65_536, BLOCK, 3 * BLOCK]),
)
def test_content_comes_back_whatever_the_chunks(tmp_path: Path, size: int, chunk: int) -> None:
    content = os.urandom(size)
    spool = spooled(tmp_path, content, chunk)
    assert b"".join(spool.blocks()) == content
    assert b"".join(spool.blocks()) == content


def test_no_plain_text_lies_on_the_disk(tmp_path: Path) -> None:
    spooled(tmp_path)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert WANG_WEI.code.encode() not in content
        assert WANG_WEI.name.encode() not in content
        assert path.stat().st_mode & 0o077 == 0
        assert WANG_WEI.code not in path.name


@pytest.mark.parametrize("lost", [1, 20, BLOCK, BLOCK + 100, 2 * BLOCK])
def test_lost_end_is_noticed(tmp_path: Path, lost: int) -> None:
    spool = spooled(tmp_path)
    os.truncate(spool.path, spool.path.stat().st_size - lost)
    with pytest.raises(FileUnusable, match="不完整"):
        list(spool.blocks())


def test_end_lost_between_two_blocks_is_noticed(tmp_path: Path) -> None:
    spool = spooled(tmp_path)
    os.truncate(spool.path, BLOCK + 16 + 4)
    with pytest.raises(FileUnusable):
        list(spool.blocks())


def test_spool_cut_to_nothing_is_no_empty_file(tmp_path: Path) -> None:
    spool = spooled(tmp_path)
    os.truncate(spool.path, 0)
    with pytest.raises(FileUnusable):
        list(spool.blocks())


@pytest.mark.parametrize("place", [0, 3, 4, 5_000, BLOCK + 30])
def test_changed_byte_is_noticed(tmp_path: Path, place: int) -> None:
    spool = spooled(tmp_path)
    content = bytearray(spool.path.read_bytes())
    content[place] ^= 1
    spool.path.write_bytes(content)
    with pytest.raises(FileUnusable):
        list(spool.blocks())


def test_spool_of_another_key_does_not_open(tmp_path: Path) -> None:
    one, other = spooled(tmp_path), spooled(tmp_path)
    one.key_path.write_bytes(other.key_path.read_bytes())
    with pytest.raises(FileUnusable):
        list(one.blocks())


def test_without_its_key_nothing_can_be_read(tmp_path: Path) -> None:
    spool = spooled(tmp_path)
    spool.key_path.unlink()
    assert not spool.there()
    with pytest.raises(FileNotFoundError):
        list(spool.blocks())


def test_destroyed_spool_leaves_nothing_however_often(tmp_path: Path) -> None:
    spool = spooled(tmp_path)
    spool.destroy()
    spool.destroy()
    assert list(tmp_path.iterdir()) == []


def test_abandoned_spool_leaves_nothing(tmp_path: Path) -> None:
    writer = Spool.new(tmp_path).writer()
    writer.write(CONTENT)
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_digest_is_keyed_and_knows_the_same_file_again(tmp_path: Path) -> None:
    digests = []
    for key, chunk in ((b"one", 1000), (b"one", 77_777), (b"two", 1000)):
        writer = Spool.new(tmp_path).writer(key)
        for start in range(0, len(CONTENT), chunk):
            writer.write(CONTENT[start : start + chunk])
        writer.finish()
        digests.append(writer.digest)
    assert digests[0] == digests[1] != digests[2]


def test_plain_file_is_read_anew_at_each_call(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT)
    blocks = file_blocks(path)
    assert b"".join(blocks()) == b"".join(blocks()) == CONTENT
