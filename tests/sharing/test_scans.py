"""Papers at the window: which are taken in, that they lie sealed and whole, who opens them and how that is entered, when they go."""

import os
import shutil
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from PIL import Image

from chengxin.identity.errors import ScanGone, ScanRefused, ScanUnknown, VisitOver
from chengxin.identity.scanning import MOST_A_VISIT, PIECE_BYTES, pieces_of, refuse_scan, scan_kinds
from chengxin.identity.services import scans as of_scans
from chengxin.identity.services.scans import find_scan, list_own_scans, list_scans, scans_of_visit, take_in
from chengxin.identity.services.visits import confirm_relative, end_visit, enter_relative, serve, speak_at_window
from chengxin.identity.speaking import speaking_as
from chengxin.lib.crypto.errors import SealBroken
from chengxin.lib.errors import NotAllowed
from chengxin.lib.papers.paper import Paper
from chengxin.lib.papers.reading import read_paper
from chengxin.lib.papers.refusals import Unreadable
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.documents import scan_receipt_pdf
from chengxin.sharing.entries import Wanted, list_entries
from chengxin.sharing.queries import own_messages
from chengxin.sharing.scans import open_at_desk, open_own_scan
from chengxin.site.eraser import erase_due
from tests.conftest import Register
from tests.identity.keys import rotate
from tests.identity.test_delegations import window as window  # noqa: PLC0414  # two officers of the centre
from tests.killing import killed_at
from tests.lib.papers import SECRET, photograph, saved, scan_pdf, scan_png
from tests.people import DEAD, LI_NA, WANG_WEI
from tests.sharing.test_at_window import ASKED, officer, party
from tests.sharing.test_own import oneself

MARKET_OFFICER, CASE = "clerk", "异议 2026-1 号"


@pytest.fixture
def served(window: Register, now: datetime) -> int:
    """Wang at the window."""
    window.become("app")
    return serve(party(WANG_WEI), None, actor=officer(), at=now)


@pytest.mark.parametrize(
    ("kind", "visit", "waits", "taken", "reason"),
    [
        pytest.param("objection", "self", False, 0, "", id="an-objection-of-ones-own"),
        pytest.param("authority", "self", False, 0, "kind", id="no-power-of-attorney-of-oneself"),
        pytest.param("authority", "delegate", False, 0, "", id="a-power-of-attorney-by-the-agent"),
        pytest.param("kinship", "relative", False, 0, "", id="kinship-by-the-relative"),
        pytest.param("death", "self", False, 0, "kind", id="no-proof-of-death-by-the-living"),
        pytest.param("repair", "relative", False, 0, "kind", id="no-repair-for-the-dead"),
        pytest.param("kinship", "relative", True, 0, "waits", id="nothing-before-a-second-officer-confirmed"),
        pytest.param("letter", "self", False, 0, "kind", id="an-unknown-kind"),
        pytest.param("objection", "self", False, MOST_A_VISIT, "many", id="too-many"),
        pytest.param("objection", "self", False, MOST_A_VISIT - 1, "", id="the-last-one"),
    ],
)
def test_which_papers_are_taken_in(kind: str, visit: str, waits: bool, taken: int, reason: str) -> None:
    refusal = refuse_scan(kind, visit, waits=waits, taken=taken)
    assert (refusal.code if refusal else "") == reason
    assert refusal is None or refusal.text != refusal.text_en


def test_every_kind_has_words_and_somebody_who_hands_it_over() -> None:
    for one in scan_kinds().values():
        assert one.name
        assert one.name_en
        assert set(one.visits) <= {"self", "delegate", "relative"}


@given(st.binary(min_size=1, max_size=3 * PIECE_BYTES).filter(bool))
@trying(max_examples=20, deadline=None)
def test_pieces_are_the_whole(content: bytes) -> None:
    pieces = pieces_of(content)
    assert b"".join(pieces) == content
    assert all(0 < len(piece) <= PIECE_BYTES for piece in pieces)


def test_a_paper_is_taken_in_sealed_and_given_back_whole(register: Register, served: int, now: datetime) -> None:
    number = take_in(officer(), served, "objection", scan_pdf(2), at=now)
    one, content = open_at_desk(officer("colleague"), number, CASE, at=now)
    assert (one.number, one.kind, one.form, one.pages, one.visit) == (number, "objection", "pdf", 2, served)
    assert content == read_paper(scan_pdf(2)).content
    assert sha256(content).digest() == one.digest
    held = register.rows("SELECT content_sealed, key_id, erase_on FROM identity_scan_piece")
    assert all(content[:40] not in bytes(box) and b"PDF" not in bytes(box) for box, _, _ in held)
    assert {day for _, _, day in held} == {one.erase_on}
    assert register.rows("SELECT actor, act, subject, note FROM ground_action WHERE act = 'scans.take'") == [
        ("officer", "scans.take", f"scan:{number}", "objection")
    ]


