"""Settings by machine, and what a container's limits change."""

from pathlib import Path

import pytest

from chengxin.site.runtime import machine
from chengxin.site.runtime.machine import Machine, measure
from chengxin.site.runtime.tuning import as_file, tuned

GB = 1024**3
MB = 1024**2


def settings(
    memory: int = 16 * GB, cores: int = 8, disk: int = 500 * GB, shm: int = GB, *, durable: bool = True
) -> dict[str, str]:
    return tuned(Machine(memory, cores, disk, shm), Path("/x/run"), durable=durable, lz4=False)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        pytest.param(512 * MB, "128MB", id="small-gets-the-least"),
        pytest.param(8 * GB, "1024MB", id="an-eighth"),
        pytest.param(256 * GB, "2048MB", id="large-gets-the-most"),
    ],
)
def test_shared_buffers_follow_memory(memory: int, expected: str) -> None:
    assert settings(memory=memory)["shared_buffers"] == expected


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        pytest.param(3 * GB, "1024MB", id="full-disk-still-1-gb"),
        pytest.param(40 * GB, "4096MB", id="a-tenth-of-free"),
        pytest.param(900 * GB, "8192MB", id="never-over-8-gb"),
    ],
)
def test_log_size_follows_free_disk(free: int, expected: str) -> None:
    assert settings(disk=free)["max_wal_size"] == expected


def test_small_shared_memory_moves_segments_to_files() -> None:
    assert settings(shm=64 * MB)["dynamic_shared_memory_type"] == "mmap"
    assert "dynamic_shared_memory_type" not in settings(shm=256 * MB)


def test_only_tests_may_be_careless() -> None:
    safety = ("fsync", "full_page_writes", "synchronous_commit")
    assert {settings()[name] for name in safety} == {"on"}
    assert {settings(durable=False)[name] for name in safety} == {"off"}


def test_quotes_and_backslashes_in_a_folder_name_are_escaped() -> None:
    found = tuned(Machine(GB, 1, GB, GB), Path("/o'brien, \\ 数据"), durable=True, lz4=True)
    assert "unix_socket_directories = '\"/o''brien, \\\\ 数据\"'" in as_file(found)
    assert found["wal_compression"] == "lz4"


def test_container_limits_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text(f"{700 * MB}\n")
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    monkeypatch.setattr(machine, "_CGROUPS", tmp_path)
    found = measure(tmp_path)
    assert (found.memory_bytes, found.cores) == (700 * MB, 1)


def test_no_limit_is_no_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    monkeypatch.setattr(machine, "_CGROUPS", tmp_path)
    assert measure(tmp_path).memory_bytes > 700 * MB
