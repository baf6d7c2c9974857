"""The page that tells what works now: one word for each part, in whatever state the rest is, and nothing of what is inside."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chengxin.portal.public import state
from tests.conftest import Register
from tests.registering import INSERT

FIRST, WHOLE = "00000000-0000-0000-0000-000000000001", {"public", "interface", "database", "worker", "sealing"}


@pytest.fixture(autouse=True)
def _reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "interface_state", lambda: "ok")


def told() -> Any:
    return Client().get("/status/state.json").json()


def an_entry(register: Register, at: datetime) -> None:
    """Put an entry of the register in the queue of the sealer, as one that was written at a moment."""
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE ground_access_entry DISABLE TRIGGER USER")
        connection.execute(INSERT, [0, FIRST, at])
        connection.execute("ALTER TABLE ground_unsealed DISABLE TRIGGER USER")
        connection.execute("INSERT INTO ground_unsealed (entry_id, subject_id) VALUES (%s, 0)", [FIRST])


def test_each_part_has_one_word(public_site: Register) -> None:
    found = told()
    assert set(found["parts"]) == WHOLE
    assert (found["parts"]["public"], found["parts"]["database"], found["parts"]["sealing"]) == ("ok", "ok", "ok")
    assert found["parts"]["worker"] == "down"
    assert found["status"] == "down"
    page = Client().get("/status/").content.decode()
    assert "现在有的部分不正常" in page
    assert "有故障，正在处理" in page


def test_it_answers_without_a_database(public_site: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "database_answers", lambda: False)
    assert {code for code, word in told()["parts"].items() if word == "down"} == {"database", "worker", "sealing"}
    assert Client().get("/status/").status_code == 200


@pytest.mark.parametrize(("minutes", "word"), [(1, "ok"), (10, "down")])
def test_a_seal_that_falls_behind_shows(public_site: Register, minutes: int, word: str) -> None:
    an_entry(public_site, datetime.now(UTC) - timedelta(minutes=minutes))
    assert told()["parts"]["sealing"] == word


def test_the_public_process_sees_the_answer_and_not_the_queue(public_site: Register) -> None:
    with public_site.connect("public") as connection:
        assert connection.execute("SELECT ground_seal_keeps_up()").fetchall() == [(True,)]
        for table in ("ground_unsealed", "ground_access_entry", "ground_sealed"):
            with pytest.raises(Exception, match="permission denied"):
                connection.execute(f"SELECT FROM {table}")


def test_a_network_that_is_not_reached_is_no_fault(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    settings.DESK_URL = "http://127.0.0.1:1"
    assert state.interface_state() == "unseen"
    assert state.whole_of([state.Part("public", "ok"), state.Part("interface", "unseen")]) == "unseen"
    assert state.whole_of([state.Part("public", "ok")]) == "ok"
