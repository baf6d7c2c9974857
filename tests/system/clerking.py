"""Attacks on what clerks' tools leave: sums of batches, undoings, events."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tests.people import CENTRE, MARKET, OTHER
from tests.system.administering import user
from tests.system.attacks import DAY, Attack
from tests.system.speaking import claim, speak
from tests.system.stage import SHOWN, WITHDRAWN, Stage, batch

UNDOING, TABLE, UNDO_BATCH, OTHER_CLOSED = 9901, "records_undoing", 7501, 7502
SETTLED, REFUSED = "records_refusals_settled", 7503


def furnish(stage: Stage) -> None:
    """Give the stage a seal and a run of the proof, an undoing that waits for its second officer, and an event."""
    facts = stage.facts
    seal = {"batch_id": facts.closed_batch, "rows": 0, "standing": 0, "amount": 0, "seal": bytes(32)}
    stage.insert("owner", "records_proof_seal", seal)
    run = {
        "at": facts.at,
        "batches": 1,
        "rows": 0,
        "faults": "[]",
        "batch_ids": [facts.closed_batch],
        "head": bytes(32),
    }
    stage.insert("owner", "records_proof_run", run)
    speak(stage)
    stage.insert("owner", TABLE, undoing(stage, id=UNDOING))
    claim(stage, "")
    row = {
        "undoing_id": UNDOING,
        "subject_id": facts.wang,
        "record_id": SHOWN,
        "row_number": 2,
        "version": 1,
        "outcome": "left",
    }
    stage.insert("owner", "records_undo_row", row)
    stage.insert("owner", "ground_event", {"at": facts.at, "kind": "x", "reference": "x"})
    stage.insert("owner", "sharing_recall", recall(stage))
    speak(stage)
    stage.insert("owner", "records_nothing", nothing(stage))
    stage.insert("owner", "records_mapping", mapping(stage))
    stage.insert("owner", "records_batch", refused(stage, REFUSED))
    stage.insert("owner", SETTLED, settled(stage, REFUSED))
    claim(stage, "")
    figures = dict.fromkeys(FIGURES, 0) | {"provider_id": 1, "item_id": facts.item, "day": facts.today - DAY}
    stage.insert("owner", "records_day_figures", figures)
    receipt = {"content": "{}", "suite": "x", "public": b"x", "signature": b"x", "made_at": facts.at}
    stage.insert("owner", "records_day_receipt", {"provider_id": 1, "day": facts.today - DAY, **receipt})


def refused(stage: Stage, number: int, **changes: Any) -> dict[str, Any]:
    """Make a batch of which a row was refused."""
    return batch(
        stage.facts, number, **{"state": "done", "finished_at": stage.facts.at, "read": 1, "refused": 1, **changes}
    )


def settled(stage: Stage, number: int) -> dict[str, Any]:
    return {"batch_id": number, "settled_by_id": user(stage, "clerk"), "settled_at": stage.facts.at}


def settles(code: str = MARKET, login: str = "clerk", **changes: Any) -> Attack:
    """Say of a batch that one is done with what was refused of it, speaking for somebody."""

    def attack(stage: Stage) -> bool:
        stage.insert("owner", "records_batch", refused(stage, OTHER_CLOSED, **changes))
        speak(stage, code, login)
        stage.insert("owner", SETTLED, settled(stage, OTHER_CLOSED))
        return True

    return attack


def sees_settled(code: str = MARKET, login: str = "clerk") -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        return bool(stage.run("app", f"SELECT FROM {SETTLED}"))

    return attack


def recall(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Make the notice that the credit centre, which read the shown record, gets of its withdrawal."""
    facts = stage.facts
    row = {
        "reference": f"undoing:{UNDOING}", "organisation": CENTRE, "subject_id": facts.wang, "record_id": SHOWN, "entry_id": UUID(int=7),
        "case_reference": "1", "read_at": facts.at, "told_at": facts.at, "acknowledged_by": "",
    }  # fmt: skip
    return {**row, **changes}


