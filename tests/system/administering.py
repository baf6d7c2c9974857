"""Attacks on the rights of officers and on the log of their acts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from tests.system.attacks import Attack
from tests.system.stage import Stage

DAY = timedelta(days=1)


def user(stage: Stage, login: str) -> int:
    return int(stage.run("owner", "SELECT id FROM identity_user WHERE login = %s", login)[0][0])


def declare(stage: Stage, number: int, *, role: str = "owner", **changes: Any) -> None:
    """Have an officer declare a code that leads to nobody, unless changed otherwise."""
    ((key,),) = stage.run("owner", "SELECT current FROM identity_key_pointers")
    row: dict[str, Any] = {"user_id": number, "code_type": "resident-id", "code_hashes": [sha256(str(number).encode()).digest()],
           "code_sealed": b"x", "key_id": key, "declared_at": datetime.now(UTC), **changes}  # fmt: skip
    stage.insert(role, "identity_declaration", row)


def newcomer(stage: Stage) -> int:
    """Enter an officer who has no right yet."""
    query = """INSERT INTO identity_user (password, login, display_name, organisation_id, is_active, demo)
               SELECT '', 'newcomer', '新人', organisation_id, true, false FROM identity_user WHERE login = 'clerk' RETURNING id"""
    return int(stage.run("owner", query)[0][0])


def grant(stage: Stage, **changes: Any) -> bool:
    """Grant as a database role; sound unless changed: the security administrator makes a newcomer clerk for a month."""
    row: dict[str, Any] = {
        "role": "clerk", "valid_from": stage.facts.today, "valid_until": stage.facts.today + 30 * DAY, "reason": "x",
        "granted_at": datetime.now(UTC), "withdrawal_reason": "", "granted_by_id": user(stage, "security"), **changes,
    }  # fmt: skip
    speaker = row.pop("speaker", "admin")
    stage.insert(speaker, "identity_role_grant", row | {"user_id": row.get("user_id") or newcomer(stage)})
    return True


def grants(**changes: Any) -> Attack:
    return lambda stage: grant(stage, **changes)


def granting_by(login: str) -> Attack:
    return lambda stage: grant(stage, granted_by_id=user(stage, login))


def without_guards(change: Callable[[Stage], Any], attack: Attack) -> Attack:
    """Bring about a state that only time brings about, with the guard of changes asleep, and then attack."""

    def tried(stage: Stage) -> bool:
        stage.run("owner", "ALTER TABLE identity_role_grant DISABLE TRIGGER grant_withdrawal_guarded")
        change(stage)
        stage.run("owner", "ALTER TABLE identity_role_grant ENABLE TRIGGER grant_withdrawal_guarded")
        return attack(stage)

    return tried


def age(days: int) -> Callable[[Stage], Any]:
    query = "UPDATE identity_role_grant SET valid_from = valid_from - %s, valid_until = valid_until - %s WHERE role = 'security_admin'"
    return lambda stage: stage.run("owner", query, days, days)


def postpone(stage: Stage) -> None:
    stage.run("owner", "UPDATE identity_role_grant SET valid_from = valid_from + 1 WHERE role = 'security_admin'")


def use(stage: Stage, login: str, days: int, role: str = "app") -> bool:
    """Note that somebody's right was used, so many days from now."""
    ((number,),) = stage.run("owner", "SELECT id FROM identity_role_grant WHERE user_id = %s", user(stage, login))
    stage.insert(role, "identity_role_use", {"grant_id": number, "last_used": stage.facts.today + days * DAY})
    return True


def uses(*, days: int) -> Attack:
    return lambda stage: use(stage, "clerk", days)


def lapse(stage: Stage, login: str) -> None:
    query = (
        "UPDATE identity_role_grant SET valid_from = valid_from - 90, valid_until = valid_until - 90 WHERE user_id = %s"
    )
    stage.run("owner", query, user(stage, login))


def use_what_lapsed(stage: Stage) -> bool:
    stage.run("owner", "ALTER TABLE identity_role_grant DISABLE TRIGGER grant_withdrawal_guarded")
    lapse(stage, "clerk")
    return use(stage, "clerk", 0)


