"""Signs and words that no text of a row may hold, looked for in whole columns: first all at once, and apart only where something is."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from operator import or_

import polars as pl

# Signs that nobody sees: later controls, zero widths, marks of direction (they turn a number or a name around), the sign of a lost one.
HIDDEN = r"[\x7F-\x9F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFD\u{E0000}-\u{E007F}]"
CODE_RUN = r"\d{17}[\dXx]"
# So many rows tell whether a column repeats itself.
LOOKED_AT = 1000

Clean = frozenset[str]
"""Columns of a block in none of whose texts anything is met that is looked for."""
NOT_LOOKED_AT: Clean = frozenset()


def met_in(texts: pl.Series, test: Callable[[pl.Series], pl.Series]) -> pl.Series | None:
    """Mark the rows in whose text something is met; None where it is in none, as nearly always.

    A column that says the same again and again is looked at once for each of the things it says.
    """
    if texts.null_count() == len(texts):
        return None
    if texts.head(LOOKED_AT).n_unique() <= LOOKED_AT // 2 and not test(texts.unique()).any():
        return None
    met = test(texts)
    return met if met.any() else None


def met_in_any(columns: Sequence[pl.Series], test: Callable[[pl.Series], pl.Series]) -> pl.Series | None:
    """Mark the rows in one of whose texts something is met; None where it is in none."""
    met = [found.fill_null(value=False) for column in columns if (found := met_in(column, test)) is not None]
    return reduce(or_, met) if met else None


def clean_columns(frame: pl.DataFrame, phrases: Sequence[str]) -> Clean:
    """Give the columns of text in which there is no hidden sign, no run of digits as long as a code, and none of the phrases.

    Looking for all of it at once costs what looking for any one of them costs.
    """
    wanted = _all_of(tuple(phrases))
    texts = [column for column in frame.iter_columns() if column.dtype == pl.String]
    return frozenset(column.name for column in texts if met_in(column, lambda part: part.str.contains(wanted)) is None)


@lru_cache(maxsize=8)
def _all_of(phrases: tuple[str, ...]) -> str:
    return "|".join([HIDDEN, CODE_RUN, *map(re.escape, phrases)])
