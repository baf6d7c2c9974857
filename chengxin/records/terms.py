"""The legal numbers of records, as they stand on a day."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from chengxin.catalogue import numbers
from chengxin.lib.terms import Term, TermTable, Unit, load_terms

DATA = Path(__file__).parent / "terms_data"
TABLES: dict[str, tuple[Unit, tuple[str, ...]]] = {
    "display-grade": (
        Unit.MONTH,
        ("minor_min", "minor_max", "general_min", "general_max", "serious_min", "serious_max"),
    ),
    "fine-threshold": (Unit.FEN, ("large", "huge")),
    "adverse-retention": (Unit.YEAR, ("keep",)),
    "court-list": (Unit.MONTH, ("shown",)),
    "plain-retention": (Unit.MONTH, ("honour", "volunteer", "commitment", "after_validity")),
    "case-openings": (Unit.COUNT, ("a_day",)),
    "waiting-rows": (Unit.MONTH, ("keep",)),
    "waivers": (Unit.MONTH, ("longest",)),
    "publishing-counts": (Unit.COUNT, ("smallest", "step")),
    "access-questions": (Unit.WORKING_DAY, ("answer",)),
    "certificates": (Unit.MONTH, ("longest",)),
    "report-checks": (Unit.COUNT, ("tries",)),
    "feedback-answers": (Unit.WORKING_DAY, ("answer",)),
    "feedback-limits": (Unit.COUNT, ("an_hour",)),
    "feedback-keeping": (Unit.MONTH, ("keep",)),
    "scan-keeping": (Unit.MONTH, ("keep",)),
    "duty-enrolments": (Unit.WORKING_DAY, ("decide",)),
    "query-limits": (Unit.COUNT, ("a_minute", "a_day")),
    "batch-limits": (Unit.COUNT, ("a_day",)),
    "batch-keeping": (Unit.DAY, ("keep",)),
    "register-retention": (Unit.YEAR, ("keep",)),
    "authorisation-periods": (Unit.MONTH, ("longest",)),
    "authorisation-requests": (Unit.DAY, ("answer", "again")),
    "authorisation-recalls": (Unit.WORKING_DAY, ("acknowledge",)),
    "recalls": (Unit.WORKING_DAY, ("acknowledge",)),
    "recall-chasing": (Unit.WORKING_DAY, ("first", "second", "third")),
    "authorisation-keeping": (Unit.YEAR, ("keep",)),
    "share-link-days": (Unit.DAY, ("longest",)),
    "share-link-views": (Unit.COUNT, ("most", "tries", "standing")),
    "share-link-keeping": (Unit.MONTH, ("keep",)),
    "pushed-keeping": (Unit.DAY, ("keep",)),
}
OF_RECORDS = ("display-grade", "fine-threshold", "adverse-retention", "court-list", "plain-retention")


@dataclass(frozen=True, slots=True)
class RecordTerms:
    """The numbers in force on one day. ``edition`` is stored with every date they make."""

    display: Term
    fines: Term
    retention: Term
    court: Term
    plain: Term

    @property
    def edition(self) -> str:
        parts = (self.display, self.fines, self.retention, self.court, self.plain)
        return hashlib.sha256("".join(term.edition for term in parts).encode()).hexdigest()[:12]


@cache
def tables() -> dict[str, TermTable]:
    """Read the tables once, the catalogue's own among them: the database has one table of legal numbers. Raises TermsUnusable."""
    own = {name: load_terms(DATA / f"{name}.toml", unit=unit, numbers=names) for name, (unit, names) in TABLES.items()}
    return own | numbers.tables()


def record_terms(on: date) -> RecordTerms:
    """Give the numbers in force on a day. Raises TermGap."""
    return RecordTerms(*(tables()[name].at(on) for name in OF_RECORDS))


def openings_a_day(on: date) -> int:
    """Give how many waiting rows an officer may open on a day. Raises TermGap."""
    return tables()["case-openings"].at(on).numbers["a_day"]


def waiting_months(on: date) -> int:
    """Give for how many months a row may wait before it goes back. Raises TermGap."""
    return tables()["waiting-rows"].at(on).numbers["keep"]


def waiver_months(on: date) -> int:
    """Give for how many months a question may be waived. Raises TermGap."""
    return tables()["waivers"].at(on).numbers["longest"]


def answer_term(on: date) -> Term:
    """Give within how many working days a question about an access entry is answered (``answer``), with its source. Raises TermGap."""
    return tables()["access-questions"].at(on)


def certificate_months(on: date) -> int:
    """Give for how many months at most a person's certificate is valid. Raises TermGap."""
    return tables()["certificates"].at(on).numbers["longest"]


def feedback_term(on: date) -> Term:
    """Give within how many working days feedback of the public is answered (``answer``), with its source. Raises TermGap."""
    return tables()["feedback-answers"].at(on)


def feedback_months(on: date) -> int:
    """Give for how many months feedback of the public is kept. Raises TermGap."""
    return tables()["feedback-keeping"].at(on).numbers["keep"]


def enrolment_term(on: date) -> Term:
    """Give within how many working days an application for a duty item is decided (``decide``), with its source. Raises TermGap."""
    return tables()["duty-enrolments"].at(on)


def authorisation_months(on: date) -> int:
    """Give for how many months at most a person lets an organisation see them. Raises TermGap."""
    return tables()["authorisation-periods"].at(on).numbers["longest"]


def authorisation_requests(on: date) -> Term:
    """Give how many days a request waits (``answer``) and when the same duty may ask again (``again``). Raises TermGap."""
    return tables()["authorisation-requests"].at(on)


def authorisation_recall_term(on: date) -> Term:
    """Give within how many working days what was taken back is acknowledged (``acknowledge``), with its source. Raises TermGap."""
    return tables()["authorisation-recalls"].at(on)


def recall_term(on: date) -> Term:
    """Give within how many working days a withdrawal or correction is acknowledged (``acknowledge``), with its source. Raises TermGap."""
    return tables()["recalls"].at(on)


def authorisation_years(on: date) -> int:
    """Give for how many years the proof of an authorisation is kept after the end of its use. Raises TermGap."""
    return tables()["authorisation-keeping"].at(on).numbers["keep"]


def share_link_days(on: date) -> int:
    """Give for how many days at most a person's share link opens. Raises TermGap."""
    return tables()["share-link-days"].at(on).numbers["longest"]


def share_link_views(on: date) -> Term:
    """Give how often a link is looked through at most (``most``), how many stand at a time (``standing``). Raises TermGap."""
    return tables()["share-link-views"].at(on)


def chasing_term(on: date) -> Term:
    """Give on which working days after the term a recipient is reminded (``first``, ``second``, ``third``). Raises TermGap."""
    return tables()["recall-chasing"].at(on)
