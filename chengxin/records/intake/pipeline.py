"""The way of a batch: read, check, find the persons, hash, load. One transaction, which the caller opens.

Reading and checking happen here in Python and Polars; while one block is being checked the one before is brought into the ledger
by PostgreSQL. Nothing of a row is written before its checks are done. Memory is bounded by the block size and twenty-four bytes a row.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

import polars as pl
from django.db import transaction

from chengxin.catalogue.queries import OpenItem
from chengxin.lib.crypto import SealingVault
from chengxin.lib.regions import AreaBook
from chengxin.records.checks import CheckBook, check_book, order_reasons
from chengxin.records.intake.admission import RowChecker
from chengxin.records.intake.content import add_content, stage
from chengxin.records.intake.doubts import KEY, NAMESAKES, BeginAgain, Correction, Doubts, Sieve
from chengxin.records.intake.fields import FINDINGS, FieldChecker, collect
from chengxin.records.intake.known import MARKS, KnownRows, read_marks
from chengxin.records.intake.layout import NO_OTHERS, Layout, OtherNames, find_layout
from chengxin.records.intake.ledger import Block, Loader, Merged, Target, run
from chengxin.records.intake.mend import Mender, pick_rows, reasons
from chengxin.records.intake.persons import Decided, Resolver
from chengxin.records.intake.reading import ROW, Heading, StoredTable, Table
from chengxin.records.intake.register import Excuses, Known, find_namesakes, note_late
from chengxin.records.intake.sandbox import SandboxGate
from chengxin.records.intake.signs import clean_columns
from chengxin.records.intake.spool import SpoolWriter
from chengxin.records.intake.waiting import SealedRows
from chengxin.records.terms import record_terms

Tell = Callable[[str, int, int], None]
GATHERED = 10_000
"""Rows left over where most are known go on together: a block costs as much for ten rows as for some thousand."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch: the counts, the findings, and how long each phase took (seconds)."""

    heading: Heading
    layout: Layout
    book: CheckBook
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    waiting: int = 0
    refused: int = 0
    findings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FINDINGS))
    phases: dict[str, float] = field(default_factory=dict)
    digests: dict[int, bytes] = field(default_factory=dict)
    """Of the rows in question, what their provider's waiver hangs on."""
    told: dict[str, int] = field(default_factory=dict)
    """Notes about the file as a whole, with the rows that each is about."""

    def reasons(self) -> dict[int, list[str]]:
        """Give all the reasons why each row waits that does, by row number."""
        waits = self.findings.filter(pl.col("rule").is_in(list(self.book.holding)))
        by_row = waits.group_by(ROW).agg(pl.col("rule"))
        return {row: order_reasons(rules) for row, rules in by_row.iter_rows()}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an attempt left in the ledger, and how many rows said what another row of the file, or a record that stands, says."""

    merged: Merged
    doubles: int


class Checker:
    """The checks of rows, in their order: each field's own, then the row as a whole. Without ``known`` no database is asked."""

    def __init__(
        self,
        item: OpenItem,
        layout: Layout,
        on: date,
        areas: AreaBook,
        *,
        attested: bool,
        decided: bool = False,
        known: Known | None = None,
    ) -> None:
        self.book = check_book(on)
        self._layout = layout
        self._item = item
        self._known = known
        self._fields = FieldChecker(item, on)
        self._rows = RowChecker(item, record_terms(on), on, areas, attested=attested, decided=decided, book=self.book)
        self.excuses = None if known is None else Excuses([one.code for one in item.definition.fields], known)

    def check(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Give the block under field codes with all that was computed, and its findings as they may be kept."""
        fixed = [pl.lit(value, dtype=pl.String).alias(code) for code, value in self._layout.fixed.items()]
        frame = frame.rename(self._layout.columns).select(ROW, *self._layout.columns.values(), *fixed)
        clean = clean_columns(frame, self._rows.phrases)
        frame, of_fields = self._fields.check(frame, clean)
        frame, of_rows = self._rows.check(frame, clean)
        of_rows = pl.concat([of_rows, self._of_register(frame)])
        if not of_fields.height and not of_rows.height:
            return frame, of_fields
        findings = self._excused(frame, in_phases(pl.concat([of_fields, of_rows]), self.book))
        return frame, reduce_findings(findings, self.book)

    def holding(self, findings: pl.DataFrame) -> pl.DataFrame:
        """Leave out what is only told."""
        return findings.filter(~pl.col("rule").is_in(list(self.book.codes("note")))) if findings.height else findings

    def excused(self, rows: pl.DataFrame, rule: str) -> set[int]:
        """Give those of the rows in question that their provider has waived."""
        if self.excuses is None or rule not in self.book.checks:
            return set()
        return self.excuses.excuse(rows, [self.book.checks[rule]])[rule]

    def _of_register(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Find organs that the register has under another kind."""
        organ = self._item.definition.roles.get("organ")
        asked = self.book.in_order(["organ-not-competent"], self._item.definition.code)
        if self._known is None or not asked or organ is None:
            return pl.DataFrame(schema=FINDINGS)
        found = frame[organ].is_in(list(self._known.organs)).fill_null(value=False)
        return collect(frame[ROW], [("organ-not-competent", organ, found)])

    def _excused(self, frame: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
        questions = findings.filter(pl.col("rule").is_in(list(self.book.codes("question"))))
        if self.excuses is None or not questions.height:
            return findings
        checks = [self.book.checks[rule] for rule in questions["rule"].unique()]
        excused = self.excuses.excuse(frame.join(questions, on=ROW, how="semi"), checks)
        for rule, rows in excused.items():
            if rows:
                findings = findings.filter(~((pl.col("rule") == rule) & pl.col(ROW).is_in(list(rows))))
        return findings


def in_phases(findings: pl.DataFrame, book: CheckBook) -> pl.DataFrame:
    """Keep of rows that already fail in a field's own check that alone: the logic of a row is asked once its fields can be read.

    What may not be held at all (safeguards 2-4) is told of every row. What the edition doesn't have, or not on this day, is left out.
    """
    findings = findings.filter(pl.col("rule").is_in(list(book.checks)))
    syntax = book.scoped("field") & book.codes("refuse")
    failed = findings.filter(pl.col("rule").is_in(list(syntax)))
    if not failed.height:
        return findings
    logic = [code for code, check in book.checks.items() if check.scope not in {"", "field"} and not check.safeguard]
    kept = findings.filter(~pl.col("rule").is_in(logic))
    return pl.concat([kept, findings.filter(pl.col("rule").is_in(logic)).join(failed, on=ROW, how="anti")])


def reduce_findings(findings: pl.DataFrame, book: CheckBook) -> pl.DataFrame:
    """Keep of a row what may and need be kept: under safeguards 2-4 row number and rule alone; of a refused row no waiting reasons.

    A note is told of a row that nothing holds back.
    """
    if not findings.height:
        return findings
    guarded = findings.filter(pl.col("rule").is_in(list(book.safeguards)))
    plain = findings.join(guarded, on=ROW, how="anti") if guarded.height else findings
    refused = plain.filter(pl.col("rule").is_in(list(book.codes("refuse"))))
    waits = plain.filter(pl.col("rule").is_in(list(book.holding))).join(refused, on=ROW, how="anti")
    held = pl.concat([guarded.with_columns(field=pl.lit("")), refused, waits])
    notes = plain.filter(pl.col("rule").is_in(list(book.codes("note")))).join(held, on=ROW, how="anti")
    return pl.concat([held, notes]).unique(maintain_order=True)


class Batch:
    """One run over one file; with ``subject`` over a row of which a human decided whose it is.

    Made anew for each attempt; an attempt that is killed leaves nothing, since nothing was committed.
    """

    def __init__(
        self,
        item: OpenItem,
        table: Table,
        *,
        on: date,
        areas: AreaBook,
        vault: SealingVault,
        attested: bool,
        subject: int | None = None,
        known: Known | None = None,
        others: OtherNames = NO_OTHERS,
    ) -> None:
        self._item = item
        self._table = table
        self._on = on
        self._vault = vault
        heading = table.heading()
        self.outcome = Outcome(heading, find_layout(heading, item.definition, others), check_book(on))
        decided = subject is not None
        self._checker = Checker(item, self.outcome.layout, on, areas, attested=attested, decided=decided, known=known)
        self._resolver: Resolver | Decided = (
            Resolver(item.definition, vault, on) if subject is None else Decided(item.definition, vault, on, subject)
        )
        self._gate = SandboxGate(item.definition, self.outcome.layout, heading, on)
        self._doubts = Doubts(set(), set(), set())
        # None: not asked yet.
        self._marks: pl.DataFrame | None = None
        self._findings: list[pl.DataFrame] = []
        self._found = 0

    def run(self, target: Target, mend: SpoolWriter, tell: Tell) -> Outcome:
        """Take the batch in. Raises FileUnusable; the caller's transaction then undoes what was begun."""
        outcome = self.outcome
        with closing(self._resolver):
            while (loaded := self._attempt(target, tell)) is None:
                tell("beginning again", 0, 0)
        outcome.phases |= loaded.merged.phases
        self._settle(loaded)
        if not isinstance(self._table, StoredTable):
            self._timed("late", lambda: note_late(outcome, self._item, self._on, target.batch_id))
        tell("returning", outcome.read, self._found)
        self._timed("return", lambda: self._return_rows(target, mend))
        return outcome

    def findings_so_far(self) -> list[pl.DataFrame]:
        return list(self._findings)

    def _attempt(self, target: Target, tell: Tell) -> Loaded | None:
        """Bring the whole file into the ledger; None when it must be undone and begun again with what was learnt."""
        asked = self.outcome.book.in_order([NAMESAKES], self._item.definition.code)
        outcome, sieve = self.outcome, Sieve(self._doubts, self._checker.excused if asked else None)
        outcome.read, self._found, self._findings = 0, 0, []
        try:
            with transaction.atomic():
                run("announce", {"batch": target.batch_id})
                run("take_turns", {"batch": target.batch_id})
                run("create_staging")
                run("open_staging")
                known = self._known_rows(target)
                with Loader(target) as loader, closing(self._table.frames(outcome.layout.header_row)) as frames:
                    for frame in self._to_check(frames, known, tell):
                        block = self._make_block(frame, sieve, known)
                        self._timed("wait", lambda: loader.add(block))  # noqa: B023  # called at once
                        tell("checking", outcome.read, self._found)
                    tell("merging", outcome.read, self._found)
                if loader.merged.new and (names := sieve.names()) is not None:
                    found = self._timed("fellows", lambda: find_namesakes(target.batch_id, names))
                    self._doubts.namesakes.update(found)
                sieve.close(loader.merged.contradicted, known.hits if known else [])
        except BeginAgain:
            # Rows that contradict one another are told from others by the whole way alone.
            self._marks = pl.DataFrame(schema=MARKS)
            return None
        return Loaded(loader.merged, sieve.doubles + (known.met if known else 0))

    def _to_check(self, frames: Iterator[pl.DataFrame], known: KnownRows | None, tell: Tell) -> Iterator[pl.DataFrame]:
        """Give what is to be checked: the file's blocks, or what is left of some together once the known rows are out."""
        gathered: list[pl.DataFrame] = []
        while (frame := self._timed("read", lambda: next(frames, None))) is not None:
            self.outcome.read += frame.height
            rest = self._timed("know", lambda: known.sift(frame)) if known else frame  # called at once
            gathered.append(rest)
            if rest.height == frame.height or sum(part.height for part in gathered) >= GATHERED:
                yield pl.concat(gathered)
                gathered = []
            else:
                tell("checking", self.outcome.read, self._found)
        if any(part.height for part in gathered):
            yield pl.concat(gathered)

    def _known_rows(self, target: Target) -> KnownRows | None:
        """Give what is known of this provider's rows; None where they waited before, or a human decided whose they are."""
        if isinstance(self._table, StoredTable) or isinstance(self._resolver, Decided):
            return None
        if self._marks is None:
            wanted = {"batch": target.batch_id, "rules": self.outcome.book.digest, "terms": target.edition}
            self._marks = self._timed(
                "marks", lambda: read_marks(run("marks", wanted), dict(run("standing", wanted)), self._vault)
            )
        codes = [field.code for field in self._item.definition.fields]
        return KnownRows(codes, self.outcome.layout, self._vault, target.batch_id, self._marks)

    def _timed(self, phase: str, step: Callable[[], Any]) -> Any:
        started = perf_counter()
        made = step()
        self.outcome.phases[phase] = self.outcome.phases.get(phase, 0.0) + perf_counter() - started
        return made

    def _make_block(self, frame: pl.DataFrame, sieve: Sieve, known: KnownRows | None) -> Block:
        """Check a block of the file, find its persons, and write down its sound rows for the database."""
        self._gate.refuse_real(frame)
        frame, findings = self._timed("check", lambda: self._checker.check(frame))
        held = self._checker.holding(findings)
        sound = frame.join(held, on=ROW, how="anti") if held.height else frame
        sound, of_persons = self._timed("resolve", lambda: self._resolver.resolve(sound))
        if of_persons.height:
            of_persons = reduce_findings(of_persons, self.outcome.book)
            sound = sound.join(of_persons, on=ROW, how="anti")
        sound = self._timed("hash", lambda: add_content(sound, self._item.definition, self._vault))
        sound, of_doubts = self._timed("sift", lambda: sieve.sift(sound))
        for part in (findings, of_persons, of_doubts):
            self._findings.append(part)
            self._found += part.height
        staged = self._timed("write", lambda: stage(sound))
        marks = self._timed("mark", lambda: known.marks_of(self._markable(sound), self._on)) if known else []
        return Block(staged, sound.height, self._corrections(sound, sieve), marks)

    def _markable(self, sound: pl.DataFrame) -> pl.DataFrame:
        """Give the rows that nobody's word was needed for."""
        excuses = self._checker.excuses
        return sound.filter(~pl.col(ROW).is_in(list(excuses.rows))) if excuses and excuses.rows else sound

    def _corrections(self, sound: pl.DataFrame, sieve: Sieve) -> dict[int, Correction]:
        column = self._item.definition.roles.get("record_number")
        if column is None:
            return {}
        rows = sound.filter(pl.col(column).is_not_null()).select(ROW, column, *KEY).iter_rows()
        return {
            row: sieve.claim(self._vault.read_record_number(number), (subject, record))
            for row, number, subject, record in rows
        }

    def _settle(self, loaded: Loaded) -> None:
        """Make the counts: each row read is in exactly one of them."""
        outcome, book, merged = self.outcome, self.outcome.book, loaded.merged
        late = pl.DataFrame(
            {ROW: list(merged.waiting), "rule": list(merged.waiting.values()), "field": [""] * len(merged.waiting)},
            schema=FINDINGS,
        )
        outcome.findings = pl.concat([pl.DataFrame(schema=FINDINGS), *self._findings, late]).sort(ROW, "rule", "field")
        refusing = pl.col("rule").is_in(list(book.codes("refuse")))
        outcome.refused = outcome.findings.filter(refusing)[ROW].n_unique()
        outcome.waiting = outcome.findings.filter(pl.col("rule").is_in(list(book.holding)))[ROW].n_unique()
        if self._checker.excuses is not None:
            outcome.digests = self._checker.excuses.digests
        outcome.new, outcome.changed, outcome.unchanged = merged.new, merged.changed, merged.unchanged + loaded.doubles

    def _return_rows(self, target: Target, mend: SpoolWriter) -> None:
        """Read the file again for the rows to mend: waiting ones are sealed into the database, all go into the sender's mend file."""
        outcome, book = self.outcome, self.outcome.book
        wanted = self._checker.holding(outcome.findings).filter(
            ~pl.col("rule").is_in(list(book.safeguards)) & ~pl.col(ROW).is_in(list(self._gate.nameless))
        )
        mender = Mender(outcome.heading, outcome.layout.header_row, mend)
        if wanted.height:
            words = reasons(wanted, book, self._item.definition)
            waits = outcome.reasons()
            sealed = SealedRows(target, self._vault, self._item.definition.roles["code"])
            for values in pick_rows(
                self._table.frames(outcome.layout.header_row), pl.Series(list(words), dtype=pl.Int32)
            ):
                row = values.pop(ROW)
                mender.add(list(values.values()), words[row])
                if row in waits:
                    told = {code: values[name] for name, code in outcome.layout.columns.items()}
                    sealed.add(row, " ".join(waits[row]), {**outcome.layout.fixed, **told})
            sealed.write()
        mender.finish()
