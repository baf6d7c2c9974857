"""Root starts the server under another account, whatever the folders' modes, and opens none of them."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from chengxin.site.runtime import postgres
from chengxin.site.runtime.account import account_for
from chengxin.site.runtime.cluster import binaries_of
from chengxin.site.runtime.errors import AccountUnusable
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.site.support import MAJOR, embedded, open_folder

CAP_DAC_READ_SEARCH = 2


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def closed(folder: Path) -> Path:
    """Give a folder of root's that nobody else may enter."""
    limits = psutil.Process().status() and Path("/proc/self/status").read_text()
    bounding = int(next(line.split()[1] for line in limits.splitlines() if line.startswith("CapBnd")), 16)
    if not bounding >> CAP_DAC_READ_SEARCH & 1 or shutil.which("setpriv") is None:
        pytest.skip("this container lets root hand on no CAP_DAC_READ_SEARCH")
    (folder / "closed").mkdir(mode=0o700)
    return folder / "closed"


def check_works(server: EmbeddedPostgres, account: str) -> str:
    """Check that the server answers and runs as ``account``; returns its effective capabilities."""
    with psycopg.connect(server.admin_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert server.pid is not None
        # A backend and the server itself.
        for pid in (connection.info.backend_pid, server.pid):
            uids = psutil.Process(pid).uids()
            assert {uids.real, uids.effective, uids.saved} == {pwd.getpwnam(account).pw_uid}
        status = Path(f"/proc/{server.pid}/status").read_text()
    assert "Groups:\t \n" in status or "Groups:\t\n" in status
    return next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff")).lstrip("0")


def test_server_runs_under_another_account_without_capabilities(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_PG_USER", "nobody")
    if account_for(folder / "pg", binaries_of(MAJOR)).prefix:
        pytest.skip("the programs themselves lie in a closed folder")
    with embedded(folder / "data").using() as server:
        assert check_works(server, "nobody") == ""
        owners = {file.name: file.stat().st_uid for file in server.data.iterdir()}
        nobody = pwd.getpwnam("nobody").pw_uid
        assert owners == {"lock": 0, "log": 0, "secrets": 0, "run": nobody, server.cluster.name: nobody}


def test_account_stays_with_the_cluster(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_PG_USER", "nobody")
    with embedded(folder / "data").using():
        pass
    monkeypatch.delenv("CHENGXIN_PG_USER")
    with embedded(folder / "data").using() as server:
        check_works(server, "nobody")


def test_cluster_restored_by_root_is_handed_over(folder: Path) -> None:
    with embedded(folder / "data").using() as server:
        uid = server.cluster.stat().st_uid
    for file in [server.cluster, *server.cluster.rglob("*")]:
        os.chown(file, 0, 0, follow_symlinks=False)
    with server.using():
        check_works(server, pwd.getpwuid(uid).pw_name)


def test_data_below_a_closed_folder(closed: Path) -> None:
    with embedded(closed / "deep" / "data").using() as server:
        name = pwd.getpwuid(server.cluster.stat().st_uid).pw_name
        assert int(check_works(server, name), 16) == 1 << CAP_DAC_READ_SEARCH
    with server.using():
        check_works(server, name)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_lost_password_below_a_closed_folder(closed: Path) -> None:
    with embedded(closed / "data").using() as server:
        pass
    (server.data / "secrets" / "cluster_admin.password").unlink()
    with server.using(), psycopg.connect(server.admin_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_programs_below_a_closed_folder(closed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = binaries_of(MAJOR).parents[1]
    install = binaries_of(MAJOR).parent
    shutil.copytree(install, closed / package.name / install.name, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    monkeypatch.setattr(postgres, "binaries_of", lambda _: closed / package.name / install.name / "bin")
    with embedded(folder / "data").using() as server:
        name = pwd.getpwuid(server.cluster.stat().st_uid).pw_name
        assert int(check_works(server, name), 16) == 1 << CAP_DAC_READ_SEARCH


def test_folder_in_the_way_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "closed").mkdir(mode=0o700)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(AccountUnusable, match="CHENGXIN_PG_USER") as caught:
        embedded(folder / "closed" / "data").start()
    assert str(folder / "closed") + "/。" in caught.value.text
    assert str(folder / "closed") + "/." in caught.value.text_en
    assert stat.S_IMODE((folder / "closed").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["no-such-account", "root"])
def test_account_that_will_not_do_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CHENGXIN_PG_USER", name)
    with pytest.raises(AccountUnusable, match="CHENGXIN_PG_USER"):
        embedded(folder / "data").start()


def test_link_planted_by_the_account_leads_root_nowhere(folder: Path) -> None:
    with embedded(folder / "data").using() as server:
        pass
    target = folder / "target"
    target.write_text("untouched")
    (server.cluster / "chengxin.conf").unlink()
    (server.cluster / "chengxin.conf").symlink_to(target)
    with server.using():
        assert target.read_text() == "untouched"
        assert target.stat().st_uid == 0
        assert not (server.cluster / "chengxin.conf").is_symlink()
