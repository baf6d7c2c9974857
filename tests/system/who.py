"""Attacks on who an officer is: deciding about oneself, signing twice, holding two administrators' roles by two accounts."""

from datetime import UTC, datetime
from typing import Any

from tests.people import CENTRE
from tests.system import adjudicating, checking, keys, minors, transferring
from tests.system.administering import DAY, declare, grant, newcomer, user
from tests.system.attacks import Attack
from tests.system.speaking import speak
from tests.system.stage import Stage, entry

TABLE = "identity_declaration"
CODES_OF = "(SELECT array_agg(code_hash) FROM identity_code WHERE subject_id = %s)"


def is_(stage: Stage, login: str, subject: int) -> None:
    """Have an officer be a person of the register, as if they had declared that person's code."""
    query = f"UPDATE {TABLE} SET code_hashes = {CODES_OF} WHERE user_id = %s"
    stage.run("owner", query, subject, user(stage, login))


def are_one(stage: Stage, login: str, other: str) -> None:
    """Have two accounts be one person's whom the population base doesn't know."""
    query = f"UPDATE {TABLE} SET code_hashes = (SELECT code_hashes FROM {TABLE} WHERE user_id = %s) WHERE user_id = %s"
    stage.run("owner", query, user(stage, other), user(stage, login))


def reopen(stage: Stage, login: str, by: str = "security", at: str = "now()", role: str = "admin") -> bool:
    query = f"UPDATE {TABLE} SET reopened_at = {at}, reopened_by_id = %s, reopening_reason = 'x' WHERE user_id = %s"
    stage.run(role, query, user(stage, by), user(stage, login))
    return True


def reopens(login: str, **how: Any) -> Attack:
    return lambda stage: reopen(stage, login, **how)


def undeclared(login: str, attack: Attack) -> Attack:
    """Attack after the security administrator reopened somebody's declaration."""

    def tried(stage: Stage) -> bool:
        reopen(stage, login)
        return attack(stage)

    return tried


def as_person(login: str, who: str, attack: Attack) -> Attack:
    """Attack with an officer who is one of the stage's persons."""

    def tried(stage: Stage) -> bool:
        is_(stage, login, getattr(stage.facts, who))
        return attack(stage)

    return tried


def as_one(login: str, other: str, attack: Attack) -> Attack:
    def tried(stage: Stage) -> bool:
        are_one(stage, login, other)
        return attack(stage)

    return tried


# Declaring.


def declares(**changes: Any) -> Attack:
    """Declare for a newcomer past every grant; sound unless changed."""

    def attack(stage: Stage) -> bool:
        declare(stage, newcomer(stage), **changes)
        return True

    return attack


def declare_at_once_reopened(stage: Stage) -> bool:
    how = {"reopened_at": datetime.now(UTC), "reopened_by_id": user(stage, "security"), "reopening_reason": "x"}
    return declares(**how)(stage)


def declare_as_a_person(stage: Stage) -> bool:
    ((number,),) = stage.run("app", "SELECT identity_settle_person(%s)", stage.facts.wang)
    declare(stage, number)
    return True


def declare_under_the_next_key(stage: Stage) -> bool:
    keys.enter(stage)
    return declares(key_id=keys.NEXT)(stage)


def hashes_of(stage: Stage, login: str) -> list[bytes]:
    ((found,),) = stage.run("owner", f"SELECT code_hashes FROM {TABLE} WHERE user_id = %s", user(stage, login))
    return [bytes(one) for one in found]


def declare_the_code_of(login: str, *, granted_by: str = "", role: str = "clerk") -> Attack:
    """Declare, with a right of a newcomer's own account, the code that an administrator declared."""

    def attack(stage: Stage) -> bool:
        number = newcomer(stage)
        granter = user(stage, granted_by) if granted_by else None
        grant(stage, speaker="owner", user_id=number, granted_by_id=granter, role=role)
        declare(stage, number, code_hashes=hashes_of(stage, login))
        return True

    return attack


def declare_where_one_granted(stage: Stage) -> bool:
    """Declare, as whoever granted a newcomer a role, the code that the newcomer declared before."""
    number = newcomer(stage)
    grant(stage, user_id=number, role="security_admin")
    declare(stage, number)
    security = user(stage, "security")
    reopen(stage, "security", by="newcomer")
    ((code_hashes,),) = stage.run("owner", f"SELECT code_hashes FROM {TABLE} WHERE user_id = %s", number)
    declare(stage, security, code_hashes=[bytes(one) for one in code_hashes])
    return True


def changes(change: str, role: str = "owner", login: str = "clerk") -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run(role, f"UPDATE {TABLE} SET {change} WHERE user_id = %s", user(stage, login))
        return True

    return attack


def change_the_hash_by_a_grant(stage: Stage) -> bool:
    """Put another code in the place of the declared one, with a grant that nobody thought about."""
    stage.run("owner", f"GRANT UPDATE ON {TABLE} TO chengxin_admin")
    return changes("code_hashes = ARRAY[sha256('x')]", role="admin")(stage)


def reopen_twice(stage: Stage) -> bool:
    reopen(stage, "clerk")
    stage.run("owner", f"UPDATE {TABLE} SET reopening_reason = 'y' WHERE user_id = %s", user(stage, "clerk"))
    return True


def declare_anew(stage: Stage) -> bool:
    reopen(stage, "clerk")
    declare(stage, user(stage, "clerk"))
    return True


def reseal(stage: Stage) -> bool:
    keys.enter(stage)
    stage.run("owner", f"UPDATE {TABLE} SET key_id = %s", keys.NEXT)
    return True


