"""Drafts put up for everybody's comments, as the public may know them: read from the public views; a comment goes in by one function."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from chengxin.catalogue.archive import items_of, names_in
from chengxin.catalogue.comparing import ItemDifference, compare
from chengxin.catalogue.errors import CommentRefused, DraftUnknown
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent / "sql" / "consulted.sql")


@dataclass(frozen=True, slots=True)
class Consultation:
    """The last consultation about a draft. What a draft holds isn't told once it was ``returned``; ``edition`` is what came of it."""

    number: int
    title: str
    organisation: str
    until: date
    is_open: bool
    returned: bool
    edition: str | None


@dataclass(frozen=True, slots=True)
class AnsweredComment:
    place: int
    text: str
    name: str
    answer: str


def _ask(name: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def consultations() -> list[Consultation]:
    """Give the consultations there were, the latest first."""
    return [Consultation(*row) for row in _ask("consultations")]


def find_consultation(number: int) -> Consultation:
    """Give the last consultation about a draft. Raises DraftUnknown, also where there was none."""
    found = _ask("consultation", number)
    if not found:
        raise DraftUnknown
    return Consultation(*found[0])


def changes_of(consultation: Consultation) -> list[ItemDifference]:
    """Tell what a draft would change of the edition in force, or did where it was published."""
    base = _ask("base_before", consultation.edition)
    items = items_of(base[0][0]) if base else {}
    touched = [(code, change, json.loads(text)) for code, change, text in _ask("draft_items", consultation.number)]
    before = {code: items[code] for code, _, _ in touched if code in items}
    after = {code: definition for code, change, definition in touched if change == "set"}
    return compare(before, after, names_in([*before.values(), *after.values()], *(code for (code,) in base)))


def answered_comments(consultation: Consultation) -> list[AnsweredComment]:
    """Give the answered comments on a draft, the oldest first."""
    return [AnsweredComment(*row) for row in _ask("comments", consultation.number)]


def comment_on(number: int, text: str, name: str) -> None:
    """Take in what somebody says of a draft that is open to comments. Raises CommentRefused."""
    ((outcome,),) = _ask("comment", number, text.strip(), name.strip())
    if outcome == "closed":
        raise CommentRefused("这份草案现在不征求意见。", "This draft isn't open to comments now.")
    if outcome == "full":
        raise CommentRefused("现在提交意见的人很多，请过一小时再试。", "Many comment just now; try again in an hour.")
