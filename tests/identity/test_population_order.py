"""Whatever the order in which the authority's events arrive, and however often: the same persons."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.identity.queries import open_person
from chengxin.identity.rules import CapacityWord, incapacities
from chengxin.identity.services.population import take_events
from chengxin.identity.vault import vault
from chengxin.records.services import areas
from tests.conftest import Register
from tests.identity.feeding import Authority, Event, batches

KINDS = ("new", "name", "number", "correction", "move", "death", "capacity", "attestation")
ACTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=14)
FIRST = "SELECT max(subject_id) FROM identity_person"


@pytest.fixture(scope="module")
def owner(cluster: Any, django_db_blocker: Any) -> Iterator[Register]:
    """One register for the whole module: each example is rolled back."""
    from tests.conftest import copied_register

    with copied_register(cluster, django_db_blocker) as register:
        register.become("owner")
        yield register


@settings(max_examples=100, deadline=None)
@given(acts=ACTS, data=st.data())
def test_any_order_and_any_duplication_give_the_same_persons(
    owner: Register, acts: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    authority = Authority()
    for act in acts:
        authority.act(*act)
    again = data.draw(st.lists(st.sampled_from(authority.events), max_size=5))
    order = data.draw(st.permutations([*authority.events, *again]))
    cuts = data.draw(st.lists(st.integers(0, 30), max_size=6))
    told, parked = outcome(batches(order, cuts), authority)
    assert told == authority.told()
    assert parked == 0


@settings(max_examples=40, deadline=None)
@given(acts=ACTS, data=st.data())
def test_what_is_missing_parks_what_needs_it_and_loses_nothing(
    owner: Register, acts: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """Some events come last of all; until then every other is applied or waits, and afterwards all is as if in order."""
    authority = Authority()
    for act in acts:
        authority.act(*act)
    late = data.draw(st.sets(st.sampled_from(range(len(authority.events)))))
    first = [one for place, one in enumerate(authority.events) if place not in late]
    with transaction.atomic():
        take_events(first, areas=areas(), at=datetime.now(UTC))
        assert heard() == {int(one["SJXH"]) for one in first}
        told, parked = outcome([[authority.events[place] for place in sorted(late, reverse=True)]], authority)
        transaction.set_rollback(True)
    assert (told, parked) == (authority.told(), 0)


def heard() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequence FROM identity_population_event WHERE edition = 0 UNION ALL SELECT sequence FROM identity_population_parked"
        )
        found = [sequence for (sequence,) in cursor.fetchall()]
    assert len(found) == len(set(found))
    return set(found)


def outcome(arriving: list[list[Event]], authority: Authority) -> tuple[list[tuple[Any, ...]], int]:
    """Take batches in and tell what the register then holds of these persons, and how many events wait."""
    with transaction.atomic():
        for batch in arriving:
            take_events(batch, areas=areas(), at=datetime.now(UTC))
        assert heard() == {int(one["SJXH"]) for one in authority.events}
        found = describe(authority), count("SELECT count(*) FROM identity_population_parked")
        transaction.set_rollback(True)
    return found


def count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def describe(authority: Authority) -> list[tuple[Any, ...]]:
    """Describe every person that the authority told of, in the form of ``Human.told``: hashes turned back by the codes it used."""
    keys = vault()
    used = {one[name] for one in authority.events for name in ("ZJHM", "YZJHM") if name in one}
    names = {one["XM"] for one in authority.events if "XM" in one}
    by_hash = {keys.code_hash("resident-id", code): code for code in used}
    by_tag = {keys.name_tag("resident-id", code, name): name for code in used for name in names}
    described = []
    by_mark = {keys.code_mark("resident-id", code): code for code in used}
    subjects = rows(
        """SELECT DISTINCT subject_id FROM (SELECT subject_id, code_hash FROM identity_code
           UNION ALL SELECT subject_id, code_mark FROM identity_withdrawn_code) c WHERE code_hash = ANY(%s)""", [*by_hash, *by_mark]
    )  # fmt: skip
    for (subject,) in subjects:
        ((born, region, dead),) = rows("SELECT born, region, died FROM identity_person WHERE subject_id = %s", subject)
        named = open_person(subject)
        codes = rows(
            "SELECT code_hash, name_tag, former_rank > name_rank FROM identity_code WHERE subject_id = %s", subject
        )
        withdrawn = rows("SELECT code_mark FROM identity_withdrawn_code WHERE subject_id = %s", subject)
        words = rows("SELECT rank, since, capacity FROM identity_capacity WHERE subject_id = %s ORDER BY rank", subject)
        incapable = tuple(sorted(incapacities(CapacityWord(*word) for word in words), key=str))
        assert stretches(subject) == list(incapable)
        ((attested,),) = rows("SELECT count(*) FROM identity_attestation WHERE subject_id = %s", subject)
        described.append((
            named.code, named.name, born, region, str(dead), incapable, attested,
            tuple(sorted((by_hash[bytes(code)], by_tag[bytes(tag)], former) for code, tag, former in codes)),
            tuple(sorted(by_mark[bytes(code)] for (code,) in withdrawn)),
        ))  # fmt: skip
    return sorted(described)


def stretches(subject: int) -> list[tuple[str, date, date | None]]:
    found = rows("SELECT capacity, lower(days), upper(days) FROM identity_incapacity WHERE subject_id = %s", subject)
    return sorted(((capacity, since, until) for capacity, since, until in found), key=str)
