"""Measured work in a process of its own, so that its peak memory is its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from chengxin.bench.stage import Stage


def in_child(stage: Stage, url: str, task: str, *arguments: Path | str | int) -> dict[str, Any]:
    """Do one task of ``chengxin.bench.once`` as the role of the address, and give its answer. Raises CalledProcessError."""
    with start_child(stage, url, task, *arguments) as process:
        return answer_of(process)


def start_child(stage: Stage, url: str, task: str, *arguments: Path | str | int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "chengxin.bench.once", task, *map(str, arguments)]
    return subprocess.Popen(command, env=stage.environment(url), stdout=subprocess.PIPE, text=True)


def answer_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a child and give its answer. Raises CalledProcessError; what it complained of stands on standard error."""
    told, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer
