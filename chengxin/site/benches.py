"""The stage of the benchmarks: a durable embedded server in a folder of its own, and a prepared database to copy."""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chengxin.site.bootstrap import Installation, become, installation
from chengxin.site.serve import web_command

Tell = Callable[[str], None]


class BenchStage:
    """Copies of one prepared installation."""

    def __init__(self, opened: Installation, admin_url: str) -> None:
        self.folder = opened.data
        self._opened = opened
        self._admin_url = admin_url
        self._made = 0

    def fresh(self) -> Mapping[str, str]:
        from django.db import connections

        connections.close_all()
        self._made += 1
        name = f"bench_{self._made}"
        owner = self._opened.database.name_of("owner")
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE chengxin OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(owner)
                )
            )
            connection.execute("CHECKPOINT")
        return {role: make_conninfo(url, dbname=name) for role, url in self._opened.database.urls.items()}

    def drop(self, urls: Mapping[str, str]) -> None:
        from django.db import connections

        connections.close_all()
        name = str(psycopg.conninfo.conninfo_to_dict(urls["owner"])["dbname"])
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def become(self, url: str) -> None:
        become(url)

    def web(self) -> tuple[list[str], int]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        return web_command(port), port

    def environment(self, url: str) -> dict[str, str]:
        return {
            **os.environ,
            "CHENGXIN_PROCESS_DATABASE": url,
            "CHENGXIN_PROCESS_CONTENT": "0",
            "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
        }


@contextmanager
def bench_stage(tell: Tell) -> Iterator[BenchStage]:
    """Open a stage in a temporary folder (CHENGXIN_BENCH_DIR names another place) and take it away at the end."""
    os.environ["CHENGXIN_DEMO"] = "1"
    for name in ("DATABASE_URL", "CHENGXIN_VAULT_KEYS"):
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix="cx-bench-", dir=os.environ.get("CHENGXIN_BENCH_DIR")))
    try:
        with installation(folder, "owner", tell) as opened:
            from chengxin.demo.province import settle_cast
            from chengxin.identity.services.officers import settle_house

            settle_house(demo=True)
            settle_cast()
            server = opened.database.server
            if server is None:
                raise AssertionError("the stage has an embedded server")
            yield BenchStage(opened, server.admin_url())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
