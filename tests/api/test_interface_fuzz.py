"""The running interface meets whatever its description allows and forbids, with a token of a system of its own and without one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chengxin.identity.services.population.feed import EVENT_COLUMNS
from chengxin.sharing.interface import OPERATIONS
from tests.api.machines import post, token_of
from tests.api.test_guide import penalties, somebody
from tests.conftest import Running, running_installation

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("interface")
# Which operations a system of its own is for, and the scopes that its token asks for.
SYSTEMS = {
    "verification": ("/(verifications|receipts|purposes)", ""),
    "query": (
        "/(queries|duties|recalls|authorisations|changes|call-backs)",
        "query.ask query.batch recall.acknowledge authorisation.ask authorisation.acknowledge",
    ),
    "intake": ("/(items|batches|records)", "intake.hand_in intake.follow intake.withdraw"),
    "population": ("/population", ""),
}
# As few threads as a small machine has; every kind of check, made of every answer.
# A value of the right form may be refused for what it means (422), never as malformed: tests/api/published.py looks at that.
MEANING = 'checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 422, 429]'
RUN = (
    "--checks",
    "all",
    "--phases",
    "examples,coverage,fuzzing,stateful",
    "--generation-database",
    "none",
    "--no-color",
)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run an installation that nobody else looks at: what is told to it here is no use to any other test."""
    with running_installation(tmp_path_factory.mktemp("interface")) as running:
        yield running


@pytest.fixture(scope="module")
def systems(apart: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enter a system for each group of operations, and give the folder with their keys."""
    folder = tmp_path_factory.mktemp("systems")
    program = [sys.executable, "-m", "tests.api.callers", str(apart.data), str(folder)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHENGXIN", "DATABASE_URL"))}
    subprocess.run(program, cwd=ROOT, env=kept, check=True, capture_output=True, timeout=120)
    return folder


def values_there(installation: Running, tokens: dict[str, str], folder: Path) -> dict[str, dict[str, str]]:
    """Give what there really is to ask for, so that tries get behind the first refusal."""
    base, person = f"{installation.desk}/api/v1", somebody(installation)
    purpose = json.loads((folder / "purpose.json").read_text(encoding="utf-8"))
    checked = post(f"{base}/verifications", tokens["verification"], {"purpose": purpose, **person})
    row = penalties(installation, 9_301)[0]
    batch = post(f"{base}/items/CF-ZRR/records", tokens["intake"], row)
    event = {**dict.fromkeys(EVENT_COLUMNS, ""), "SJXH": "1"}
    call = post(f"{base}/population/events", tokens["population"], {"events": [event]})
    of_person = {f"body.{name}": value for name, value in person.items()}
    return {
        "/verifications$": {"body.purpose": purpose, **of_person},
        "/verifications/batch": {"body.purpose": purpose},
        "/receipts": {"body.receipt": checked["receipt"]},
        "/queries$": {"body.duty": "XK-SC-01", "body.basis": "XZXKF-34", "body.case_reference": "试验1号", **of_person},
        "/items/": {"path.code": "CF-ZRR"},
        "/batches": {"path.token": batch["batch"]},
        "/records/": {"path.number": batch["numbers"][0]["number"]},
        "/population/events/": {"path.token": call["call"]},
    }


def configuration(installation: Running, systems: Path) -> str:
    """Say which token and which values go with which operation, and that a number of sound form may still be nobody's."""
    tokens = {
        name: token_of(installation.desk, systems / f"{name}.json", scope) for name, (_, scope) in SYSTEMS.items()
    }
    values = values_there(installation, tokens, systems)
    parts = []
    for name, (path, _) in SYSTEMS.items():
        headers = f'headers = {{ Authorization = "Bearer {tokens[name]}" }}'
        parts.append(f'[[operations]]\ninclude-path-regex = "^/api/v1{path}"\n{headers}\n{MEANING}\n')
    # What proves a system is no matter of form either.
    parts.append(f'[[operations]]\ninclude-path-regex = "^/api/v1/par"\n{MEANING}\n')
    for path, named in values.items():
        told = "\n".join(
            f"{json.dumps(name)} = {json.dumps(value, ensure_ascii=False)}" for name, value in named.items()
        )
        parts.append(f'[[operations]]\ninclude-path-regex = "^/api/v1{path}"\n[operations.parameters]\n{told}\n')
    return "\n".join(parts)


def fuzz(installation: Running, systems: Path, folder: Path, *more: str, patience_s: int) -> None:
    file = folder / "schemathesis.toml"
    file.write_text(configuration(installation, systems), encoding="utf-8")
    address = f"{installation.desk}/api/v1/openapi.json"
    program = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(file), "run", address, "--url", installation.desk,
        *RUN, *more,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.published"}
    done = subprocess.run(
        program, cwd=folder, env=environment, capture_output=True, text=True, timeout=patience_s, check=False
    )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    assert f"Tested: {len(OPERATIONS)}" in done.stdout


def test_no_answer_breaks_what_the_description_says(apart: Running, systems: Path, tmp_path: Path) -> None:
    fuzz(apart, systems, tmp_path, "--max-examples", "12", "--seed", "149999", patience_s=110)


@pytest.mark.long
def test_no_answer_breaks_it_however_long_one_tries(apart: Running, systems: Path, tmp_path: Path) -> None:
    fuzz(apart, systems, tmp_path, "--max-examples", "400", "--continue-on-failure", patience_s=1_800)
