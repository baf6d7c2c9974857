"""Indexes are rebuilt beside the live ones, and what a stopped rebuild left is cleared away; two rebuilds at once are one."""

import threading
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from chengxin.ground import derived
from chengxin.ground.errors import RebuildDiffers
from chengxin.ground.models import Rebuild
from chengxin.ground.rebuilding import Derived, Part, Rebuilt, rebuild
from tests.conftest import Register, wait_until

NAMED = {one.name: one for one in derived.DERIVED}
FILES = (
    "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace ORDER BY 1"
)
LEFT = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname ~ '_ccnew'"


def again(register: Register, name: str) -> Rebuilt:
    register.become("owner")
    return rebuild(NAMED[name], clock=timezone.now, tell=lambda _: None)


def test_every_index_gets_a_new_file(register: Register) -> None:
    before = dict(register.rows(FILES))
    done = again(register, "indexes")
    after = dict(register.rows(FILES))
    assert (done.looked, done.mended) == (len(before), 0)
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] == after[name]] == []


def test_an_index_that_isnt_valid_is_made_anew(register: Register, cluster: tuple[str, Any]) -> None:
    ((name,),) = register.rows("SELECT current_database()")
    with psycopg.connect(cluster[0], dbname=name, autocommit=True) as administrator:
        administrator.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'code_by_birth'::regclass")
    assert again(register, "indexes").mended == 1
    assert register.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'code_by_birth'::regclass") == [(True,)]


def test_what_a_stopped_rebuild_left_is_cleared_away_and_it_goes_on(register: Register) -> None:
    """The session is ended while the new index waits for a transaction that holds an old snapshot."""
    register.become("owner")
    stopped: list[BaseException] = []

    def run() -> None:
        try:
            rebuild(NAMED["indexes"], clock=timezone.now, tell=lambda _: None)
        except OperationalError as error:
            stopped.append(error)
        finally:
            connections.close_all()

    with register.connect("owner") as other:
        other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT count(*) FROM ground_access_entry")
        thread = threading.Thread(target=run)
        thread.start()
        waits = (
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'REINDEX%%' AND datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        ((pid,),) = wait_until("the rebuild waits", lambda: register.rows(waits))
        register.rows("SELECT pg_terminate_backend(%s)", pid)
        thread.join()
        other.execute("ROLLBACK")
    assert len(stopped) == 1
    assert register.rows(LEFT) == [(1,)]
    ((done,),) = register.rows("SELECT looked FROM ground_rebuild WHERE finished_at IS NULL")
    whole = len(register.rows(FILES)) - 1
    assert again(register, "indexes").looked == whole
    assert register.rows(LEFT) == [(0,)]
    assert done < whole
    assert register.rows("SELECT count(*) FROM ground_rebuild") == [(1,)]


def test_statistics_are_taken_of_every_table(register: Register) -> None:
    tables = register.rows(
        "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    assert [(again(register, "statistics").looked,)] == tables


def test_two_at_once_are_one_rebuild(register: Register) -> None:
    """Another process does the last part and ends it, before this one comes to its end."""
    register.become("owner")
    steps: list[str] = []

    def step(upto: str) -> Part:
        steps.append(upto)
        return Part(1, 0, f"{upto}x", last=len(upto) == 2)

    whole = Derived("x", "x", "x", step, lambda: (0, 0))

    def other_ends_it(done: Rebuilt) -> None:
        if done.upto == "xxx":
            Rebuild.objects.filter(name="x").update(finished_at=timezone.now())

    assert rebuild(whole, clock=timezone.now, tell=other_ends_it).looked == 3
    assert steps == ["", "x", "xx"]
    assert register.rows("SELECT count(*) FROM ground_action WHERE act = 'rebuild.end'") == [(0,)]


def test_a_part_that_met_another_in_a_circle_is_done_once_more(register: Register) -> None:
    register.become("owner")
    tried: list[int] = []

    def step(_: str) -> Part:
        tried.append(1)
        if len(tried) == 1:
            raise OperationalError from DeadlockDetected()
        return Part(2, 1, "z", last=True)

    done = rebuild(Derived("x", "x", "x", step, lambda: (0, 0)), clock=timezone.now, tell=lambda _: None)
    assert (done.looked, done.mended, len(tried)) == (2, 1, 2)


def test_an_index_that_stays_broken_is_told(register: Register) -> None:
    register.become("owner")
    broken = Derived("indexes", "x", "x", lambda upto: Part(0, 0, upto, last=True), lambda: (1, 0), alone=True)
    with pytest.raises(RebuildDiffers, match="1 / 0"):
        rebuild(broken, clock=timezone.now, tell=lambda _: None)