def rewrites_a_recall(change: str) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.run("owner", f"UPDATE sharing_recall SET {change}")
        return True

    return attack


def acknowledge_twice(stage: Stage) -> bool:
    change = rewrites_a_recall("acknowledged_at = now(), acknowledged_by = 'x'")
    return change(stage) and change(stage)


def acknowledge_anothers(stage: Stage) -> bool:
    ((number,),) = stage.run("owner", "SELECT id FROM sharing_recall LIMIT 1")
    speak(stage)
    return stage.run("app", "SELECT sharing_acknowledge(%s)", number) == [(True,)]


def agree_to_it(stage: Stage) -> bool:
    agree(stage)
    return True


def tell_of_what_was_left(stage: Stage) -> bool:
    """Tell of a record that was left as it was."""
    stage.run("owner", "ALTER TABLE sharing_recall DISABLE TRIGGER recall_stays")
    stage.run("owner", "DELETE FROM sharing_recall")
    agree(stage)
    changes_it("done_at = clock_timestamp()")(stage)
    stage.run("owner", "INSERT INTO ground_access_entry SELECT (jsonb_populate_record(e, jsonb_build_object('entry_id', gen_random_uuid(),"
              " 'at', u.received_at))).* FROM ground_access_entry e, records_undoing u WHERE u.id = %s AND e.outcome = 'answered' LIMIT 1",
              UNDOING)  # fmt: skip
    return stage.run("intake", "SELECT sharing_recall_undone(%s, now(), current_date, false)", UNDOING) != [(0,)]


FIGURES = (
    "batches",
    "unusable",
    "read",
    "new",
    "changed",
    "unchanged",
    "waiting",
    "refused",
    "taken_up",
    "undone",
    "shown",
    "held",
)


