"""Whoever holds a copy finds in the feed that it no longer holds; nobody else learns anything; nothing of it can be changed unseen."""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from chengxin.ground.services import deliver
from chengxin.lib.notes import NoteBroken, Verifier, notes_in, read_note
from chengxin.sharing.certificates import Wanted, certificate_purposes, issue_certificate
from chengxin.sharing.correcting import feed
from chengxin.sharing.correcting.feed import LEAST, publish_feed, read_index, read_keys, read_page, revoke_copies, sign
from chengxin.sharing.correcting.keys import FEED, change_key
from chengxin.sharing.correcting.tokens import token_of
from chengxin.sharing.documents import as_json, as_pdf, as_text, certificate_json
from chengxin.sharing.own import issue_own_report, withdraw_report
from chengxin.sharing.services import issue_report
from chengxin.site.outbox import HANDLERS, ask_for_page, publish_revocations
from tests.conftest import Register
from tests.faces import public_face
from tests.hooks import correct
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, WANG_WEI
from tests.records.test_ingest import take
from tests.sharing.test_own import oneself
from tests.sharing.test_report import about, asker

CLIENT = Path(__file__).parents[2] / "docs" / "check_revocations.py"
TOKENS = "SELECT encode(token, 'hex'), page FROM sharing_revocation"


@pytest.fixture
def copies(register: Register, tmp_path: Path, today: date, now: datetime) -> dict[str, dict[str, Any]]:
    """Give copies that went out: a report on Wang, one on Li, Wang's own report and certificate, as JSON."""
    take(
        register,
        write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]),
        now - timedelta(minutes=5),
    )
    register.become("app")
    at = now - timedelta(minutes=2)
    wanted = Wanted(next(iter(certificate_purposes())), ("CF-ZRR",), 1)
    return {
        "report": as_json(issue_report(asker(today), about(WANG_WEI), at=at)),
        "other": as_json(issue_report(asker(today), about(LI_NA), at=at)),
        "own": as_json(issue_own_report(oneself(), at=at)),
        "certificate": certificate_json(issue_certificate(oneself(), wanted, at=at)),
    }


def download(register: Register, folder: Path) -> tuple[str, Path]:
    """Download the feed as anybody does; gives the key and the folder. Leaves the process as the worker."""
    place = folder / "feed"
    place.mkdir(exist_ok=True)
    with public_face(register) as public:
        index = public.get("/revocations/index.txt")
        assert index.status_code == 200
        assert index.headers["Content-Type"] == "text/plain; charset=utf-8"
        (place / "index.txt").write_bytes(index.content)
        pages = int(index.content.decode().split("\npages ")[1].split("\n")[0])
        for number in range(1, pages + 1):
            (place / f"{number}.txt").write_bytes(public.get(f"/revocations/{number}.txt").content)
        assert public.get(f"/revocations/{pages + 1}.txt").status_code == 404
        key = public.get("/revocations/keys.txt").content.decode().splitlines()[0]
    register.become("intake")
    return key, place


