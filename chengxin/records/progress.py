"""Shows how far a batch is on a connection of its own, outside the batch's transaction, and that somebody has it in hand."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import polars as pl
from django.db import Error, connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from chengxin.records.intake.ledger import SQL
from chengxin.records.intake.reading import ROW

Tell = Callable[[str, int, int], None]
BEAT_S = 5.0
FIRST = 20


class Progress:
    """Tells progress while a batch runs, and beats every few seconds between: by a missing beat others see that it is stuck.

    Dated by the clock, not by the moment of the batch: a clerk sees by it whether the batch still moves. ``found`` gives the findings so
    far, of which the first are shown.
    """

    def __init__(self, batch_id: int, tell: Tell | None) -> None:
        self.found: Callable[[], list[pl.DataFrame]] = list
        self._batch_id = batch_id
        self._tell = tell
        self._side = connection.copy()
        self._side.inc_thread_sharing()
        self._alone = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="intake-beat", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._side.close()

    def hold(self) -> None:
        """Tell that the session of this thread's transaction has the batch in hand from now on. Called with the batch's row locked."""
        self._run("hold_batch", {"holder": connection.connection.info.backend_pid, "at": timezone.now()})
        self._thread.start()

    def __call__(self, phase: str, rows: int, findings: int) -> None:
        told = {"phase": phase, "rows": rows, "findings": findings, "at": timezone.now(), "first": Jsonb(self._first())}
        self._run("note_progress", told)
        if self._tell:
            self._tell(phase, rows, findings)

    def _first(self) -> list[list[Any]]:
        """Give the first findings as they may be kept: row, check, field."""
        told: list[list[Any]] = []
        for part in self.found():
            told += [list(row) for row in part.sort(ROW).head(FIRST - len(told)).iter_rows()]
            if len(told) >= FIRST:
                break
        return told

    def _beat(self) -> None:
        # A database that is gone is told by the batch's own connection.
        with suppress(Error):
            while not self._ended.wait(BEAT_S):
                self._run("beat", {})

    def _run(self, name: str, parameters: dict[str, Any]) -> None:
        with self._alone, self._side.cursor() as cursor:
            cursor.execute(SQL[name], {"batch": self._batch_id, **parameters})
