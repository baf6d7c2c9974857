"""Finds whom the codes of a block belong to: by keyed hash, once for each code and name of the whole file."""

import secrets
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
from django.db import connection

from chengxin.catalogue.terms import ItemDefinition
from chengxin.identity.rules import normal_name
from chengxin.lib.crypto import Vault
from chengxin.lib.periods import turns
from chengxin.records import rules
from chengxin.records.intake.fields import by_distinct, collect
from chengxin.records.intake.reading import ROW
from chengxin.records.rules import Stretch

KEY = ("person_type", "code_canonical", "person_name")
COMMON_SIGNS = r"^[\u4E00-\u9FFF]+$"
KNOWN = {
    **dict.fromkeys(KEY, pl.String),
    "subject_id": pl.Int64,
    "name_fits": pl.Boolean,
    "adult_on": pl.Date,
    "judged": pl.Boolean,
    "dead": pl.Boolean,
    "closed": pl.Boolean,
}


@lru_cache(1 << 16)
def _adult_day(born: date) -> date:
    """Keep what was said of a birthday: many persons have the same."""
    return turns(born, rules.ADULT_YEARS)


def normal_names(names: pl.Series) -> pl.Series:
    """Bring names to the form that is compared, as ``normal_name`` does. One of common Chinese signs alone is in it already."""
    odd = names.set(names.str.contains(COMMON_SIGNS), None)
    return by_distinct(odd, normal_name, pl.String).fill_null(names) if odd.null_count() < len(odd) else names


