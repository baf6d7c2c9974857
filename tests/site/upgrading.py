"""An installation of an earlier commit, from its dump and its key."""

import gzip
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from chengxin.site.runtime.cluster import binaries_of
from chengxin.site.runtime.postgres import EmbeddedPostgres
from chengxin.site.runtime.roles import ensure_database, ensure_roles
from tests.site.support import MAJOR, made_data
from tests.site.test_cli import Shell

# Every migration since, the content system's some hundred among them: minutes on a small machine that has other work.
PREPARING_S = 400


@contextmanager
def earlier(dump: Path, vault: Mapping[str, Any]) -> Iterator[tuple[Shell, str]]:
    """Give a data folder whose server runs with a dump in it, and the owner's URL; nothing of this release has touched it yet."""
    with made_data() as data:
        (data / "keys").mkdir(mode=0o700)
        (data / "keys" / "vault.json").write_text(json.dumps(vault), encoding="utf-8")
        server = EmbeddedPostgres(data, major=MAJOR, durable=False)
        with server.using():
            owner = ensure_database(server.admin_url(), data)
            ensure_roles(owner, "chengxin", data)
            _load(owner, gzip.decompress(dump.read_bytes()))
            # What is granted on the database itself isn't in a dump: the mark that all was prepared must not be believed.
            with psycopg.connect(owner) as connection:
                connection.execute("COMMENT ON SCHEMA public IS NULL")
            yield Shell(data.parent, data, PREPARING_S), owner


def _load(url: str, dump: bytes) -> None:
    parts = conninfo_to_dict(url)
    where = ["-h", parts["host"], "-p", parts["port"], "-U", parts["user"], "-d", parts["dbname"]]
    subprocess.run(
        [binaries_of(MAJOR) / "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", *map(str, where)],
        input=dump, env={"PGPASSWORD": str(parts["password"])}, check=True, capture_output=True,
    )  # fmt: skip
