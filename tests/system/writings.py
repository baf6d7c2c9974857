"""What intake may write and what not, each attempt by name; as in ``attacks``, True means that it got through."""

from datetime import date, timedelta
from typing import Any

from tests.system.attacks import DAY, Attack, end_laws, erase_what_is_due
from tests.system.stage import DUE, SHOWN, WITHDRAWN, Stage, payload, version


def write_a_sound_version(stage: Stage) -> bool:
    stage.write()
    return True


def write_a_payload(stage: Stage) -> bool:
    stage.write()
    stage.insert("intake", "records_payload", payload(stage.facts, 100))
    return True


def write_a_payload_of_no_version(stage: Stage) -> bool:
    stage.announce()
    stage.insert("intake", "records_payload", payload(stage.facts, 100))
    return True


def write_a_payload_of_a_later_version(stage: Stage) -> bool:
    stage.write()
    stage.insert("intake", "records_payload", payload(stage.facts, 100, 2))
    return True


def write_a_payload_of_another_record(stage: Stage) -> bool:
    stage.write()
    stage.insert("intake", "records_payload", payload(stage.facts, 101))
    return True


def write_a_payload_of_another_person(stage: Stage) -> bool:
    stage.write()
    stage.insert("intake", "records_payload", payload(stage.facts, 100, subject_id=stage.facts.young))
    return True


def write_a_payload_of_another_batch(stage: Stage) -> bool:
    stage.write(batch=stage.facts.other_batch, batch_id=stage.facts.other_batch)
    stage.announce()
    stage.insert("intake", "records_payload", payload(stage.facts, 100))
    return True


def write_a_payload_of_the_withdrawn(stage: Stage) -> bool:
    stage.announce()
    stage.insert("intake", "records_payload", payload(stage.facts, WITHDRAWN, 2))
    return True


def put_back_what_was_erased(stage: Stage) -> bool:
    """Bring values back that the law had erased, long after their batch was closed."""
    erase_what_is_due(stage)
    stage.run("owner", "UPDATE records_batch SET state = 'done', finished_at = now() WHERE id = %s", stage.facts.batch)
    stage.announce()
    stage.insert("intake", "records_payload", payload(stage.facts, DUE))
    return True


def write_a_payload_without_salt(stage: Stage) -> bool:
    stage.write()
    stage.insert("intake", "records_payload", payload(stage.facts, 100, salt=b"\0"))
    return True


def write_of_an_unannounced_batch(stage: Stage) -> bool:
    stage.write(batch_id=stage.facts.other_batch)
    return True


def write_a_payload_without_batch(stage: Stage) -> bool:
    stage.write()
    stage.run("intake", "SELECT set_config('cx.batch', '0', true)")
    stage.insert("intake", "records_payload", payload(stage.facts, 100))
    return True


