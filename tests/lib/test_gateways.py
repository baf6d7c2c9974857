"""Letters go out by a real SMTP server, short messages by a real program; what wasn't taken is told as what it is."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chengxin.lib.gateways import Letter, Mail, NotTaken, Program
from tests.conftest import free_port
from tests.letters import certificate, post_office

LETTER = Letter("notice-7-1", "您有新的消息", "请登录后查看。\n", datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
FROM, TO = "信用信息系统 <no-reply@credit.example>", "wang@mail.example"


def test_letter_comes_whole_and_names_itself_for_good() -> None:
    with post_office() as office:
        for _ in range(2):
            Mail(office.url, "", FROM).send(TO, LETTER)
    assert [to for to, _ in office.came] == [TO, TO]
    message = office.came[0][1]
    assert message["Subject"] == LETTER.subject
    assert office.text().replace("\r\n", "\n") == LETTER.text
    assert {one["Message-ID"] for _, one in office.came} == {"<notice-7-1@credit.example>"}
    assert message["Auto-Submitted"] == "auto-generated"


def test_letter_is_sent_in_the_registers_name_and_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chengxin.lib.gateways.loopback", lambda _host: False)
    with post_office(password="secret", tls_context=certificate(tmp_path)) as office:
        with pytest.raises(NotTaken) as unknown:
            Mail(office.url, "secret", FROM).send(TO, LETTER)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        Mail(office.url, "secret", FROM).send(TO, LETTER)
        assert len(office.came) == 1
        with pytest.raises(NotTaken) as refused:
            Mail(office.url, "wrong", FROM).send(TO, LETTER)
    assert (unknown.value.answer, unknown.value.final) == ("SSLCertVerificationError", False)
    assert len(office.came) == 1
    assert not refused.value.final


@pytest.mark.parametrize(
    ("answer", "code", "final"), [("550 no such box", "smtp-550", True), ("450 later", "smtp-450", False)]
)
def test_what_the_server_refuses_is_over_or_tried_again(answer: str, code: str, *, final: bool) -> None:
    with post_office() as office:
        office.answer = answer
        with pytest.raises(NotTaken) as refused:
            Mail(office.url, "", FROM).send(TO, LETTER)
    assert (refused.value.answer, refused.value.final) == (code, final)
    assert TO not in str(refused.value)


def test_server_that_is_down_is_tried_again() -> None:
    with pytest.raises(NotTaken) as refused:
        Mail(f"smtp://127.0.0.1:{free_port()}", "", FROM).send(TO, LETTER)
    assert not refused.value.final


def test_nothing_goes_unencrypted_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server beyond loopback that doesn't speak TLS gets no letter."""
    monkeypatch.setattr("chengxin.lib.gateways.loopback", lambda _host: False)
    with post_office() as office:
        with pytest.raises(NotTaken):
            Mail(office.url, "", FROM).send(TO, LETTER)
        assert office.came == []


def program(folder: Path, ending: int) -> Program:
    path = folder / "short-messages"
    path.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\npathlib.Path({str(folder / 'came.json')!r}).write_text(sys.stdin.read())\n"
        f"assert len(sys.argv) == 1\nsys.exit({ending})\n"
    )
    path.chmod(0o700)
    return Program(str(path))


def test_short_message_goes_in_by_standard_input(tmp_path: Path) -> None:
    program(tmp_path, 0).send("13800000000", LETTER)
    assert json.loads((tmp_path / "came.json").read_text()) == {
        "number": LETTER.number, "to": "13800000000", "text": LETTER.text,
    }  # fmt: skip


@pytest.mark.parametrize(("ending", "final"), [(75, False), (1, True)])
def test_program_says_whether_to_try_again(tmp_path: Path, ending: int, *, final: bool) -> None:
    with pytest.raises(NotTaken) as refused:
        program(tmp_path, ending).send("13800000000", LETTER)
    assert (refused.value.answer, refused.value.final) == (f"exit-{ending}", final)


def test_program_that_is_missing_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(NotTaken) as refused:
        Program(str(tmp_path / "nothing")).send("13800000000", LETTER)
    assert not refused.value.final
