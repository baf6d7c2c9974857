"""The real-name platform of the tests: a provider's process (``provider``), and what it is told to say."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import provider


@dataclass(frozen=True)
class Platform:
    """Where the provider is, who we are to it, and the file it reads."""

    url: str
    script: Path
    client: str = provider.CLIENT
    secret: str = provider.SECRET

    def says(self, **told: Any) -> None:
        self.script.write_text(json.dumps(told), encoding="utf-8")

    def vouches_for(self, name: str, code: str) -> None:
        self.says(claims={"name": name, "id_number": code})


@contextmanager
def running_platform(script: Path) -> Iterator[Platform]:
    script.write_text("{}", encoding="utf-8")
    command = [sys.executable, "-m", provider.__name__, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        if running.stdout is None:
            raise RuntimeError("nobody reads the provider's address")
        try:
            yield Platform(running.stdout.readline().strip(), script)
        finally:
            running.terminate()
