"""A sandbox as one command starts it: every face says what it is, and a department's client gets in by the documented commands."""

import csv
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from chengxin.demo.organisations import ORGANISATIONS
from tests.api.test_guide import HANDS_IN, example
from tests.conftest import free_port, healthy, next_to, wait_until
from tests.portal.browser import SCREENSHOTS, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("sandbox")]
PROGRAM = str(Path(sys.executable).with_name("chengxin"))
DEPARTMENT = next(entry["code"] for entry in ORGANISATIONS if entry["kind"] == "department")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("CHENGXIN", "DATABASE_URL"))}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run ``chengxin sandbox up``; gives the public site's address and the data folder."""
    data, port = tmp_path_factory.mktemp("sandbox"), free_port()
    program = [PROGRAM, "sandbox", "up", "--data", str(data), "--port", str(port)]
    with (data / "up.log").open("wb") as log:
        process = subprocess.Popen(program, env=environment(), stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            for face in range(3):
                at = next_to(url, face)
                wait_until(f"{at} answers", lambda at=at: process.poll() is not None or healthy(at), 120)
            assert process.poll() is None, (data / "up.log").read_text()
            yield url, data
        finally:
            process.terminate()
            process.wait(30)


def run(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    program = [PROGRAM, *arguments, "--data", str(data)]
    return subprocess.run(program, env=environment() | more, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_face_shows_what_it_is(browser: Browser, sandbox: tuple[str, Path], scheme: str) -> None:
    for face, path in (("public", "/"), ("desk", "/"), ("administration", "/login/")):
        url = next_to(sandbox[0], ("public", "desk", "administration").index(face))
        with reader(browser, url, bypass_csp=True, color_scheme=scheme) as page:
            page.go(path)
            banner = page.page.get_by_role("note").filter(has_text="沙箱")
            assert banner.is_visible()
            assert banner.locator("[lang=en]").inner_text().startswith("SANDBOX")
            page.examine(f"sandbox-{face}-{scheme}")


def test_a_departments_client_gets_in_and_a_real_row_does_not(sandbox: tuple[str, Path], tmp_path: Path) -> None:
    url, data = sandbox
    desk, key = next_to(url, 1), tmp_path / "client.json"
    told = run(data, "sandbox", "client", "试报系统", "--org", DEPARTMENT, "--new-key", str(key), "--json")
    assert told.returncode == 0, told.stderr
    assert "沙箱 SANDBOX" in told.stderr
    assert json.loads(told.stdout)["audience"].endswith(":sandbox")
    with (data / "sandbox" / "penalties-clean.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for _, row in zip(range(4), csv.DictReader(file), strict=False)]
    records = [{**row, "CF_WSH": f"测试罚〔2026〕{place}号"} for place, row in enumerate(rows, 9001)]
    records[-1]["CF_WFXW"] = ""
    (tmp_path / "records.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    given = {
        "BASE": desk, "CLIENT_FILE": str(key), "ITEM": "CF-ZRR", "RECORDS_FILE": str(tmp_path / "records.json"),
    }  # fmt: skip
    program = [sys.executable, "-W", "ignore", "-c", example("python", HANDS_IN)]
    done = subprocess.run(program, env={**os.environ, **given}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    *_, token, new, read, _ = done.stdout.split()
    assert (new, read) == ("1", "4")

    real = {**records[0], "CF_XDR_ZJHM": "140105198803041219", "CF_XDR_MC": "贾真人"}
    request = urllib.request.Request(
        f"{desk}/api/v1/items/CF-ZRR/records",
        json.dumps(real, ensure_ascii=False).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "real-1"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Chengxin-Sandbox"] == "1"
        batch = json.load(answer)
    assert batch["state"] in {"received", "unusable"}
    seen = {}

    def ended() -> bool:
        again = urllib.request.Request(
            f"{desk}/api/v1/batches/{batch['batch']}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(again) as answer:
            seen.update(json.load(answer))
        return bool(seen["state"] != "received")

    wait_until("the batch has ended", ended)
    assert seen["state"] == "unusable"
    assert "沙箱只收虚构人员" in json.dumps(seen, ensure_ascii=False)
    left = [path for path in data.rglob("*.log") if "140105198803041219" in path.read_text(errors="replace")]
    assert left == []

    assert run(data, "sandbox", "reset", "--yes").returncode == 2
    assert run(data, "catalogue", "list").returncode == 2
    assert run(data, "catalogue", "list", CHENGXIN_SANDBOX="1").returncode == 0
    assert run(data, "up", "--demo").returncode == 2
