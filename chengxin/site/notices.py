"""One thing that was looked at for an operator."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "stop"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing looked at; ``stop`` means that starting would do harm."""

    subject: str
    level: Level
    text: str
    text_en: str