def test_a_large_paper_lies_in_pieces(register: Register, served: int, now: datetime) -> None:
    noisy = saved(Image.effect_noise((900, 900), 90), "PNG")
    number = take_in(officer(), served, "evidence", noisy, at=now)
    ((pieces, held),) = register.rows(
        "SELECT s.pieces, count(*) FROM identity_scan s JOIN identity_scan_piece p ON p.scan_id = s.id GROUP BY 1"
    )
    assert pieces == held > 1
    assert open_own_scan(oneself(), number, at=now)[1] == read_paper(noisy).content


def test_a_look_is_entered_and_the_person_sees_it(served: int, now: datetime) -> None:
    number = take_in(officer(), served, "report", photograph(), at=now)
    open_at_desk(officer("colleague"), number, CASE, at=now)
    (entry,) = list_entries(oneself(), Wanted())
    assert (entry.organisation, entry.channel, entry.outcome, entry.seen) == (
        "测试信用中心", "desk", "answered", (("", ("scan",)),),
    )  # fmt: skip
    assert entry.purpose == "信用中心服务窗口"
    assert entry.basis.startswith("《")


def test_the_person_is_told_and_opens_it_and_nobody_else_does(register: Register, served: int, now: datetime) -> None:
    number = take_in(officer(), served, "report", photograph(), at=now)
    assert [one.kind for one in own_messages(oneself())] == ["scan-taken"]
    (own,) = list_own_scans(oneself())
    assert (own.number, own.name, own.pages, own.held) == (number, "查询信用报告申请", 1, True)
    opened, content = open_own_scan(oneself(), number, at=now)
    assert SECRET.encode() not in content
    assert sha256(content).digest() == opened.digest
    assert [one.channel for one in list_entries(oneself(), Wanted(own=True))] == ["person"]
    assert list_own_scans(oneself(LI_NA)) == []
    with pytest.raises(ScanUnknown):
        open_own_scan(oneself(LI_NA), number, at=now)
    assert register.rows("SELECT count(*) FROM ground_access_entry WHERE officer <> ''") == [(1,)]