def nothing(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Make a declaration of the market authority's for this month."""
    row = {
        "provider_id": 1, "item_id": stage.facts.item, "month": stage.facts.today.replace(day=1),
        "declared_by_id": user(stage, "clerk"), "declared_at": stage.facts.at,
    }  # fmt: skip
    return {**row, **changes}


def mapping(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {
        "provider_id": 1, "item_id": stage.facts.item, "heading": "旧列名", "field": "CF_WSH", "saved_by_id": user(stage, "clerk"),
        "saved_at": stage.facts.at,
    }  # fmt: skip
    return {**row, **changes}


def declares(code: str = MARKET, login: str = "clerk", **changes: Any) -> Attack:
    """Say, as the application, that there was nothing of another item."""

    def attack(stage: Stage) -> bool:
        row = nothing(stage, **{"item_id": stage.facts.honour, **changes})
        speak(stage, code, login)
        stage.insert("app", "records_nothing", row)
        return True

    return attack


def declare_tomorrow(stage: Stage) -> bool:
    return declares(month=(stage.facts.today.replace(day=1) + 32 * DAY).replace(day=1))(stage)


def declare_half_a_month(stage: Stage) -> bool:
    return declares(month=date(2020, 1, 2))(stage)


def declare_for_a_colleague(stage: Stage) -> bool:
    return declares(declared_by_id=user(stage, "officer"))(stage)


def maps(code: str = MARKET, login: str = "clerk", **changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        row = mapping(stage, **changes)
        speak(stage, code, login)
        stage.insert("app", "records_mapping", row)
        return True

    return attack


def sees(query: str, code: str = OTHER, login: str = "clerk") -> Attack:
    """See figures as whoever speaks for another organisation."""

    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        return bool(stage.run("app", query))

    return attack


def sees_anothers_day(stage: Stage) -> bool:
    done = batch(stage.facts, OTHER_CLOSED, state="done", finished_at=stage.facts.at, read=1, new=1)
    stage.insert("owner", "records_batch", done)
    return sees("SELECT * FROM records_day_so_far('2000-01-01')")(stage)


def sees_anothers_names(stage: Stage) -> bool:
    return sees(f"SELECT * FROM records_mapping_of({stage.facts.item})")(stage)


def sees_anothers_acts(stage: Stage) -> bool:
    act = {"at": datetime.now(UTC), "actor": "clerk", "act": "intake.hand_in", "subject": "x", "note": ""}
    stage.insert("owner", "ground_action", act)
    return sees("SELECT * FROM records_own_acts(9223372036854775807, 10)")(stage)


def reconcile_today(stage: Stage) -> bool:
    stage.run("intake", "SELECT records_reconcile(%s)", stage.facts.today)
    return True


def lose_what_is_written(stage: Stage) -> bool:
    """Write a version of which no sum knows."""
    before = stage.run("owner", "SELECT sum(rows), sum(amount) FROM records_proof_part")
    stage.write(record_id=7777)
    return stage.run("owner", "SELECT sum(rows), sum(amount) FROM records_proof_part") == before


def undoing(stage: Stage, **changes: Any) -> dict[str, Any]:
    facts = stage.facts
    row = {
        "batch_id": facts.closed_batch, "item_id": facts.item, "provider_id": 1, "ground": "x", "received_at": facts.at, "new": 0,
        "changed": 0, "decided_by_id": user(stage, "clerk"), "decided_at": datetime.now(UTC), "withdrawn": 0, "restored": 0, "left": 0,
    }  # fmt: skip
    return {**row, **changes}


def decides(code: str = MARKET, login: str = "clerk", **changes: Any) -> Attack:
    """Call another batch wrong that is done, speaking for somebody."""

    def attack(stage: Stage) -> bool:
        closed = batch(stage.facts, OTHER_CLOSED, state="done", finished_at=stage.facts.at)
        stage.insert("owner", "records_batch", closed)
        row = undoing(stage, **{"batch_id": OTHER_CLOSED, **changes})
        if "by" in row:
            row["decided_by_id"] = user(stage, row.pop("by"))
        speak(stage, code, login)
        stage.insert("owner", TABLE, row)
        return True

    return attack


def decide_about_anothers(stage: Stage) -> bool:
    """Call another provider's batch wrong."""
    ((provider,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", OTHER)
    theirs = batch(stage.facts, OTHER_CLOSED, state="done", finished_at=stage.facts.at, provider_id=provider)
    stage.insert("owner", "records_batch", theirs)
    speak(stage)
    stage.insert("owner", TABLE, undoing(stage, batch_id=OTHER_CLOSED, provider_id=provider))
    return True


def decide_by_one_who_left(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_user SET is_active = false WHERE login = 'clerk'")
    return decides()(stage)


def decide_and_agree_at_once(stage: Stage) -> bool:
    return decides(second_by_id=user(stage, "officer"), second_at=datetime.now(UTC), agreed=True)(stage)


def decide_for_tomorrow(stage: Stage) -> bool:
    return decides(decided_at=datetime.now(UTC) + DAY)(stage)


def agree(stage: Stage, login: str = "officer", *, code: str = CENTRE, at: str = "now()", agreed: str = "true") -> bool:
    who = user(stage, login)
    speak(stage, code, login)
    query = (
        f"UPDATE {TABLE} SET second_by_id = %s, second_at = {at}, agreed = {agreed} WHERE id = {UNDOING} RETURNING 1"
    )
    return bool(stage.run("app", query, who))


def agrees(**how: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        return agree(stage, **how)

    return attack


def agree_for_a_colleague(stage: Stage) -> bool:
    who = user(stage, "colleague")
    speak(stage, CENTRE, "officer")
    query = f"UPDATE {TABLE} SET second_by_id = %s, second_at = now(), agreed = true WHERE id = {UNDOING} RETURNING 1"
    return bool(stage.run("app", query, who))


def change_ones_mind(stage: Stage) -> bool:
    agree(stage, agreed="false")
    return agree(stage)


def changes_it(change: str, *, agreed: bool = False) -> Attack:
    def attack(stage: Stage) -> bool:
        if agreed:
            agree(stage)
        stage.run("owner", f"UPDATE {TABLE} SET {change} WHERE id = {UNDOING}")
        return True

    return attack


def finish_twice(stage: Stage) -> bool:
    agree(stage)
    return changes_it("done_at = now()")(stage) and changes_it("done_at = now()")(stage)


def agree_to_ones_own(stage: Stage) -> bool:
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", f"ALTER TABLE {TABLE} DISABLE TRIGGER undoing_change_guarded")
    return changes_it("second_by_id = decided_by_id, second_at = now(), agreed = true")(stage)


def do_without_agreement(stage: Stage) -> bool:
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", f"ALTER TABLE {TABLE} DISABLE TRIGGER undoing_change_guarded")
    return changes_it("done_at = now()")(stage)


def decide_without_ground(stage: Stage) -> bool:
    return decides(ground="")(stage)


def opens_a_batch(*, agreed: bool = False, done: bool = False, **changes: Any) -> Attack:
    """Open a batch that takes another back, as intake."""

    def attack(stage: Stage) -> bool:
        if agreed:
            agree(stage)
        if done:
            changes_it("done_at = now()")(stage)
        row = batch(stage.facts, UNDO_BATCH, undoing_id=UNDOING, form="undo", **changes)
        stage.insert("intake", "records_batch", row)
        return True

    return attack


def write_in_an_undoing_of_another(stage: Stage, **changes: Any) -> bool:
    """Open again, by the undoing of one batch, what another batch had closed."""
    opens_a_batch(agreed=True)(stage)
    stage.write(batch=UNDO_BATCH, batch_id=UNDO_BATCH, record_id=WITHDRAWN, version=3, **changes)
    return True


def reopen_for_another_provider(stage: Stage) -> bool:
    """Hand in what an undoing withdrew, as another provider."""
    opens_a_batch(agreed=True)(stage)
    closing = {
        "state": "withdrawn",
        "version": 2,
        "commitment": None,
        "shown_until": stage.facts.today - 70 * DAY,
        "record_id": SHOWN,
    }
    stage.write(batch=UNDO_BATCH, batch_id=UNDO_BATCH, **closing)
    ((provider,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", OTHER)
    stage.insert("owner", "records_batch", batch(stage.facts, OTHER_CLOSED, provider_id=provider))
    stage.write(batch=OTHER_CLOSED, batch_id=OTHER_CLOSED, record_id=SHOWN, version=3)
    return True


def sees_left(code: str, login: str) -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        return bool(stage.run("app", "SELECT * FROM records_undone(%s, 'left')", UNDOING))

    return attack


def others_clerk_sees_left(stage: Stage) -> bool:
    speak(stage, OTHER, "clerk")
    return bool(stage.run("app", "SELECT * FROM records_undone(%s, 'left')", UNDOING))


def centre_sees(stage: Stage) -> bool:
    speak(stage, CENTRE, "officer")
    return bool(stage.run("app", f"SELECT FROM {TABLE}"))


def provider_sees(stage: Stage) -> bool:
    speak(stage)
    return bool(stage.run("app", f"SELECT FROM {TABLE}"))


def other_sees(stage: Stage) -> bool:
    speak(stage, OTHER, "clerk")
    return bool(stage.run("app", f"SELECT FROM {TABLE}"))


def worker_sees(stage: Stage) -> bool:
    return bool(stage.run("intake", f"SELECT FROM {TABLE}"))


def deliver_twice(stage: Stage) -> bool:
    stage.run("intake", "UPDATE ground_event SET delivered_at = now()")
    stage.run("intake", "UPDATE ground_event SET delivered_at = now()")
    return True


def rewrite_an_event(stage: Stage) -> bool:
    stage.run("owner", "UPDATE ground_event SET reference = 'y'")
    return True
