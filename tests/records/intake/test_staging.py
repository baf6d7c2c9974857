"""The thread that loads never leaves the one that checks waiting, wherever the database dies."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Self

import pytest

from chengxin.records.intake import ledger
from chengxin.records.intake.content import Staged
from chengxin.records.intake.ledger import Block, Loader, Target


class Dying:
    """A connection that dies at one moment of a block: while it is asked, or while a COPY is opened, fed or closed.

    Whatever it is asked is not so.
    """

    rowcount, description = 0, "an answer"

    def __init__(self, moment: str) -> None:
        self._moment = moment

    def _die(self, moment: str) -> None:
        if moment == self._moment:
            raise ConnectionError(moment)

    def cursor(self) -> "Dying":
        return self

    def execute(self, *_: object) -> None:
        self._die("ask")

    def fetchall(self) -> list[tuple[bool]]:
        return [(False,)]

    def copy(self, _: str) -> "Dying":
        self._die("open")
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._die("close")

    def write(self, _: bytes) -> None:
        self._die("write")


@pytest.mark.parametrize("moment", ["ask", "open", "write", "close", "never"])
@pytest.mark.parametrize("blocks", [0, 1, 7])
def test_load_ends_with_what_broke_it(monkeypatch: pytest.MonkeyPatch, moment: str, blocks: int) -> None:
    monkeypatch.setattr(ledger, "connection", SimpleNamespace(connection=Dying(moment)))
    monkeypatch.setattr(ledger, "Cursor", Dying.cursor)
    met: list[Any] = []

    def load() -> None:
        try:
            with Loader(Target(1, 1, 1, 1, "", datetime(2026, 1, 1, tzinfo=UTC))) as loading:
                for _ in range(blocks):
                    loading.add(Block(Staged(b"x", b"", b"", b""), 0))
        except ConnectionError as error:
            met.append(str(error))

    loader = threading.Thread(target=load, daemon=True)
    loader.start()
    loader.join(10)
    assert not loader.is_alive()
    dies = moment == "close" or (moment != "never" and blocks > 0)
    assert met == ([moment] if dies else [])
