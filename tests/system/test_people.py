"""No role of the database makes a person under 18, in whatever way; a code leads to one person; a snapshot gives nobody capacity back."""

import psycopg
import pytest

from chengxin.ground.locks import ROLES
from tests.system.populating import COLUMNS, ENTERING, judge, seventeen
from tests.system.stage import SHOWN, Stage


@pytest.mark.parametrize("way", ENTERING)
@pytest.mark.parametrize("role", ROLES)
def test_no_role_enters_a_person_under_18(stage: Stage, role: str, way: str) -> None:
    with pytest.raises(psycopg.Error) as refused, stage.connection.transaction():
        stage.run(role, ENTERING[way], seventeen(stage.facts.today))
    assert isinstance(refused.value, psycopg.errors.CheckViolation | psycopg.errors.InsufficientPrivilege)
    if role == "owner" or (role == "intake" and way != "merge"):
        assert "a person under 18 is no subject" in str(refused.value)


@pytest.mark.parametrize("role", ["owner", "intake"])
def test_nor_by_copy(stage: Stage, role: str) -> None:
    stage.run(role, "SELECT")
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="under 18"),
        stage.connection.transaction(),
        stage.connection.cursor().copy(f"COPY identity_person {COLUMNS} FROM STDIN") as copy,
    ):
        copy.write_row([9001, seventeen(stage.facts.today), "140105", "full", b"x", b"x", "k", stage.facts.at])


def test_code_cannot_be_entered_for_a_second_person(stage: Stage) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation), stage.connection.transaction():
        stage.run("intake", """INSERT INTO identity_code (code_hash, subject_id, name_tag, code_type, key_id)
            SELECT code_hash, %s, name_tag, code_type, key_id FROM identity_code WHERE subject_id = %s""",
            stage.facts.young, stage.facts.wang)  # fmt: skip


def test_losing_capacity_later_hides_what_was_shown_at_once_and_regaining_it_shows_it_again(stage: Stage) -> None:
    assert stage.sees(SHOWN)
    judge(stage, 3, None)
    assert not stage.sees(SHOWN)
    assert not stage.look("SELECT body FROM records_payload WHERE record_id = %s", SHOWN)
    judge(stage, 2, 0, rank=6_000_000)
    assert stage.sees(SHOWN)


def test_past_view_knows_what_was_known_then(stage: Stage) -> None:
    """An auditor sees that a record was shown while the register did not know of the judgment."""
    facts = stage.facts
    seen = "SELECT record_id FROM records_as_of(%s, %s, %s, %s)"
    judge(stage, 60, None)
    told = stage.run("app", seen, facts.wang, facts.audit, facts.today, facts.at)
    assert (SHOWN,) not in told
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", "ALTER TABLE identity_capacity DISABLE TRIGGER USER")
    stage.run("owner", "UPDATE identity_capacity SET recorded_at = recorded_at + interval '1 hour'")
    assert (SHOWN,) in stage.run("app", seen, facts.wang, facts.audit, facts.today, facts.at)
