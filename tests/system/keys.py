"""Attacks on the keys: which of them seals, hashes and goes out of use."""

from collections.abc import Callable
from typing import Any

from tests.system.attacks import Attack
from tests.system.stage import Stage

NEXT, LATER = "k-next", "k-later"
POINT = "UPDATE identity_key_pointers SET former = hash, hash = %s, current = %s"
RESEAL = (
    "UPDATE identity_person SET key_id = %s, code_sealed = code_sealed || '\\x00', name_sealed = name_sealed || '\\x00'"
)
REHASH = (
    "UPDATE identity_code SET key_id = %s, code_hash = sha256(code_hash), name_tag = substr(sha256(name_tag), 1, 16)"
)
ROTATION = """INSERT INTO identity_key_rotation (key_id, from_hash, from_current, started_at)
    SELECT %s, hash, current, now() FROM identity_key_pointers"""
END = "UPDATE identity_key_rotation SET finished_at = now()"


def present(stage: Stage) -> str:
    return str(stage.run("owner", "SELECT current FROM identity_key_pointers")[0][0])


def enter(stage: Stage, key_id: str = NEXT) -> None:
    stage.run("owner", "INSERT INTO identity_vault_key VALUES (%s, '\\x00', now(), 'national', NULL)", key_id)


def move(stage: Stage, key_id: str = NEXT) -> None:
    """Put another key to use, as a rotation begins."""
    enter(stage, key_id)
    stage.run("owner", POINT, key_id, key_id)


def reseal(stage: Stage, key_id: str = NEXT) -> None:
    stage.run("owner", RESEAL, key_id)
    for table, box in (
        ("records_waiting", "row_sealed"),
        ("identity_population_event", "body_sealed"),
        ("identity_population_parked", "body_sealed"),
        ("identity_declaration", "code_sealed"),
        ("identity_scan_piece", "content_sealed"),
        ("sharing_batch_question", "questions_sealed"),
    ):
        stage.run("owner", f"UPDATE {table} SET key_id = %s, {box} = {box} || '\\x00'", key_id)


def rehash(stage: Stage, key_id: str = NEXT) -> None:
    stage.run("owner", REHASH, key_id)


def tries(statement: str, *values: Any, before: tuple[Callable[[Stage], Any], ...] = (enter,)) -> Attack:
    """Write as the owner, whom no grant holds, after what came before."""

    def tried(stage: Stage) -> bool:
        for step in before:
            step(stage)
        stage.run("owner", statement, *values)
        return True

    return tried


def inserts(table: str, **changes: object) -> Attack:
    def tried(stage: Stage) -> bool:
        enter(stage)
        stage.clone(table, **changes)
        return True

    return tried


def rotate(stage: Stage) -> None:
    """A rotation as it stands right before its end, told to the database."""
    enter(stage)
    stage.run("owner", ROTATION, NEXT)
    stage.run("owner", POINT, NEXT, NEXT)
    reseal(stage)
    rehash(stage)


def forget(stage: Stage) -> None:
    stage.run("owner", "UPDATE identity_key_pointers SET former = ''")


def end(stage: Stage) -> None:
    stage.run("owner", END)


def lag(stage: Stage) -> None:
    """Bring about, with the guard asleep, a person who was left under the key before."""
    before = stage.run("owner", "SELECT from_current FROM identity_key_rotation")[0][0]
    stage.run("owner", "ALTER TABLE identity_person DISABLE TRIGGER person_sealed_anew")
    stage.run("owner", RESEAL + " WHERE subject_id = %s", before, stage.facts.wang)
    stage.run("owner", "ALTER TABLE identity_person ENABLE TRIGGER person_sealed_anew")


def lag_code(stage: Stage) -> None:
    """The same for the hash of a code; the tests' register has one key, which is anchor too."""
    before = stage.run("owner", "SELECT from_hash FROM identity_key_rotation")[0][0]
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", "ALTER TABLE identity_code DISABLE TRIGGER code_hashed_anew")
    stage.run("owner", REHASH + " WHERE subject_id = %s", before, stage.facts.wang)
    stage.run("owner", "ALTER TABLE identity_code ENABLE TRIGGER code_hashed_anew")


def twice(stage: Stage) -> None:
    """Two changes one after another, so that the key between the first and the last is no anchor."""
    move(stage)
    reseal(stage)
    rehash(stage)
    forget(stage)
    move(stage, LATER)


