"""The vault's benchmark at a size that only shows that it measures something."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chengxin.bench.run import run_bench
from tests.conftest import Register


@dataclass
class SmallStage:
    """The test's own register in place of a durable server."""

    folder: Path
    register: Register

    def fresh(self) -> Mapping[str, str]:
        return self.register.urls

    def drop(self, urls: Mapping[str, str]) -> None:
        self.become(urls["app"])

    def become(self, url: str) -> None:
        from chengxin.site.bootstrap import become

        become(url)

    def web(self) -> tuple[list[str], int]:
        raise AssertionError("nothing is asked over HTTP")

    def environment(self, url: str) -> dict[str, str]:
        raise AssertionError(f"everything is measured in one process, and not at {url}")


@pytest.fixture
def stage(register: Register, tmp_path: Path, settings: Any) -> SmallStage:
    source = Path(settings.VAULT_KEYS)
    settings.VAULT_KEYS = tmp_path / "vault.json"
    settings.VAULT_KEYS.write_bytes(source.read_bytes())
    return SmallStage(tmp_path, register)


def test_vault_is_measured_beside_its_yardsticks(stage: SmallStage) -> None:
    made = {value["name"].rpartition(" ")[0]: value for value in run_bench("vault", 300, stage, lambda _: None)}
    assert made.keys() == {"vault international", "vault national", "vault look-up", "vault rotation"}
    assert all(value["ratio"] > 0 for value in made.values())
    done = stage.register.rows("SELECT count(*) FROM identity_key_rotation WHERE finished_at IS NOT NULL")
    assert done == [(3,)]
    assert made["vault rotation"]["name"].rpartition(" ")[2] == str(
        stage.register.rows("SELECT count(*) FROM identity_person")[0][0]
    )
