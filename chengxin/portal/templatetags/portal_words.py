"""Filters of the pages: words for codes, figures with separators."""

from typing import Any

from django.forms import BoundField
from django.template import Library

from chengxin.portal.words import TABLES

register = Library()


@register.filter
def word(code: Any, table: str) -> str:
    """Give the word for a code, the code itself where the table has none."""
    return TABLES[table].get(str(code), str(code))


@register.filter
def figure(number: int) -> str:
    return f"{number:,}"


@register.filter
def mebibytes(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MB" if size >= 1 << 20 else f"{max(size / 1024, 0.1):,.1f} KB"


@register.filter
def is_choice(field: BoundField) -> bool:
    """Tell whether a field is a group of choices, which a fieldset names instead of a label."""
    return field.use_fieldset