def asks_to_declare(*, tag: bytes = b"x", subject: str = "", speaks: str = "newcomer", before: str = "") -> Attack:
    """Declare by the application's own way, speaking as a newcomer; true when it is entered."""

    def attack(stage: Stage) -> bool:
        number = newcomer(stage)
        if before:
            stage.run("owner", before)
        if speaks:
            speak(stage, "".join(stage.run("owner", "SELECT code FROM identity_organisation o JOIN identity_user u"
                  " ON u.organisation_id = o.id WHERE u.id = %s", number)[0]), speaks)  # fmt: skip
        hashes = (
            stage.run("owner", f"SELECT {CODES_OF}", getattr(stage.facts, subject))[0][0] if subject else [bytes(32)]
        )
        found = stage.run("owner", "SELECT name_tag FROM identity_code WHERE code_hash = ANY(%s)", hashes)
        ((why,),) = stage.run("app", "SELECT identity_declare('resident-id', %s, %s, %s, %s)", hashes,
                              [bytes(found[0][0]) if found and not tag else tag], b"x", keys.present(stage))  # fmt: skip
        return bool(why == "")

    return attack


def asks_to_declare_as_a_minor(stage: Stage) -> bool:
    """Declare, under the right name, the code of somebody whom the authority said to be a minor."""
    minors.close(stage, stage.facts.wang)
    return asks_to_declare(tag=b"", subject="wang")(stage)


def sees_declarations(role: str, of: str, speaks: str = "officer") -> Attack:
    """See that somebody declared."""

    def attack(stage: Stage) -> bool:
        if role == "app":
            speak(stage, CENTRE, speaks)
        return bool(stage.run(role, f"SELECT declared_at FROM {TABLE} WHERE user_id = %s", user(stage, of)))

    return attack


# Deciding.


def looks_up(stage: Stage) -> bool:
    """Be answered at the desk about Wang."""
    stage.insert("app", "ground_access_entry", entry(stage.facts))
    return True


def looks_up_by(**changes: Any) -> Attack:
    """Be answered about Wang another way."""

    def attack(stage: Stage) -> bool:
        stage.insert("app", "ground_access_entry", entry(stage.facts, **changes))
        return True

    return attack


def looks_up_another(stage: Stage) -> bool:
    stage.insert("app", "ground_access_entry", entry(stage.facts, subject_id=stage.facts.young))
    return True


def look_up_one_who_was_merged(stage: Stage) -> bool:
    transferring.absorb(stage, stage.facts.young, stage.facts.wang)
    return as_person("officer", "wang", looks_up_another)(stage)


def look_up_after_the_code_was_withdrawn(stage: Stage) -> bool:
    is_(stage, "officer", stage.facts.wang)
    query = """SELECT identity_withdraw_code(code_hash, sha256('mark'), 1, subject_id, code_type::text)
               FROM identity_code WHERE subject_id = %s"""
    stage.run("owner", query, stage.facts.wang)
    return looks_up(stage)


def listed_as_near(stage: Stage, login: str, number: int) -> None:
    """Have a colleague's opening name an officer among those who may be meant."""
    is_(stage, login, stage.facts.limited)
    row = entry(stage.facts, subject_id=stage.facts.limited, officer="colleague" if login == "officer" else "officer",
                purpose="adjudication", case_reference=f"waiting:{number}", outcome="empty", record_ids=[], versions=[])  # fmt: skip
    stage.insert("app", "ground_access_entry", row)


def decide_where_one_is_near(stage: Stage) -> bool:
    row = {**adjudicating.decision(stage), **adjudicating.another_waiting(stage)}
    listed_as_near(stage, "officer", row["waiting_id"])
    speak(stage, CENTRE, "officer")
    stage.insert("app", adjudicating.TABLE, row)
    return True


def near(login: str, attack: Attack) -> Attack:
    def tried(stage: Stage) -> bool:
        listed_as_near(stage, login, adjudicating.waiting(stage)["waiting_id"])
        return attack(stage)

    return tried


def decide_on_the_record_one_has(stage: Stage) -> bool:
    is_(stage, "officer", stage.facts.limited)
    return adjudicating.decides(corrects_subject_id=stage.facts.limited, corrects_record_id=1)(stage)


def one_person_by_two_codes(stage: Stage) -> bool:
    """Agree as the person who decided, by another account that declared a code which came with a merge."""
    is_(stage, "colleague", stage.facts.young)
    is_(stage, "officer", stage.facts.limited)
    transferring.absorb(stage, stage.facts.young, stage.facts.limited)
    return adjudicating.agrees("colleague")(stage)


# Administrators.


def grant_to_ones_other_account(stage: Stage) -> bool:
    number = newcomer(stage)
    declare(stage, number, code_hashes=hashes_of(stage, "security"))
    return grant(stage, user_id=number, role="security_admin")


def grant_an_administrator_a_desk(stage: Stage) -> bool:
    number = newcomer(stage)
    declare(stage, number, code_hashes=hashes_of(stage, "audit"))
    return grant(stage, user_id=number)


def grant_a_desk_to_a_second_account(stage: Stage) -> bool:
    number = newcomer(stage)
    declare(stage, number, code_hashes=hashes_of(stage, "officer"))
    return grant(stage, user_id=number)


def grant_after_the_other_ended(stage: Stage) -> bool:
    number = newcomer(stage)
    declare(stage, number, code_hashes=hashes_of(stage, "audit"))
    stage.run(
        "owner",
        "UPDATE identity_role_grant SET withdrawn_at = now(), withdrawal_reason = 'x' WHERE user_id = %s",
        user(stage, "audit"),
    )
    return grant(stage, user_id=number)


def approve(what: str) -> Attack:
    return checking.approving(what, "security")


TOMORROW = {"declared_at": datetime.now(UTC) + DAY}
