"""What is kept of a scan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """What is kept of a scan: its form (pdf, jpeg, png), how many pages, the bytes drawn anew."""

    form: str
    pages: int
    content: bytes
