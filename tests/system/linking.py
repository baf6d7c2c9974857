"""Attacks on share links: made for others or too wide, looked through without their words, beyond their items, days or times."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from tests.system import cataloguing as c
from tests.system.leaving import dies as dies  # noqa: PLC0414  # named beside the other attacks
from tests.system.oneself import speak_oneself
from tests.system.stage import SHOWN, Stage, entry

DAY = timedelta(days=1)
LINK, VIEW, TRY, END = (f"sharing_link{part}" for part in ("", "_view", "_try", "_end"))
OPEN, CODED, NOTHING = 9601, 9602, 9603
ITEM, OTHER_ITEM = "CF-ZRR", "ZG-ZY"
CODE, LAST = "246810", 9_999_999
BASIS = "GRXXBHF-45"


def words_of(link: int) -> str:
    return f"words-of-{link}"


def number_of(link: int) -> str:
    return f"FX20260101AAAAAA{link}"


def furnish(stage: Stage) -> None:
    """Let Wang share penalties by a link, by one with an access code, and by one that says that there are none."""
    c.unlock(stage, LINK, VIEW, TRY, END)
    for link, changes in (
        (OPEN, {}),
        (CODED, {"code_digest": digest(f"{words_of(CODED)}/{CODE}")}),
        (NOTHING, {"kind": "nothing"}),
    ):
        stage.insert(
            "owner", LINK, made(stage, id=link, number=number_of(link), digest=digest(words_of(link)), **changes)
        )
    stage.insert("owner", VIEW, {"entry_id": uuid4(), "link_id": OPEN, "at": stage.facts.at})
    stage.insert("owner", TRY, {"link_id": CODED, "at": stage.facts.at})
    c.lock(stage, LINK, VIEW, TRY, END)


def digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def made(stage: Stage, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "number": "FX1", "subject_id": stage.facts.wang, "digest": bytes(32), "code_digest": None, "kind": "records", "items": [ITEM],
        "most_views": 3, "valid_until": stage.facts.today + 7 * DAY, "note": "", "made_at": stage.facts.at,
    }  # fmt: skip
    return {**row, **changes}


def makes(*, whose: str = "wang", before: int = 0, **changes: Any) -> Any:
    """Make a link as the application, speaking for a person; sound unless changed. ``before``: so many stand already."""

    def attack(stage: Stage) -> bool:
        if before:
            c.unlock(stage, LINK)
            for place in range(before):
                stage.insert("owner", LINK, made(stage, number=f"FX-{place}", digest=bytes([place + 1] * 32)))
            c.lock(stage, LINK)
        speak_oneself(stage, getattr(stage.facts, whose))
        told = {**changes}
        if "days" in told:
            told["valid_until"] = stage.facts.today + told.pop("days") * DAY
        row = made(stage, **told)
        columns = ("number", "digest", "code_digest", "kind", "items", "most_views", "valid_until", "note")
        stage.run(
            "app", "SELECT FROM sharing_make_link(%s, %s, %s, %s, %s, %s, %s, %s)", *(row[name] for name in columns)
        )
        return True

    return attack


def makes_for_another(stage: Stage) -> bool:
    """Make a link to somebody else's records past the function that names oneself."""
    speak_oneself(stage, stage.facts.young)
    stage.insert("owner", LINK, made(stage))
    return True


def past(**changes: Any) -> Any:
    def attack(stage: Stage) -> bool:
        c.unlock(stage, LINK)
        stage.insert("owner", LINK, made(stage, **changes))
        return True

    return attack


def change(stage: Stage, link: int, **values: Any) -> None:
    c.unlock(stage, LINK)
    for name, value in values.items():
        told = stage.facts.today + value * DAY if name == "valid_until" else value
        told = getattr(stage.facts, told) if name == "subject_id" else told
        stage.run("owner", f"UPDATE {LINK} SET {name} = %s WHERE id = %s", told, link)
    c.lock(stage, LINK)


def with_link(link: int = OPEN, **values: Any) -> Any:
    return lambda stage: change(stage, link, **values)


