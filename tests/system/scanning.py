"""Attacks on papers from the window: taken in without a visit, half, changed, opened without an entry, erased before their day."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.people import CENTRE, MARKET
from tests.system.attacks import DAY, Attack
from tests.system.keys import NEXT, enter, move, present
from tests.system.oneself import account, speak_oneself
from tests.system.serving import OTHER, VISIT, at_window, confirms
from tests.system.speaking import claim, speak
from tests.system.stage import Stage, entry
from tests.system.transferring import asleep

TABLE, PIECES, SCAN, PIECE, NUMBER = "identity_scan", "identity_scan_piece", 9901, 9911, "CL20260101AAAAAAAAAA"
FRESH = "CL20260101BBBBBBBBBB"
LATE, WHOLE = "SET CONSTRAINTS ALL DEFERRED", "SET CONSTRAINTS ALL IMMEDIATE"
LATER = datetime(2098, 1, 1, tzinfo=UTC)


def furnish(stage: Stage) -> None:
    """Let Wang hand over an objection."""
    stage.run("owner", LATE)
    at_window(stage)
    stage.insert("owner", TABLE, scan(stage, id=SCAN, number=NUMBER))
    stage.insert("owner", PIECES, piece(stage, SCAN, id=PIECE))
    stage.run("owner", WHOLE)
    # A look of an earlier transaction, which opens nothing in a later one.
    speak(stage, CENTRE, "officer")
    enters_a_look(stage)
    claim(stage, "")


def scan(stage: Stage, *, by_owner: bool = True, **changes: Any) -> dict[str, Any]:
    """Make a sound scan; the owner also writes what the database says itself, so that without its guard a row is whole."""
    row = {"number": FRESH, "visit_id": VISIT, "kind": "objection", "form": "png", "pages": 1, "size": 9, "pieces": 1,
           "digest": sha256(str(sorted(changes)).encode()).digest()}  # fmt: skip
    if by_owner:
        row |= {"subject_id": stage.facts.wang, "organisation_id": organisation(stage, CENTRE), "taken_at": datetime.now(UTC),
                "erase_on": stage.facts.today + 900 * DAY}  # fmt: skip
    return {**row, **{name: value(stage) if callable(value) else value for name, value in changes.items()}}


def organisation(stage: Stage, code: str) -> int:
    ((found,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)
    return int(found)


def piece(stage: Stage, number: int, *, by_owner: bool = True, **changes: Any) -> dict[str, Any]:
    row = {"scan_id": number, "place": 1, "content_sealed": b"\x00", "key_id": present(stage), **changes}
    return {"erase_on": stage.facts.today + 900 * DAY, **row} if by_owner else row


def takes(
    visit: int = VISIT, by: str = "officer", *, first: str = "", role: str = "owner", whole: bool = True, **changes: Any
) -> Attack:
    """Take a paper in past every grant, at a visit that this transaction names, after something changed."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", LATE)
        at_window(stage, visit, by)
        if first:
            stage.run("owner", first)
        row = scan(stage, by_owner=role == "owner", **({"visit_id": visit} | changes))
        stage.insert(role, TABLE, row)
        ((made,),) = stage.run("owner", f"SELECT id FROM {TABLE} WHERE number = %s", row["number"])
        for place in range(1, row["pieces"] + 1 if whole else 1):
            stage.insert(role, PIECES, piece(stage, made, by_owner=role == "owner", place=place))
        stage.run("owner", WHOLE)
        return True

    return attack


def takes_as(name: str, value: Any, visit: int = VISIT, first: Attack | None = None, **changes: Any) -> Attack:
    """Take a paper in with something that is the database's to say; it gets through when that stands there."""

    def attack(stage: Stage) -> bool:
        wanted = value(stage) if callable(value) else value
        if first:
            first(stage)
        takes(visit, **{name: wanted, **changes})(stage)
        return stage.run("owner", f"SELECT {name} FROM {TABLE} WHERE number = %s", FRESH) == [(wanted,)]

    return attack


def takes_for_another_visit(stage: Stage) -> bool:
    """The officer has two at the window, and names one of them while handing in for the other."""
    confirms()(stage)
    return takes(VISIT, visit_id=OTHER, kind="report")(stage)


def takes_of_the_dead(kind: str) -> Attack:
    def attack(stage: Stage) -> bool:
        confirms()(stage)
        return takes(OTHER, kind=kind)(stage)

    return attack


def takes_many(stage: Stage) -> bool:
    """The twenty-first of a visit; one is there already."""
    for number in range(20):
        takes(number=f"CL20260101CCCCCCCC{number:02}", digest=sha256(str(number).encode()).digest())(stage)
    return True


def adds_a_piece(role: str = "owner", **changes: Any) -> Attack:
    """Add to a scan of another day."""

    def attack(stage: Stage) -> bool:
        at_window(stage)
        stage.insert(role, PIECES, piece(stage, SCAN, **{"place": 2, **changes}))
        return True

    return attack


def adds_beyond(stage: Stage) -> bool:
    """A piece more than its scan has, with it in one transaction."""
    takes()(stage)
    ((made,),) = stage.run("owner", f"SELECT id FROM {TABLE} WHERE number = %s", FRESH)
    stage.insert("owner", PIECES, piece(stage, made, place=2))
    return True


