"""An upload becomes a batch, or leaves nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from chengxin.records.services import process_batch
from tests.conftest import Register
from tests.penalties import csv_text, penalty
from tests.people import WANG_WEI
from tests.portal.conftest import LogIn

UPLOAD = "/desk/batches/new/"
MARK = b"\xe7\x8e\x8b\xe4\xbc\x9f"  # the name of the person in the file


@pytest.fixture
def content(today: date) -> bytes:
    return csv_text([penalty(today), penalty(today, 2, CF_WSH="")]).encode()


def file(content: bytes, name: str = f"{WANG_WEI.code}.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def form(content: bytes, **values: Any) -> dict[str, Any]:
    return {"item": "CF-ZRR", "attested": "", "file": file(content), **values}


def left(spool: Path) -> list[Path]:
    return [path for path in spool.rglob("*") if path.is_file()] if spool.exists() else []


def batches(register: Register) -> list[tuple[Any, ...]]:
    return register.rows("SELECT id, token, state, form, size_bytes, attested FROM records_batch")


def test_a_clerks_file_becomes_a_batch_and_a_job(
    register: Register, log_in: LogIn, spool: Path, content: bytes
) -> None:
    answer = log_in("clerk").post(UPLOAD, form(content))
    ((number, token, state, kind, size, _),) = batches(register)
    assert answer.headers["Location"] == reverse("portal:batch", args=[token])
    assert (state, kind, size) == ("received", "csv", len(content))
    assert {path.name for path in left(spool)} == {f"{token.hex}.spool", f"{token.hex}.key"}
    assert register.rows("SELECT args FROM procrastinate_jobs") == [({"batch_id": number},)]


def test_no_plain_byte_and_no_file_name_is_kept(
    register: Register, log_in: LogIn, spool: Path, content: bytes, tmp_path: Path
) -> None:
    log_in("clerk").post(UPLOAD, form(content))
    for path in left(tmp_path):
        assert MARK not in path.read_bytes()
        assert WANG_WEI.code not in str(path)
    (row,) = register.rows("SELECT to_jsonb(b)::text FROM records_batch b")[0]
    assert WANG_WEI.code not in row


def test_a_large_file_comes_out_of_the_spool_as_it_went_in(
    register: Register, log_in: LogIn, spool: Path, today: date
) -> None:
    from chengxin.records.intake.spool import Spool

    content = csv_text([penalty(today, number) for number in range(1, 12_000)]).encode()
    log_in("clerk").post(UPLOAD, form(content))
    (found,) = batches(register)
    assert b"".join(Spool(spool, found[1].hex).blocks()) == content


REFUSALS = [
    pytest.param({"file": file(b"")}, "重新导出或者另存后再报送", id="empty"),
    pytest.param({"file": file(b"%PDF-1.7 x")}, "只接受", id="pdf"),
    pytest.param({"file": file(b"\xd0\xcf\x11\xe0old")}, "另存为 .xlsx", id="old-xls"),
    pytest.param({"file": [file(b"a,b"), file(b"c,d")]}, "一次只报送一个文件", id="two-files"),
    pytest.param({"file": ""}, "请选择要报送的文件", id="none"),
    pytest.param({"item": "SX-BZXR"}, "", id="another-providers-item"),
    pytest.param({"item": ""}, "请选择信息项", id="no-item"),
    pytest.param({"attested": f"见{WANG_WEI.code}案"}, "不能写身份证件号码", id="code-in-attestation"),
    pytest.param({"attested": "长" * 201}, "", id="attestation-too-long"),
]


@pytest.mark.parametrize(("values", "words"), REFUSALS)
def test_what_is_refused_leaves_nothing(
    register: Register, log_in: LogIn, spool: Path, content: bytes, values: dict[str, Any], words: str
) -> None:
    answer = log_in("clerk").post(UPLOAD, form(content, **values))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "请先改正以下内容" in answer.content.decode()
    assert left(spool) == []
    assert batches(register) == []


def test_too_large_is_told_and_leaves_nothing(register: Register, log_in: LogIn, spool: Path, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    answer = log_in("clerk").post(UPLOAD, form(b"a,b\n" * 400_000))
    assert answer.status_code == 422
    assert "超过 1 MB。请拆成几个文件" in answer.content.decode()
    assert left(spool) == []


def test_a_broken_off_upload_leaves_nothing(register: Register, log_in: LogIn, spool: Path, content: bytes) -> None:
    whole = encode_multipart(BOUNDARY, form(content))
    answer = log_in("clerk").generic("POST", UPLOAD, whole[: len(whole) - 200], content_type=MULTIPART_CONTENT)
    assert answer.status_code == 422
    assert "上传中断" in answer.content.decode()
    assert left(spool) == []
    assert batches(register) == []


def test_a_full_disk_is_told_and_leaves_nothing(
    register: Register, log_in: LogIn, spool: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chengxin.records.intake.spool import SpoolWriter

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SpoolWriter, "write", full)
    answer = log_in("clerk").post(UPLOAD, form(content))
    assert answer.status_code == 422
    assert "暂存空间不足" in answer.content.decode()
    assert left(spool) == []


def test_a_strangers_file_is_not_even_opened(register: Register, spool: Path, content: bytes) -> None:
    answer = Client().post(UPLOAD, form(content))
    assert answer.status_code == 302
    assert not spool.exists()


def test_an_officer_who_hands_nothing_in_is_refused(log_in: LogIn, spool: Path, content: bytes) -> None:
    assert log_in("officer").post(UPLOAD, form(content)).status_code == 403
    assert not spool.exists()


@pytest.mark.parametrize("page", [UPLOAD, "/logout/", "/login/"])
def test_a_forged_upload_leaves_nothing(log_in: LogIn, spool: Path, content: bytes, page: str) -> None:
    assert log_in("clerk", enforce_csrf_checks=True).post(page, form(content)).status_code == 403
    assert left(spool) == []


def test_a_file_sent_elsewhere_leaves_nothing(log_in: LogIn, spool: Path, content: bytes) -> None:
    log_in("clerk").post("/logout/", form(content))
    assert left(spool) == []


def test_a_batch_that_could_not_be_entered_leaves_nothing(
    register: Register, log_in: LogIn, spool: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chengxin.records import jobs

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(jobs.process_batch, "defer", fail)
    client = log_in("clerk", raise_request_exception=False)
    assert client.post(UPLOAD, form(content)).status_code == 500
    assert left(spool) == []
    assert batches(register) == acts(register) == []


def acts(register: Register) -> list[tuple[Any, ...]]:
    return register.rows("SELECT actor, act, subject, note FROM ground_action WHERE act LIKE 'intake.%%' ORDER BY id")


def test_handing_in_and_taking_back_stand_in_the_action_log(
    register: Register, log_in: LogIn, spool: Path, content: bytes, now: Any
) -> None:
    client = log_in("clerk")
    page = client.post(UPLOAD, form(content)).headers["Location"]
    ((number, *_),) = batches(register)
    batch = f"batch:{number}"
    assert acts(register) == [("clerk", "intake.hand_in", batch, "CF-ZRR")]
    assert client.get(f"{page}returns").status_code == 404
    assert len(acts(register)) == 1
    register.become("intake")
    process_batch(number, at=now)
    register.become("app")
    assert b"".join(client.get(f"{page}returns"))
    assert client.post(f"{page}returns/drop").status_code == 302
    assert acts(register)[1:] == [("clerk", "intake.take_back", batch, note) for note in ("taken", "dropped")]


def test_without_its_note_an_act_is_not_done(
    register: Register, log_in: LogIn, spool: Path, content: bytes, now: Any
) -> None:
    client = log_in("clerk", raise_request_exception=False)
    page = client.post(UPLOAD, form(content)).headers["Location"]
    ((number, *_),) = batches(register)
    register.become("intake")
    process_batch(number, at=now)
    register.become("app")
    with register.connect("owner") as connection:
        connection.execute("REVOKE INSERT ON ground_action FROM chengxin_app")
    assert client.post(f"{page}returns/drop").status_code == 500
    assert client.get(f"{page}returns").status_code == 500
    assert client.post(UPLOAD, form(content)).status_code == 500
    assert len(batches(register)) == 1
    assert len(acts(register)) == 1
    with register.connect("owner") as connection:
        connection.execute("GRANT INSERT ON ground_action TO chengxin_app")
    assert b"".join(client.get(f"{page}returns"))


def test_from_upload_to_receipt(register: Register, log_in: LogIn, spool: Path, content: bytes, now: Any) -> None:
    client = log_in("clerk")
    page = client.post(UPLOAD, form(content, attested="测试说〔2026〕1号")).headers["Location"]
    waiting = client.get(page).content.decode()
    assert "正在处理" in waiting
    assert 'data-hx-trigger="every 1s"' in waiting
    assert "刷新" in waiting
    assert "HX-Refresh" not in client.get(f"{page}progress").headers
    ((number, token, *_),) = batches(register)
    register.become("intake")
    process_batch(number, at=now)
    register.become("app")
    assert client.get(f"{page}progress").headers["HX-Refresh"] == "true"
    done = client.get(page).content.decode()
    assert "共读到 2 行，入库或已有 1 行，退回 1 行" in done
    assert "必填项为空" in done
    assert "UTF-8（全文符合 UTF-8）" in done
    found = client.get(f"{page}findings/").content.decode()
    assert "第 3 行 · 行政处罚决定书文号" in found
    assert "例如：" in found
    assert client.get(f"{page}receipt.json").json()["read"] == 2
    numbers = b"".join(client.get(f"{page}numbers.csv")).decode("utf-8-sig").splitlines()
    assert numbers[0] == "行号,记录编号,版本,状态"
    assert numbers[1].startswith("2,")
    assert numbers[1].endswith(",1,有效")
    assert token.hex[:8] in client.get("/desk/batches/").content.decode()


def test_progress_tells_when_it_last_moved(register: Register, log_in: LogIn, spool: Path, content: bytes) -> None:
    client = log_in("clerk")
    page = client.post(UPLOAD, form(content)).headers["Location"]
    assert "最近进展" not in client.get(page).content.decode()
    with register.connect("owner") as connection:
        connection.execute(
            "INSERT INTO records_progress VALUES (%s, 'checking', 7, 1, '2026-07-01 09:30:05+08')",
            [batches(register)[0][0]],
        )
    text = client.get(f"{page}progress").content.decode()
    assert '<dt>最近进展</dt><dd><time datetime="2026-07-01T09:30:05+08:00">09:30:05</time>' in text
    assert "正在逐行校核" in text


def test_a_statement_is_asked_for_where_it_counts(register: Register, log_in: LogIn) -> None:
    assert 'name="attested"' in log_in("clerk").get(UPLOAD).content.decode()
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET organisation_id = (SELECT id FROM identity_organisation"
                           " WHERE kind = 'court') WHERE login = 'clerk'")  # fmt: skip
    text = log_in("clerk").get(UPLOAD).content.decode()
    assert "失信被执行人信息" in text
    assert 'name="attested"' not in text


def test_an_unusable_file_tells_what_to_do(register: Register, log_in: LogIn, spool: Path, now: Any) -> None:
    from chengxin.records.errors import FileUnusable

    client = log_in("clerk")
    page = client.post(UPLOAD, form(b"x,y\n1,2\n")).headers["Location"]
    register.become("intake")
    with pytest.raises(FileUnusable):
        process_batch(batches(register)[0][0], at=now)
    register.become("app")
    text = client.get(page).content.decode()
    assert text.count("文件无法使用") == 2  # title and heading; the reason doesn't say it again
    assert "找不到标题行" in text
    assert "先后不限" in text
    assert "怎么办" in text
    assert left(spool) == []


def test_another_organisations_batch_is_not_there(
    register: Register, log_in: LogIn, spool: Path, content: bytes
) -> None:
    page = log_in("clerk").post(UPLOAD, form(content)).headers["Location"]
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET organisation_id = (SELECT id FROM identity_organisation"
                           " WHERE name = '测试交通运输局') WHERE login = 'clerk'")  # fmt: skip
    other = log_in("clerk")
    for tail in ("", "progress", "findings/", "numbers.csv", "receipt.json", "returns"):
        assert other.get(page + tail).status_code == 404
    assert other.post(f"{page}returns/drop").status_code == 404


def test_the_list_goes_on_page_by_page(register: Register, log_in: LogIn, spool: Path, content: bytes) -> None:
    client = log_in("clerk")
    for _ in range(23):
        client.post(UPLOAD, form(content))
    first = client.get("/desk/batches/").content.decode()
    assert first.count("正在处理") == 20
    oldest = register.rows("SELECT id FROM records_batch ORDER BY id")[3][0]
    assert f"?before={oldest}" in first
    second = client.get(f"/desk/batches/?before={oldest}").content.decode()
    assert second.count("正在处理") == 3
    assert "更早的记录" not in second
    assert client.get("/desk/batches/?before=nonsense").status_code == 200
