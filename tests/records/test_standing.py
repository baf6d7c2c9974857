"""A provider that stands no more hands in nothing, and its waiting rows wait on."""

from datetime import date, datetime
from pathlib import Path

import pytest

from chengxin.identity.queries import find_organisation
from chengxin.identity.services.population import load_population
from chengxin.records.errors import ProviderNotStanding
from chengxin.records.retrying import retry_waiting
from chengxin.records.services import areas, ingest_file
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import MARKET, UNKNOWN, write_population
from tests.records.test_ingest import take


def end(register: Register, day: date | None) -> None:
    """End the provider on a day; without one it stands again, which is noted as an act of its own."""
    if day is None:
        register.rows(
            """INSERT INTO ground_action (at, actor, act, subject, note)
               VALUES (now(), 'system', 'organisations.revive', %s, 'x') RETURNING 1""",
            f"organisation:{MARKET}",
        )
    register.rows("UPDATE identity_organisation SET valid_until = %s WHERE code = %s RETURNING 1", day, MARKET)


def test_nothing_is_taken_of_a_provider_that_ended_today(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    path = write_csv(tmp_path / "a.csv", [penalty(today)])
    provider = find_organisation(MARKET, today)
    assert provider is not None
    end(register, today)
    register.become("intake")
    with pytest.raises(ProviderNotStanding, match="不在有效期内"):
        ingest_file(path, item_code="CF-ZRR", provider=provider, at=now)
    assert register.rows("SELECT count(*) FROM records_batch") == [(0,)]


def test_rows_of_one_that_ended_wait_until_it_stands_again(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, UNKNOWN)]), now)
    load_population(write_population(tmp_path / "p.csv", (UNKNOWN,)), areas=areas(), at=now)
    end(register, today)
    assert retry_waiting(at=now) == 0
    assert register.rows("SELECT count(*) FROM records_waiting") == [(1,)]
    end(register, None)
    assert retry_waiting(at=now) == 1
