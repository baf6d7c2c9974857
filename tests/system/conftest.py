"""One copy of the template for a whole module, and a transaction on it for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.conftest import TEMPLATE
from tests.system.stage import Stage, stage_of


@contextmanager
def copied(admin: str) -> Iterator[str]:
    """Copy the template with its grants on the database itself, which a copy doesn't inherit; give the administrator's address."""
    name = f"cx_{os.getpid()}_{os.urandom(4).hex()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER chengxin_owner STRATEGY file_copy")
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        connection.execute(f"GRANT TEMPORARY ON DATABASE {name} TO chengxin_intake")
        try:
            yield make_conninfo(admin, dbname=name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def furnished(cluster: tuple[str, dict[str, str]]) -> Iterator[Stage]:
    with copied(cluster[0]) as url, stage_of(url) as stage:
        yield stage


@pytest.fixture
def stage(furnished: Stage) -> Iterator[Stage]:
    """Give the furnished register in a transaction that leaves nothing behind."""
    with furnished.connection.transaction(force_rollback=True):
        yield furnished
    furnished.connection.rollback()
