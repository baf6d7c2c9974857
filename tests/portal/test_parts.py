"""A large file handed in part by part: taken up after a break, sealed for the disk, ended once, swept when abandoned."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from chengxin.records.services import process_batch
from chengxin.records.ways.parts import Parts, sweep_parts
from tests.conftest import Register
from tests.penalties import csv_text, penalty
from tests.people import WANG_WEI
from tests.portal.conftest import LogIn

UPLOAD, BEGIN = "/desk/batches/new/", "/desk/batches/new/parts/"
Begun = dict[str, Any]


@pytest.fixture
def content(today: date) -> bytes:
    """Give a file of more than two blocks."""
    return csv_text([penalty(today, number) for number in range(1, 8_000)]).encode()


def left(spool: Path) -> list[str]:
    return sorted(path.suffix for path in spool.iterdir()) if spool.exists() else []


def begin(client: Any) -> Begun:
    answer = client.post(BEGIN)
    assert answer.status_code == 201
    begun: Begun = answer.json()
    return begun


def add(client: Any, begun: Begun, at: int, piece: bytes, **headers: str) -> Any:
    return client.post(
        f"{BEGIN}{begun['token']}",
        piece,
        content_type="application/octet-stream",
        headers={"Upload-Secret": begun["secret"], "Upload-Offset": str(at), **headers},
    )


def end(client: Any, begun: Begun, length: int, **changes: Any) -> Any:
    told = {
        "item": "CF-ZRR",
        "attested": "",
        "upload": begun["token"],
        "secret": begun["secret"],
        "size": length,
        "kind": ".csv",
    }
    return client.post(UPLOAD, {**told, **changes})


def whole(client: Any, content: bytes) -> Begun:
    begun, half = begin(client), len(content) // 2 + 77
    assert add(client, begun, 0, content[:half]).json() == {"offset": half}
    assert add(client, begun, half, content[half:]).json() == {"offset": len(content)}
    return begun


def test_parts_become_one_batch(register: Register, log_in: LogIn, spool: Path, content: bytes, now: datetime) -> None:
    client = log_in("clerk")
    begun = whole(client, content)
    assert left(spool) == [".part"]
    answer = end(client, begun, len(content))
    assert answer.headers["Location"] == reverse("portal:batch", args=[begun["token"]])
    assert left(spool) == [".key", ".spool"]
    ((number, size, channel),) = register.rows("SELECT id, size_bytes, channel FROM records_batch")
    assert (size, channel) == (len(content), "page")
    assert end(client, begun, len(content)).headers["Location"] == answer.headers["Location"]
    assert register.rows("SELECT count(*) FROM procrastinate_jobs") == [(1,)]
    register.become("intake")
    outcome = process_batch(number, at=now)
    assert outcome is not None
    assert outcome.new == 7_999


def test_parts_are_sealed_and_open_with_the_secret_alone(
    register: Register, log_in: LogIn, spool: Path, content: bytes
) -> None:
    client = log_in("clerk")
    begun = whole(client, content)
    (path,) = spool.iterdir()
    assert WANG_WEI.name.encode() not in path.read_bytes()
    assert begun["secret"].encode() not in path.read_bytes()
    assert begun["secret"] not in path.name
    wrong = {**begun, "secret": "x" * 32}
    assert client.get(f"{BEGIN}{begun['token']}", headers={"Upload-Secret": wrong["secret"]}).status_code == 404
    assert add(client, wrong, len(content), b"x").status_code == 404
    assert end(client, wrong, len(content)).status_code == 422
    assert left(spool) == [".part"]


def test_a_broken_upload_goes_on_where_it_stood(register: Register, log_in: LogIn, spool: Path, content: bytes) -> None:
    """A web process that is killed while it writes leaves a torn block, which is cut off."""
    client = log_in("clerk")
    begun = begin(client)
    add(client, begun, 0, content[: 3 << 19])
    (path,) = spool.iterdir()
    path.write_bytes(path.read_bytes()[:-1000])
    told = client.get(f"{BEGIN}{begun['token']}", headers={"Upload-Secret": begun["secret"]}).json()
    assert told == {"offset": 1 << 20}
    assert add(client, begun, 3 << 19, content[3 << 19 :]).status_code == 409
    assert add(client, begun, 1 << 20, content[1 << 20 :]).json() == {"offset": len(content)}
    assert end(client, begun, len(content)).status_code == 302
    from uuid import UUID

    from chengxin.records.intake.spool import Spool

    assert b"".join(Spool(spool, UUID(begun["token"]).hex).blocks()) == content


def test_what_was_left_of_an_end_that_was_killed_is_made_anew(
    register: Register, log_in: LogIn, spool: Path, content: bytes
) -> None:
    client = log_in("clerk")
    begun = whole(client, content)
    from uuid import UUID

    for ending in ("key", "spool"):
        (spool / f"{UUID(begun['token']).hex}.{ending}").write_bytes(b"half")
    assert end(client, begun, len(content)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"size": "1"}, "上传不完整"), ({"item": ""}, "请选择信息项"), ({"kind": ".csv", "secret": ""}, "没有这个上传")],
)
def test_what_is_refused_at_the_end_can_be_mended(
    register: Register, log_in: LogIn, spool: Path, content: bytes, changes: dict[str, Any], words: str
) -> None:
    client = log_in("clerk")
    begun = whole(client, content)
    answer = end(client, begun, len(content), **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert left(spool) == [".part"]
    assert register.rows("SELECT count(*) FROM records_batch") == [(0,)]
    assert end(client, begun, len(content)).status_code == 302


def test_too_much_and_too_many_are_refused(register: Register, log_in: LogIn, spool: Path, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    client = log_in("clerk")
    begun = begin(client)
    assert add(client, begun, 0, b"x" * (1 << 20)).status_code == 200
    assert add(client, begun, 1 << 20, b"x").status_code == 422
    assert [client.post(BEGIN).status_code for _ in range(5)] == [201] * 4 + [429]


def test_abandoned_parts_are_swept_after_a_day(register: Register, log_in: LogIn, spool: Path, now: datetime) -> None:
    begin(log_in("clerk"))
    assert sweep_parts(spool, now + timedelta(hours=23)) == 0
    assert sweep_parts(spool, now + timedelta(hours=25)) == 1
    assert left(spool) == []


def test_parts_swapped_on_the_disk_do_not_open(register: Register, spool: Path) -> None:
    parts = Parts.begin(spool, "clerk")
    with parts.opened() as opened:
        opened.append(0, [b"a" * (1 << 20), b"b" * (1 << 20)])
    content = parts.path.read_bytes()
    half = len(content) // 2
    parts.path.write_bytes(content[half:] + content[:half])
    from chengxin.records.errors import UploadUnknown

    with pytest.raises(UploadUnknown), parts.opened():
        pass


def test_progress_is_told_by_events_and_ends(
    register: Register, log_in: LogIn, spool: Path, today: date, now: datetime
) -> None:
    client = log_in("clerk")
    small = csv_text([penalty(today)]).encode()
    begun = begin(client)
    add(client, begun, 0, small)
    end(client, begun, len(small))
    page = client.get(reverse("portal:batch", args=[begun["token"]])).content.decode()
    address = reverse("portal:follow", args=[begun["token"]])
    assert f'data-follow="{address}"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    ((number,),) = register.rows("SELECT id FROM records_batch")
    register.become("intake")
    process_batch(number, at=now)
    register.become("app")
    answer: Any = client.get(address)
    text = b"".join(answer.streaming_content).decode()
    assert "event: end" in text
    assert "progress-body" in text
    assert log_in("officer").get(address).status_code == 403