class Met:
    """The persons of a file met so far, found again by what their codes and names hash to.

    A block costs what it holds, however many persons came before: joined with all of them, each block of ten million rows took twice as
    long as the one half-way. That two persons hash alike is seen, since the keys are compared, and mended by another seed.
    """

    def __init__(self) -> None:
        self._persons = pl.DataFrame(schema=KNOWN)
        self._seed = secrets.randbits(64)
        self._index = self._indexed(self._persons, 0)

    def find(self, keys: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """Give for each key, in their order, a person, and whether it is theirs: if not, they weren't met yet."""
        persons = self._candidates(keys)
        met = pl.select(pl.all_horizontal(persons[name].eq_missing(keys[name]) for name in KEY)).to_series()
        return persons, met

    def add(self, persons: pl.DataFrame) -> None:
        """Take up persons under ``KNOWN`` who weren't met yet."""
        first = self._persons.height
        # In one piece: gathering from eight takes ten times as long, and laying them together a third of that.
        self._persons = pl.concat([self._persons, persons], rechunk=True)
        self._index = self._index.merge_sorted(self._indexed(persons, first), key="hashed")
        if self._alike():
            self._reseed()

    def _candidates(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Give for each key the only person whom it can be, if any was met."""
        if not self._index.height:
            return pl.DataFrame(schema=KNOWN).clear(keys.height)
        spots = self._index["hashed"].search_sorted(self._hash(keys)).clip(upper_bound=self._index.height - 1)
        found: pl.DataFrame = self._persons[self._index["place"][spots]]
        return found

    def _indexed(self, persons: pl.DataFrame, first: int) -> pl.DataFrame:
        places = pl.int_range(first, first + persons.height, dtype=pl.UInt32, eager=True)
        return pl.DataFrame({"hashed": self._hash(persons.select(KEY)), "place": places}).sort("hashed")

    def _hash(self, keys: pl.DataFrame) -> pl.Series:
        return keys.hash_rows(self._seed)

    def _reseed(self) -> None:
        self._seed = secrets.randbits(64)
        self._index = self._indexed(self._persons, 0)
        if self._alike():
            self._reseed()

    def _alike(self) -> bool:
        hashed = self._index["hashed"]
        return bool((hashed == hashed.shift(1)).any())


class Decided:
    """The person a human decided on, for each row: looked up by number, judged like any other."""

    def __init__(self, item: ItemDefinition, vault: Vault, on: date, subject_id: int) -> None:
        self._resolver = Resolver(item, vault, on)
        self._subject_id = subject_id

    def close(self) -> None:
        self._resolver.close()

    def resolve(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Do as ``Resolver.resolve`` does."""
        return self._resolver.judge(frame, self._resolver.look_up_subject(self._subject_id))


class Resolver:
    """Keeps what was found, so that the ten rows of one person cost one look-up.

    Looks up on a connection of its own: the transaction's is busy loading the block before. ``close`` it at the end.
    """

    def __init__(self, item: ItemDefinition, vault: Vault, on: date) -> None:
        self._item = item
        self._vault = vault
        self._on = on
        self._met = Met()
        self._incapable: dict[int, list[Stretch]] = {}
        self._side = connection.copy()

    def close(self) -> None:
        self._side.close()

    def resolve(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Add ``subject_id`` (null where nobody is found) to rows with a sound code, and give the findings."""
        frame = frame.with_columns(normal_names(frame[self._item.roles["name"]]).alias("person_name"))
        keys = frame.select(KEY)
        persons, met = self._met.find(keys)
        if not met.all():
            self._met.add(self._look_up(keys.filter(~met).unique()))
            persons, _ = self._met.find(keys)
        return self._judge(frame.with_columns(persons.drop(KEY)))

    def judge(self, frame: pl.DataFrame, person: dict[str, Any]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Judge rows that are all one person's."""
        return self._judge(
            frame.with_columns(pl.lit(value, dtype=KNOWN[name]).alias(name) for name, value in person.items())
        )

    def look_up_subject(self, subject_id: int) -> dict[str, Any]:
        with self._side.cursor() as cursor:
            cursor.execute(
                "SELECT born, judged, died, minor_rank > identity_rank FROM identity_person WHERE subject_id = %s",
                [subject_id],
            )
            born, was_judged, died, closed = cursor.fetchone() or (None,) * 4
        if born is None:
            return dict.fromkeys((name for name in KNOWN if name not in KEY), None)
        if was_judged:
            self._incapable[subject_id] = []
            self._keep_incapacity([subject_id])
        return {
            "subject_id": subject_id, "name_fits": True, "adult_on": _adult_day(born), "judged": was_judged,
            "dead": died is not None, "closed": closed,
        }  # fmt: skip

    def _judge(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        known = frame["subject_id"].is_not_null()
        closed = known & frame["closed"].fill_null(value=False)
        open_ = known & ~closed
        fits = open_ & frame["name_fits"].fill_null(value=False)
        masks = [
            ("unknown-person", self._item.roles["code"], ~known),
            ("name-differs", self._item.roles["name"], open_ & ~fits),
            ("person-dead", "", fits & frame["dead"].fill_null(value=False)),
        ]
        if self._item.adverse:
            masks.append(("no-full-capacity", "", fits & self._incapable_rows(frame)))
        act = frame.select(pl.coalesce("ended", "decided")).to_series()
        masks.append(("minor", "", closed | fits & (act < frame["adult_on"]).fill_null(value=False)))
        return frame, collect(frame[ROW], masks)

    def _incapable_rows(self, frame: pl.DataFrame) -> pl.Series:
        """Mark rows of persons who lack full capacity today, or lacked it when they acted or it was decided."""
        marks = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
        judged = frame["judged"].fill_null(value=False).arg_true()
        if not judged.len():
            return marks
        rows = frame[judged].select("subject_id", "decided", "ended").iter_rows()
        return marks.scatter(
            judged,
            [rules.lacks_capacity(self._incapable[subject], self._on, *days) for subject, *days in rows],
        )

    def _look_up(self, fresh: pl.DataFrame) -> pl.DataFrame:
        wanted = list(fresh.iter_rows())
        found = self._ask(wanted)
        rows: list[tuple[Any, ...]] = []
        for place, (kind, code, name) in enumerate(wanted):
            if (person := found.get(place)) is None:
                rows.append((kind, code, name, *(None,) * 6))
                continue
            key_id, subject_id, tag, born, was_judged, died, closed = person
            rows.append(
                (
                    kind,
                    code,
                    name,
                    subject_id,
                    self._vault.name_fits(bytes(tag), key_id, code_type=kind, code=code, name=name),
                    _adult_day(born),
                    was_judged,
                    died is not None,
                    closed,
                )
            )
        return pl.DataFrame(rows, schema=KNOWN, orient="row")

    def _ask(self, wanted: list[tuple[str, str, str]]) -> dict[int, tuple[Any, ...]]:
        """Give the persons whom codes lead to, by the place of each in ``wanted``: one statement, whatever keys are in use.

        One more where somebody among them was ever judged to lack full capacity.
        """
        codes = [(kind, code) for kind, code, _ in wanted]
        hashes = [self._vault.code_hashes(codes, key_id) for key_id in self._vault.pointers.hashing]
        with self._side.cursor() as cursor:
            cursor.execute(
                """SELECT c.code_hash, c.key_id, c.subject_id, c.name_tag, p.born, p.judged, p.died, p.minor_rank > p.identity_rank
                   FROM identity_code c JOIN identity_person p USING (subject_id)
                   WHERE c.code_hash = ANY(%s)""",
                [list(set().union(*hashes))],
            )
            persons = {bytes(row[0]): row[1:] for row in cursor.fetchall()}
            judged = sorted({subject for _, subject, _, _, was_judged, *_ in persons.values() if was_judged})
            self._incapable |= {subject: [] for subject in judged}
        if judged:
            self._keep_incapacity(judged)
        return {
            place: persons[code_hash]
            for under_key in hashes
            for place, code_hash in enumerate(under_key)
            if code_hash in persons
        }

    def _keep_incapacity(self, subjects: list[int]) -> None:
        with self._side.cursor() as cursor:
            cursor.execute(
                "SELECT subject_id, lower(days), upper(days) FROM identity_incapacity WHERE subject_id = ANY(%s)",
                [subjects],
            )
            for subject, since, until in cursor.fetchall():
                self._incapable[subject].append((since, until))
