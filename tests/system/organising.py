"""Attacks on organisations, their licences, and on who acts for whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chengxin.demo.organisations import organisation_code
from tests.people import CENTRE, MARKET
from tests.system.administering import declare, user
from tests.system.attacks import Attack
from tests.system.speaking import claim, speak
from tests.system.stage import Stage, batch, entry

DAY = timedelta(days=1)
AGENCY = organisation_code("department", 998)
LICENCE, DELEGATION = 9700, 9701


def furnish(stage: Stage) -> None:
    """Give the stage a licence and a delegation that is in force."""
    facts = stage.facts
    stage.insert("owner", "identity_licence", {"id": LICENCE, "organisation_id": organisation(stage), "licence": "x", "number": "1",
                 "valid_from": facts.today - DAY, "entered_at": facts.at, "end_reason": ""})  # fmt: skip
    speak(stage, CENTRE, "officer")
    stage.insert("owner", "identity_delegation", delegation(stage, id=DELEGATION))
    number = colleague(stage)
    speak(stage, CENTRE, "colleague")
    stage.run("owner", "UPDATE identity_delegation SET confirmed_at = now(), confirmed_by_id = %s", number)
    claim(stage, "")


def colleague(stage: Stage) -> int:
    """Enter a second officer at the credit centre's window."""
    made = stage.run("owner", """INSERT INTO identity_user (password, login, display_name, organisation_id, is_active, demo)
        SELECT '', 'colleague', '同事', organisation_id, true, false
        FROM identity_user WHERE login = 'officer' RETURNING id""")  # fmt: skip
    row = {"user_id": made[0][0], "role": "officer", "valid_from": stage.facts.today, "valid_until": stage.facts.today + 30 * DAY,
           "reason": "x", "granted_at": datetime.now(UTC), "withdrawal_reason": ""}  # fmt: skip
    stage.insert("owner", "identity_role_grant", row)
    declare(stage, made[0][0])
    return int(made[0][0])


def organisation(stage: Stage, code: str = MARKET) -> int:
    return int(stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)[0][0])


def agency(stage: Stage) -> int:
    """Enter a credit agency, which has no licence yet."""
    query = """INSERT INTO identity_organisation (code, name, kind, region, valid_from)
               VALUES (%s, 'x', 'credit_agency', '140100', '2020-01-01') RETURNING id"""
    return int(stage.run("owner", query, AGENCY)[0][0])


