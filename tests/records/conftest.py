"""What tests of the ledger do past it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.conftest import Register


@pytest.fixture
def superuser(register: Register, cluster: tuple[str, Any]) -> Callable[..., None]:
    """Give what changes the database past every trigger and policy, as its administrator can."""

    def past(query: str, *values: Any) -> None:
        name = register.rows("SELECT current_database()")[0][0]
        with psycopg.connect(cluster[0], dbname=name, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            assert connection.execute(query, values or None).rowcount == 1  # type: ignore[arg-type, unused-ignore]

    return past
