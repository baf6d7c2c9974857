"""What one file says twice: the same rows, contradicting ones, corrections that name one record for two.

None of it may depend on the order of the rows or on where a block ends. Inside a block it is seen at once. What only a later
block shows makes the attempt void: it is undone and begun again with what is known by then, which a second time is all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from chengxin.records.intake.fields import collect
from chengxin.records.intake.reading import ROW

Key = tuple[int, int]
"""Subject and record."""
KEY = ("subject_id", "record_id")
KEYS = dict.fromkeys(KEY, pl.Int64)
NAMESAKES = "document-of-namesakes"


class Correction(NamedTuple):
    """A row that names an earlier record by its number: that one (None where the number is none of ours), and its own key.

    ``contested`` when another row names the same record for another key.
    """

    named: Key | None
    own: Key
    contested: bool


class BeginAgain(Exception):  # no error: the attempt learnt something
    """A later block contradicted an earlier one."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is known of a file's contradictions, kept from attempt to attempt; ``namesakes`` share document and name."""

    contradicted: set[Key]
    contested: set[Key]
    namesakes: set[Key]


class Sieve:
    """Passes each block of one attempt: doubles fall out, contradicting rows wait, corrections are noted."""

    def __init__(self, doubts: Doubts, excused: Callable[[pl.DataFrame, str], set[int]] | None = None) -> None:
        """``excused`` tells which rows their provider has waived the question of namesakes for; without it, it isn't asked."""
        self._doubts = doubts
        self._excused = excused
        self._through: set[Key] = set()
        self._known = (len(doubts.contradicted), len(doubts.contested))
        self._sent: list[pl.DataFrame] = []
        self._named: list[pl.DataFrame] = []
        self._claims: dict[Key, Key] = {}
        self.doubles = 0

    def sift(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Give the rows to be sent and the findings. ``rows`` holds ``body`` and the keys."""
        several = self._several(rows)
        masks = [("conflict-in-file", "", self._contradicted(rows))]
        if self._excused is not None and "person_name" in rows.columns:
            masks.append((NAMESAKES, "", self._shares_document(rows)))
        findings = collect(rows[ROW], masks)
        if findings.height:
            rows = rows.join(findings, on=ROW, how="anti")
        whole = rows.height
        if several.height:
            rows = rows.join(several.filter(pl.col(ROW) > pl.col(ROW).min().over(KEY)), on=ROW, how="anti")
        self.doubles += whole - rows.height
        self._sent.append(rows.select(*KEY, said=pl.col("body").hash()))
        return rows, findings

    def _several(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the rows whose key the block holds more than once; note the keys of which it says two things."""
        if rows["record_id"].n_unique() == rows.height:
            return rows.select(ROW, *KEY).clear()
        several = rows.lazy().filter(pl.len().over(KEY) > 1).select(ROW, *KEY, "body").collect()
        contradicted = several.filter(pl.col("body").n_unique().over(KEY) > 1)
        self._doubts.contradicted.update(contradicted.select(KEY).iter_rows())
        return several

    def _contradicted(self, rows: pl.DataFrame) -> pl.Series:
        known = pl.DataFrame(list(self._doubts.contradicted), schema=KEYS, orient="row")
        if not known.height:
            return pl.Series([False] * rows.height, dtype=pl.Boolean)
        met = rows.select(ROW, *KEY).join(known, on=KEY, how="semi")
        return rows[ROW].is_in(met[ROW].to_list())

    def _shares_document(self, rows: pl.DataFrame) -> pl.Series:
        """Mark the rows whose document names another person by the same name, as far as is known by now."""
        named = rows.select(*KEY, name=pl.col("person_name").hash())
        self._named.append(named)
        if rows["record_id"].n_unique() < rows.height:
            self._doubts.namesakes.update(_namesakes(named))
        if not self._doubts.namesakes:
            return pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
        known = pl.DataFrame(list(self._doubts.namesakes), schema=KEYS, orient="row")
        met = rows.join(known, on=KEY, how="semi")
        excused = self._excused(met, NAMESAKES) if self._excused and met.height else set()
        self._through.update(met.filter(pl.col(ROW).is_in(list(excused))).select(KEY).iter_rows())
        return rows[ROW].is_in([row for row in met[ROW] if row not in excused])

    def claim(self, named: Key | None, own: Key) -> Correction:
        """Take down that a row names a record for its own key."""
        if named is not None and self._claims.setdefault(named, own) != own:
            self._doubts.contested.add(named)
        return Correction(named, own, named in self._doubts.contested)

    def names(self) -> pl.DataFrame | None:
        """Give the key of every row of the attempt with the hash of its name; None where the question of namesakes isn't asked."""
        return pl.concat(self._named) if self._named else None

    def close(self, contradicted: set[Key], known: list[pl.DataFrame]) -> None:
        """Close the attempt with what the ledger met besides, and the keys of rows taken as known.

        Raises BeginAgain when an earlier block has taken what may not be taken, or a known row isn't all that the file says of its record.
        """
        self._doubts.contradicted.update(contradicted)
        if len(self._sent) > 1:
            self._doubts.contradicted.update(_said_otherwise(_of_several(self._sent)))
        if len(self._named) > 1:
            self._doubts.namesakes.update(_namesakes(_of_several(self._named)))
        if self._has_sent(self._doubts.namesakes - self._through) or self._has_met(known):
            raise BeginAgain
        if contradicted or len(self._doubts.contested) > self._known[1] or self._has_sent_contradicted():
            raise BeginAgain

    def _has_met(self, hits: list[pl.DataFrame]) -> bool:
        """Tell whether a row that went the whole way is of a document, of whomever, of which another row was known."""
        if not hits:
            return False
        contradicted = pl.DataFrame(list(self._doubts.contradicted), schema=KEYS, orient="row")
        known = pl.concat(hits).select("record_id")
        return any(part.join(known, on="record_id", how="semi").height for part in (*self._sent, contradicted))

    def _has_sent_contradicted(self) -> bool:
        if len(self._doubts.contradicted) == self._known[0]:
            return False
        return self._has_sent(self._doubts.contradicted)

    def _has_sent(self, keys: set[Key]) -> bool:
        if not keys:
            return False
        known = pl.DataFrame(list(keys), schema=KEYS, orient="row")
        return any(part.join(known, on=KEY, how="semi").height for part in self._sent)


def _of_several(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Give the rows whose record number occurs more than once: of ten million rows, few, so the rest is never laid together."""
    numbers = pl.concat([part["record_id"] for part in parts]).sort()
    twice = numbers.filter(numbers == numbers.shift(1)).unique()
    return pl.concat([part.join(twice.to_frame(), on="record_id", how="semi") for part in parts])


def _namesakes(named: pl.DataFrame) -> Iterator[Key]:
    """Give the keys of rows that share record number and name with a row of another person."""
    several = named.lazy().filter(pl.len().over("record_id") > 1)
    shared = several.filter(pl.col("subject_id").n_unique().over("record_id", "name") > 1)
    return iter(shared.select(KEY).unique().collect().iter_rows())


def _said_otherwise(sent: pl.DataFrame) -> set[Key]:
    """Give the keys of which blocks say different things. The ledger tells it only of what this batch wrote, not of what stood before."""
    several = sent.lazy().filter(pl.len().over(KEY) > 1)
    return set(several.filter(pl.col("said").n_unique().over(KEY) > 1).select(KEY).collect().iter_rows())


def settle(
    corrections: Mapping[int, Correction], held: Mapping[int, str], live: set[Key]
) -> tuple[dict[int, str], dict[int, Key]]:
    """Decide which rows may not correct what they name, with the rule, and which records give way, by row number.

    ``held`` tells what the ledger says of a row's own key, ``live`` which of the named records stand and are the sender's.
    """
    refused: dict[int, str] = {}
    replaced: dict[int, Key] = {}
    for row, (named, own, contested) in corrections.items():
        fate = held.get(row)
        if named is None or contested or named not in live:
            if named is None or fate not in {"unchanged", "double"}:
                refused[row] = "record-number-unknown"
        elif named != own and fate not in {"closed", "double"}:
            replaced[row] = named
    return refused, replaced
