"""No sequence of steps, by whomever, publishes an item without every step that it needs (safeguards 1 and 11).

Tried past the services: straight at the database, as the application's role, which is all that a bug in them could do.
"""

from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.catalogue.rules import AFTER
from tests.system import cataloguing as c
from tests.system.administering import user
from tests.system.stage import Stage

KINDS = (
    "submit",
    "review",
    "consult",
    "approve",
    "return",
    "withdraw",
    "publish",
    "comment",
    "answer",
    "wait",
    "change",
)
WHO = ("clerk", "officer", "colleague", "approver")
MOVES = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(WHO)), min_size=3, max_size=14)
USUAL = [("submit", "clerk"), ("review", "officer"), ("consult", "officer"), ("comment", "clerk"), ("answer", "officer"),
         ("wait", "clerk"), ("approve", "approver"), ("publish", "officer")]  # fmt: skip
NEAR = st.lists(st.integers(0, len(USUAL) - 1), max_size=3).map(
    lambda left: [move for place, move in enumerate(USUAL) if place not in left]
)


def play(stage: Stage, draft: int, kind: str, who: str) -> None:
    if kind == "comment":
        c.comments(stage, draft)
    elif kind == "answer":
        c.speaks(stage, who)
        stage.run("app", "UPDATE catalogue_comment SET answer = 'x', answered_by_id = %s, answered_at = now() WHERE answered_at IS NULL",
                  user(stage, who))  # fmt: skip
    elif kind == "wait":
        c.run_out(stage, draft)
    elif kind == "change":
        c.put(stage, draft, c.ADVERSE, code=f"X-{who}", by=who)
    else:
        c.step(stage, draft, kind, by=who)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES | NEAR, adverse=st.booleans())
def test_what_is_published_went_all_of_its_way(stage: Stage, moves: list[tuple[str, str]], adverse: bool) -> None:
    with stage.connection.transaction(force_rollback=True):
        draft = c.begin(stage)
        c.put(stage, draft, c.ADVERSE if adverse else c.POSITIVE)
        for kind, who in moves:
            try:
                with stage.connection.transaction():
                    play(stage, draft, kind, who)
            except psycopg.Error:
                continue
        steps = stage.run(
            "owner", "SELECT kind, actor_id, until FROM catalogue_step WHERE draft_id = %s ORDER BY id", draft
        )
        burdens = stage.run("owner", "SELECT catalogue_draft_burdens(%s)", draft)[0][0]
        _judge(stage, steps, burdens)


def _judge(stage: Stage, steps: list[tuple[Any, ...]], burdens: bool) -> None:
    kinds = [kind for kind, _, _ in steps]
    for before, after in zip(["", *kinds], kinds, strict=False):
        assert before in AFTER[after]
    if "publish" not in kinds:
        return
    last = kinds[len(kinds) - kinds[::-1].index("submit") - 1 :]
    assert last in (["submit", "review", "approve", "publish"], ["submit", "review", "consult", "approve", "publish"])
    assert not burdens or "consult" in last
    by = {kind: actor for kind, actor, _ in steps[-len(last) :]}
    assert len({by["submit"], by["review"], by["approve"]}) == len(("submit", "review", "approve"))
    open_ones = stage.run("owner", "SELECT count(*) FROM catalogue_comment WHERE answered_at IS NULL")
    assert open_ones == [(0,)]
