"""The attacks, each by name. True means that it got through; an error of the database means that it was refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.system.stage import CHANGED, CLOSED, DUE, EXPIRED, OTHERS, SHOWN, TO_COME, WITHDRAWN, Stage, version

Attack = Callable[[Stage], bool]
DAY = timedelta(days=1)
EVIL = """CREATE FUNCTION pg_temp.speak_as_owner() RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN EXECUTE 'SELECT FROM ground_access_entry'; RETURN 1; END $$"""


def see_the_shown(stage: Stage) -> bool:
    return stage.sees(SHOWN)


def see_the_expired(stage: Stage) -> bool:
    return stage.sees(EXPIRED)


def see_the_expired_as_of_yesterday(stage: Stage) -> bool:
    return stage.sees(EXPIRED, on=stage.facts.today - DAY)


def see_tomorrow_today(stage: Stage) -> bool:
    return stage.sees(TO_COME)


def see_tomorrow_as_of_tomorrow(stage: Stage) -> bool:
    return stage.sees(TO_COME, on=stage.facts.today + DAY)


def see_the_withdrawn(stage: Stage) -> bool:
    return stage.sees(WITHDRAWN) or stage.sees(WITHDRAWN, 2)


def see_the_superseded(stage: Stage) -> bool:
    return stage.sees(CHANGED)


def see_the_repaired(stage: Stage) -> bool:
    return stage.sees(CLOSED)


def see_what_another_purpose_sees(stage: Stage) -> bool:
    """Under a duty of that purpose that names the item, as none that is published does."""
    from tests.system.enrolling import duty  # which attacks by way of this module

    number = duty(stage, purpose_id=stage.facts.recruitment, items=["CF-ZRR"])
    return stage.sees(SHOWN, purpose=stage.facts.recruitment, duty=number)


def see_a_payload(stage: Stage) -> bool:
    return bool(stage.look("SELECT body FROM records_payload WHERE record_id = %s", SHOWN))


def see_a_hidden_payload(stage: Stage) -> bool:
    return any(
        stage.look("SELECT body FROM records_payload WHERE record_id = %s", record) for record in (EXPIRED, TO_COME)
    )


def end_laws(stage: Stage, since: int, only: str = "true") -> None:
    end = stage.facts.today - timedelta(days=since)
    stage.run("owner", f"UPDATE catalogue_law SET valid_until = %s WHERE valid_from < %s AND {only}", end, end)


ITEM_LAWS = """code IN (SELECT law_id FROM catalogue_article JOIN catalogue_item_basis ON article_id = ref
    JOIN catalogue_item_version v ON v.id = itemversion_id JOIN catalogue_item i ON i.id = item_id AND i.code = 'CF-ZRR')"""
PURPOSE_LAWS = """code IN (SELECT law_id FROM catalogue_article JOIN catalogue_purpose_basis ON article_id = ref
    JOIN catalogue_purpose p ON p.id = purpose_id AND p.code = 'XK-SC')"""


def see_though_the_items_laws_ended(stage: Stage) -> bool:
    end_laws(stage, 1, ITEM_LAWS)
    return stage.sees(SHOWN)


def see_though_the_purposes_laws_ended(stage: Stage) -> bool:
    end_laws(stage, 1, PURPOSE_LAWS)
    return stage.sees(SHOWN)


def see_a_day_back_what_lost_its_law_today(stage: Stage) -> bool:
    end_laws(stage, 0)
    return stage.sees(SHOWN, on=stage.facts.today - DAY)


def see_what_gets_its_law_tomorrow(stage: Stage) -> bool:
    stage.run("owner", "UPDATE catalogue_law SET valid_from = %s, valid_until = NULL", stage.facts.today + DAY)
    return stage.sees(SHOWN)


def see_what_gets_its_law_tomorrow_as_of_tomorrow(stage: Stage) -> bool:
    stage.run("owner", "UPDATE catalogue_law SET valid_from = %s, valid_until = NULL", stage.facts.today + DAY)
    return stage.sees(SHOWN, on=stage.facts.today + DAY)


# Looking back.


def look_back(stage: Stage, purpose: int, days: int, known: int = 0) -> set[tuple[int, int]]:
    """Ask for the past of a person; give records and versions."""
    facts = stage.facts
    query = "SELECT record_id, version FROM records_as_of(%s, %s, %s, %s)"
    return set(stage.run("app", query, facts.wang, purpose, facts.today - days * DAY, facts.at - known * DAY))


def look_back_without_right(stage: Stage) -> bool:
    return bool(look_back(stage, stage.facts.examination, 1))


def look_back_with_right(stage: Stage) -> bool:
    return (EXPIRED, 1) in look_back(stage, stage.facts.audit, 1)


def look_back_at_tomorrow(stage: Stage) -> bool:
    return (TO_COME, 1) in look_back(stage, stage.facts.audit, -1)


def look_back_before_the_beginning(stage: Stage) -> bool:
    return (TO_COME, 1) in look_back(stage, stage.facts.audit, 1)


def look_back_after_the_end(stage: Stage) -> bool:
    return (EXPIRED, 1) in look_back(stage, stage.facts.audit, 0)


def look_back_at_what_was_superseded(stage: Stage) -> bool:
    return (CHANGED, 1) in look_back(stage, stage.facts.audit, 1)


def look_back_at_what_was_unknown(stage: Stage) -> bool:
    return bool(look_back(stage, stage.facts.audit, 1, known=1))


def look_back_at_the_repaired(stage: Stage) -> bool:
    return (CLOSED, 1) in look_back(stage, stage.facts.audit, 1)


def look_back_at_a_day_without_law(stage: Stage) -> bool:
    end_laws(stage, 3)
    return bool(look_back(stage, stage.facts.audit, 1))


# What the eraser may erase.

STAYS = (SHOWN, EXPIRED, OTHERS)


def erase_what_is_due(stage: Stage) -> bool:
    query = "DELETE FROM records_payload WHERE subject_id = %s AND record_id = %s"
    stage.run("eraser", query, stage.facts.wang, DUE)
    return not stage.run("owner", "SELECT FROM records_payload WHERE record_id = %s", DUE)


def see_what_is_due(stage: Stage) -> bool:
    return bool(stage.run("eraser", "SELECT erase_on FROM records_version WHERE record_id = %s", DUE))


def erase_what_is_not_due(stage: Stage) -> bool:
    stage.run("eraser", "DELETE FROM records_payload WHERE record_id = ANY(%s)", list(STAYS))
    return not stage.run("owner", "SELECT FROM records_payload WHERE record_id = ANY(%s)", list(STAYS))


def erase_blindly(stage: Stage) -> bool:
    """A DELETE that reads no column meets the policy for DELETE alone."""
    stage.run("eraser", "DELETE FROM records_payload")
    return not stage.run("owner", "SELECT FROM records_payload WHERE record_id = ANY(%s)", list(STAYS))


def erase_as_owner(stage: Stage) -> bool:
    stage.run("owner", "DELETE FROM records_payload")
    return True


# Intake owns its temporary objects; none of them may speak with the owner's rights.


def fool_the_fate_by_a_view(stage: Stage) -> bool:
    stage.run("intake", EVIL)
    stage.run("intake", """CREATE TEMP VIEW intake_staging AS
        SELECT 1 AS row_number, pg_temp.speak_as_owner() AS subject_id, 1::bigint AS record_id, 0 AS starts, 0 AS length""")  # fmt: skip
    stage.run("intake", "GRANT SELECT ON intake_staging TO PUBLIC")
    stage.run("intake", "SELECT FROM records_fate(1, 1::smallint, '')")
    return True


def fool_the_fate_by_a_policy(stage: Stage) -> bool:
    stage.run("intake", EVIL)
    stage.run(
        "intake",
        "CREATE TEMP TABLE intake_staging (row_number int, subject_id bigint, record_id bigint, starts int, length int)",
    )
    stage.run("intake", "INSERT INTO intake_staging VALUES (1, %s, %s, 0, 0)", stage.facts.wang, SHOWN)
    stage.run("intake", "CREATE POLICY mine ON intake_staging USING (pg_temp.speak_as_owner() = 1)")
    stage.run("intake", "ALTER TABLE intake_staging ENABLE ROW LEVEL SECURITY")
    stage.run("intake", "GRANT SELECT ON intake_staging TO PUBLIC")
    stage.run("intake", "SELECT FROM records_fate(1, 1::smallint, '')")
    return True


def fool_the_fate_by_a_type(stage: Stage) -> bool:
    stage.run("intake", "CREATE TYPE pg_temp.mine AS (part int)")
    stage.run("intake", """CREATE FUNCTION pg_temp.turn(pg_temp.mine) RETURNS integer LANGUAGE plpgsql AS $$
        BEGIN EXECUTE 'SELECT FROM ground_access_entry'; RETURN 0; END $$""")  # fmt: skip
    stage.run("intake", "CREATE CAST (pg_temp.mine AS integer) WITH FUNCTION pg_temp.turn(pg_temp.mine) AS IMPLICIT")
    stage.run("intake", """CREATE TEMP TABLE intake_staging (row_number int, subject_id bigint, record_id bigint,
        starts int, length pg_temp.mine)""")  # fmt: skip
    stage.run("intake", "INSERT INTO intake_staging VALUES (1, %s, %s, 0, ROW(1))", stage.facts.wang, SHOWN)
    stage.run("intake", "GRANT SELECT ON intake_staging TO PUBLIC")
    stage.run("intake", "SELECT FROM records_fate(1, 1::smallint, '')")
    return True


def shadow_the_ledger(stage: Stage) -> bool:
    """Put a view of one's own before the ledger, for a function that runs with the owner's rights."""
    stage.run("intake", EVIL)
    stage.run("intake", """CREATE TEMP VIEW records_version AS
        SELECT pg_temp.speak_as_owner() + 987653 AS subject_id, 1::bigint AS record_id,
        1::smallint AS version, 'active'::varchar AS state, 1::smallint AS item_id, 7001 AS batch_id, current_date AS decided,
        current_date AS ended, current_date AS final, current_date AS erase_on""")  # fmt: skip
    stage.run("intake", "GRANT SELECT ON records_version TO PUBLIC")
    return bool(stage.run("intake", "SELECT version FROM records_newest(987654, 1)"))


def hang_the_guard_on_ones_own_table(stage: Stage) -> bool:
    """Let the ledger's trigger, which writes with the owner's rights, mark somebody's record as superseded."""
    row = version(stage.facts, record_id=SHOWN, version=2)
    kinds = {
        "int": "bigint",
        "str": "varchar",
        "date": "date",
        "datetime": "timestamptz",
        "bytes": "bytea",
        "NoneType": "date",
    }
    typed = {name: kinds[type(value).__name__] for name, value in row.items()} | {
        "version": "smallint",
        "batch_id": "integer",
    }
    columns = ", ".join(f"{name} {kind}" for name, kind in typed.items())
    stage.run("intake", f"CREATE TEMP TABLE trap ({columns})")
    stage.run("intake", """CREATE TRIGGER spring AFTER INSERT ON trap REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION records_guard_versions()""")  # fmt: skip
    stage.insert("intake", "trap", row)
    return not stage.sees(SHOWN)


def change_wholly(table: str, column: str) -> Attack:
    """Make an attack as the owner, who holds every grant: only the trigger is left to refuse."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", f"UPDATE {table} SET {column} = {column}")
        stage.run("owner", f"TRUNCATE {table}")
        return True

    return attack


def clones(table: str, **changes: Any) -> Attack:
    """Make an attack that inserts a row again, changed, as the owner."""

    def attack(stage: Stage) -> bool:
        stage.clone(table, **changes)
        return True

    return attack