def lapses_what_is_in_force(stage: Stage) -> bool:
    before = stage.run("owner", "SELECT count(*) FROM identity_right")
    stage.run("intake", "SELECT identity_withdraw_lapsed(NULL)")
    return stage.run("owner", "SELECT count(*) FROM identity_right") != before


def lapses_anothers(stage: Stage) -> bool:
    """What is asked for one officer reaches no other's."""
    stage.run("owner", "ALTER TABLE identity_role_grant DISABLE TRIGGER grant_withdrawal_guarded")
    lapse(stage, "clerk")
    stage.run("owner", "ALTER TABLE identity_role_grant ENABLE TRIGGER grant_withdrawal_guarded")
    return stage.run("admin", "SELECT identity_withdraw_lapsed(%s)", user(stage, "verifier")) != [(0,)]


def come_back(stage: Stage) -> bool:
    stage.run("admin", "UPDATE identity_user SET is_active = false WHERE login = 'clerk'")
    stage.run("admin", "UPDATE identity_user SET is_active = true WHERE login = 'clerk'")
    return True


def leave(stage: Stage) -> None:
    stage.run("owner", "UPDATE identity_user SET is_active = false WHERE login = 'security'")


grant_unused_for_ninety_days = without_guards(age(90), grants())
grant_after_the_end = without_guards(
    lambda stage: (
        use(stage, "security", 0, "admin"),
        age(366)(stage),
    ),
    grants(),
)
grant_before_the_beginning = without_guards(postpone, grants())


def grant_after_leaving(stage: Stage) -> bool:
    leave(stage)
    return grant(stage)


def grant_after_withdrawal(stage: Stage) -> bool:
    stage.run(
        "owner",
        "UPDATE identity_role_grant SET withdrawn_at = now(), withdrawal_reason = 'x' WHERE role = 'security_admin'",
    )
    return grant(stage)


def grant_beside(role: str, login: str) -> Attack:
    return lambda stage: grant(stage, user_id=user(stage, login), role=role)


def grant_to_oneself_for_later(stage: Stage) -> bool:
    """The only form that no other rule bars: a term that begins when the present one ends."""
    own = user(stage, "security")
    later = stage.facts.today + 400 * DAY
    return grant(stage, user_id=own, granted_by_id=own, valid_from=later, valid_until=later + DAY)


def for_days(days: int) -> Attack:
    return lambda stage: grant(stage, valid_until=stage.facts.today + days * DAY)


def grant_from_yesterday(stage: Stage) -> bool:
    return grant(stage, valid_from=stage.facts.today - DAY)


def grant_as_if_told_tomorrow(stage: Stage) -> bool:
    return grant(stage, granted_at=datetime.now(UTC) + DAY)


def withdraw(stage: Stage, by: str | None = "security", reason: str = "x", speaker: str = "admin") -> bool:
    query = """UPDATE identity_role_grant SET withdrawn_at = now(), withdrawal_reason = %s, withdrawn_by_id = %s WHERE role = 'clerk'"""
    stage.run(speaker, query, reason, user(stage, by) if by else None)
    return True


def withdraws(**how: Any) -> Attack:
    return lambda stage: withdraw(stage, **how)


def withdraw_twice(stage: Stage) -> bool:
    return withdraw(stage) and withdraw(stage)


def lengthen_a_grant(stage: Stage) -> bool:
    stage.run(
        "owner",
        "UPDATE identity_role_grant SET valid_until = valid_until - 1, withdrawn_at = now(), withdrawal_reason = 'x'",
    )
    return True


def delete_grants(stage: Stage) -> bool:
    stage.run("owner", "DELETE FROM identity_role_grant WHERE false")
    return True


def note(stage: Stage, at: datetime) -> bool:
    stage.insert("app", "ground_action", {"at": at, "actor": "clerk", "act": "x", "subject": "x", "note": ""})
    return True


def note_of_tomorrow(stage: Stage) -> bool:
    return note(stage, datetime.now(UTC) + DAY)


def note_of_yesterday(stage: Stage) -> bool:
    return note(stage, datetime.now(UTC) - DAY)
