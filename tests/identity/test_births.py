"""Safeguard 3 after the fact: what the authority says of a birth reaches the records that stand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.ground.errors import NotAnswerable
from chengxin.identity.backends import Officers
from chengxin.identity.coverage import feed_status
from chengxin.identity.queries import find_person
from chengxin.identity.services.population import PopulationReceipt, take_events
from chengxin.identity.vault import vault
from chengxin.lib.periods import turns
from chengxin.records.practices import count_coverage
from chengxin.records.services import areas
from chengxin.sharing.services import issue_report, view_past
from tests.conftest import Register, copied_register
from tests.identity.feeding import Event, batches, corrected, event, load, moved, new, renamed, renumbered, take
from tests.penalties import penalty
from tests.people import MARKET, WANG_WEI, Someone, code_of, write_population
from tests.qualifications import qualification, write_qualifications
from tests.records.test_ingest import take as hand_in
from tests.system.test_reading import ASKER, AUDIT, about, fill, settle_auditor

DAY = timedelta(days=1)


def born_to_be_18_on(day: date) -> date:
    """Give a day of birth whose bearer turns 18 on this day."""
    return next(born for back in range(-1, 2) if turns(born := day.replace(year=day.year - 18) + back * DAY, 18) == day)


def coming_of_age(day: date) -> str:
    return code_of(f"{born_to_be_18_on(day):%Y%m%d}", 801)


def acted(row: dict[str, str]) -> date:
    return date.fromisoformat(row["CX_XWZZRQ"])


def shown(code: str, now: datetime) -> int:
    return len(issue_report(ASKER, about(WANG_WEI, code=code), at=now).records)


@pytest.mark.parametrize(("days", "records"), [(0, 1), (1, 0)], ids=["on-the-birthday", "the-day-before"])
def test_birth_that_is_corrected_hides_what_was_done_before_18(
    register: Register, tmp_path: Path, today: date, now: datetime, days: int, records: int
) -> None:
    row = penalty(today, 1)
    fill(register, tmp_path, now, row)
    code = coming_of_age(acted(row) + days * DAY)
    take(register, corrected(1, WANG_WEI.code, code, WANG_WEI.name))
    assert shown(code, now) == records


def test_past_shows_nothing_done_before_18_either(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    settle_auditor(register)
    row = penalty(today, 1)
    fill(register, tmp_path, now, row)
    before = view_past(AUDIT, about(WANG_WEI), on=today - DAY, known_at=now, at=now)
    code = coming_of_age(acted(row) + DAY)
    take(register, corrected(1, WANG_WEI.code, code, WANG_WEI.name))
    after = view_past(AUDIT, about(WANG_WEI, code=code), on=today - DAY, known_at=now, at=now)
    assert (len(before.records), len(after.records)) == (1, 0)


def test_correction_back_shows_it_again(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    row = penalty(today, 1)
    fill(register, tmp_path, now, row)
    code = coming_of_age(acted(row) + DAY)
    take(register, corrected(1, WANG_WEI.code, code, WANG_WEI.name))
    take(register, corrected(2, code, WANG_WEI.code, WANG_WEI.name))
    assert shown(WANG_WEI.code, now) == 1


def test_snapshot_that_moves_the_birth_hides_it_too(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    """The number says another birth than was told with it before: a person without a citizen's number, whose code shows none."""
    passport = Someone("约翰", "19900101", 1)
    assert find_person("passport", "E00000000", passport.name) is None
    told = {"ZJLX": "2", "ZJHM": "E00000000"}
    take(register, new(1, passport.code, passport.name) | told)
    row = penalty(today, 1, passport, CF_XDR_ZJLX="2", CF_XDR_ZJHM="E00000000")
    fill(register, tmp_path, now, row)
    question = about(passport, code_type="passport", code="E00000000")
    assert len(issue_report(ASKER, question, at=now).records) == 1
    born = f"{born_to_be_18_on(acted(row) + DAY):%Y%m%d}"
    file = write_population(tmp_path / "p.csv", (Someone(passport.name, born, 1),))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f",1,{code_of(born, 1)},", ",2,E00000000,"), encoding="utf-8")
    load(register, file, sequence=2)
    assert issue_report(ASKER, question, at=now).records == ()