def test_officers_of_no_window_and_of_another_centre_see_nothing(
    register: Register, served: int, now: datetime
) -> None:
    number = take_in(officer(), served, "report", photograph(), at=now)
    clerk = officer(MARKET_OFFICER)
    for call in (
        lambda: list_scans(clerk, at=now),
        lambda: find_scan(clerk, number, at=now),
        lambda: open_at_desk(clerk, number, CASE, at=now),
        lambda: take_in(clerk, served, "report", photograph(), at=now),
        lambda: scans_of_visit(clerk, served, at=now),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert register.rows("SELECT count(*) FROM ground_access_entry") == [(0,)]


@pytest.mark.parametrize("case", ["", "   ", "字" * 121])
def test_no_look_without_a_case(register: Register, served: int, now: datetime, case: str) -> None:
    number = take_in(officer(), served, "report", photograph(), at=now)
    with pytest.raises(ScanRefused):
        open_at_desk(officer(), number, case, at=now)
    assert register.rows("SELECT count(*) FROM ground_access_entry") == [(0,)]


def test_nothing_is_taken_in_after_the_end_the_time_or_by_a_colleague(
    register: Register, served: int, now: datetime
) -> None:
    for who, at in ((officer("colleague"), now), (officer(), now + timedelta(minutes=31))):
        with pytest.raises(VisitOver):
            take_in(who, served, "report", photograph(), at=at)
    end_visit(served, actor=officer(), at=now)
    with pytest.raises(VisitOver):
        take_in(officer(), served, "report", photograph(), at=now)
    assert register.rows("SELECT count(*) FROM identity_scan") == [(0,)]


def test_what_is_no_paper_leaves_nothing(register: Register, served: int, now: datetime) -> None:
    for kind, content, told in (("report", b"hello", Unreadable), ("kinship", photograph(), ScanRefused)):
        with pytest.raises(told):
            take_in(officer(), served, kind, content, at=now)
    assert register.rows("SELECT count(*) FROM identity_scan") == [(0,)]


def test_the_same_paper_is_taken_in_once(register: Register, served: int, now: datetime) -> None:
    take_in(officer(), served, "report", photograph(), at=now)
    with pytest.raises(ScanRefused, match="已经收过"):
        take_in(officer(), served, "report", photograph(), at=now)
    take_in(officer(), served, "evidence", photograph(), at=now)
    assert register.rows("SELECT count(*) FROM identity_scan") == [(2,)]


def test_a_relatives_papers_are_the_relatives(window: Register, now: datetime) -> None:
    window.become("app")
    visit = enter_relative(party(DEAD), party(LI_NA), ASKED, actor=officer(), at=now)
    with pytest.raises(ScanRefused, match="还没有复核"):
        take_in(officer(), visit, "kinship", photograph(), at=now)
    confirm_relative(visit, party(DEAD), party(LI_NA), actor=officer("colleague"), at=now)
    number = take_in(officer(), visit, "kinship", photograph(), at=now)
    assert [one.number for one in list_own_scans(oneself(LI_NA))] == [number]
    open_at_desk(officer(), number, CASE, at=now)
    assert [one.channel for one in list_entries(oneself(LI_NA), Wanted())] == ["desk"]


def test_pieces_are_given_only_to_whoever_entered_that_they_look(served: int, now: datetime) -> None:
    """Past the services: an officer who speaks and names the scan, without an entry, and with another's."""
    number = take_in(officer(), served, "report", photograph(), at=now)
    other = take_in(officer(), served, "evidence", photograph(), at=now)
    open_at_desk(officer(), number, CASE, at=now)
    one, _ = find_scan(officer(), number, at=now)
    for wanted in (number, other):
        with speaking_as(officer()), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('cx.scan', %s, true)", [wanted])
            cursor.execute("SELECT count(*) FROM identity_scan_piece")
            assert cursor.fetchone() == (0,), "an entry of another transaction opens nothing"
    with speaking_as(officer()), pytest.raises(ScanGone):
        of_scans.open_scan(one)


def test_a_look_that_fails_is_entered_as_such(
    register: Register, served: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = take_in(officer(), served, "report", photograph(), at=now)
    monkeypatch.setattr(of_scans, "label_of", lambda *_: "another")
    with pytest.raises(SealBroken):
        open_at_desk(officer(), number, CASE, at=now)
    assert register.rows("SELECT outcome, reason FROM ground_access_entry") == [("failed", "error")]


def test_a_piece_that_was_moved_or_a_file_that_was_changed_is_noticed(
    register: Register, served: int, now: datetime
) -> None:
    """By somebody who may do everything in the database, guards and all, but has no key."""
    first = take_in(officer(), served, "report", photograph(), at=now)
    second = take_in(officer(), served, "evidence", scan_png(), at=now)
    with register.connect("owner") as raw:
        raw.execute("ALTER TABLE identity_scan_piece DISABLE TRIGGER USER")
        raw.execute(
            """UPDATE identity_scan_piece p SET content_sealed = o.content_sealed
               FROM identity_scan_piece o, identity_scan s, identity_scan t
               WHERE s.number = %s AND p.scan_id = s.id AND t.number = %s AND o.scan_id = t.id""",
            [first, second],
        )
        raw.execute("ALTER TABLE identity_scan_piece ENABLE TRIGGER USER")
    with pytest.raises(SealBroken):
        open_at_desk(officer(), first, CASE, at=now)


def test_a_rotation_reaches_scans_piece_by_piece(
    register: Register, served: int, now: datetime, tmp_path: Path, settings: Any
) -> None:
    shutil.copy(settings.VAULT_KEYS, tmp_path / "vault.json")
    settings.VAULT_KEYS = tmp_path / "vault.json"
    noisy = saved(Image.effect_noise((900, 900), 90), "PNG")
    number = take_in(officer(), served, "evidence", noisy, at=now)
    before = register.rows("SELECT place, content_sealed FROM identity_scan_piece ORDER BY place")
    (key_id,) = rotate(register, suite="national")
    after = register.rows("SELECT place, content_sealed, key_id FROM identity_scan_piece ORDER BY place")
    assert [row[0] for row in after] == [row[0] for row in before]
    assert {bytes(row[1]) for row in after}.isdisjoint(bytes(row[1]) for row in before)
    assert {row[2] for row in after} == {key_id}
    ((done,),) = register.rows("SELECT done FROM identity_rotation_step WHERE part = 'identity_scan_piece'")
    assert done == len(before) > 1
    assert open_own_scan(oneself(), number, at=now)[1] == read_paper(noisy).content


# How long.


@pytest.fixture
def years_later(register: Register, taken: str) -> None:
    """Let the day of every scan have come."""
    with register.connect("owner") as raw:
        for table in ("identity_scan", "identity_scan_piece"):
            raw.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            raw.execute(f"UPDATE {table} SET erase_on = current_date - 1")
            raw.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def taken(served: int, now: datetime) -> str:
    return take_in(officer(), served, "report", photograph(), at=now)


def test_it_is_kept_for_the_term_in_force(taken: str, now: datetime) -> None:
    one, _ = find_scan(officer(), taken, at=now)
    first = shanghai_date(one.taken_at)
    assert (one.erase_on.year - first.year) * 12 + one.erase_on.month - first.month == 36


def test_past_its_term_nobody_opens_it_though_nobody_erased_it_yet(
    register: Register, taken: str, years_later: None, now: datetime
) -> None:
    assert register.rows("SELECT count(*) FROM identity_scan_piece") == [(1,)]
    with pytest.raises(ScanGone):
        open_at_desk(officer(), taken, CASE, at=now)
    with pytest.raises(ScanGone):
        open_own_scan(oneself(), taken, at=now)
    assert register.rows("SELECT DISTINCT outcome, reason FROM ground_access_entry") == [("failed", "gone")]


def test_the_eraser_takes_what_is_due_and_that_there_was_a_paper_stays(
    register: Register, taken: str, years_later: None, now: datetime, tmp_path: Path
) -> None:
    register.become("eraser")
    erase_due(tmp_path, at=now)
    register.become("app")
    assert register.rows("SELECT count(*) FROM identity_scan_piece") == [(0,)]
    (own,) = list_own_scans(oneself())
    assert (own.number, own.held) == (taken, False)


def test_the_eraser_leaves_what_is_not_due(register: Register, taken: str, now: datetime, tmp_path: Path) -> None:
    register.become("eraser")
    erase_due(tmp_path, at=now)
    register.become("app")
    assert open_own_scan(oneself(), taken, at=now)


# Half done.


def test_half_a_paper_is_refused_at_the_end_of_its_transaction(register: Register, served: int, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="taken in whole"), transaction.atomic():
        speak_at_window(officer(), served)
        paper = Paper("png", 1, b"x" * 10)
        of_scans._keep("CL20260101AAAAAAAAAA", served, "report", paper)
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO identity_scan (number, visit_id, kind, form, pages, size, pieces, digest)
                   VALUES ('CL20260101BBBBBBBBBB', %s, 'report', 'png', 1, 5, 1, %s)""",
                [served, bytes(32)],
            )
    assert register.rows("SELECT count(*) FROM identity_scan") == [(0,)]


KILLED = """
import sys
from datetime import datetime, UTC
import django
django.setup()
from chengxin.identity.models import User
from chengxin.identity.services import scans
from tests.lib.papers import photograph
def stop(*_, **__):
    print("pieces", flush=True)
    sys.stdin.read()
scans.note_act = stop
scans.take_in(User.objects.select_related("organisation").get(login="officer"), {visit}, "report",
              photograph(), at=datetime.now(UTC))
"""


def test_killed_between_the_pieces_and_the_commit_it_leaves_nothing(
    register: Register, served: int, now: datetime
) -> None:
    environment = {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": register.urls["app"],
        "CHENGXIN_VAULT_KEYS": str(django_settings.VAULT_KEYS),
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    killed_at("pieces", KILLED.replace("{visit}", str(served)), environment)
    assert register.rows("SELECT (SELECT count(*) FROM identity_scan), (SELECT count(*) FROM identity_scan_piece)") == [
        (0, 0)
    ]
    assert take_in(officer(), served, "report", photograph(), at=now)


def test_many_are_listed_page_by_page(served: int, now: datetime) -> None:
    made = [take_in(officer(), served, kind, photograph(), at=now) for kind in ("report", "objection", "repair")]
    first = list_scans(officer(), at=now, limit=2)
    assert [one.number for one in first] == made[:0:-1]
    assert [one.number for one in list_scans(officer(), at=now, before=first[-1].id)] == made[:1]
    assert [one.number for one in scans_of_visit(officer(), served, at=now)] == made


def test_the_receipt_names_papers_and_nobody(served: int, now: datetime) -> None:
    take_in(officer(), served, "report", photograph(), at=now)
    paper = scan_receipt_pdf(served, "测试信用中心", scans_of_visit(officer(), served, at=now), at=now)
    assert paper.startswith(b"%PDF")


@trying(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.sampled_from([scan_pdf(), scan_png(), photograph()])))
def test_any_bytes_are_refused_or_given_back(register: Register, served: int, now: datetime, content: bytes) -> None:
    before = register.rows("SELECT count(*) FROM identity_scan")
    try:
        number = take_in(officer(), served, "evidence", content, at=now)
    except (Unreadable, ScanRefused):
        assert register.rows("SELECT count(*) FROM identity_scan") == before
    else:
        assert open_own_scan(oneself(), number, at=now)[1] == read_paper(content).content
