"""Attacks on logging in: on users, second factors, sessions, and on what ends them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.system import keys as k
from tests.system.administering import grant, user
from tests.system.attacks import Attack
from tests.system.stage import Stage

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TABLES = {"passkey": "mfa_authenticator", "totp": "identity_totp", "recovery_code": "identity_recovery_code"}
AT_DESK, ADMINISTERING = "clerk", "security"


def furnish(stage: Stage) -> None:
    """Give the stage a session that nobody has logged in with, a failure to log in, a recovery code."""
    session(stage, None, key=b"s" * 32)
    stage.insert(
        "owner", "identity_failed_try", {"kind": "address", "bucket": 1, "failures": 1, "first_at": stage.facts.at}
    )
    factor(stage, "recovery_code", AT_DESK, digest=b"r" * 32)


def session(stage: Stage, login: str | None, *, key: bytes, speaker: str = "owner", **changes: Any) -> None:
    at = datetime.now(UTC)
    row = {
        "key_digest": key, "face": "desk", "content": b"x", "began_at": at, "seen_at": at,
        "user_id": user(stage, login) if login else None, **changes,
    }  # fmt: skip
    stage.insert(speaker, "identity_session", row)


def sessions(login: str | None = AT_DESK, **changes: Any) -> Attack:
    """Make an attack: begin a session that is sound unless changed."""

    def tried(stage: Stage) -> bool:
        session(stage, login, key=b"t" * 32, **{**changes, **_now(changes)})
        return True

    return tried


def _now(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: datetime.now(UTC) + value for name, value in changes.items() if isinstance(value, timedelta)}


def factor(stage: Stage, kind: str, login: str, **changes: Any) -> None:
    at = datetime.now(UTC)
    row: dict[str, Any] = {"user_id": user(stage, login)}
    row |= {
        "passkey": {"type": "webauthn", "data": "{}", "created_at": at},
        "totp": {"secret_sealed": b"x", "key_id": k.present(stage), "last_step": 5, "made_at": at},
        "recovery_code": {"digest": login.encode().ljust(32), "made_at": at},
    }[kind]
    stage.insert("owner", TABLES[kind], row | changes)


def sees_factor(kind: str, role: str, login: str) -> Attack:
    def tried(stage: Stage) -> bool:
        factor(stage, kind, login)
        query = f"SELECT FROM {TABLES[kind]} WHERE user_id = %s"
        number = user(stage, login)
        return bool(stage.run(role, query, number))

    return tried


def after(*steps: Callable[[Stage], Any] | str) -> Attack:
    """Make an attack of steps as the owner; a text is a statement, and the last step is what is tried."""

    def tried(stage: Stage) -> bool:
        told: Any = True
        for step in steps:
            told = stage.run("owner", step) if isinstance(step, str) else step(stage)
        return told is not False

    return tried


def changes_password(login: str) -> Attack:
    query = "UPDATE identity_user SET password = 'x' WHERE login = %s RETURNING id"
    return lambda stage: bool(stage.run("app", query, login))


def sees_user(role: str, login: str) -> Attack:
    return lambda stage: bool(stage.run(role, "SELECT id FROM identity_user WHERE login = %s", login))


def enters_user(**changes: Any) -> Attack:
    def tried(stage: Stage) -> bool:
        ((organisation,),) = stage.run("owner", "SELECT organisation_id FROM identity_user WHERE login = 'clerk'")
        row = {
            "password": "!", "login": "newcomer", "display_name": "新人", "organisation_id": organisation, "is_active": True,
            "demo": False, "subject_id": None, **changes,
        }  # fmt: skip
        row["subject_id"] = stage.facts.wang if row["subject_id"] else None
        stage.insert("owner", "identity_user", row)
        return True

    return tried


PERSON: dict[str, Any] = {"organisation_id": None, "subject_id": True, "display_name": ""}
see_a_person_who_logged_in = after(enters_user(**PERSON), sees_user("admin", "newcomer"))


def totp(*steps: Callable[[Stage], Any] | str) -> Attack:
    return after(lambda stage: factor(stage, "totp", AT_DESK), *steps)


def recovery_code(*steps: str) -> Attack:
    return after(*steps)


def enter_a_secret_under_another_key(stage: Stage) -> bool:
    k.enter(stage)
    factor(stage, "totp", AT_DESK, key_id=k.NEXT)
    return True


def sees_session(role: str, face: str) -> Attack:
    def tried(stage: Stage) -> bool:
        login = {"desk": AT_DESK, "administration": ADMINISTERING, "editing": "editor"}[face]
        session(stage, login, key=b"t" * 32, face=face)
        return bool(stage.run(role, "SELECT FROM identity_session WHERE face = %s", face))

    return tried


def count(stage: Stage, login: str) -> int:
    ((found,),) = stage.run(
        "owner",
        "SELECT count(*) FROM identity_session s JOIN identity_user u ON u.id = s.user_id WHERE login = %s",
        login,
    )
    return int(found)


def keep_three_sessions(stage: Stage) -> bool:
    for key in b"abc":
        session(stage, AT_DESK, key=bytes([key]) * 32)
    return count(stage, AT_DESK) > 2


def keep_a_session_that_is_over(stage: Stage) -> bool:
    stage.run("owner", "ALTER TABLE identity_session DISABLE TRIGGER session_guarded")
    session(stage, "officer", key=b"o" * 32, began_at=datetime.now(UTC) - DAY)
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", "ALTER TABLE identity_session ENABLE TRIGGER session_guarded")
    session(stage, AT_DESK, key=b"t" * 32)
    return count(stage, "officer") > 0


def stays_after(change: Callable[[Stage], Any]) -> Attack:
    """Stay logged in through a change that ends sessions."""

    def tried(stage: Stage) -> bool:
        session(stage, AT_DESK, key=b"t" * 32)
        change(stage)
        return count(stage, AT_DESK) > 0

    return tried


stay_after_leaving = stays_after(
    lambda stage: stage.run("owner", "UPDATE identity_user SET is_active = false WHERE login = 'clerk'")
)
stay_after_withdrawal = stays_after(
    lambda stage: stage.run(
        "owner",
        "UPDATE identity_role_grant SET withdrawn_at = now(), withdrawal_reason = 'x' WHERE role = 'clerk'",
    )
)
stay_after_a_grant = stays_after(lambda stage: grant(stage, user_id=user(stage, AT_DESK), role="officer"))
OUTSIDE_DEMO, IN_DEMO = (f"UPDATE identity_house SET demo = {value}" for value in ("false", "true"))
session_of_a_demo_account = after(
    IN_DEMO, "UPDATE identity_user SET demo = true WHERE login = 'clerk'", OUTSIDE_DEMO, sessions()
)
ASLEEP, AWAKE = (f"ALTER TABLE identity_role_grant {verb} TRIGGER USER" for verb in ("DISABLE", "ENABLE"))


def former(change: str) -> Attack:
    """Come to the administration's face after one's term there."""
    done = f"UPDATE identity_role_grant SET {change} WHERE role = 'security_admin'"
    return after(ASLEEP, done, "SET CONSTRAINTS ALL IMMEDIATE", AWAKE, sessions("security", face="administration"))


former_by_withdrawal = former("withdrawn_at = now(), withdrawal_reason = 'x'")
former_by_time = former("valid_from = valid_from - 366, valid_until = valid_until - 366")


def settle_the_dead(stage: Stage) -> bool:
    query = "SELECT identity_settle_person((SELECT subject_id FROM identity_person WHERE died IS NOT NULL LIMIT 1))"
    return stage.run("app", query)[0][0] is not None
