"""The checks of a row as a whole, on blocks: whose code it is, what its texts hold, whether the law admits it, on which days it shows.

Runs in memory, before anything of a row is written anywhere (safeguard 2). The law itself stands in ``records.rules``; where a rule
is applied to columns here instead of being called for each distinct value, a test holds both against each other.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from chengxin.catalogue.queries import OpenItem
from chengxin.identity.likeness.written import MASK_SIGNS, read_written
from chengxin.lib.codes import CodeType, Fault, holds_code
from chengxin.lib.periods import turns
from chengxin.lib.regions import AreaBook
from chengxin.records import rules
from chengxin.records.checks import CheckBook
from chengxin.records.intake.code_checks import examine_codes
from chengxin.records.intake.conditions import code_of, expression_of
from chengxin.records.intake.fields import DAY, FEN, LONG_TERM, Judged, by_distinct, collect
from chengxin.records.intake.layout import forbidden_kinds
from chengxin.records.intake.reading import ROW
from chengxin.records.intake.signs import CODE_RUN, NOT_LOOKED_AT, Clean, met_in_any
from chengxin.records.terms import RecordTerms

Masks = list[tuple[str, str, pl.Series]]
RANKED = tuple(rules.Grade)
GRADES = {grade: rank for rank, grade in enumerate(RANKED)}
EPOCH = date(1970, 1, 1)
# States number their passports as they like: letters alone, or a form that here belongs to another kind of certificate.
UNUSUAL = (Fault.FORM.value, Fault.OTHER_TYPE.value)


def _reads_as(text: str) -> str | None:
    """Tell of a faulty citizen's number how it may still lead a human to its person; None where it is no number at all."""
    if (number := read_written(text)) is None:
        return None
    return "masked" if number.masked else "doubtful"


