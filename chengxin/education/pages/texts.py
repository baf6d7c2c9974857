"""Reading every word of a page or picture, and refusing what leads to a person."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from chengxin.education.rules import Mark, marks_in
from chengxin.lib.periods import shanghai_date
from chengxin.lib.regions import standard_areas


def texts_in(value: Any) -> Iterator[str]:
    """Give every text in a body, whatever block it stands in; addresses of links are among them."""
    match value:
        case str():
            yield value
        case dict():
            for name, part in value.items():
                if name not in {"id", "type"}:
                    yield from texts_in(part)
        case list() | tuple():
            for part in value:
                yield from texts_in(part)


def refuse_marks(texts: Iterable[str], refused: tuple[Mark, ...] = tuple(Mark)) -> None:
    """Refuse texts that lead to a person. Raises ValidationError that says what was found, and never quotes it."""
    on, areas = shanghai_date(timezone.now()), standard_areas(test_area=settings.TEST_AREA)
    found = {mark for text in texts for mark in marks_in(text, on=on, areas=areas)} & set(refused)
    if found:
        words = "、".join(mark.value for mark in Mark if mark in found)
        raise ValidationError(
            f"这里写了{words}，公开的网页不能有，请删去再保存。 / Take personal numbers out of this page: everybody reads it.",
            code="personal",
        )
