"""Names: namesakes as common as in life, compound surnames, middle dots, rare characters."""

from collections.abc import Sequence

import polars as pl

from chengxin.demo.draws import Draws, falling
from chengxin.demo.tables import table

ERAS = {"before_1970": 1970, "before_2000": 2000, "since_2000": 9999}  # first year that no longer belongs to it
KIND_WEIGHTS = {"plain": 950.0, "compound": 15.0, "minority": 20.0, "rare": 15.0}
FREE_PERCENT = 30  # given names put together from two characters instead of taken from the list


def _by_frequency(draws: Draws, stream: str, options: Sequence[str]) -> pl.Series:
    return draws.pick(stream, options, falling(len(options))).alias(stream)


def _given(draws: Draws, woman: pl.Series, year: pl.Series) -> pl.Series:
    """Return given names that fit sex and year of birth."""
    lists = table("names")
    frame = pl.DataFrame([woman.alias("woman"), year.alias("year"), draws.below("free", 100)])
    frame = frame.with_columns(
        draws.pick("first", lists["spread"]["first"]) + draws.pick("second", lists["spread"]["second"]),
    ).rename({"first": "composed"})
    choices = [pl.when(pl.col("free") < FREE_PERCENT).then(pl.col("composed"))]
    for sex in ("man", "woman"):
        for era, end in ERAS.items():
            column = f"{sex} {era}"
            frame = frame.with_columns(_by_frequency(draws, column, lists[sex][era]))
            fits = (pl.col("woman") == (sex == "woman")) & (pl.col("year") < end)
            choices.append(pl.when(fits).then(pl.col(column)))
    return frame.select(pl.coalesce(choices).alias("given"))["given"]


def names(draws: Draws, woman: pl.Series, year: pl.Series) -> pl.Series:
    """Return a name for each person, two to four characters or longer with a middle dot."""
    lists = table("names")
    given = _given(draws, woman, year)
    surname = _by_frequency(draws, "surname", lists["surnames"])
    minority = draws.pick("dot-1", lists["minority"]["first"]) + "·" + draws.pick("dot-2", lists["minority"]["second"])
    kinds = draws.pick("kind", list(KIND_WEIGHTS), list(KIND_WEIGHTS.values()))
    by_kind = {
        "plain": surname + given,
        "compound": _by_frequency(draws, "compound", lists["compound"]) + given,
        "minority": minority,
        "rare": draws.pick("rare", lists["rare"]["full"]),
    }
    frame = pl.DataFrame({"kind": kinds, **by_kind})
    chosen = pl.coalesce(pl.when(pl.col("kind") == kind).then(pl.col(kind)) for kind in by_kind)
    return frame.select(chosen.alias("name"))["name"]
