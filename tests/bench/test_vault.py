"""The vault's benchmark at a size that only shows that it measures something."""

from chengxin.bench.run import run_bench
from tests.bench.conftest import SmallStage


def test_vault_is_measured_beside_its_yardsticks(stage: SmallStage) -> None:
    made = {value["name"].rpartition(" ")[0]: value for value in run_bench("vault", 300, stage, lambda _: None)}
    assert made.keys() == {"vault international", "vault national", "vault look-up", "vault rotation"}
    assert all(value["ratio"] > 0 for value in made.values())
    assert stage.last is not None
    done = stage.last.rows("SELECT count(*) FROM identity_key_rotation WHERE finished_at IS NOT NULL")
    assert done == [(3,)]
    assert made["vault rotation"]["name"].rpartition(" ")[2] == str(
        stage.last.rows("SELECT count(*) FROM identity_person")[0][0]
    )
