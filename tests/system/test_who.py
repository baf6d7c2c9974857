"""Whatever is declared, merged, split and undone in between: no officer signs about the person they are, and no person signs twice."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import CENTRE
from tests.system import transferring
from tests.system import who as w
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.speaking import speak
from tests.system.stage import Stage, entry, gets_through

OFFICERS = ("officer", "colleague")
PERSONS = ("wang", "young", "limited")
STEPS = st.one_of(
    st.tuples(st.just("declare"), st.sampled_from(OFFICERS), st.sampled_from(PERSONS)),
    st.tuples(st.just("merge"), st.sampled_from(PERSONS), st.sampled_from(PERSONS)),
    st.tuples(st.just("undo"), st.sampled_from(PERSONS), st.just("")),
    st.tuples(st.just("withdraw"), st.sampled_from(PERSONS), st.just("")),
)


@dataclass
class World:
    """What ought to be true: whose code each officer declared, and who was merged into whom."""

    declared: dict[str, str] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)

    def holder(self, who: str) -> str:
        while who in self.into:
            who = self.into[who]
        return who

    def take(self, stage: Stage, step: tuple[str, str, str], codes: dict[str, list[bytes]]) -> None:
        kind, one, other = step
        facts = stage.facts
        if kind == "declare":
            stage.run(
                "owner", f"UPDATE {w.TABLE} SET code_hashes = %s WHERE user_id = %s", codes[other], user(stage, one)
            )
            self.declared[one] = other
        elif kind == "merge" and self.holder(one) == one and self.holder(other) == other and one != other:
            transferring.absorb(stage, getattr(facts, one), getattr(facts, other))
            self.into[one] = other
        elif kind == "undo" and one in self.into:
            query = "UPDATE identity_person SET absorbed_into_id = NULL WHERE subject_id = %s"
            transferring.asleep(stage, "identity_person", "person_absorbed_by_a_step", query, getattr(facts, one))
            del self.into[one]
        elif kind == "withdraw" and one in self.declared.values():
            stage.run("owner", """SELECT identity_withdraw_code(code_hash, sha256(code_hash), 1, subject_id, code_type::text)
                                  FROM identity_code WHERE code_hash = ANY(%s)""", codes[one])  # fmt: skip


def looks(row: dict[str, Any]) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.insert("app", "ground_access_entry", row)
        return True

    return attack


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=7))
def test_no_sequence_lets_anybody_sign_about_themselves_or_twice(
    furnished: Stage, steps: list[tuple[str, str, str]]
) -> None:
    with furnished.connection.transaction(force_rollback=True):
        world, facts = World(), furnished.facts
        found = {who: furnished.run("owner", f"SELECT {w.CODES_OF}", getattr(facts, who))[0][0] for who in PERSONS}
        codes = {who: [bytes(one) for one in hashes] for who, hashes in found.items()}
        gone: set[str] = set()
        for step in steps:
            if step[0] == "declare" and step[2] in gone:
                continue  # a code that was taken off somebody says nothing of them any more
            world.take(furnished, step, codes)
            gone |= {step[1]} if step[0] == "withdraw" and step[1] in world.declared.values() else set()
            speak(furnished, CENTRE, "officer")
            for login, mine in world.declared.items():
                for whom in PERSONS:
                    row = entry(
                        facts,
                        subject_id=getattr(facts, whom),
                        officer=login,
                        outcome="empty",
                        record_ids=[],
                        versions=[],
                    )
                    through, _ = gets_through(furnished, looks(row))
                    assert through is (world.holder(whom) != world.holder(mine)), (steps, login, whom)
            if len(world.declared) == len(OFFICERS):
                query = "SELECT identity_one_person(%s, %s)"
                ((one_person,),) = furnished.run("owner", query, *(user(furnished, login) for login in OFFICERS))
                same = len({world.holder(mine) for mine in world.declared.values()}) == 1
                assert one_person is same, steps
    furnished.connection.rollback()