def delegation(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Make a sound delegation: of an agent, entered by an officer for a month, waiting for a second one."""
    facts = stage.facts
    row = {
        "subject_id": facts.wang, "agent_id": _grown(stage), "kind": "agent", "acts": ["view"], "valid_from": facts.today,
        "valid_until": facts.today + 30 * DAY, "evidence": "x", "entered_by_id": user(stage, "officer"),
        "entered_at": datetime.now(UTC), "end_reason": "",
    }  # fmt: skip
    return {**row, **changes}


def _grown(stage: Stage) -> int:
    """Give somebody other than the person on the stage, alive and of full capacity."""
    query = "SELECT min(subject_id) FROM identity_person WHERE capacity = 'full' AND died IS NULL AND subject_id <> %s"
    return int(stage.run("owner", query, stage.facts.wang)[0][0])


# Organisations.


def place(superior: str, inferior: str) -> Attack:
    """Put an organisation of one region under one of another."""

    def attack(stage: Stage) -> bool:
        ((above,),) = stage.run("owner", "UPDATE identity_organisation SET region = %s, superior_id = NULL WHERE code = %s RETURNING id",
                                superior, MARKET)  # fmt: skip
        ((below,),) = stage.run("owner", "SELECT max(id) FROM identity_organisation")
        stage.run("owner", "UPDATE identity_organisation SET region = %s WHERE id = %s", inferior, below)
        stage.run("admin", "UPDATE identity_organisation SET superior_id = %s WHERE id = %s", above, below)
        return True

    return attack


def move_the_superior_away(stage: Stage) -> bool:
    place("140100", "140105")(stage)
    stage.run("owner", "UPDATE identity_organisation SET region = '140200' WHERE code = %s", MARKET)
    return True


def stand_above_oneself(stage: Stage) -> bool:
    stage.run("admin", "UPDATE identity_organisation SET superior_id = id WHERE code = %s", MARKET)
    return True


def close_a_ring(stage: Stage) -> bool:
    """Three of one region: each under the next."""
    rows = stage.run("owner", "SELECT id FROM identity_organisation WHERE region = '140100' ORDER BY id LIMIT 3")
    numbers = [int(number) for (number,) in rows]
    for below, above in zip(numbers, numbers[1:] + numbers[:1], strict=True):
        stage.run("admin", "UPDATE identity_organisation SET superior_id = %s WHERE id = %s", above, below)
    return True


def end_the_provider(stage: Stage) -> None:
    stage.run("owner", "UPDATE identity_organisation SET valid_until = %s", stage.facts.today)


def revives(until: str = "NULL", *, act: str = "organisations.revive", note: str = "", at: str = "now()") -> Attack:
    """Let an organisation that ended go on; ``note`` is the subject of an act that is noted before."""

    def attack(stage: Stage) -> bool:
        end_the_provider(stage)
        if note:
            stage.run(
                "owner",
                f"INSERT INTO ground_action (at, actor, act, subject, note) VALUES ({at}, 'system', %s, %s, '')",
                act,
                note,
            )
        query = f"UPDATE identity_organisation SET valid_until = {until} WHERE code = %s RETURNING 1"
        return bool(stage.run("admin", query, MARKET))

    return attack


def hand_in(stage: Stage, provider: int | None = None) -> bool:
    row = batch(stage.facts, 7009)
    stage.insert("intake", "records_batch", {**row, "provider_id": provider or row["provider_id"]})
    return True


def hand_in_after_the_end(stage: Stage) -> bool:
    end_the_provider(stage)
    return hand_in(stage)


def hand_in_before_the_beginning(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_organisation SET valid_from = %s", stage.facts.today + DAY)
    return hand_in(stage)


def hand_in_without_licence(stage: Stage) -> bool:
    return hand_in(stage, agency(stage))


def with_licence(**changes: Any) -> Attack:
    """Hand in as a credit agency whose licence is not in force, for one reason."""

    def attack(stage: Stage) -> bool:
        number, facts = agency(stage), stage.facts
        stage.run("owner", "ALTER TABLE identity_licence DISABLE TRIGGER licence_guarded")
        row = {"organisation_id": number, "licence": "personal-credit", "number": "1", "valid_from": facts.today - DAY,
               "entered_at": facts.at, "end_reason": ""}  # fmt: skip
        stage.insert("owner", "identity_licence", row | {key: told(facts.today) for key, told in changes.items()})
        return hand_in(stage, number)

    return attack


licence_of_another_kind = with_licence(licence=lambda _: "enterprise-credit")
licence_not_begun = with_licence(valid_from=lambda today: today + DAY)
licence_run_out = with_licence(valid_from=lambda today: today - 9 * DAY, valid_until=lambda today: today)
licence_ended = with_licence(ended_on=lambda today: today, end_reason=lambda _: "x")
licence_in_force = with_licence()


def be_answered(stage: Stage) -> bool:
    stage.insert("app", "ground_access_entry", entry(stage.facts))
    return True


def be_answered_after_the_end(stage: Stage) -> bool:
    end_the_provider(stage)
    return be_answered(stage)


def be_answered_as_nobody(stage: Stage) -> bool:
    stage.insert("app", "ground_access_entry", entry(stage.facts, organisation=AGENCY))
    return True


def use_a_right_after_the_end(stage: Stage) -> bool:
    end_the_provider(stage)
    return bool(stage.run("app", "SELECT FROM identity_right"))


# Licences.


def licence(stage: Stage, speaker: str = "admin", by: str | None = "system", **changes: Any) -> bool:
    row = {"organisation_id": organisation(stage), "licence": "finance", "number": "1", "valid_from": stage.facts.today,
           "entered_by_id": user(stage, by) if by else None, "entered_at": datetime.now(UTC), "end_reason": ""}  # fmt: skip
    stage.insert(speaker, "identity_licence", row | changes)
    return True


def licences(**how: Any) -> Attack:
    return lambda stage: licence(stage, **how)


def ends_a_licence(
    reason: str = "x", by: str | None = "system", speaker: str = "admin", change: str = "ended_on = current_date"
) -> Attack:
    def attack(stage: Stage) -> bool:
        query = f"UPDATE identity_licence SET {change}, end_reason = %s, ended_by_id = %s WHERE id = {LICENCE}"
        stage.run(speaker, query, reason, user(stage, by) if by else None)
        return True

    return attack


def end_a_licence_twice(stage: Stage) -> bool:
    return ends_a_licence()(stage) and ends_a_licence()(stage)


# Delegations.


def enters(speaks: str = "officer", **changes: Any) -> Attack:
    """Enter a delegation, of another kind than the one on the stage unless told otherwise."""

    def attack(stage: Stage) -> bool:
        speak(stage, CENTRE, speaks)
        row = delegation(stage, kind="guardian")
        stage.insert(
            "app",
            "identity_delegation",
            row | {key: value(row) if callable(value) else value for key, value in changes.items()},
        )
        return True

    return attack


def acts(change: str = "", act: str = "view") -> Attack:
    """Act for another though the delegation is not in force, for one reason."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", "ALTER TABLE identity_delegation DISABLE TRIGGER USER")
        if change:
            stage.run("owner", change)
        return bool(
            stage.run("app", "SELECT FROM identity_acting WHERE delegation_id = %s AND %s = ANY(acts)", DELEGATION, act)
        )

    return attack


