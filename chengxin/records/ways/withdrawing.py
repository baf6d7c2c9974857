"""A file that withdraws records by their numbers: it comes by every way in, and writes last versions without values.

Nothing is deleted: the version before stays in the ledger until its day. Only the provider's own records of the item are reached.
"""

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from chengxin.lib.crypto import SealingVault
from chengxin.records.checks import CheckBook
from chengxin.records.errors import FileUnusable
from chengxin.records.intake.fields import FINDINGS
from chengxin.records.intake.layout import Layout, spelling
from chengxin.records.intake.ledger import Target, run
from chengxin.records.intake.pipeline import Outcome
from chengxin.records.intake.reading import ROW, Table

NUMBER, REASON = "撤回记录编号", "撤回原因"
# Entered in error or twice: it never should have stood. Set aside: the organ that decided took its document back.
REASONS = {
    **dict.fromkeys(("误报", "重复", "error", "duplicate"), "withdrawn"),
    **dict.fromkeys(("文书撤销", "revoked"), "revoked"),
}
UNKNOWN, NO_REASON = "withdrawal-unknown", "withdrawal-reason"
Key = tuple[int, int]


def withdraws(table: Table) -> bool:
    """Tell by its first row whether a file withdraws records."""
    return any(spelling(name) == NUMBER for name in table.heading().rows[0])


class Withdrawal:
    """One run over one file of withdrawals, in the batch's transaction."""

    def __init__(self, table: Table, vault: SealingVault, book: CheckBook) -> None:
        self._table, self._vault = table, vault
        heading = table.heading()
        columns = {name: spelling(name) for name in heading.rows[0]}
        if sorted(columns.values()) != sorted((NUMBER, REASON)):
            raise FileUnusable(
                f"撤回文件只能有“{NUMBER}”“{REASON}”两列。",
                f"A file of withdrawals has the two columns {NUMBER} and {REASON} and no other.",
            )
        self._columns = columns
        self._findings: list[pl.DataFrame] = []
        self._closed: set[Key] = set()
        self.outcome = Outcome(heading, Layout(1, {}, (), ()), book)

    def findings_so_far(self) -> list[pl.DataFrame]:
        return list(self._findings)

    def run(self, target: Target, tell: Callable[[str, int, int], None]) -> Outcome:
        outcome = self.outcome
        run("announce", {"batch": target.batch_id})
        run("take_turns", {"batch": target.batch_id})
        for frame in self._table.frames(1):
            outcome.read += frame.height
            self._take(frame.rename(self._columns), target)
            tell("checking", outcome.read, outcome.refused)
        outcome.findings = pl.concat([pl.DataFrame(schema=FINDINGS), *self._findings]).sort(ROW)
        return outcome

    def _take(self, frame: pl.DataFrame, target: Target) -> None:
        named: dict[int, tuple[Key, str]] = {}
        refused: list[tuple[int, str, str]] = []
        for row, number, reason in frame.select(ROW, NUMBER, REASON).iter_rows():
            key = self._vault.read_record_number(number or "")
            if reason not in REASONS:
                refused.append((row, NO_REASON, REASON))
            elif key is None:
                refused.append((row, UNKNOWN, NUMBER))
            else:
                named[row] = (key, REASONS[reason])
        newest = self._newest({key for key, _ in named.values()})
        closing: list[tuple[int, Key, str]] = []
        for row, (key, state) in named.items():
            found = newest.get(key)
            if found is None or found[2:] != (target.item_id, target.provider_id):
                refused.append((row, UNKNOWN, NUMBER))
            elif found[1] != "active" or found[0] in self._closed:
                self.outcome.unchanged += 1
            else:
                self._closed.add(found[0])
                closing.append((row, found[0], state))
        self._close(closing, target)
        self.outcome.refused += len(refused)
        self._findings.append(pl.DataFrame(refused, schema=FINDINGS, orient="row"))

    def _newest(self, keys: set[Key]) -> dict[Key, tuple[Key, str, int, int]]:
        """Find where the named records are now (they may have gone to another person since), and how they stand."""
        if not keys:
            return {}
        moved = {(one, record): (now, record) for one, record, now in run("moved_to", _columns(keys))}
        places = {key: moved.get(key, key) for key in keys}
        stand = {
            (row[0], row[1]): (row[3], row[4], row[5]) for row in run("named_records", _columns(set(places.values())))
        }
        return {key: (place, *stand[place]) for key, place in places.items() if place in stand}

    def _close(self, closing: list[tuple[int, Key, str]], target: Target) -> None:
        if not closing:
            return
        values: dict[str, Any] = {
            **_columns(key for _, key, _ in closing),
            "rows": [row for row, _, _ in closing],
            "states": [state for _, _, state in closing],
        }
        run(
            "insert_closed",
            {
                **values,
                "item": target.item_id,
                "batch": target.batch_id,
                "edition": target.edition,
                "at": target.at,
            },
        )
        self.outcome.changed += len(closing)


def _columns(keys: Iterable[Key]) -> dict[str, list[int]]:
    pairs = list(keys)
    return {"subjects": [subject for subject, _ in pairs], "records": [record for _, record in pairs]}
