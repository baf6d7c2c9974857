"""The catalogue of English words: every word that a page may say has one, and there is none besides."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from babel.messages.catalog import Catalog

from chengxin.portal.languages import CHINESE_SIGN
from scripts import words

PLACE = re.compile(r"%\(\w+\)[sd]|(?<!%)\{\w+\}|</?\w+")


def texts(message: str | Sequence[str] | None) -> tuple[str, ...]:
    return (message or "",) if isinstance(message, str | None) else tuple(message)


@pytest.fixture(scope="module")
def kept() -> Catalog:
    return words.kept()


def test_every_word_is_in_the_catalogue_and_none_besides(kept: Catalog) -> None:
    said = {(one.context, one.id) for one in words.found() if one.id}
    known = {(one.context, one.id) for one in kept if one.id}
    assert said - known == set(), "run `make words`, then write their English into the catalogue"
    assert known - said == set(), "run `make words`: no page says these any more"
    assert not kept.obsolete


def test_every_word_is_translated_for_good(kept: Catalog) -> None:
    assert [one.id for one in kept if one.id and not all(text.strip() for text in texts(one.string))] == []
    assert [one.id for one in kept if one.id and one.fuzzy] == []


def test_no_translation_is_chinese(kept: Catalog) -> None:
    assert [one.id for one in kept if one.id and CHINESE_SIGN.search("".join(texts(one.string)))] == []


def test_every_translation_has_the_places_and_marks_of_its_word(kept: Catalog) -> None:
    """A place that is missing would leave out a day or a name; one too many would be an error on the page."""
    wrong = [
        one.id
        for one in kept
        if one.id
        for text in texts(one.string)
        if Counter(PLACE.findall(text)) != Counter(PLACE.findall(texts(one.id)[0]))
    ]
    assert wrong == []


def test_what_is_read_at_run_time_was_made_of_these_words() -> None:
    assert words.MO.read_bytes() == words.compiled(), "run `make ready`"
