"""Which processes give way to which."""

import os

BEHIND = 10
"""Of the twenty steps that an operating system knows."""


def give_way() -> None:
    """Let the processes that people wait for go first: a large batch would else make each report wait three times as long."""
    os.nice(BEHIND)
