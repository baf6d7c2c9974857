"""The register's commands on an installation: seal, verify, export, check, change of key; and what status says of them."""

import json
import shutil
from collections.abc import Iterator

import psycopg
import pytest

from chengxin.site.runtime.postgres import EmbeddedPostgres
from chengxin.site.runtime.roles import DATABASE
from tests.registering import INSERT, NOW
from tests.site.support import MAJOR, made_data
from tests.site.test_cli import Shell

pytestmark = pytest.mark.xdist_group("log")


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    with made_data(prepared=True) as data, EmbeddedPostgres(data, major=MAJOR, durable=False).using():
        yield Shell(data.parent, data, within_s=120)


def write(shell: Shell, subject: int) -> None:
    """Write an entry past every program, as the server's administrator; its trigger queues it."""
    from chengxin.ground.services import entry_number

    server = EmbeddedPostgres(shell.data, major=MAJOR, durable=False)
    with psycopg.connect(psycopg.conninfo.make_conninfo(server.admin_url(), dbname=DATABASE)) as connection:
        connection.execute(INSERT, [subject, entry_number(NOW), NOW])


def told(shell: Shell, *words: object) -> dict[str, object]:
    said = shell.run(*words, "--json")
    found: dict[str, object] = json.loads(said.out)
    return {"code": said.code, **found}


def test_from_entry_to_an_export_that_checks_offline(shell: Shell) -> None:
    assert told(shell, "log", "verify")["entries"] == 0
    for subject in (1, 17, 2):
        write(shell, subject)
    assert told(shell, "log", "verify")["unsealed"] == 3
    assert told(shell, "log", "seal") == {"code": 0, "numbered": 3, "signed": 2, "trouble": ""}
    heads = shell.data / "checkpoints"
    (key,) = (heads / "keys.txt").read_text().splitlines()
    assert shell.run("log", "keys").out.split() == [key]
    outside = shell.folder / "kept-elsewhere"
    shutil.copytree(heads, outside)
    seen = told(shell, "log", "verify", "--checkpoint", outside)
    assert (seen["code"], seen["entries"], seen["fault"]) == (0, 3, None)
    file = shell.folder / "export.jsonl"
    assert shell.run("log", "export", "-o", file).code == 0
    assert told(shell, "log", "check", file, "--key", outside / "keys.txt")["entries"] == 3
    spoilt = file.read_text().replace('"officer":"f"', '"officer":"g"', 1)
    file.write_text(spoilt)
    refused = told(shell, "log", "check", file, "--key", key)
    assert refused["code"] == 1
    assert isinstance(refused["wrong"], dict)
    assert refused["wrong"]["line"] == 3

    assert shell.run("log", "new-key").out.split() != [key]
    write(shell, 1)
    assert told(shell, "log", "seal")["signed"] == 1
    assert told(shell, "log", "verify", "--checkpoint", outside, "--key", key)["code"] == 0
    notices = {one["subject"]: one["level"] for one in json.loads(shell.run("status", "--json").out)}
    assert (notices["sealing"], notices["register"]) == ("ok", "ok")

    server = EmbeddedPostgres(shell.data, major=MAJOR, durable=False)
    with psycopg.connect(psycopg.conninfo.make_conninfo(server.admin_url(), dbname=DATABASE)) as master:
        master.execute("ALTER TABLE ground_access_entry DISABLE TRIGGER ALL")
        master.execute("DELETE FROM ground_access_entry WHERE subject_id = 17")
        master.execute("ALTER TABLE ground_access_entry ENABLE TRIGGER ALL")
    said = shell.run("log", "verify")
    assert said.code == 1
    assert "不见了" in said.err
    assert "is gone" in said.err
    notices = {one["subject"]: one["level"] for one in json.loads(shell.run("status", "--json").out)}
    assert notices["register"] == "warning"
    assert shell.run("log", "verify", "--checkpoint", shell.folder / "nowhere").code == 2
