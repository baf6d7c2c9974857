"""Whatever is merged between whatever the authority tells: undone, it is as if it had never been."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.identity.errors import TransferRefused
from chengxin.identity.models import TransferStep, User
from chengxin.identity.parties import Party
from chengxin.identity.services.population import take_events
from chengxin.identity.services.transfers import propose_again, propose_merge, second_step
from chengxin.records.services import areas
from chengxin.records.transfers import carry_out_transfers
from tests.conftest import copied_register
from tests.identity.feeding import Authority
from tests.identity.test_population_order import describe
from tests.records.test_adjudication import officers

FIRST = ("new", "name", "number", "correction", "move", "death", "capacity", "attestation")
# What is corrected while two are one stays with who held it then (docs/adr/0011).
LATER = ("new", "name", "number", "move", "death", "capacity", "attestation", "merge", "merge", "undo")
BEFORE = st.lists(st.tuples(st.sampled_from(FIRST), st.integers(0, 3), st.integers(0, 6)), min_size=2, max_size=8)
BETWEEN = st.lists(st.tuples(st.sampled_from(LATER), st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=10)


@pytest.fixture(scope="module")
def centre(cluster: Any, django_db_blocker: Any) -> Iterator[tuple[User, User]]:
    """One register for the whole module, as its owner: each example is rolled back."""
    with copied_register(cluster, django_db_blocker) as register:
        both = officers(register)
        register.become("owner")
        yield both


class Centre:
    """Two officers who merge what they are told to, and undo it in turn."""

    def __init__(self, both: tuple[User, User]) -> None:
        self._first, self._second = both
        self.done: list[int] = []

    def merge(self, one: Party, other: Party) -> None:
        now = datetime.now(UTC)
        try:
            with transaction.atomic():
                step = propose_merge(one, other, ground="晋公户证〔2026〕1号", actor=self._first, at=now)
        except TransferRefused:
            return
        self._agree(step)
        self.done.append(step.transfer_id)

    def undo(self) -> None:
        if self.done:
            transfer = self.done.pop()
            now = datetime.now(UTC)
            self._agree(propose_again(transfer, (), ground="复核发现是两个人", actor=self._second, at=now))

    def _agree(self, step: TransferStep) -> None:
        other = self._second if step.decided_by_id == self._first.pk else self._first
        second_step(step.pk, agreed=True, actor=other, at=datetime.now(UTC))
        assert carry_out_transfers(at=datetime.now(UTC)) == 1, TransferStep.objects.get(pk=step.pk).failure


def tell(authority: Authority, act: tuple[str, int, int]) -> None:
    authority.act(*act)
    take_events([authority.events[-1]], areas=areas(), at=datetime.now(UTC))


@settings(max_examples=40, deadline=None)
@given(before=BEFORE, between=BETWEEN)
def test_undoing_every_merge_gives_the_persons_that_the_authority_tells_of(
    centre: tuple[User, User], before: list[tuple[str, int, int]], between: list[tuple[str, int, int]]
) -> None:
    authority, desk = Authority(), Centre(centre)
    with transaction.atomic():
        for act in [("new", 0, 0), *before]:
            tell(authority, act)
        for kind, whom, place in between:
            one, other = (authority.humans[number % len(authority.humans)] for number in (whom, whom + 1 + place % 3))
            if kind == "merge":
                desk.merge(*(Party("resident-id", human.code, human.name) for human in (one, other)))
            elif kind == "undo":
                desk.undo()
            else:
                tell(authority, (kind, whom, place))
        while desk.done:
            desk.undo()
        found = describe(authority)
        transaction.set_rollback(True)
    assert found == authority.told()
