"""What a rule answers when something can't be done: a reason that is data, for whoever explains it, enters it or raises it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something can't be done. ``code`` is what registers keep; the texts are for people."""

    code: str
    text: str
    text_en: str
