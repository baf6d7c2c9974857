"""Attacks on suspensions: of one's own organisation, with one signature, and answers to whoever is suspended."""

from typing import Any

from tests.people import CENTRE, MARKET, OTHER
from tests.system.administering import grant, user
from tests.system.answering import enters
from tests.system.attacks import Attack
from tests.system.checking import CLIENT
from tests.system.enrolling import EXAMINER, NUMBER
from tests.system.overseeing import REVIEWER, SECOND, SUSPENSION, lays, place, say
from tests.system.stage import Stage


def target(stage: Stage, kind: str) -> int:
    queries = {"officer": f"SELECT id FROM identity_user WHERE login = '{EXAMINER}'",
               "centre": "SELECT id FROM identity_user WHERE login = 'officer'",
               "client": f"SELECT id FROM identity_client WHERE client_id = '{CLIENT}'", "enrolment": f"SELECT {NUMBER}"}  # fmt: skip
    ((number,),) = stage.run("owner", queries[kind])
    return int(number)


def suspends(kind: str = "officer", by: str = REVIEWER, before: Any = None) -> Attack:
    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        say(stage, by)
        what = "officer" if kind == "centre" else kind
        ((made,),) = stage.run("app", "SELECT oversight_suspend(%s, %s, 'x', '')", what, target(stage, kind))
        return made is not None

    return attack


def suspension(stage: Stage) -> dict[str, Any]:
    """Make a sound proposal."""
    return {"officer_id": target(stage, "officer"), "name": EXAMINER, "organisation_id": place(stage, MARKET), "reason": "x",
            "reference": "", "proposed_by_id": user(stage, REVIEWER), "proposed_at": stage.facts.at, "end_reason": ""}  # fmt: skip


def standing(stage: Stage, **changes: Any) -> int:
    agreed = {"agreed_by_id": user(stage, SECOND), "agreed_at": stage.facts.at}
    lays(SUSPENSION, suspension, id=9521, **{**agreed, **changes})(stage)
    return 9521


def proposes(**changes: Any) -> Attack:
    """Write a proposal as the owner, in the name of the reviewer who speaks."""

    def attack(stage: Stage) -> bool:
        say(stage, REVIEWER)
        told = {name: user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()}
        stage.insert("owner", SUSPENSION, {**suspension(stage), **told})
        return True

    return attack


def signs(step: str, by: str = SECOND, *, before: Any = None, of: Any = None) -> Attack:
    """Take a step of a proposal, or of a suspension that stands."""

    def attack(stage: Stage) -> bool:
        if step in {"agree", "drop"}:
            lays(SUSPENSION, suspension, id=9521, **(of(stage) if of else {}))(stage)
        else:
            ending = {"end_proposed_by_id": user(stage, REVIEWER), "end_proposed_at": stage.facts.at, "end_reason": "x"}
            standing(stage, **(ending if step == "end" else {}))
        if before:
            before(stage)
        say(stage, by)
        ((done,),) = stage.run("app", "SELECT oversight_sign(9521, %s, 'x')", step)
        return bool(done)

    return attack


def of_centre(stage: Stage) -> dict[str, Any]:
    return {"officer_id": target(stage, "centre"), "name": "officer", "organisation_id": place(stage, CENTRE)}


def steps_as_owner(assignments: str, *, lasting: bool = False) -> Attack:
    """Change a suspension as the owner, speaking for the second reviewer."""

    def attack(stage: Stage) -> bool:
        if lasting:
            standing(stage)
        else:
            lays(SUSPENSION, suspension, id=9521)(stage)
        say(stage, SECOND)
        stage.run(
            "owner", f"UPDATE {SUSPENSION} SET {assignments} WHERE id = 9521".replace("$me", str(user(stage, SECOND)))
        )
        return True

    return attack


def dated(step: str, column: str) -> Attack:
    """Take a step as of long ago."""
    sets = {
        "agree": "agreed_by_id = $me, agreed_at = '2020-01-01'",
        "end": "ended_by_id = $me, ended_at = '2020-01-01'",
    }

    def attack(stage: Stage) -> bool:
        if step == "agree":
            lays(SUSPENSION, suspension, id=9521)(stage)
        else:
            standing(stage, end_proposed_by_id=user(stage, REVIEWER), end_proposed_at=stage.facts.at, end_reason="x")
        say(stage, SECOND)
        stage.run(
            "owner", f"UPDATE {SUSPENSION} SET {sets[step]} WHERE id = 9521".replace("$me", str(user(stage, SECOND)))
        )
        return bool(stage.run("owner", f"SELECT FROM {SUSPENSION} WHERE {column} < '2021-01-01'"))

    return attack


# What a suspension stops.


def asks_while_suspended(stage: Stage) -> bool:
    standing(stage)
    return bool(enters()(stage))


def asks_while_its_enrolment_is(stage: Stage) -> bool:
    standing(stage, officer_id=None, enrolment=NUMBER, name="")
    return bool(enters()(stage))


def has_rights_while_suspended(stage: Stage) -> bool:
    standing(stage)
    return bool(
        stage.run("app", "SELECT FROM identity_right WHERE user_id = %s AND role = 'officer'", user(stage, EXAMINER))
    )


def calls_while_suspended(stage: Stage) -> bool:
    standing(
        stage, officer_id=None, client_id=target(stage, "client"), name=CLIENT, organisation_id=place(stage, OTHER)
    )
    return bool(stage.run("app", "SELECT FROM identity_client_live WHERE client_id = %s", CLIENT))


def grants_beside(stage: Stage) -> bool:
    """Make an officer who asks a reviewer too."""
    return grant(stage, role="reviewer", user_id=user(stage, EXAMINER))