class RowChecker:
    """Judges blocks of one item on one day. ``attested`` stands in for procedure and finality (design, decision 10).

    ``decided``: a human has said whose the rows are, so that nothing is asked of their codes any more.
    """

    def __init__(
        self,
        item: OpenItem,
        terms: RecordTerms,
        on: date,
        areas: AreaBook,
        *,
        attested: bool,
        decided: bool = False,
        book: CheckBook | None = None,
    ) -> None:
        self.item = item
        self.decided = decided
        self.definition = item.definition
        self.terms = terms
        self.on = on
        self.areas = areas
        self.attested = attested
        self.texts = [
            field.code
            for field in self.definition.fields
            if field.type == "text"
            and field.code not in {self.definition.roles.get(role) for role in ("name", "record_number")}
        ]
        # The same days come again in every block: what the rules said of them is kept.
        self._adult_day = Judged(lambda day: turns(day, rules.ADULT_YEARS))
        self._display_end = Judged(self._judge_end)
        self._repair_day = Judged(self._judge_repair)
        self._erase_day = Judged(self._judge_erasure)
        self._tests = [] if book is None else list(_tests(book, item, terms))
        self.phrases = sorted({phrase for kind in forbidden_kinds() for phrase in kind.phrases})

    def check(self, frame: pl.DataFrame, clean: Clean = NOT_LOOKED_AT) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Give the block with ``person_…``, ``grade`` and the days of each record, and the findings."""
        frame, masks = self._persons(frame)
        masks += self._counterpart(frame)
        masks += self._texts(frame, clean)
        frame = self._dates(frame)
        masks += self._order(frame)
        if self.definition.admission == "adverse":
            masks += self._admission(frame)
        masks += self._minors(frame)
        frame = self._schedule(frame)
        masks.append(("retention-over", "", frame["erase_on"] <= self.on))
        if self._tests:
            found = frame.select(test.fill_null(value=False).alias(code) for code, _, test in self._tests)
            masks += [(code, field, found[code]) for code, field, _ in self._tests]
        return frame, collect(frame[ROW], masks)

    def _column(self, frame: pl.DataFrame, role: str, suffix: str = "") -> pl.Series | None:
        code = self.definition.roles.get(role)
        return frame[code + suffix] if code and code + suffix in frame.columns else None

    def _persons(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, Masks]:
        roles = self.definition.roles
        code = roles["code"]
        if kind := roles.get("code_type"):
            maps_to = self.item.maps_to[self.definition.field(kind).code_list]
            frame = frame.with_columns(by_distinct(frame[kind], maps_to.get, pl.String).alias("person_type"))
        else:
            frame = frame.with_columns(person_type=pl.lit(self.definition.code_type_default))
        frame = examine_codes(frame, type_column="person_type", code_column=code, on=self.on, areas=self.areas)
        if self.decided:
            # Nor is an age read from a code that may be another's: the person's own birth is asked for later.
            return frame.with_columns(code_born=pl.lit(None, dtype=pl.Date)), []
        faulty = frame["code_fault"].is_not_null() & frame[code].is_not_null() & frame["person_type"].is_not_null()
        citizen = (frame["person_type"] == CodeType.RESIDENT_ID.value).fill_null(value=False)
        read = by_distinct(frame.select(pl.when(faulty & citizen).then(code)).to_series(), _reads_as, pl.String)
        hidden = frame[code].str.contains_any(list(MASK_SIGNS)).fill_null(value=False)
        masked = (hidden & ~citizen) | (read == "masked").fill_null(value=False)
        doubtful = (read == "doubtful").fill_null(value=False)
        passport = (frame["person_type"] == CodeType.PASSPORT.value).fill_null(value=False)
        unusual = faulty & ~masked & passport & frame["code_fault"].is_in(UNUSUAL).fill_null(value=False)
        return frame, [
            ("code-masked", code, masked),
            ("code-legacy", code, frame["code_legacy"]),
            ("passport-unusual", code, unusual),
            ("code-doubtful", code, doubtful),
            ("bad-code", code, faulty & ~masked & ~unusual & ~doubtful),
        ]

    def _counterpart(self, frame: pl.DataFrame) -> Masks:
        field = self.definition.role("counterpart")
        if field is None or not field.code_list:
            return []
        persons = [value for value, maps in self.item.maps_to[field.code_list].items() if maps == "natural_person"]
        return [
            ("not-a-natural-person", field.code, frame[field.code].is_not_null() & ~frame[field.code].is_in(persons))
        ]

    def _texts(self, frame: pl.DataFrame, clean: Clean) -> Masks:
        """Find forbidden matters and identity codes in the free texts."""
        texts = [frame[code] for code in self.texts if code not in clean]
        forbidden = met_in_any(texts, lambda part: part.str.contains_any(self.phrases))
        suspect = met_in_any(texts, lambda part: part.str.contains(CODE_RUN))
        masks: Masks = [] if forbidden is None else [("forbidden-content", "", forbidden)]
        if suspect is not None:
            held = frame.select(self.texts).filter(suspect)
            proven = iter(
                [
                    any(holds_code(text, on=self.on, areas=self.areas) for text in row if text)
                    for row in held.iter_rows()
                ]
            )
            masks.append(
                ("identity-code-in-text", "", pl.Series([next(proven) if mark else False for mark in suspect]))
            )
        return masks

    def _dates(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Put the days that matter under plain names. A court's listing is its own end of the act and final when published."""
        decided = self._column(frame, "decided", DAY)
        nothing = pl.Series([None] * frame.height, dtype=pl.Date)
        ended, final = self._column(frame, "ended", DAY), self._column(frame, "final", DAY)
        if self.definition.admission == "court":
            ended = final = decided
        elif self.attested and self.definition.adverse and final is not None and decided is not None:
            final = final.fill_null(decided)
        return frame.with_columns(
            (decided if decided is not None else nothing).alias("decided"),
            (ended if ended is not None else nothing).alias("ended"),
            (final if final is not None else nothing).alias("final"),
        )

    def _order(self, frame: pl.DataFrame) -> Masks:
        masks: Masks = [
            ("dates-out-of-order", self.definition.roles.get("final", ""), frame["final"] < frame["decided"]),
        ]
        if self.definition.adverse:
            masks.append(
                ("dates-out-of-order", self.definition.roles.get("ended", ""), frame["ended"] > frame["decided"])
            )
        based = pl.any_horizontal(
            (pl.col("decided") >= since) & (pl.col("decided") < until) for since, until in self.item.basis_days
        )
        masks.append(("no-basis-on-date", self.definition.roles["decided"], ~frame.select(based).to_series()))
        start, end = self._column(frame, "valid_from", DAY), self._column(frame, "valid_until", DAY)
        if start is not None and end is not None:
            masks.append(("dates-out-of-order", self.definition.roles["valid_until"], end < start))
        return masks

    def _kinds(self, frame: pl.DataFrame) -> pl.Series:
        """Give the kinds of a penalty as the code list maps them, joined by 、; null where the item has none."""
        field = self.definition.role("kinds")
        if field is None:
            return pl.Series([None] * frame.height, dtype=pl.String)
        maps_to = self.item.maps_to[field.code_list]
        return by_distinct(
            frame[field.code], lambda text: "、".join(maps_to.get(part, "") for part in text.split("、")), pl.String
        )

    def _admission(self, frame: pl.DataFrame) -> Masks:
        """Apply the admission filter of standards 3.6, as ``records.rules`` has it, to a block."""
        roles = self.definition.roles
        kinds = self._kinds(frame).fill_null("")
        basis = self._column(frame, "basis_text")
        public_order = kinds.str.contains("detention", literal=True)
        if basis is not None:
            public_order |= basis.str.contains(rules.PUBLIC_ORDER_LAW, literal=True).fill_null(value=False)
        story = [frame[roles[role]] for role in ("facts", "content", "basis_text") if role in roles]
        slight = met_in_any(story, lambda part: part.str.contains(rules.SLIGHT, literal=True))
        if slight is not None:
            mended = met_in_any(story, lambda part: part.str.contains_any(list(rules.CORRECTED)))
            slight = None if mended is None else slight & mended
        masks: Masks = [
            ("public-order-penalty", "", public_order),
            *([] if slight is None else [("slight-and-corrected", "", slight)]),
            ("end-of-act-missing", roles.get("ended", ""), frame["ended"].is_null()),
            ("not-final-yet", roles.get("final", ""), frame["final"] > self.on),
        ]
        if field := self.definition.role("procedure"):
            maps_to = self.item.maps_to[field.code_list]
            procedure = by_distinct(frame[field.code], maps_to.get, pl.String)
            masks.append(("simplified-procedure", "", (procedure == "simplified").fill_null(value=False)))
            if not self.attested:
                masks.append(("procedure-missing", field.code, procedure.is_null()))
        if not self.attested:
            masks.append(("finality-missing", roles.get("final", ""), frame["final"].is_null()))
        return masks

    def _minors(self, frame: pl.DataFrame) -> Masks:
        adult = self._adult_day.of(frame["code_born"])
        act = frame.select(pl.coalesce("ended", "decided")).to_series()
        return [("minor", "", (act < adult).fill_null(value=False) | (adult > self.on).fill_null(value=False))]

    def _ranks(self, frame: pl.DataFrame) -> pl.Series:
        """Grade each row, as the rank of its grade: the graver of what its kinds and its fine make."""
        if self.definition.display_rule == "serious-list":
            return pl.repeat(GRADES[rules.Grade.SERIOUS], frame.height, dtype=pl.Int8, eager=True)
        fine = self._column(frame, "fine", FEN)
        fines = self.terms.fines
        by_kind = by_distinct(
            self._kinds(frame), lambda text: GRADES[rules.penalty_grade(text.split("、"), None, fines)], pl.Int8
        ).fill_null(0)
        if fine is not None:
            graded = by_distinct(fine, lambda fen: GRADES[rules.penalty_grade((), fen, fines)], pl.Int8)
            by_kind = pl.select(pl.max_horizontal(by_kind, graded.fill_null(0))).to_series()
        return by_kind

    def _schedule(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Compute the days by the rules, once for each distinct pair of day and grade, and clip them as ``rules.clip`` does."""
        grade = pl.Series([None] * frame.height, dtype=pl.String)
        rule = self.definition.display_rule
        if rule in {"penalty-grade", "serious-list"}:
            ranks = self._ranks(frame)
            grade = by_distinct(ranks, lambda rank: str(RANKED[rank]), pl.String)
            made = self._adverse_days(frame, ranks)
        else:
            made = self._plain_days(frame)
        start, until, repair, erase = (made[name] for name in ("start", "until", "repair", "erase"))
        days = pl.select(
            start=pl.min_horizontal(start, erase), until=pl.min_horizontal(until, erase), repair=repair, erase=erase
        )
        return frame.with_columns(
            grade.alias("grade"),
            days["start"].alias("shown_from"),
            days.select(pl.max_horizontal("start", "until")).to_series().alias("shown_until"),
            days["repair"].alias("repair_from"),
            days.select(pl.max_horizontal("erase", "start")).to_series().alias("erase_on"),
        )

    def _adverse_days(self, frame: pl.DataFrame, ranks: pl.Series) -> dict[str, pl.Series]:
        # Day and rank in one number.
        dated = frame["decided"].to_physical().cast(pl.Int64) * len(RANKED) + ranks
        return {
            "start": frame.select(pl.max_horizontal("decided", "final")).to_series(),
            "until": self._display_end.of(dated),
            "repair": self._repair_day.of(dated),
            "erase": self._erase_day.of(frame.select(pl.min_horizontal("ended", "decided")).to_series()),
        }

    def _judge_end(self, dated: int) -> date:
        return rules.display_end(*_day_and_grade(dated), self.terms.display)

    def _judge_repair(self, dated: int) -> date:
        return rules.repair_day(*_day_and_grade(dated), self.terms.display)

    def _judge_erasure(self, day: date) -> date:
        return rules.erase_day(day, day, self.terms.retention)

    def _plain_days(self, frame: pl.DataFrame) -> dict[str, pl.Series]:
        """Give the days of items that aren't graded, through the scalar rules."""
        valid = self._column(frame, "valid_until", DAY)
        if valid is None:
            valid = pl.Series([None] * frame.height, dtype=pl.Date)
        dated = frame["decided"].cast(pl.String) + "|" + valid.fill_null(LONG_TERM).cast(pl.String)
        distinct = dated.drop_nulls().unique()
        schedules = [
            self._plain_schedule(*(date.fromisoformat(part) for part in text.split("|"))) for text in distinct.to_list()
        ]
        spread: dict[str, pl.Series] = {}
        for name, part in (
            ("start", "shown_from"),
            ("until", "shown_until"),
            ("repair", "repair_from"),
            ("erase", "erase_on"),
        ):
            known = dict(zip(distinct.to_list(), (getattr(schedule, part) for schedule in schedules), strict=True))
            spread[name] = by_distinct(dated, known.get, pl.Date)
        # A broken commitment is final before it shows, like everything else that speaks against somebody.
        spread["start"] = pl.select(pl.max_horizontal(spread["start"], frame["final"])).to_series()
        return spread

    def _plain_schedule(self, decided: date, valid_until: date) -> rules.Schedule:
        plain = self.terms.plain
        match self.definition.display_rule:
            case "court-list":
                schedule = rules.court_schedule(decided, self.terms.court, self.terms.retention)
                return rules.clip(schedule.shown_from, min(schedule.shown_until, valid_until), None, schedule.erase_on)
            case "validity":
                return rules.validity_schedule(decided, valid_until, plain)
            case _:
                schedule = rules.plain_schedule(decided, self.definition.retention_rule, plain)
                return rules.clip(schedule.shown_from, min(schedule.shown_until, valid_until), None, schedule.erase_on)


def _day_and_grade(dated: int) -> tuple[date, rules.Grade]:
    day, rank = divmod(dated, len(RANKED))
    return EPOCH + timedelta(days=day), RANKED[rank]


def _tests(book: CheckBook, item: OpenItem, terms: RecordTerms) -> Iterator[tuple[str, str, pl.Expr]]:
    """Give code, field and test of each check that is data wholly and asked of the item."""
    for check in book.checks.values():
        if check.conditions and check.asked_of(item.definition.code):
            test = expression_of(check, item, terms.fines)
            if test is not None:
                yield check.code, code_of(check.conditions[0].of, item) or "", test