def adds_while_nobody_is_served(stage: Stage) -> bool:
    """As the application: the scan was taken in, then the visit's name is let go."""
    stage.run("owner", LATE)
    at_window(stage)
    stage.insert("app", TABLE, scan(stage, by_owner=False))
    ((made,),) = stage.run("owner", f"SELECT id FROM {TABLE} WHERE number = %s", FRESH)
    stage.run("app", "SELECT set_config('cx.visit', '', true)")
    stage.insert("app", PIECES, piece(stage, made, by_owner=False))
    return True


def adds_once_more(stage: Stage) -> bool:
    """After its day came and it was erased."""
    eraser_erases(0)(stage)
    return adds_a_piece(place=1)(stage)


def seals(**changes: Any) -> Attack:
    """Write over a piece: with a box under another key, or with its place or day changed."""

    def attack(stage: Stage) -> bool:
        sets = ", ".join(f"{name} = %s" for name in changes)
        values = [value(stage) if callable(value) else value for value in changes.values()]
        stage.run("owner", f"UPDATE {PIECES} SET {sets} WHERE id = {PIECE}", *values)
        return True

    return attack


def seals_with_a_late_key(stage: Stage) -> bool:
    enter(stage)
    return seals(key_id=NEXT, content_sealed=b"\x01")(stage)


def seals_in_another_place(stage: Stage) -> bool:
    move(stage)
    return seals(key_id=NEXT, content_sealed=b"\x01", place=2)(stage)


def seals_anew(stage: Stage) -> bool:
    move(stage)
    return seals(key_id=NEXT, content_sealed=b"\x01")(stage)


def takes_with_a_late_key(stage: Stage) -> bool:
    enter(stage)
    stage.run("owner", LATE)
    at_window(stage)
    stage.insert("owner", TABLE, scan(stage))
    ((made,),) = stage.run("owner", f"SELECT id FROM {TABLE} WHERE number = %s", FRESH)
    stage.insert("owner", PIECES, piece(stage, made, key_id=NEXT))
    return True


# Opening.


def enters_a_look(stage: Stage, **changes: Any) -> None:
    changes = {name: value(stage) if callable(value) else value for name, value in changes.items()}
    told = {"fields": ["scan"], "record_ids": [], "versions": [], "case_reference": f"scan:{NUMBER} 1"}
    stage.insert("app", "ground_access_entry", entry(stage.facts, **{**told, **changes}))


def opens(
    code: str = CENTRE,
    by: str = "officer",
    *,
    first: Callable[[Stage], Any] | None = None,
    looks: bool = True,
    **changes: Any,
) -> Attack:
    """Open the furnished scan as an officer, after an entry."""

    def attack(stage: Stage) -> bool:
        if first:
            first(stage)
        speak(stage, code, by)
        if looks:
            enters_a_look(stage, **{"officer": by, **changes})
        stage.run("app", "SELECT set_config('cx.scan', %s, true)", NUMBER)
        return bool(stage.run("app", f"SELECT FROM {PIECES}"))

    return attack


def opens_by_anothers_entry(stage: Stage) -> bool:
    """A colleague entered that they look; this officer didn't."""
    speak(stage, CENTRE, "colleague")
    enters_a_look(stage, officer="colleague")
    return opens(looks=False)(stage)


def opens_own(channel: str = "person", whose: str = "wang") -> Attack:
    def attack(stage: Stage) -> bool:
        subject = getattr(stage.facts, whose)
        speak_oneself(stage, subject)
        login = account(stage, subject)
        enters_a_look(stage, officer=login, channel=channel, subject_id=subject,
                      organisation="本人" if channel == "person" else CENTRE)  # fmt: skip
        stage.run("app", "SELECT set_config('cx.scan', %s, true)", NUMBER)
        return bool(stage.run("app", f"SELECT FROM {PIECES}"))

    return attack


def another_centres(stage: Stage) -> None:
    """The scan is of another organisation: a row only the owner, past its guards, makes."""
    asleep(stage, TABLE, "scan_append_only",
           f"UPDATE {TABLE} SET organisation_id = (SELECT id FROM identity_organisation WHERE code = '{MARKET}')")  # fmt: skip


def its_day_has_come(stage: Stage) -> None:
    asleep(stage, TABLE, "scan_append_only", f"UPDATE {TABLE} SET erase_on = current_date - 2")


def leaves_the_window(stage: Stage) -> None:
    stage.run("owner", "UPDATE identity_user SET is_active = false WHERE login = 'officer'")


def sees(code: str = CENTRE, by: str = "officer", first: Callable[[Stage], Any] | None = None) -> Attack:
    def attack(stage: Stage) -> bool:
        if first:
            first(stage)
        speak(stage, code, by)
        return bool(stage.run("app", f"SELECT FROM {TABLE}"))

    return attack


# Going.


def due(stage: Stage, days: int = 0) -> None:
    day = stage.facts.today + days * DAY
    asleep(stage, PIECES, "scan_piece_stays", f"UPDATE {PIECES} SET erase_on = '{day}', content_sealed = '\\x00'")


def eraser_sees(days: int) -> Attack:
    def attack(stage: Stage) -> bool:
        due(stage, days)
        return bool(stage.run("eraser", f"SELECT id FROM {PIECES}"))

    return attack


def eraser_erases(days: int) -> Attack:
    def attack(stage: Stage) -> bool:
        due(stage, days)
        stage.run("eraser", f"DELETE FROM {PIECES}")
        return not stage.run("owner", f"SELECT FROM {PIECES}")

    return attack


def owner_erases(stage: Stage) -> bool:
    due(stage)
    stage.run("owner", f"DELETE FROM {PIECES}")
    return True
