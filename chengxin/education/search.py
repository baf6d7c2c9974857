"""Searching what the public may read: pages, items of the catalogue, units that hand in, laws. It finds no person: none is in any of it.

Chinese is cut into pairs of neighbouring signs, not into words by a dictionary: legal terms and names of bodies, which no dictionary has,
are found whole or in part, and what is searched is small enough for one pass. (The well-known dictionary library has had no release in
years; it splits 失信被执行人 in the middle.)
"""

import re
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent / "sql" / "search.sql")
LISTED, AROUND, LONGEST = 20, 40, 60
_RUN = re.compile(r"[㐀-鿿𠀀-𯿿]+|[0-9a-z]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; ``hit`` where it was looked for."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: ``key`` is a page's address, an item's code, a unit's region or a law's link."""

    kind: str
    key: str
    title: list[Part]
    excerpt: list[Part]


@dataclass(frozen=True, slots=True)
class Found:
    hits: list[Hit]
    more: bool


def terms_of(query: str) -> list[str]:
    """Give what a text must hold to be found: each word, and of Chinese each pair of neighbours; a sign that stands alone as it is."""
    terms: dict[str, None] = {}
    for run in _RUN.findall(query.lower()[:LONGEST]):
        pairs = [run] if run.isascii() or len(run) < 2 else [run[place : place + 2] for place in range(len(run) - 1)]  # noqa: PLR2004
        terms.update(dict.fromkeys(pairs))
    return list(terms)


def search(query: str) -> Found:
    """Find what holds everything that is asked for, what says it in its title first. One statement; nothing for a query without words."""
    terms = terms_of(query)
    if not terms:
        return Found([], more=False)
    with connection.cursor() as cursor:
        cursor.execute(SQL["search"], {"terms": terms, "limit": LISTED + 1})
        rows = cursor.fetchall()
    hits = [
        Hit(kind, key, marked(title, terms), marked(excerpt(text, terms), terms))
        for kind, key, title, text in rows[:LISTED]
    ]
    return Found(hits, more=len(rows) > LISTED)


def excerpt(text: str, terms: list[str]) -> str:
    """Give the surroundings of the first place where a text says what was looked for."""
    text = " ".join(text.split())
    places = [found for found in (text.lower().find(term) for term in terms) if found >= 0]
    start = max(min(places, default=0) - AROUND, 0)
    end = start + 3 * AROUND
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def marked(text: str, terms: list[str]) -> list[Part]:
    """Cut a text where it says what was looked for; pairs that overlap make one piece."""
    low = text.lower()
    inside = [False] * len(text)
    for term in terms:
        place = low.find(term)
        while place >= 0:
            inside[place : place + len(term)] = [True] * len(term)
            place = low.find(term, place + 1)
    parts: list[Part] = []
    for sign, hit in zip(text, inside, strict=True):
        if parts and parts[-1].hit is hit:
            parts[-1] = Part(parts[-1].text + sign, hit)
        else:
            parts.append(Part(sign, hit))
    return parts