def writes(**changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.write(**changes)
        return True

    return attack


def write_against_a_person_without_capacity(stage: Stage) -> bool:
    stage.write(subject_id=stage.facts.limited)
    return True


def write_an_act_before_18(stage: Stage) -> bool:
    ended = date(2025, 1, 14)
    names = ("decided", "final", "shown_from", "shown_until", "erase_on")
    days: dict[str, Any] = {name: ended + place * DAY for place, name in enumerate(names)}
    stage.write(subject_id=stage.facts.young, ended=ended, **days)
    return True


def write_what_is_final_tomorrow(stage: Stage) -> bool:
    tomorrow = stage.facts.today + DAY
    stage.write(final=tomorrow, shown_from=tomorrow)
    return True


def write_what_is_final_tomorrow_as_if_today_were_tomorrow(stage: Stage) -> bool:
    tomorrow = stage.facts.today + DAY
    stage.write(final=tomorrow, shown_from=tomorrow, recorded_at=stage.facts.at + DAY)
    return True


def write_after_the_laws_repeal_as_if_before(stage: Stage) -> bool:
    end_laws(stage, 1)
    stage.write(recorded_at=stage.facts.at - 2 * DAY)
    return True


def write_what_is_known_in_an_hour(stage: Stage) -> bool:
    stage.write(recorded_at=stage.facts.at + timedelta(hours=1))
    return True


def write_before_the_edition_begins(stage: Stage) -> bool:
    stage.run("owner", "ALTER TABLE catalogue_edition DISABLE TRIGGER edition_change_guarded")
    stage.run("owner", "UPDATE catalogue_edition SET valid_from = %s", stage.facts.today + DAY)
    stage.write()
    return True


def write_an_honour(stage: Stage, **changes: Any) -> bool:
    """Write what isn't adverse: it needs neither an end of the act nor finality, nor full capacity."""
    stage.run("owner", "UPDATE records_batch SET item_id = %s WHERE id = %s", stage.facts.honour, stage.facts.batch)
    limited = {"subject_id": stage.facts.limited, "ended": None, "final": None}
    stage.write(**{"item_id": stage.facts.honour, "grade": "", **limited, **changes})
    return True


def write_an_honour_with_a_grade(stage: Stage) -> bool:
    return write_an_honour(stage, grade="minor")


def write_what_shows_for_longer_than_its_grade(stage: Stage) -> bool:
    stage.write(shown_until=stage.facts.today + 300 * DAY)
    return True


def write_what_is_kept_for_longer_than_five_years(stage: Stage) -> bool:
    stage.write(erase_on=stage.facts.today + 1700 * DAY)
    return True


def write_what_is_kept_for_five_years_from_the_document(stage: Stage) -> bool:
    """The act ended ten years before its document: the earlier of the two counts."""
    stage.write(ended=stage.facts.today - 3750 * DAY)
    return True


def add_term(stage: Stage, name: str, number: str, value: int, since: int) -> None:
    begins = stage.facts.today + since * DAY
    query = "INSERT INTO records_term (name, number, valid_from, unit, value) VALUES (%s, %s, %s, %s, %s)"
    stage.run("owner", query, name, number, begins, "year" if name == "adverse-retention" else "month", value)


def write_under_a_display_term_to_come(stage: Stage) -> bool:
    add_term(stage, "display-grade", "general_max", 24, 1)
    return write_what_shows_for_longer_than_its_grade(stage)


def write_under_a_retention_term_to_come(stage: Stage) -> bool:
    add_term(stage, "adverse-retention", "keep", 10, 1)
    return write_what_is_kept_for_longer_than_five_years(stage)


def write_for_a_closed_batch(stage: Stage) -> bool:
    stage.write(batch=stage.facts.closed_batch, batch_id=stage.facts.closed_batch)
    return True


def write_another_item_for_the_batch(stage: Stage) -> bool:
    stage.write(item_id=stage.facts.honour)
    return True


def open_a_closed_batch(stage: Stage) -> bool:
    query = "UPDATE records_batch SET state = 'received', finished_at = NULL WHERE id = %s"
    stage.run("intake", query, stage.facts.closed_batch)
    return write_for_a_closed_batch(stage)


def write_with_a_gap(stage: Stage) -> bool:
    stage.write(record_id=SHOWN, version=3)
    return True


def write_after_withdrawal(stage: Stage) -> bool:
    stage.write(record_id=WITHDRAWN, version=3)
    return True


def write_the_next_version_as_another_item(stage: Stage) -> bool:
    stage.run("owner", "UPDATE records_batch SET item_id = %s WHERE id = %s", stage.facts.honour, stage.facts.batch)
    stage.write(record_id=SHOWN, version=2, item_id=stage.facts.honour)
    return True


def write_without_law_on_the_day_of_the_document(stage: Stage) -> bool:
    stage.run("owner", "UPDATE catalogue_law SET valid_from = %s, valid_until = NULL", stage.facts.today - DAY)
    stage.write()
    return True


def write_after_the_laws_repeal(stage: Stage) -> bool:
    end_laws(stage, 0)
    stage.write()
    return True


def hide_the_older_version(stage: Stage) -> bool:
    """Write a second version and see whether the first still shows."""
    stage.write(record_id=SHOWN, version=2)
    return stage.sees(SHOWN)


def load_by_copy(stage: Stage) -> bool:
    stage.run("intake", "SELECT set_config('cx.batch', %s, true)", str(stage.facts.batch))
    row = version(stage.facts)
    with stage.connection.cursor().copy(f"COPY records_version ({', '.join(row)}) FROM STDIN") as copy:
        copy.write_row(list(row.values()))
    return True


def enter_a_minor(stage: Stage) -> bool:
    born = stage.facts.today.replace(day=1, year=stage.facts.today.year - 17)
    row = {
        "subject_id": 9001,
        "born": born,
        "region": "140105",
        "capacity": "full",
        "code_sealed": b"x",
        "name_sealed": b"x",
    }
    ((key,),) = stage.run("owner", "SELECT current FROM identity_key_pointers")
    stage.insert("intake", "identity_person", {**row, "key_id": key, "recorded_at": stage.facts.at})
    return True


def make_an_adult_a_minor(stage: Stage) -> bool:
    born = stage.facts.today.replace(day=1, year=stage.facts.today.year - 17)
    stage.run("owner", "UPDATE identity_person SET born = %s WHERE subject_id = %s", born, stage.facts.wang)
    return True