def ended(stage: Stage) -> None:
    stage.insert("owner", END, {"link_id": OPEN, "at": stage.facts.at})


def tried_often(stage: Stage) -> None:
    for _ in range(5):
        stage.insert("owner", TRY, {"link_id": OPEN, "at": stage.facts.at})


def said(stage: Stage, words: str) -> None:
    stage.run("app", "SELECT set_config('cx.share', %s, true)", words)


def purpose_id(stage: Stage) -> int:
    ((number,),) = stage.run("owner", "SELECT id FROM catalogue_purpose WHERE code = 'BR-CX'")
    return int(number)


def sees(words: str = f"{words_of(OPEN)}/", *, otherwise: Any = None) -> Any:
    """See a penalty of Wang's through a link, after something was otherwise."""

    def attack(stage: Stage) -> bool:
        if otherwise:
            otherwise(stage)
        said(stage, words)
        return stage.sees(SHOWN, purpose=purpose_id(stage))

    return attack


def sees_values(link: int) -> Any:
    def attack(stage: Stage) -> bool:
        said(stage, f"{words_of(link)}/")
        query = "SELECT FROM records_payload WHERE record_id = %s"
        return bool(stage.look(query, SHOWN, purpose=purpose_id(stage)))

    return attack


def looks(
    words: str = f"{words_of(OPEN)}/", *, link: int = OPEN, otherwise: Any = None, times: int = 1, **changes: Any
) -> Any:
    """Enter a look through a link; sound unless changed."""

    def attack(stage: Stage) -> bool:
        if otherwise:
            otherwise(stage)
        said(stage, words)
        told = {name: getattr(stage.facts, value) if name == "subject_id" else value for name, value in changes.items()}
        row = {"organisation": "持链接的人", "officer": "link", "purpose": "BR-CX", "basis": BASIS, "case_reference": number_of(link),
               "channel": "share", "fields": [f"{ITEM}.CF_WSH", "name"]}  # fmt: skip
        for _ in range(times):
            stage.insert("app", "ground_access_entry", entry(stage.facts, **{**row, **told, "entry_id": uuid4()}))
        return True

    return attack


def looks_uncounted(stage: Stage) -> bool:
    """Look without a look being counted."""
    looks()(stage)
    return stage.run("owner", f"SELECT count(*) FROM {VIEW} WHERE link_id = {OPEN}") == [(1,)]


def counts_a_look(*, otherwise: Any = None, times: int = 1) -> Any:
    """Write a look as the owner, past the register."""

    def attack(stage: Stage) -> bool:
        if otherwise:
            otherwise(stage)
        for _ in range(times):
            stage.insert("owner", VIEW, {"entry_id": uuid4(), "link_id": OPEN, "at": stage.facts.at})
        return True

    return attack


def opens(link: int = OPEN, code: str = "", *, times: int = 1) -> Any:
    """Ask to look, so many times; and find that it stands."""

    def attack(stage: Stage) -> bool:
        state = ""
        for _ in range(times):
            ((state,),) = stage.run("app", "SELECT sharing_open_link(%s, %s)", words_of(link), code)
        return state == "stands"

    return attack


def guesses_uncounted(stage: Stage) -> bool:
    opens(CODED, "000000")(stage)
    return stage.run("owner", f"SELECT count(*) FROM {TRY} WHERE link_id = {CODED}") == [(1,)]


def finds(query: str) -> Any:
    def attack(stage: Stage) -> bool:
        looks()(stage)
        speak_oneself(stage, stage.facts.young)
        return bool(stage.run("app", query))

    return attack


def ends(whose: str = "wang") -> Any:
    def attack(stage: Stage) -> bool:
        speak_oneself(stage, getattr(stage.facts, whose))
        ((done,),) = stage.run("app", "SELECT sharing_end_link(%s)", number_of(OPEN))
        return bool(done)

    return attack


def rewrites(table: str, column: str) -> Any:
    """Change a table as the owner, who holds every grant; others lean on it, so that it isn't emptied."""
    return lambda stage: not stage.run("owner", f"UPDATE {table} SET {column} = {column}")
