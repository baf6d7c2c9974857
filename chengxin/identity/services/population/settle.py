"""Brings staged events into the register: whose they are, what they amount to, what must wait. Statements: ``sql/population.sql``."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from chengxin.identity.services.population.stage import Minor, Place, Stager, Told
from chengxin.lib.crypto import Sealed
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).resolve().parents[2] / "sql" / "population.sql")
CREATED = ("create_staging", "create_told", "create_renamed", "create_touched", "empty_staging")
# What each person's events amount to is known: bring it to persons, codes, capacity, attestations, the log.
WRITTEN = (
    "keep_first_word", "find_renamed", "insert_persons", "update_persons", "update_identities", "tag_codes", "mark_former",
    "seal_linked", "insert_capacity", "insert_attestations", "keep_events", "unpark",
)  # fmt: skip


class Settling:
    """One run of events inside the caller's transaction. Waits for a run that is under way: one founds what the next must find."""

    def __init__(self, stager: Stager, at: datetime) -> None:
        self.stager = stager
        self._at = at
        self._cursor = connection.cursor()
        self.minors: dict[int, Minor] = {}
        """What was taken of rows about minors, by row; of most of them nothing but their place."""
        self.closed: set[int] = set()
        """The rows about minors that closed a person."""
        self.closed_persons = 0
        self._minors_staged = False
        self._run("take_turns")
        for name in CREATED:
            self._run(name)

    def last_sequence(self) -> int | None:
        """Give the highest number an event was heard under; None while no event has come."""
        number: int | None = self._run("last_sequence")[0][0]
        return number

    def next_edition(self, sequence: int) -> int:
        edition: int = self._run("next_edition", sequence=sequence)[0][0]
        return edition

    def stage(self, lines: Iterable[tuple[Any, ...]]) -> None:
        """Send rows to the staging table, whatever their number, in bounded memory."""
        with self._cursor.copy(SQL["copy_staging"].rstrip(";")) as copy:
            for line in lines:
                copy.write_row(line)
        self._stage_minors()
        self._run("analyse_staging")
        if self.stager.keys.pointers.former:
            for name in ("hold_former", "stand_under_former", "old_under_former"):
                self._run(name)

    def _stage_minors(self) -> None:
        """Send what minors' rows may close along; once, since what is called up later brings none."""
        lines = [code.line(n, minor.place) for n, minor in self.minors.items() for code in minor.codes]
        if not lines or self._minors_staged:
            return
        self._minors_staged = True
        with self._cursor.copy(SQL["copy_minors"].rstrip(";")) as copy:
            for line in lines:
                copy.write_row(line)

    def settle_snapshot(self, place: Place, rows: int) -> None:
        self._run("drop_doubles")
        self._run("mark_known")
        self._run("enter_snapshot", sequence=place.sequence, edition=place.edition, rows=rows)
        self._settle(alone=True)

    def settle_events(self) -> None:
        self._run("drop_sequences", sequences=[minor.place.sequence for minor in self.minors.values()])
        for name in ("mark_repeated", "mark_known", "mark_parked", "mark_taken", "mark_taken_here"):
            self._run(name)
        self._settle(alone=False)

    def take_up(self, parked: list[tuple[Any, ...]]) -> None:
        """Apply parked events that found their person otherwise than by an event; what was staged before is done with."""
        if parked:
            self._run("empty_staging")
            self.stage(self._opened(parked))
            self._settle(alone=False)

    def amount(self, *, alone: bool) -> None:
        """Sum up what the staged rows whose person is known amount to; ``alone``: a person may be told of twice by one snapshot."""
        if alone:
            self._run("mute_twice_told")
        self._run("told_best" if self._run("several_told")[0][0] else "told_once")
        self._run("analyse_told")

    def _settle(self, *, alone: bool) -> None:
        self._find_subjects(alone=alone)
        # By now most rows have a subject; where the server knows of none it goes through all rows for each.
        self._run("analyse_staging")
        self.amount(alone=alone)
        for name in WRITTEN:
            self._run(name)
        self._run("park")
        self._run("tell_parked_reason")
        self._close()

    def _close(self) -> None:
        """Close whoever was called a minor after they were last told of, and open whoever was not after all."""
        self._run("keep_minor_words")
        self.closed_persons = self._run("close_persons")[0][0]
        self.closed = {n for (n,) in self._run("closing_rows")}

    def _find_subjects(self, *, alone: bool) -> None:
        """Find whose each event is, in rounds: a number event gives the next one its code, a code told of calls up what waited for it.

        In the last rounds nothing is held back any more for an event that itself waits.
        """
        last = alone
        while self._run("unsettled")[0][0]:
            linked = 0 if alone else self._link(last=last)
            found = self._count("resolve_withdrawn") + self._count("resolve_known", last=last)
            fresh = self._count("found_persons", last=last, alone=alone)
            if fresh:
                self._run("insert_fresh_codes")
            called = self._call_up() if linked or fresh else 0
            if not (linked or found or fresh or called):
                if last:
                    return
                last = True
            alone = alone and not called

    def _link(self, *, last: bool) -> int:
        linked = self._count("link_new", last=last) + self._count("link_old", last=last)
        if linked:
            self._run("insert_linked_codes")
            self._run("withdraw_codes")
            self._run("free_minor_words")
        return linked

    def _call_up(self) -> int:
        """Stage the parked events, and what was said of minors, whose person is known by now; gives how many."""
        waiting = self._run("awaited")
        if waiting:
            self.stage(self._opened(waiting))
        return len(waiting) + self._count("call_up_minors")

    def _opened(self, waiting: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for n, (body, key_id) in enumerate(waiting, 1):
            row = json.loads(self.stager.keys.open(Sealed(key_id, bytes(body)), use="population.event"))
            told = self.stager.event(row)
            if isinstance(told, Told):
                yield told.line(-n, parked=True)

    def outcome(self, *, every: bool) -> tuple[tuple[int, int, int, int], int, list[tuple[int, str]]]:
        """Give new persons, events known already, parked, taken up; persons changed; and rows with what became of them."""
        counts = self._run("counts")[0]
        changed: int = self._run("count_changed")[0][0]
        new, known, parked, taken_up = counts
        fates: list[tuple[int, str]] = self._run("fates", every=every)
        return (new, known, parked, taken_up), changed, fates

    def _count(self, name: str, **values: Any) -> int:
        self._run(name, **values)
        return int(self._cursor.rowcount)

    def _run(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        self._cursor.execute(SQL[name], {**values, "at": self._at, "hash_key": self.stager.keys.pointers.hash})
        return self._cursor.fetchall() if self._cursor.description else []
