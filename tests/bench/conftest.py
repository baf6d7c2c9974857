"""A stage of the tests' own server, which isn't durable: what is measured on it says nothing, that it is measured does."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Register, copied_register, free_port


@dataclass
class SmallStage:
    """Copies of the tests' template in place of a durable server."""

    folder: Path
    keys: Path
    source: Any
    stack: ExitStack
    cast: bool = False
    """Whether each copy has the demo province's organisations and officers, as the durable stage's have."""
    last: Register | None = None
    """The copy made last. The tests keep it: it goes at the end."""

    def fresh(self) -> Mapping[str, str]:
        own = self.stack.enter_context(ExitStack())
        self.last = own.enter_context(copied_register(*self.source))
        if self.cast:
            from chengxin.demo.province import settle_cast
            from chengxin.identity.services.officers import settle_house

            self.become(self.last.urls["owner"])
            settle_house(demo=True)
            settle_cast()
        return self.last.urls

    def drop(self, urls: Mapping[str, str]) -> None:
        assert self.last is not None
        assert urls is self.last.urls, "the copy made last is dropped"

    def become(self, url: str) -> None:
        from chengxin.site.bootstrap import become

        become(url)

    def web(self) -> tuple[list[str], int]:
        from chengxin.site.serve import web_command

        port = free_port()
        return web_command(port), port

    def environment(self, url: str) -> dict[str, str]:
        from django.conf import settings

        return {
            **os.environ, "CHENGXIN_PROCESS_DATABASE": url, "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
            "CHENGXIN_DATA": str(settings.DATA_DIR), "CHENGXIN_VAULT_KEYS": str(self.keys), "CHENGXIN_TEST_AREA": "1",
        }  # fmt: skip


@pytest.fixture
def stage(
    cluster: tuple[str, dict[str, str]], django_db_blocker: Any, tmp_path: Path, settings: Any
) -> Iterator[SmallStage]:
    source = Path(settings.VAULT_KEYS)
    settings.VAULT_KEYS = tmp_path / "vault.json"
    settings.VAULT_KEYS.write_bytes(source.read_bytes())
    with ExitStack() as stack:
        yield SmallStage(tmp_path, settings.VAULT_KEYS, (cluster, django_db_blocker), stack)