def leave_it(stage: Stage) -> None:
    twice(stage)
    reseal(stage, LATER)
    rehash(stage, LATER)
    forget(stage)


def seal_other_code_with(stage: Stage) -> None:
    """A person's other code, sealed under the key in between and left there while its guards sleep."""
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", "ALTER TABLE identity_code DISABLE TRIGGER code_hashed_anew")
    stage.run("owner", "UPDATE identity_code SET code_sealed = '\\x00', seal_key_id = %s", NEXT)
    stage.run("owner", "ALTER TABLE identity_code ENABLE TRIGGER code_hashed_anew")


RETIRE = "UPDATE identity_vault_key SET retired_at = now() WHERE key_id = %s"


def go_on(stage: Stage) -> None:
    """The second change once more, all done but for the key before, which is still pointed to."""
    twice(stage)
    reseal(stage, LATER)
    rehash(stage, LATER)


def lag_behind(stage: Stage) -> None:
    stage.run("owner", "ALTER TABLE identity_person DISABLE TRIGGER person_sealed_anew")
    stage.run("owner", RESEAL + " WHERE subject_id = %s", NEXT, stage.facts.wang)
    stage.run("owner", "ALTER TABLE identity_person ENABLE TRIGGER person_sealed_anew")


def retire(stage: Stage) -> None:
    stage.run("owner", RETIRE, NEXT)


retire_what_is_pointed_to = tries(RETIRE, NEXT, before=(go_on,))
retire_what_is_needed = tries(RETIRE, NEXT, before=(leave_it, lag_behind))
retire_what_another_code_needs = tries(RETIRE, NEXT, before=(leave_it, seal_other_code_with))
retire_twice = tries(RETIRE, NEXT, before=(enter, retire))
touch_without_retiring = tries("UPDATE identity_vault_key SET retired_at = NULL WHERE key_id = %s", NEXT)
change_a_check_value = tries(
    "UPDATE identity_vault_key SET check_value = '\\x01', retired_at = now() WHERE key_id = %s", NEXT
)

point_to_nothing = tries("UPDATE identity_key_pointers SET current = 'k-nowhere'")
point_to_the_retired = tries(
    "UPDATE identity_key_pointers SET current = %s",
    NEXT,
    before=(enter, retire),
)
move_the_anchor = tries("UPDATE identity_key_pointers SET anchor = %s", NEXT)
skip_a_hash_key = tries("UPDATE identity_key_pointers SET former = hash, hash = %s", LATER,
                        before=(move, lambda stage: enter(stage, LATER)))  # fmt: skip
lose_the_former = tries("UPDATE identity_key_pointers SET hash = %s", NEXT)
make_up_a_former = tries("UPDATE identity_key_pointers SET former = %s", NEXT)
forget_the_former_early = tries("UPDATE identity_key_pointers SET former = ''", before=(move,))

half_a_seal = tries(
    "UPDATE identity_person SET key_id = %s, name_sealed = name_sealed || '\\x00'", NEXT, before=(move,)
)
half_a_seal_of_the_code = tries(
    "UPDATE identity_person SET key_id = %s, code_sealed = code_sealed || '\\x00'", NEXT, before=(move,)
)
old_box_put_back = tries("UPDATE identity_person SET code_sealed = code_sealed || '\\x00'", before=(move,))
hash_without_tag = tries("UPDATE identity_code SET key_id = %s, code_hash = sha256(code_hash)", NEXT, before=(move,))
key_without_hash = tries(
    "UPDATE identity_code SET key_id = %s, name_tag = substr(sha256(name_tag), 1, 16)", NEXT, before=(move,)
)
hash_without_key = tries("UPDATE identity_code SET code_hash = sha256(code_hash), name_tag = substr(sha256(name_tag), 1, 16)",
                         before=())  # fmt: skip
seal_a_code_with_another_key = tries("UPDATE identity_code SET code_sealed = '\\x00', seal_key_id = %s", NEXT)

end_with_a_former = tries(END, before=(rotate,))
end_with_a_person_left = tries(END, before=(rotate, forget, lag))
end_with_a_code_left = tries(END, before=(rotate, forget, lag_code))
end_twice = tries(END, before=(rotate, forget, end))
open_again = tries("UPDATE identity_key_rotation SET finished_at = NULL", before=(rotate, forget))
rewrite_a_rotation = tries(
    "UPDATE identity_key_rotation SET started_at = '1999-01-01', finished_at = now()", before=(rotate, forget)
)
