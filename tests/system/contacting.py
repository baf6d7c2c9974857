"""Attacks on where persons are written to: another's address, one that nobody proved, more codes than a day has."""

from collections.abc import Callable
from typing import Any

from tests.people import CENTRE
from tests.system.attacks import Attack
from tests.system.oneself import speak_oneself
from tests.system.sandboxing import in_sandbox
from tests.system.speaking import speak
from tests.system.stage import Stage
from tests.system.transferring import absorb

TABLE, NOTICE = "identity_contact", "identity_notice"
DIGEST, WRONG = b"\x01" * 32, b"\x02" * 32
PROVE = "SELECT identity_prove_contact(%s, %s)"
# What a person does to their own addresses, by the statement that makes its function; each tells whether it was done.
ACTS = {
    "own_contacts": "SELECT count(*) > 0 FROM identity_own_contacts()",
    "add_contact": "SELECT identity_add_contact('mail', '\\x79', '{key}') IS NOT NULL",
    "code_again": "SELECT identity_code_again({number})",
    "prove_contact": f"SELECT identity_prove_contact({{number}}, '\\x{DIGEST.hex()}') = 'proven'",
    "drop_contact": "SELECT identity_drop_contact({number})",
    "quiet_contact": "SELECT identity_quiet_contact({number}, '{{attached}}')",
}


def enters(**changes: Any) -> Attack:
    """Enter a contact of Wang's past every grant; sound unless changed."""

    def attack(stage: Stage) -> bool:
        contact(stage, **changes)
        return True

    return attack


def enter_as_proven(stage: Stage) -> bool:
    stage.insert("owner", TABLE, row(stage, confirmed_at=stage.facts.at))
    return True


def row(stage: Stage, **changes: Any) -> dict[str, Any]:
    ((key,),) = stage.run("owner", "SELECT current FROM identity_key_pointers")
    sound = {
        "subject_id": stage.facts.wang,
        "way": "mail",
        "value_sealed": b"x",
        "key_id": key,
        "made_at": stage.facts.at,
    }
    return sound | changes


def contact(stage: Stage, *, proven: bool = False, **changes: Any) -> int:
    """Enter a contact with a code that stands, and prove it where that is wanted."""
    stage.insert("owner", TABLE, row(stage, **changes))
    ((number,),) = stage.run("owner", f"SELECT max(id) FROM {TABLE}")
    stage.run(
        "owner",
        f"UPDATE {TABLE} SET code_digest = %s, code_until = now() + interval '1 hour' WHERE id = %s",
        DIGEST,
        number,
    )
    if proven:
        change(stage, number, "confirmed_at = now(), code_digest = NULL, code_until = NULL")
    return int(number)


def change(stage: Stage, number: int, change_: str) -> None:
    stage.run("owner", f"UPDATE {TABLE} SET {change_} WHERE id = {number}")


def changes(change_: str, *, first: str = "", proven: bool = False, **how: Any) -> Attack:
    """Change a contact as the owner, after ``first`` was."""

    def attack(stage: Stage) -> bool:
        number = contact(stage, proven=proven, **how)
        if first:
            change(stage, number, first)
        change(stage, number, change_)
        return True

    return attack


CONFIRM = "confirmed_at = now(), code_digest = NULL, code_until = NULL"


def claims(stage: Stage, whose: str) -> None:
    """Speak for a person of the stage, for an officer of the credit centre, or for nobody."""
    if whose == "officer":
        speak(stage, CENTRE, "officer")
    elif whose != "nobody":
        speak_oneself(stage, getattr(stage.facts, whose))


def proves(digest: bytes = DIGEST, *, first: str = "") -> Attack:
    """Prove Wang's contact by the function, as Wang."""

    def attack(stage: Stage) -> bool:
        number = contact(stage)
        if first:
            change(stage, number, first)
        claims(stage, "wang")
        ((said,),) = stage.run("app", PROVE, number, digest)
        return bool(said == "proven")

    return attack


def does(act: str, whose: str, *, proven: bool = False) -> Attack:
    """Do one of ``ACTS`` to Wang's contact while speaking for ``whose``; tells whether it was done."""

    def attack(stage: Stage) -> bool:
        number = contact(stage, proven=proven)
        claims(stage, whose)
        query = ACTS[act].format(number=number, key=row(stage)["key_id"])
        ((done,),) = stage.run("app", query)
        return bool(done)

    return attack


def takes_the_place(act: str, *, proven: bool) -> Attack:
    """Enter or prove an address of another's; tells whether Wang's of that kind went, which has a notice due where it is proven."""

    def attack(stage: Stage) -> bool:
        number = contact(stage, proven=proven)
        if proven:
            stage.insert("owner", NOTICE, {"contact_id": number, "message_id": 1, "due_at": stage.facts.at})
        others = contact(stage, subject_id=stage.facts.young)
        claims(stage, "young")
        stage.run("app", ACTS[act].format(number=others, key=row(stage)["key_id"]))
        return stage.run("owner", f"SELECT FROM {TABLE} WHERE id = %s", number) == []

    return attack


def does_after_a_merger(act: str) -> Attack:
    """Do something to what was entered by a registration that was merged into Wang's since."""

    def attack(stage: Stage) -> bool:
        number = contact(stage, subject_id=stage.facts.young)
        absorb(stage, stage.facts.young, into=stage.facts.wang)
        claims(stage, "wang")
        ((done,),) = stage.run("app", ACTS[act].format(number=number))
        return bool(done)

    return attack


def count_six_codes(stage: Stage) -> bool:
    stage.insert(
        "owner", "identity_contact_day", {"subject_id": stage.facts.wang, "day": stage.facts.today, "codes": 6}
    )
    return True


def notices(*, proven: bool = True, **how: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        number = contact(stage, proven=proven)
        stage.insert("owner", NOTICE, {"contact_id": number, "message_id": 1, "due_at": stage.facts.at} | how)
        return True

    return attack


def settle_twice(stage: Stage) -> bool:
    notices(sent_at=stage.facts.at)(stage)
    stage.run("owner", f"UPDATE {NOTICE} SET sent_at = now()")
    return True


def told(before: str = "", *, quiet: str = "{}", at: str = "now()", made: Callable[[int], bool] = bool) -> Attack:
    """Have the register tell Wang something; tells whether a notice of it was made."""

    def attack(stage: Stage) -> bool:
        number = contact(stage, proven=True, quiet=quiet)
        if before:
            stage.run("owner", before)
        query = f"INSERT INTO ground_message (subject_id, at, kind, reference) VALUES (%s, {at}, 'attached', '')"
        stage.run("app", query, stage.facts.wang)
        stage.run("intake", "SELECT identity_make_notices(now() + interval '1 second')")
        ((count,),) = stage.run("owner", f"SELECT count(*) FROM {NOTICE} WHERE contact_id = %s", number)
        return made(count)

    return attack


def take_before_it_is_due(stage: Stage) -> bool:
    notices(due_at=stage.facts.at)(stage)
    return bool(
        stage.run("intake", "SELECT contact FROM identity_take_notices(%s - interval '1 hour')", stage.facts.at)
    )


enter_from_a_sandbox = in_sandbox(enters())
