"""The words that pages say in English: ``python -m scripts.words`` takes up what pages say anew, ``compile`` makes what Django reads.

What is to be said in English is found in three places: templates that load ``i18n``, Python under ``chengxin/portal``, and the tables of
words (``portal/words.py``) that either of them names.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PORTAL = ROOT / "chengxin" / "portal"
PO = ROOT / "chengxin" / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "gettext": None, "gettext_noop": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "# The words that pages say in English, by what they say in Chinese. How to add one: docs/faces.md."
# What a head says otherwise: who wrote it when. History tells that.
BUT_NOT = tuple(
    f'"{name}: '.encode()
    for name in (
        "Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team",
        "Generated-By",
    )
)  # fmt: skip
TABLE_IN_TEMPLATE = re.compile(r'\|words?:"(\w+)"')
TABLE_IN_PYTHON = re.compile(r'\bword\([^()]+, "(\w+)"\)')


@dataclass(frozen=True, slots=True)
class Said:
    """Something that pages say: a text, or one for each number; ``context`` where one Chinese word has two English ones."""

    text: str | tuple[str, ...]
    place: str
    context: str | None = None


def main() -> None:
    """Write the catalogue anew, with a place for each new word; with ``compile``, what Django reads instead."""
    if sys.argv[1:] == ["compile"]:
        MO.write_bytes(compiled())
        return
    catalogue = kept()
    catalogue.update(found(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    out = BytesIO()
    write_po(out, catalogue, width=140, include_lineno=False, sort_by_file=True)
    PO.write_bytes(b"".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(BUT_NOT)))
    for message in catalogue:
        if message.id and not all(_texts(message.string)):
            sys.stdout.write(f"没有英文 / not in English yet: {message.id}\n")


def _texts(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return ("",) if text is None else (text,) if isinstance(text, str) else tuple(text)


def kept() -> Catalog:
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="en")
    catalogue.header_comment = HEADER
    catalogue.creation_date = catalogue.revision_date = BEGINNING  # else each run would make another file
    return catalogue


def compiled() -> bytes:
    out = BytesIO()
    write_mo(out, kept())
    return out.getvalue()


def found() -> Catalog:
    """Give every word that a page may say, with where it says it."""
    told = Catalog(locale="en")
    for one in _said():
        told.add(one.text, locations=[(one.place, 0)], context=one.context)
    return told


def _said() -> Iterator[Said]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    django.setup()
    from django.utils.translation.template import templatize

    tables: set[str] = set()
    for path in sorted(PORTAL.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if "{% load i18n" in text:
            tables |= set(TABLE_IN_TEMPLATE.findall(text))
            # What is left between the calls is indented at random, which isn't Python.
            calls = "\n".join(line.lstrip() for line in templatize(text).splitlines())
            yield from _called(calls, path)
    for path in sorted(PORTAL.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield from _called(text, path)
        if path.name != "words.py":
            tables |= set(TABLE_IN_PYTHON.findall(text))
    yield from _tabled(tables)


def _called(text: str, path: Path) -> Iterator[Said]:
    for _line, message, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
        yield Said(message, str(path.relative_to(ROOT)), context)


def _tabled(names: set[str]) -> Iterator[Said]:
    from chengxin.portal.words import TABLES

    for name in sorted(names):
        for word in TABLES[name].values():
            if word:
                yield Said(word, f"portal.words.{name}")


if __name__ == "__main__":
    main()
