"""No statement of the feed looks through all that came in for each row of it: a million events would take days."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from chengxin.bench.events import write_events
from chengxin.identity.services.population.feed import open_feed
from chengxin.identity.services.population.settle import SQL, Settling
from chengxin.identity.services.population.stage import Stager, Told
from chengxin.identity.vault import sealing_vault
from chengxin.lib.periods import shanghai_date
from chengxin.records.services import areas
from tests.conftest import Register

STAGING = "population_staging"
JOINED = (
    "mark_repeated", "mark_known", "mark_parked", "mark_taken", "mark_taken_here", "link_new", "link_old", "resolve_withdrawn",
    "resolve_known", "found_persons",
)  # fmt: skip


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def looks_through_all_for_each(plan: dict[str, Any]) -> bool:
    """Tell whether staged rows are gone through anew for each row: in a subplan, or on the inner side of a nested loop."""
    inner = [
        node
        for one in nodes(plan)
        for node in one.get("Plans", ())
        if node.get("Parent Relationship") == "SubPlan"
        or (one["Node Type"], node.get("Parent Relationship")) == ("Nested Loop", "Inner")
    ]
    return any(
        node["Node Type"] == "Seq Scan" and node.get("Relation Name") == STAGING for top in inner for node in nodes(top)
    )


@pytest.fixture
def staged(register: Register, tmp_path: Path) -> Iterator[Settling]:
    now = datetime.now(UTC)
    write_events(tmp_path / "events.jsonl", 2_000, 5, today=shanghai_date(now))
    register.become("intake")
    with transaction.atomic():
        stager = Stager(sealing_vault(), areas(), shanghai_date(now))
        settling = Settling(stager, now)
        told = (
            stager.event(row)
            for _, row in open_feed(tmp_path / "events.jsonl", key=b"k").rows()
            if not isinstance(row, str)
        )
        settling.stage(one.line(n, parked=False) for n, one in enumerate(told, 1) if isinstance(one, Told))
        yield settling
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", JOINED)
def test_staged_rows_are_joined(staged: Settling, name: str) -> None:
    values: dict[str, Any] = {"last": False, "alone": False, "at": datetime.now(UTC), "hash_key": "k"}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {SQL[name]}", values)
        (plan,) = cursor.fetchone()[0]
    assert not looks_through_all_for_each(plan["Plan"]), plan


def test_a_statement_that_does_is_told_apart(staged: Settling) -> None:
    slow = f"""UPDATE {STAGING} s SET fate = 'x' WHERE fate IS NULL AND (subject_id IS NOT NULL
        OR EXISTS (SELECT FROM {STAGING} o WHERE o.sequence = s.sequence AND o.n < s.n))"""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {slow}")
        (plan,) = cursor.fetchone()[0]
    assert looks_through_all_for_each(plan["Plan"])
