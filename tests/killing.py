"""A program that is killed at the place where it says a word."""

import subprocess
import sys
from collections.abc import Mapping


def killed_at(word: str, script: str, environment: Mapping[str, str]) -> None:
    """Run a script and kill it when it has said the word; fail with what it said instead."""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        process.kill()
        assert said == f"{word}\n", said + process.stdout.read()
