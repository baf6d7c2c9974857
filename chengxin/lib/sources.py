"""Where a rule or a number comes from: law, article, validity."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    """A legal source.

    ``provisional`` is set where the text itself was not read, or where only an analogue from elsewhere is known; the
    start-up report lists every provisional source in force. ``valid_until`` is the first day on which it no longer holds.
    """

    law: str
    article: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    link: str = ""
    provisional: bool = False

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on < self.valid_until
        )
