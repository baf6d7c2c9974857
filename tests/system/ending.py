"""Attacks on what goes when its time is over: erased before its day, by another hand, or past the eraser's own functions."""

from typing import Any

from tests.system import cataloguing as c
from tests.system import linking as k
from tests.system import pushing as p
from tests.system import signing_leave as s
from tests.system.attacks import Attack
from tests.system.keys import present
from tests.system.leaving import DAY, EVENT, GRANTED, LEAVE, TAKEN_BACK, USE
from tests.system.scanning import PIECES
from tests.system.stage import Stage

LONG, SCAN = 3000, 9932
TABLES = (s.PAPER, k.LINK, k.VIEW, k.TRY, k.END, p.PUSHED, p.ANSWER, p.EXCHANGE)
# What each table's rows go by: its key, and the row that an attack reaches for.
ROWS: dict[str, tuple[str, int]] = {
    s.PAPER: ("id", s.WAITING_PAPER), k.LINK: ("id", k.NOTHING), k.VIEW: ("link_id", k.OPEN), k.TRY: ("link_id", k.CODED),
    k.END: ("link_id", k.CODED), p.PUSHED: ("id", p.OPEN), p.ANSWER: ("pushed_id", p.GIVEN), p.EXCHANGE: ("answer_id", p.USED),
}  # fmt: skip
FUNCTIONS = {s.PAPER: "sharing_erase_leave_papers", k.LINK: "sharing_erase_links", p.PUSHED: "sharing_erase_pushed"}


def put(stage: Stage, table: str, query: str, *values: Any) -> None:
    """Bring something about past the triggers."""
    c.unlock(stage, table)
    stage.run("owner", query, *values)
    c.lock(stage, table)


def long_ago(stage: Stage, days: int = LONG) -> None:
    """Let all of it have been over for so many days."""
    back = f"- interval '{days} days'"
    put(
        stage,
        LEAVE,
        f"UPDATE {LEAVE} SET valid_until = valid_until - {days}, lapses_on = lapses_on - {days}, erase_by = NULL",
    )
    put(stage, EVENT, f"UPDATE {EVENT} SET valid_until = valid_until - {days}, at = at {back}")
    put(stage, k.LINK, f"UPDATE {k.LINK} SET valid_until = valid_until - {days}")
    put(stage, p.PUSHED, f"UPDATE {p.PUSHED} SET expires_at = expires_at {back}")


def reached_for(stage: Stage, table: str) -> None:
    """See to it that the row is there that an attack reaches for."""
    if table == k.END:
        stage.insert("owner", k.END, {"link_id": k.CODED, "at": stage.facts.at})


def deletes(table: str, *, role: str = "owner", over: bool = True) -> Attack:
    """Delete one row by hand; the eraser with a grant too many."""

    def attack(stage: Stage) -> bool:
        reached_for(stage, table)
        if over:
            long_ago(stage)
        if role != "owner":
            stage.run("owner", f"GRANT SELECT, DELETE ON {table} TO chengxin_{role}")
            stage.run("owner", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        key, row = ROWS[table]
        stage.run(role, f"DELETE FROM {table} WHERE {key} = {row}")
        return not stage.run("owner", f"SELECT FROM {table} WHERE {key} = {row}")

    return attack


def erases(table: str, first: Any = None, *, unguarded: bool = False) -> Attack:
    """Let the eraser erase by its function, after something was otherwise; ``unguarded``: with the tables' own guards asleep."""

    def attack(stage: Stage) -> bool:
        if first:
            first(stage)
        if unguarded:
            c.unlock(stage, *TABLES)
        stage.run("eraser", f"SELECT {FUNCTIONS[table]}()")
        key, row = ROWS[table]
        return not stage.run("owner", f"SELECT FROM {table} WHERE {key} = {row}")

    return attack


def linked_for_days(days: int) -> Any:
    """Let a link have opened nothing for so many days."""
    return lambda stage: k.change(stage, k.NOTHING, valid_until=-days)


def pushed_for_days(days: int) -> Any:
    def first(stage: Stage) -> None:
        put(stage, p.PUSHED, f"UPDATE {p.PUSHED} SET expires_at = now() - interval '{days} days'")

    return first


def paper_of(leave: int, **event: int) -> Any:
    """Let the paper be about another authorisation, whose events were so many days ago and leave until so many days ago."""

    def first(stage: Stage) -> None:
        put(stage, s.PAPER, f"UPDATE {s.PAPER} SET authorisation_id = %s", leave)
        day = stage.facts.today - event.get("until", 0) * DAY
        put(stage, EVENT, f"UPDATE {EVENT} SET valid_until = %s WHERE authorisation_id = %s", day, leave)

    return first


def used_long_ago_and_once_from_today(stage: Stage) -> None:
    paper_of(GRANTED, until=-30)(stage)
    put(stage, EVENT, f"UPDATE {EVENT} SET once = true, at = now() WHERE authorisation_id = %s", GRANTED)
    c.unlock(stage, USE)
    stage.insert("owner", USE, {"entry_id": "9" * 32, "authorisation_id": GRANTED, "at": stage.facts.at - LONG * DAY})
    c.lock(stage, USE)


def five_years_ago_about(stage: Stage) -> None:
    """Let an authorisation be over for five years all but a day or two."""
    paper_of(TAKEN_BACK)(stage)
    put(
        stage,
        EVENT,
        f"UPDATE {EVENT} SET at = now() - interval '5 years' + interval '2 days' WHERE authorisation_id = %s",
        TAKEN_BACK,
    )


def scan_of_a_paper(stage: Stage) -> None:
    """Let a scan's own day have come, which still proves an authorisation."""
    c.unlock(stage, PIECES)
    row = {
        "scan_id": SCAN,
        "place": 1,
        "content_sealed": b"\x00",
        "key_id": present(stage),
        "erase_on": stage.facts.today,
    }
    stage.run("owner", f"DELETE FROM {PIECES}")
    stage.insert("owner", PIECES, row)
    c.lock(stage, PIECES)


def eraser_takes_a_proof(*, over: bool = False, sees: bool = False) -> Attack:
    def attack(stage: Stage) -> bool:
        scan_of_a_paper(stage)
        if over:
            long_ago(stage)
        if sees:
            return bool(stage.run("eraser", f"SELECT id FROM {PIECES}"))
        stage.run("eraser", f"DELETE FROM {PIECES}")
        return not stage.run("owner", f"SELECT FROM {PIECES}")

    return attack


def goes_unnoted(stage: Stage) -> bool:
    """Erase without a word in the log of acts."""
    erases(p.PUSHED, long_ago)(stage)
    return not stage.run("owner", "SELECT FROM ground_action WHERE act = 'erase.pushed' AND note = '3' AND actor = ''")