def sets(change: str) -> str:
    return f"UPDATE identity_delegation SET {change} WHERE id = {DELEGATION}"


def changes_one(change: str) -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, CENTRE, "colleague")
        stage.run("owner", sets(change))
        return True

    return attack


def entered_by(login: str, speaks: str = "") -> Attack:
    """Sign as the one who enters, and speak as the same unless told otherwise."""
    return lambda stage: enters(speaks or login, entered_by_id=user(stage, login))(stage)


def entered_by_an_officer_elsewhere(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_user SET organisation_id = %s WHERE login = 'officer'", organisation(stage))
    return enters()(stage)


def enter_confirmed(stage: Stage) -> bool:
    return enters(confirmed_at=datetime.now(UTC) - DAY, confirmed_by_id=user(stage, "colleague"))(stage)


def waiting(stage: Stage) -> None:
    speak(stage, CENTRE, "officer")
    stage.insert("app", "identity_delegation", delegation(stage, kind="guardian"))


def confirm_by(login: str, at: str = "now()", speaks: str = "") -> Attack:
    """Confirm what waits; sign and speak as one and the same unless told otherwise."""

    def attack(stage: Stage) -> bool:
        waiting(stage)
        speak(stage, CENTRE, speaks or login)
        query = f"UPDATE identity_delegation SET confirmed_at = {at}, confirmed_by_id = %s WHERE confirmed_at IS NULL"
        stage.run("app", query, user(stage, login))
        return True

    return attack


confirm_ones_own = confirm_by("officer")
confirm_twice = changes_one("confirmed_at = now() - interval '1 hour'")
END = "ended_at = now(), end_reason = 'x', ended_by_id = confirmed_by_id"


def end_twice(stage: Stage) -> bool:
    return changes_one(END)(stage) and changes_one(END)(stage)


def dies(who: str) -> str:
    whom = f"SELECT {who} FROM identity_delegation WHERE id = {DELEGATION}"
    return f"UPDATE identity_person SET died = current_date WHERE subject_id = ({whom})"


def limits(who: str) -> str:
    return dies(who).replace(
        "died = current_date", "capacity = 'limited', capacity_since = current_date, judged = true"
    )
