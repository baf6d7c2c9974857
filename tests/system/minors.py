"""Attacks on what keeps minors and their acts out; as in ``attacks``, True means that it got through."""

from datetime import date
from typing import Any

from chengxin.lib.periods import turns
from tests.system.attacks import DAY, Attack
from tests.system.organising import DELEGATION, acts
from tests.system.stage import SHOWN, Stage, version

LATEST = 9_000_000_000_000
OTHER_CODE = "code_mark = decode(repeat('cd', 32), 'hex')"


def furnish(stage: Stage) -> None:
    """Put a word there that leads to nobody who is known."""
    word = {"code_mark": bytes(32), "rank": 5, "corrects": False, "subject_id": None, "recorded_at": stage.facts.at}
    stage.insert("owner", "identity_minor_word", word)


def close(stage: Stage, subject: int) -> None:
    """Have the authority call somebody a minor."""
    word = {
        "code_mark": b"\1" * 32,
        "rank": LATEST,
        "corrects": False,
        "subject_id": subject,
        "recorded_at": stage.facts.at,
    }
    stage.insert("intake", "identity_minor_word", word)
    stage.run("intake", "UPDATE identity_person SET minor_rank = %s WHERE subject_id = %s", LATEST, subject)


def see_a_minor(stage: Stage) -> bool:
    close(stage, stage.facts.wang)
    return stage.sees(SHOWN)


def open_a_minor(stage: Stage) -> bool:
    close(stage, stage.facts.wang)
    stage.run("intake", "UPDATE identity_person SET minor_rank = 0 WHERE subject_id = %s", stage.facts.wang)
    return stage.sees(SHOWN)


def close_for_anothers_word(stage: Stage) -> bool:
    """What is said of one person closes no other."""
    close(stage, stage.facts.wang)
    stage.run("intake", "UPDATE identity_person SET minor_rank = %s WHERE subject_id = %s", LATEST, stage.facts.young)
    return True


def rewrites_a_word(change: str) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("owner", f"UPDATE identity_minor_word SET {change}")
        return True

    return attack


def come_of_age(stage: Stage, day: date) -> None:
    """Correct the birth, so that the person turned 18 that day."""
    born = next(one for back in range(-1, 2) if turns(one := day.replace(year=day.year - 18) + back * DAY, 18) == day)
    stage.run("intake", "UPDATE identity_person SET born = %s WHERE subject_id = %s", born, stage.facts.wang)


def see_what_was_done_before_18(stage: Stage) -> bool:
    come_of_age(stage, stage.facts.today - 139 * DAY)
    return stage.sees(SHOWN)


def see_what_was_decided_before_18(stage: Stage) -> bool:
    """An honour has no end of an act: the day of its document counts."""
    stage.run("owner", "UPDATE records_batch SET item_id = %s WHERE id = %s", stage.facts.honour, stage.facts.batch)
    honour: dict[str, Any] = {"record_id": 600, "item_id": stage.facts.honour, "grade": "", "ended": None}
    stage.insert("owner", "records_version", version(stage.facts, **honour))
    come_of_age(stage, stage.facts.today - 99 * DAY)
    return stage.sees(600, purpose=stage.facts.audit)


def look_back(stage: Stage) -> bool:
    facts = stage.facts
    query = "SELECT record_id FROM records_as_of(%s, %s, %s, %s)"
    return (SHOWN,) in stage.run("app", query, facts.wang, facts.audit, facts.today - 50 * DAY, facts.at)


def look_back_at_a_minor(stage: Stage) -> bool:
    close(stage, stage.facts.wang)
    return look_back(stage)


def look_back_at_what_was_done_before_18(stage: Stage) -> bool:
    come_of_age(stage, stage.facts.today - 139 * DAY)
    return look_back(stage)


def write_against_a_minor(stage: Stage) -> bool:
    close(stage, stage.facts.wang)
    stage.write()
    return True


def acts_though_closed(who: str) -> Attack:
    def attack(stage: Stage) -> bool:
        ((subject,),) = stage.run("owner", f"SELECT {who} FROM identity_delegation WHERE id = {DELEGATION}")
        close(stage, subject)
        return acts()(stage)

    return attack


def settle_a_minor(stage: Stage) -> bool:
    ((subject,),) = stage.run("owner", "SELECT max(subject_id) FROM identity_person WHERE died IS NULL AND capacity = 'full'"
                              " AND subject_id NOT IN (SELECT subject_id FROM identity_user WHERE subject_id IS NOT NULL)")  # fmt: skip
    close(stage, subject)
    return stage.run("app", "SELECT identity_settle_person(%s)", subject)[0][0] is not None
