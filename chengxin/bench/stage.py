"""What a benchmark asks of its surroundings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

Tell = Callable[[str], None]
RUNS = 3
ONCE_FROM = 300_000
"""From this many rows on, a benchmark that takes minutes runs once."""
SEED = 149999
# Ten rows a person on average, all persons known (design, budgets).
ROWS_PER_PERSON = 10


class Stage(Protocol):
    """A durable server of the benchmark's own, with a prepared installation to copy."""

    folder: Path

    def fresh(self) -> Mapping[str, str]:
        """Copy the prepared database and give its addresses by role."""
        ...

    def drop(self, urls: Mapping[str, str]) -> None:
        """Take a copy away."""
        ...

    def become(self, url: str) -> None:
        """Let this process speak to a database as the role of the address."""
        ...

    def web(self) -> tuple[list[str], int]:
        """Give the command of the web process, and the port it will answer at."""
        ...

    def environment(self, url: str) -> dict[str, str]:
        """Give the environment of a child process that speaks to a database."""
        ...