def test_closed_person_is_counted_among_no_occupation(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    path = write_qualifications(tmp_path / "q.csv", [qualification(today, 1)])
    hand_in(register, path, now, item="ZG-ZY", provider=MARKET)
    register.become("app")
    before = count_coverage(today, today=today).cells
    take(register, renumbered(5, WANG_WEI.code, CHILD_CODE, "秘密"))
    assert max(cell.persons for cell in before) == 1
    assert all(cell.persons == 0 for cell in count_coverage(today, today=today).cells)


# Held, and a minor today: nothing of them is shown, shared or used, and nothing of the minor is kept.

CHILD_CODE = code_of("20150601", 802)
PASSPORT = "E00000000"
ABROAD = {"ZJLX": "2", "ZJHM": PASSPORT}


def said(how: str, tmp_path: Path) -> dict[str, str] | Path:
    """Give what the authority says of a person whom it told of as an adult: that they are a minor."""
    if how == "correction":
        return corrected(5, WANG_WEI.code, CHILD_CODE, "秘密")
    if how == "number":
        return renumbered(5, WANG_WEI.code, CHILD_CODE, "秘密")
    if how == "own-code":
        return moved(5, WANG_WEI.code, "140106") | {"CSRQ": "20150601"}
    rows = (tmp_path / "p.csv").open("w", encoding="utf-8")
    with rows as file:
        file.write("XM,ZJLX,ZJHM,CSRQ,XZQH,ZT,SWRQ,XWNL,XWNLRQ\n")
        file.write(f"秘密,1,{WANG_WEI.code},20150601,140106,正常,,,\n")
    return tmp_path / "p.csv"


def tell(register: Register, what: dict[str, str] | Path) -> PopulationReceipt:
    return load(register, what, sequence=5) if isinstance(what, Path) else take(register, what)


@pytest.mark.parametrize("how", ["correction", "number", "own-code", "snapshot"])
def test_held_person_whom_the_authority_calls_a_minor_is_closed(
    register: Register, tmp_path: Path, today: date, now: datetime, how: str
) -> None:
    settle_auditor(register)
    fill(register, tmp_path, now, penalty(today, 1))
    subject = find_person("resident-id", WANG_WEI.code, WANG_WEI.name)
    assert subject is not None
    receipt = tell(register, said(how, tmp_path))
    assert (receipt.minors, receipt.closed, receipt.new, receipt.parked, receipt.refused) == (1, 1, 0, 0, [])
    if how != "snapshot":
        assert [one.fate for one in receipt.fates] == ["closed"]
    assert find_person("resident-id", WANG_WEI.code, WANG_WEI.name) is None
    with pytest.raises(NotAnswerable):
        issue_report(ASKER, about(WANG_WEI), at=now)
    with pytest.raises(NotAnswerable):
        view_past(AUDIT, about(WANG_WEI), on=today - DAY, known_at=now, at=now)
    assert feed_status().closed == 1
    assert tell(register, said(how, tmp_path)).closed == 0


def test_nothing_of_the_minor_is_kept_but_number_and_fact(register: Register) -> None:
    take(register, corrected(5, WANG_WEI.code, CHILD_CODE, "秘密"))
    assert register.rows("SELECT sequence FROM identity_population_dropped") == [(5,)]
    assert register.rows("SELECT rank, corrects FROM identity_minor_word") == [(5_000_000, True)]
    assert register.rows("SELECT count(*) FROM identity_population_event WHERE edition = 0") == [(0,)]
    assert register.rows("SELECT count(*) FROM identity_population_parked") == [(0,)]
    keys = vault()
    for column in ("code_mark", "name_tag", "code_hash"):
        for table in ("identity_minor_word", "identity_code", "identity_withdrawn_code"):
            held = (
                {bytes(row[0]) for row in register.rows(f"SELECT {column} FROM {table}")}
                if has(register, table, column)
                else set()
            )
            assert not held & {keys.code_mark("resident-id", CHILD_CODE), keys.code_hash("resident-id", CHILD_CODE)}


def has(register: Register, table: str, column: str) -> bool:
    found = register.rows(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = %s AND column_name = %s", table, column
    )
    return found == [(1,)]


def test_of_minors_with_a_number_of_their_own_not_even_a_mark_is_kept(register: Register) -> None:
    take(register, new(1, CHILD_CODE, "秘密"), renumbered(2, code_of("20150602", 803), CHILD_CODE, "秘密"))
    assert register.rows("SELECT count(*) FROM identity_minor_word") == [(0,)]


def test_rows_about_a_closed_person_are_refused_and_leave_nothing(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    take(register, corrected(5, WANG_WEI.code, CHILD_CODE, "秘密") | {"SJLX": "号码变更"})
    fill(register, tmp_path, now, penalty(today, 1), penalty(today, 2, CF_XDR_MC="王维"))
    assert register.rows("SELECT rule FROM records_finding") == [("minor",), ("minor",)]
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]
    assert register.rows("SELECT count(*) FROM records_version") == [(0,)]


def test_later_word_that_they_are_an_adult_opens_them_again(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    fill(register, tmp_path, now, penalty(today, 1))
    take(register, moved(5, WANG_WEI.code, "140106") | {"CSRQ": "20150601"})
    take(register, renamed(4, WANG_WEI.code, WANG_WEI.name))
    assert find_person("resident-id", WANG_WEI.code, WANG_WEI.name) is None
    take(register, renamed(6, WANG_WEI.code, WANG_WEI.name))
    assert shown(WANG_WEI.code, now) == 1
    assert feed_status().closed == 0


def test_number_taken_off_a_minor_may_be_an_adults(
    register: Register, today: date, now: datetime, tmp_path: Path
) -> None:
    """The child's records don't become the adult's, in one batch or in several."""
    fill(register, tmp_path, now, penalty(today, 1))
    take(register, corrected(5, WANG_WEI.code, CHILD_CODE, "秘密"), new(6, WANG_WEI.code, "王卫"))
    report = issue_report(ASKER, about(WANG_WEI, name="王卫"), at=now)
    assert report.records == ()
    assert feed_status().closed == 1


def test_person_who_is_closed_stands_for_nobody_and_is_logged_out(register: Register) -> None:
    found = find_person("resident-id", WANG_WEI.code, WANG_WEI.name)
    assert found is not None
    ((user,),) = register.rows("SELECT identity_settle_person(%s)", found.subject_id)
    assert Officers().get_user(user) is not None
    take(register, renumbered(5, WANG_WEI.code, CHILD_CODE, "秘密"))
    assert Officers().get_user(user) is None


WORDS = {
    "name": "姓名变更",
    "number": "号码变更",
    "correction": "号码更正",
    "minor-correction": "号码更正",
    "minor-number": "号码变更",
}
KINDS = ("name", "number", "correction", "minor", "minor-before", "minor-correction", "minor-number")
CLOSING = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def owner(cluster: Any, django_db_blocker: Any) -> Iterator[Register]:
    with copied_register(cluster, django_db_blocker) as register:
        register.become("owner")
        yield register


@settings(max_examples=60, deadline=None)
@given(acts=CLOSING, data=st.data())
def test_any_order_closes_the_same_persons(
    owner: Register, acts: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    events, codes = history(acts)
    order = data.draw(st.permutations(events))
    cuts = data.draw(st.lists(st.integers(0, 10), max_size=4))
    assert open_codes(batches(order, cuts), codes) == open_codes([[one] for one in events], codes)


def test_word_on_a_number_that_was_taken_off_before_was_said_of_somebody_else(owner: Register) -> None:
    """And closes whoever bears the number by then, though it came before the correction and the other person did."""
    acts = [("correction", 0, 0), ("minor-before", 0, 0)]
    (one, other, correction, word), codes = history(acts)
    bearer = new(4, WANG_WEI.code, "甲") | {"SJBH": "E4b", "ZJLX": "2", "ZJHM": codes[0]}
    word |= {"SJXH": "5"}
    told = [one, other, correction, bearer, word]
    in_order = open_codes([[event] for event in told], codes)
    assert in_order == [(codes[0], False, 1), (codes[1], True, 1), (codes[2], True, 1)]
    assert open_codes([[one], [word], [correction], [bearer], [other]], codes) == in_order
    assert open_codes([[word], [one, other], [bearer, correction]], codes) == in_order


def history(acts: list[tuple[str, int, int]]) -> tuple[list[Event], list[str]]:
    """Let two persons, told of first, be renamed, renumbered, corrected and called minors, under passports: those show no birth.

    ``minor-before`` calls whoever bears a number that one of them had before a minor.
    """
    borne = [["E99000001"], ["E99000002"]]
    events = [new(n, WANG_WEI.code, "甲") | {"ZJLX": "2", "ZJHM": code} for n, (code,) in enumerate(borne, 1)]
    gone = set[int]()
    for kind, whom, place in acts:
        if whom in gone:
            continue
        n, code, fresh = len(events) + 1, borne[whom][-1], f"E9900{whom}1{len(events):02d}"
        who = {"ZJLX": "2", "YZJLX": "2", "ZJHM": code, "XM": f"名{place}", "CSRQ": "19900101", "XZQH": "140105"}
        young, child = {**who, "CSRQ": "20150601"}, {"ZJLX": "1", "ZJHM": CHILD_CODE, "YZJHM": code}
        if kind in {"number", "correction"}:
            borne[whom].append(fresh)
            events.append(event(n, WORDS[kind], code) | who | {"ZJHM": fresh, "YZJHM": code})
        elif kind == "name":
            events.append(event(n, WORDS[kind], code) | who)
        elif kind.startswith("minor-") and kind != "minor-before":
            events.append(event(n, WORDS[kind], code) | young | child)
            gone |= {whom} if kind == "minor-correction" else set()
        else:
            said_of = borne[whom][place % len(borne[whom])] if kind == "minor-before" else code
            events.append(event(n, "迁移", code) | young | {"ZJHM": said_of})
    return events, [code for codes in borne for code in codes]


def open_codes(arriving: list[list[Event]], codes: list[str]) -> list[tuple[str, bool, int]]:
    """Give which codes lead to somebody who is open, and how many persons are closed."""
    with transaction.atomic():
        for batch in arriving:
            take_events(batch, areas=areas(), at=datetime.now(UTC))
        found = [(code, find_person("passport", code, "甲") is not None, feed_status().closed) for code in codes]
        transaction.set_rollback(True)
    return found
