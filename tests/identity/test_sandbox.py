"""Whom a sandbox knows: its own made-up persons. And what it signs: nothing that counts elsewhere."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengxin.ground.errors import ClosedInSandbox, RealInSandbox
from chengxin.identity.errors import CodeInvalid
from chengxin.identity.models import Organisation
from chengxin.identity.parties import Party
from chengxin.identity.services.declarations import declare_at_server
from chengxin.identity.services.population import load_population
from chengxin.identity.services.verification import verify
from chengxin.identity.signing import is_ours, sign
from chengxin.records.population_calls import receive_events
from chengxin.records.reconciliation import Receipt, is_genuine, receipt_text
from chengxin.records.services import areas
from chengxin.records.ways.exchange import open_exchange
from chengxin.sharing.deciding import Question, Refused, identify
from chengxin.sharing.documents.day_receipt import as_pdf, layout
from tests.conftest import Register
from tests.identity.verifying import asked, register_purposes, system
from tests.people import MARKET, UNKNOWN, WANG_WEI, write_population
from tests.sandboxes import make_sandbox, real_code

REAL = real_code()


@pytest.fixture
def sandbox(register: Register, settings: Any) -> Register:
    make_sandbox(register)
    settings.SANDBOX = True
    return register


def test_a_synthetic_person_is_found(sandbox: Register, today: date) -> None:
    assert identify(Question("resident-id", WANG_WEI.code, WANG_WEI.name), today) > 0


def test_a_real_number_is_neither_looked_up_nor_kept(sandbox: Register, today: date, settings: Any) -> None:
    with pytest.raises(Refused) as refused:
        identify(Question("resident-id", REAL, "贾真人"), today)
    assert refused.value.reason == "code-invalid"
    assert Party("resident-id", REAL, "贾真人").canonical(today) is None
    settings.SANDBOX = False
    assert Party("resident-id", REAL, "贾真人").canonical(today) == REAL


def test_a_real_number_is_checked_against_nobody(sandbox: Register, now: datetime) -> None:
    purpose = register_purposes(sandbox)
    client = system(sandbox)
    with pytest.raises(CodeInvalid):
        verify(client.enquirer, purpose, asked(WANG_WEI, code=REAL), at=now)
    answer, _ = verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    assert answer.outcome == "match"
    assert sandbox.rows("SELECT subject_id FROM ground_access_entry WHERE reason = 'code-invalid'") == [(0,)]


def test_an_officer_declares_no_real_number(sandbox: Register, now: datetime) -> None:
    sandbox.become("owner")
    before = sandbox.rows("SELECT count(*) FROM identity_declaration")
    with pytest.raises(RealInSandbox):
        declare_at_server("clerk", Party("resident-id", REAL, "贾真人"), at=now)
    assert sandbox.rows("SELECT count(*) FROM identity_declaration") == before


def test_the_population_feed_is_closed(sandbox: Register, now: datetime) -> None:
    with pytest.raises(ClosedInSandbox):
        receive_events(b"[]", bearer=None, at=now)  # type: ignore[arg-type]  # refused before anybody is asked who they are


def test_real_persons_enter_by_no_file_even_as_the_owner(sandbox: Register, tmp_path: Path, now: datetime) -> None:
    file = write_population(tmp_path / "people.csv")
    text = file.read_text(encoding="utf-8-sig").splitlines()
    real = text[1].replace(text[1].split(",")[2], REAL.replace("19880304", text[1].split(",")[3]))
    file.write_text("\n".join([text[0], real]) + "\n", encoding="utf-8")
    sandbox.become("owner")
    before = sandbox.rows("SELECT count(*) FROM identity_code")
    receipt = load_population(file, areas=areas(), at=now)
    assert [rule for _, rule in receipt.refused] == ["code-invalid"]
    assert sandbox.rows("SELECT count(*) FROM identity_code") == before


def test_not_even_synthetic_persons_are_brought_by_another_role(
    sandbox: Register, tmp_path: Path, now: datetime
) -> None:
    file = write_population(tmp_path / "people.csv", (UNKNOWN,))
    sandbox.become("intake")
    with pytest.raises(Exception, match="its owner makes them"):
        load_population(file, areas=areas(), at=now)
    sandbox.become("owner")
    assert load_population(file, areas=areas(), at=now).new == 1


def test_no_exchange_table_is_opened(sandbox: Register, now: datetime) -> None:
    sandbox.become("owner")
    provider = Organisation.objects.get(code=MARKET)
    with pytest.raises(ClosedInSandbox):
        open_exchange(provider, "CF-ZRR", prefix="chengxin", intake="chengxin_intake", at=now)


def test_what_a_sandbox_signs_counts_nowhere_else(
    register: Register, settings: Any, today: date, now: datetime
) -> None:
    settings.SANDBOX = True
    signed = sign("text")
    assert is_ours("text", signed)
    receipt = receipt_text(MARKET, "x", today, [], now)
    assert json.loads(receipt)["installation"] == "sandbox"
    signature = sign(receipt)
    told = {
        "content": receipt, "suite": signature.suite,
        "public": signature.public.hex(), "signature": signature.signature.hex(),
    }  # fmt: skip
    assert is_genuine(told)
    paper = layout(Receipt(receipt, signature))
    assert "SANDBOX" in paper["title"]
    assert as_pdf(Receipt(receipt, signature)).startswith(b"%PDF")
    settings.SANDBOX = False
    assert not is_ours("text", signed)
    assert not is_genuine(told)
    assert "installation" not in json.loads(receipt_text(MARKET, "x", today, [], now))
    ordinary = sign("text")
    settings.SANDBOX = True
    assert not is_ours("text", ordinary)


@pytest.mark.parametrize("role", ["app", "intake", "admin", "public", "eraser", "owner"])
def test_nobody_changes_what_a_database_is(register: Register, role: str) -> None:
    for query in (
        "UPDATE ground_installation SET kind = 'sandbox'",
        "DELETE FROM ground_installation",
        "TRUNCATE ground_installation",
        "INSERT INTO ground_installation (id, kind, made_at) VALUES (2, 'sandbox', now())",
    ):
        with register.connect(role) as connection, pytest.raises(psycopg.Error):
            connection.execute(query)
    assert register.rows("SELECT kind FROM ground_installation") == [("province",)]