def check(key: str, place: Path, *copy: str) -> tuple[int, str]:
    """Run the reference client, with no network to speak of."""
    ended = subprocess.run(
        [sys.executable, str(CLIENT), key, str(place), *copy], capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def check_copy(key: str, place: Path, copy: dict[str, Any]) -> tuple[int, str]:
    file = place / "copy.json"
    file.write_text(json.dumps(copy), encoding="utf-8")
    return check(key, place, str(file))


def test_every_copy_of_a_corrected_record_is_revoked_and_no_other(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, today: date, now: datetime
) -> None:
    register.become("intake")
    assert publish_feed(at=now - timedelta(days=1)) == 1
    key, place = download(register, tmp_path)
    assert {check_copy(key, place, copy)[0] for copy in copies.values()} == {0}
    correct(register, tmp_path, today, now)
    assert publish_feed(at=now) == 1
    key, place = download(register, tmp_path)
    for name, copy in copies.items():
        code, said = check_copy(key, place, copy)
        assert code == (0 if name == "other" else 1), said
    record = copies["report"]["records"][0]["number"]
    assert f"revoked: record {record}" in check_copy(key, place, copies["report"])[1]
    on_paper = copies["certificate"]["number"], copies["certificate"]["salt"]
    assert check(key, place, *on_paper)[0] == 1
    assert check(key, place, *on_paper, record)[1].startswith(f"revoked: record {record}")


def test_a_report_that_its_person_withdrew_is_revoked(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, now: datetime
) -> None:
    withdraw_report(oneself(), copies["certificate"]["number"], at=now)
    register.become("intake")
    assert deliver(HANDLERS, at=now) == 1
    publish_feed(at=now)
    key, place = download(register, tmp_path)
    assert check_copy(key, place, copies["certificate"])[0] == 1
    assert check_copy(key, place, copies["own"])[0] == 0


def test_what_is_told_twice_is_revoked_once_and_a_dispute_or_the_end_of_showing_never(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, today: date, now: datetime
) -> None:
    correct(register, tmp_path, today, now)
    before = register.rows(TOKENS)
    assert len(before) == 6  # of three copies, each and its one line
    for reference in ("changed:2", "disputed:1:1:1", "expired:2026-11-28"):
        revoke_copies(reference, now)
    ((batch,),) = register.rows("SELECT max(id) FROM records_batch")
    revoke_copies(f"changed:{batch}", now)
    assert sorted(register.rows(TOKENS)) == sorted(before)


def test_a_copy_of_the_corrected_version_stands(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, today: date, now: datetime
) -> None:
    correct(register, tmp_path, today, now)
    register.become("app")
    fresh = as_json(issue_report(asker(today), about(WANG_WEI), at=now + timedelta(seconds=1)))
    register.become("intake")
    feed.revoke_late(at=now + timedelta(minutes=1))
    publish_feed(at=now)
    key, place = download(register, tmp_path)
    assert check_copy(key, place, fresh)[0] == 0
    assert check_copy(key, place, copies["report"])[0] == 1


def test_a_page_tells_neither_how_many_nor_of_whom(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, today: date, now: datetime
) -> None:
    """Empty or not, a page has the same length, its tokens in the order of their digits; one page a day, whatever happened."""
    register.become("intake")
    publish_feed(at=now - timedelta(days=1))
    correct(register, tmp_path, today, now)
    publish_feed(at=now)
    assert publish_feed(at=now) == 0
    empty, full = read_page(1), read_page(2)
    assert empty is not None
    assert full is not None
    for page in (empty, full):
        tokens = page.partition("\n\n")[0].split("\n")[3:]
        assert len(tokens) == LEAST
        assert tokens == sorted(tokens)
        assert {len(token) for token in tokens} == {64}
        for who in (WANG_WEI, LI_NA):
            assert who.code not in page
            assert who.name not in page
    assert copies["report"]["number"] not in full
    assert copies["report"]["records"][0]["number"] not in full


def test_without_the_salt_a_token_cant_be_made(copies: dict[str, dict[str, Any]]) -> None:
    one = copies["report"]
    salt, number = bytes.fromhex(one["salt"]), one["number"]
    assert token_of(salt, number) != token_of(bytes(16), number)
    assert len({copy["salt"] for copy in copies.values()}) == len(copies)
    assert len(salt) == 16


def test_the_salt_stands_on_every_face(copies: dict[str, dict[str, Any]], register: Register, now: datetime) -> None:
    report = issue_own_report(oneself(), at=now)
    assert report.salt in as_text(report)
    assert as_json(report)["salt"] == report.salt
    assert as_pdf(report)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("2.txt", "\npage 2\n", "\npage 3\n"),
        ("1.txt", "\npage 1\n", "\npage 2\n"),
        ("index.txt", "\npages 2\n", "\npages 1\n"),
        ("index.txt", "\non 2", "\non 3"),
        ("index.txt", "— ", "— x"),
    ],
)
def test_a_changed_feed_is_noticed(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, now: datetime, file: str, old: str, new: str
) -> None:
    register.become("intake")
    publish_feed(at=now - timedelta(days=1))
    publish_feed(at=now)
    key, place = download(register, tmp_path)
    assert check_copy(key, place, copies["report"])[0] == 0
    text = (place / file).read_text(encoding="utf-8")
    assert old in text
    (place / file).write_text(text.replace(old, new), encoding="utf-8")
    assert check_copy(key, place, copies["report"])[0] == 2


def test_a_page_that_is_taken_out_or_swapped_is_noticed(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, today: date, now: datetime
) -> None:
    """The page with the revocation in place of another: signed as well, and still seen."""
    register.become("intake")
    publish_feed(at=now - timedelta(days=1))
    correct(register, tmp_path, today, now)
    publish_feed(at=now)
    key, place = download(register, tmp_path)
    assert check_copy(key, place, copies["report"])[0] == 1
    (place / "2.txt").write_bytes((place / "1.txt").read_bytes())
    assert check_copy(key, place, copies["report"])[0] == 2
    (place / "2.txt").unlink()
    assert check_copy(key, place, copies["report"])[0] == 2


def test_an_old_index_is_no_news(
    register: Register, copies: dict[str, dict[str, Any]], tmp_path: Path, now: datetime
) -> None:
    register.become("intake")
    publish_feed(at=now - timedelta(days=9))
    key, place = download(register, tmp_path)
    code, said = check_copy(key, place, copies["report"])
    assert (code, "download it anew" in said) == (2, True)


def test_both_keys_sign_while_one_replaces_the_other(register: Register, now: datetime) -> None:
    old = Verifier.read(read_keys().splitlines()[0])
    register.become("owner")
    change_key(FEED, both_for=timedelta(days=30), at=now)
    register.become("intake")
    publish_feed(at=now)
    index = read_index()
    assert index is not None
    new, same = (Verifier.read(line) for line in read_keys().splitlines())
    assert same == old
    assert read_note(index, [new]) == read_note(index, [old])
    assert list(notes_in(index)) == [index]
    alone = sign([feed.origin(), "x"], now + timedelta(days=31))
    with pytest.raises(NoteBroken):
        read_note(alone, [old])
    assert read_note(alone, [new])


def test_a_new_installation_has_an_index_once_its_worker_ran(register: Register) -> None:
    register.become("intake")
    ask_for_page()
    ask_for_page()
    queued = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'"
    assert register.rows(queued, publish_revocations.name) == [(1,)]
    pages = "SELECT count(*) FROM public_feed"
    assert register.rows(pages) == [(0,)]
    publish_revocations()
    assert register.rows(pages) == [(1,)]


def test_two_publishers_at_once_make_no_page_twice(register: Register, now: datetime) -> None:
    register.become("intake")
    publish_feed(at=now)
    with pytest.raises(IntegrityError, match="follow one another"):
        feed._publish(1, "", [], now)
