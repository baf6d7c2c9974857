"""Share links: what is shown through them and to whom, that each look is entered and counted, and that none goes beyond what was let."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.catalogue.queries import find_purpose
from chengxin.lib.errors import ChengxinError
from chengxin.records.gate import open_gate
from chengxin.records.queries import read_shown
from chengxin.sharing.entries import Wanted, list_entries
from chengxin.sharing.links import services
from chengxin.sharing.links.errors import LinkClosed, LinkRefused, LinkUnknown
from chengxin.sharing.links.queries import find_own_link, list_own_links, own_looks
from chengxin.sharing.links.rules import LinkLimits, Shared, masked_name, opens_until, refuse_link
from chengxin.sharing.links.services import Made, end_link, look, make_link
from tests.conftest import Register
from tests.leave import PENALTY, QUALIFICATION, hold
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, WANG_WEI, Someone
from tests.records.test_ingest import take
from tests.records.test_undoing import undo
from tests.sharing.test_own import oneself

HONOUR = "RY-BZ"
ONE = Shared("records", (PENALTY,), 7, 2)


@pytest.fixture
def held(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    hold(register, tmp_path, today, now - timedelta(minutes=5))
    return register


def share(now: datetime, wanted: Shared = ONE, *, who: Someone = WANG_WEI, coded: bool = False, note: str = "") -> Made:
    return make_link(oneself(who), wanted, note=note, coded=coded, at=now)


def days_go_by(register: Register, days: int) -> None:
    """Set links back by so many days, as if they had gone by."""
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE sharing_link DISABLE TRIGGER USER")
        owner.execute(f"UPDATE sharing_link SET valid_until = valid_until - {int(days)}".encode())
        owner.execute("ALTER TABLE sharing_link ENABLE TRIGGER USER")


def entries(register: Register) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT channel, outcome, reason FROM ground_access_entry WHERE channel = 'share' ORDER BY 1, 2, 3"
    )


@pytest.mark.parametrize(
    ("wanted", "standing", "code"),
    [
        pytest.param(ONE, 0, "", id="sound"),
        pytest.param(Shared("records", (PENALTY,), 30, 20), 19, "", id="as-much-as-may-be"),
        pytest.param(Shared("all", (PENALTY,), 7, 2), 0, "link-kind", id="another-kind"),
        pytest.param(Shared("records", (), 7, 2), 0, "link-item", id="no-item"),
        pytest.param(Shared("records", (PENALTY, "XX"), 7, 2), 0, "link-other-item", id="not-in-force"),
        pytest.param(Shared("records", (PENALTY,), 0, 2), 0, "link-days", id="no-day"),
        pytest.param(Shared("records", (PENALTY,), 31, 2), 0, "link-days", id="too-long"),
        pytest.param(Shared("records", (PENALTY,), 7, 0), 0, "link-views", id="never"),
        pytest.param(Shared("records", (PENALTY,), 7, 21), 0, "link-views", id="too-often"),
        pytest.param(ONE, 20, "link-standing", id="too-many"),
    ],
)
def test_what_a_link_may_share(wanted: Shared, standing: int, code: str) -> None:
    refusal = refuse_link(wanted, offered={PENALTY}, standing=standing, limits=LinkLimits(30, 20, 20))
    assert (refusal.code if refusal else "") == code


def test_one_day_is_today_and_a_name_shows_its_first_sign() -> None:
    assert opens_until(date(2026, 2, 28), 1) == date(2026, 3, 1)
    assert [masked_name(name) for name in ("王伟", "欧阳小明", "王")] == ["王＊", "欧＊＊＊", "王＊"]


def test_whoever_holds_it_sees_what_was_chosen_and_nothing_else(held: Register, now: datetime) -> None:
    made = share(now)
    opened = look(made.words, "", at=now)
    assert [(item.code, len(item.records)) for item in opened.items] == [(PENALTY, 1)]
    assert (opened.number, opened.name) == (made.number, "王＊")
    (record,) = opened.items[0].records
    assert (record.document, record.state) == ("并市监罚〔2026〕1号", "active")
    assert WANG_WEI.code not in str(record)
    assert made.words not in repr(made)
    ((fields, reference, organisation),) = held.rows(
        "SELECT fields, case_reference, organisation FROM ground_access_entry WHERE channel = 'share'"
    )
    assert {name.partition(".")[0] for name in fields} == {PENALTY, "name"}
    assert (reference, organisation) == (made.number, "持链接的人")


def test_words_and_code_are_kept_nowhere(held: Register, now: datetime) -> None:
    made = share(now, coded=True)
    look(made.words, made.code, at=now)
    for table in ("sharing_link", "sharing_link_view", "ground_access_entry", "ground_action"):
        kept = str(held.rows(f"SELECT ({table}.*)::text FROM {table}"))
        assert made.words not in kept
        assert made.words.encode().hex() not in kept
        assert f"({made.code}" not in kept


def test_each_look_is_one_and_after_the_last_there_is_none(held: Register, now: datetime) -> None:
    made = share(now)
    for _ in range(2):
        look(made.words, "", at=now)
    with pytest.raises(LinkClosed):
        look(made.words, "", at=now)
    assert entries(held) == [("share", "answered", "")] * 2 + [("share", "refused", "link-used")]
    one = find_own_link(oneself(), made.number)
    assert (one.state, one.views, one.left) == ("used", 2, 0)
    assert sorted((seen.outcome, seen.reason) for seen in own_looks(oneself(), made.number)) == [
        ("answered", ""), ("answered", ""), ("refused", "link-used"),
    ]  # fmt: skip


def test_the_person_sees_each_look_among_who_saw_their_data(held: Register, now: datetime) -> None:
    look(share(now).words, "", at=now)
    (entry,) = list_entries(oneself(), Wanted(channel="share"))
    assert (entry.organisation, entry.channel, entry.outcome, entry.records, entry.own) == (
        "持链接的人", "share", "answered", 1, False,
    )  # fmt: skip


@pytest.mark.parametrize("end", ["ended", "over", "used", "code", "unknown", "long"])
def test_whatever_does_not_open_sounds_alike_and_is_entered_where_there_is_such_a_link(
    held: Register, now: datetime, end: str
) -> None:
    made = share(now, coded=True)
    words, code = made.words, made.code
    if end == "ended":
        end_link(oneself(), made.number, at=now)
    elif end == "over":
        days_go_by(held, 7)
    elif end == "used":
        for _ in range(2):
            look(words, code, at=now)
    elif end == "code":
        code = "x"
    else:
        words = "x" * (20 if end == "unknown" else 500)
    with pytest.raises(LinkClosed) as refused:
        look(words, code, at=now)
    assert str(refused.value) == str(LinkClosed())
    told = [row for row in entries(held) if row[1] == "refused"]
    assert told == ([] if end in {"unknown", "long"} else [("share", "refused", f"link-{end}")])


def test_too_many_wrong_codes_close_it_for_good(held: Register, now: datetime) -> None:
    made = share(now, coded=True)
    for _ in range(5):
        with pytest.raises(LinkClosed):
            look(made.words, "", at=now)
    with pytest.raises(LinkClosed):
        look(made.words, made.code, at=now)
    one = find_own_link(oneself(), made.number)
    assert (one.state, one.tries, one.views) == ("locked", 5, 0)
    assert entries(held) == [("share", "refused", "link-code")] * 5 + [("share", "refused", "link-locked")]


def test_a_link_without_a_code_takes_any(held: Register, now: datetime) -> None:
    assert look(share(now).words, "123456", at=now).items


def test_another_can_neither_see_nor_end_it(held: Register, now: datetime) -> None:
    made = share(now, note="房东")
    assert list_own_links(oneself(LI_NA)) == []
    with pytest.raises(LinkUnknown):
        find_own_link(oneself(LI_NA), made.number)
    with pytest.raises(LinkUnknown):
        end_link(oneself(LI_NA), made.number, at=now)
    assert own_looks(oneself(LI_NA), made.number) == []
    end_link(oneself(), made.number, at=now)
    with pytest.raises(LinkUnknown):
        end_link(oneself(), made.number, at=now)
    assert [(one.note, one.state) for one in list_own_links(oneself())] == [("房东", "ended")]


def test_a_note_holds_no_code(held: Register, now: datetime) -> None:
    with pytest.raises(LinkRefused) as refused:
        share(now, note=f"给{WANG_WEI.code}")
    assert refused.value.reason == "identity-code"


def test_that_nothing_is_held_is_said_only_where_it_is_true(held: Register, now: datetime) -> None:
    with pytest.raises(LinkRefused, match="行政处罚信息"):
        share(now, Shared("nothing", (PENALTY, HONOUR), 7, 2))
    made = share(now, Shared("nothing", (HONOUR,), 7, 2))
    opened = look(made.words, "", at=now)
    assert (opened.kind, opened.nothing_held, opened.items[0].records) == ("nothing", True, ())
    ((fields, outcome),) = held.rows("SELECT fields, outcome FROM ground_access_entry WHERE channel = 'share'")
    assert (fields, outcome) == ([f"{HONOUR}.=yes_no", "name"], "empty")


def test_what_came_since_makes_the_statement_untrue_and_tells_no_more(
    held: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    made = share(now, Shared("nothing", (PENALTY,), 7, 2), who=LI_NA)
    take(held, write_csv(tmp_path / "late.csv", [penalty(today, 9, LI_NA)]), now)
    held.become("app")
    opened = look(made.words, "", at=now)
    assert (opened.nothing_held, opened.items[0].held, opened.items[0].records) == (False, True, ())


def test_safeguard6_what_shows_no_more_is_not_shown_through_a_link_either(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now - timedelta(minutes=5))
    register.become("app")
    made = share(now)
    assert look(made.words, "", at=now).items[0].records
    undo(register, batch, now)
    register.become("app")
    assert look(made.words, "", at=now).items[0].records == ()


def test_when_the_entry_cannot_be_written_nothing_comes_out(
    held: Register, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended while it is read: by then the database refuses the entry."""
    made = share(now)
    read = read_shown

    def meanwhile(*told: Any, **named: Any) -> Any:
        found = read(*told, **named)
        with held.connect("owner") as owner:
            owner.execute("INSERT INTO sharing_link_end SELECT id, now() FROM sharing_link")
        return found

    monkeypatch.setattr(services, "read_shown", meanwhile)
    with pytest.raises(LinkClosed):
        look(made.words, "", at=now)
    assert held.rows("SELECT outcome FROM ground_access_entry WHERE channel = 'share'") == [("failed",)]
    assert held.rows("SELECT count(*) FROM sharing_link_view") == [(0,)]


def test_two_at_once_with_one_look_left_one_gets_it(held: Register, now: datetime) -> None:
    made = share(now, Shared("records", (PENALTY,), 7, 1))
    together = Barrier(2)

    def looked(_: int) -> bool:
        together.wait()
        try:
            return bool(look(made.words, "", at=now).items)
        except LinkClosed:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(looked, range(2)))
    assert sorted(outcomes) == [False, True]
    assert held.rows("SELECT count(*) FROM sharing_link_view") == [(1,)]
    assert entries(held) == [("share", "answered", ""), ("share", "refused", "link-used")]


def test_so_many_links_at_a_time(held: Register, now: datetime) -> None:
    made = [share(now) for _ in range(20)]
    with pytest.raises(LinkRefused) as refused:
        share(now)
    assert refused.value.reason == "link-standing"
    end_link(oneself(), made[0].number, at=now)
    share(now)


# No sequence of steps gives a look beyond what its person let.

ITEMS = (PENALTY, QUALIFICATION)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("make"),
            st.tuples(
                st.frozensets(st.sampled_from(ITEMS), min_size=1), st.integers(1, 9), st.integers(1, 3), st.booleans()
            ),
        ),
        st.tuples(st.sampled_from(["look", "guess", "end"]), st.integers(0, 3)),
        st.tuples(st.just("days"), st.integers(1, 6)),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Let:
    """What a person let be seen by one link, as plain words say it."""

    made: Made
    items: frozenset[str]
    end: int
    left: int
    tries: int = 5


@dataclass
class Model:
    day: int = 0
    links: list[Let] = field(default_factory=list)

    def opens(self, link: Let) -> bool:
        return self.day < link.end and link.left > 0 and link.tries > 0


@contextmanager
def fresh(register: Register) -> Iterator[Model]:
    with register.connect("owner") as owner:
        for table in (
            "sharing_link_view",
            "sharing_link_try",
            "sharing_link_end",
            "sharing_link",
            "ground_access_entry",
        ):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            owner.execute(f"DELETE FROM {table}".encode())
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
    yield Model()


def stolen(words: str, today: date) -> set[str]:
    """Read at the gate as whoever holds the application's role: everything that the words of a link open."""
    purpose = find_purpose("BR-CX", today)
    with transaction.atomic(), connection.cursor() as cursor:
        open_gate(today, purpose.id)
        cursor.execute("SELECT set_config('cx.share', %s, true)", [words])
        cursor.execute("SELECT DISTINCT i.code FROM records_version v JOIN catalogue_item i ON i.id = v.item_id")
        return {code for (code,) in cursor.fetchall()}


def take_step(kind: str, told: Any, model: Model, register: Register, now: datetime) -> None:
    if kind == "days":
        days_go_by(register, told)
        model.day += told
    elif kind == "make":
        items, days, views, coded = told
        made = share(now, Shared("records", tuple(sorted(items)), days, views), coded=coded)
        model.links.append(Let(made, items, model.day + days, views))
    elif not model.links:
        return
    else:
        link = model.links[told % len(model.links)]
        if kind == "end":
            end_link(oneself(), link.made.number, at=now)
            link.left = 0
        elif kind == "guess" and link.made.code:
            stood = model.opens(link)
            with pytest.raises(LinkClosed):
                look(link.made.words, "no", at=now)
            link.tries -= stood
        else:
            stood = model.opens(link)
            with suppress(LinkClosed):
                opened = look(link.made.words, link.made.code, at=now)
                assert stood
                assert {one.item for item in opened.items for one in item.records} == link.items
                stood, link.left = False, link.left - 1
            assert not stood


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_of_steps_looks_beyond_what_was_let(
    held: Register, today: date, now: datetime, steps: list[tuple[str, Any]]
) -> None:
    with fresh(held) as model:
        for kind, told in steps:
            with suppress(ChengxinError):
                take_step(kind, told, model, held, now)
            for link in model.links:
                words = f"{link.made.words}/{link.made.code}"
                assert stolen(words, today) == (link.items if model.opens(link) else set())
            assert stolen("nobodys", today) == set()
        looked = held.rows("SELECT k.most_views - count(v.entry_id) FROM sharing_link k"
                           " LEFT JOIN sharing_link_view v ON v.link_id = k.id GROUP BY k.id")  # fmt: skip
        assert all(left >= 0 for (left,) in looked)
        given_out = held.rows(
            "SELECT count(*) FROM ground_access_entry WHERE channel = 'share' AND outcome = 'answered'"
        )
        assert given_out == held.rows("SELECT count(*) FROM sharing_link_view")


def test_the_database_refuses_a_look_that_holds_no_words(held: Register, now: datetime) -> None:
    share(now)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO sharing_link_view (entry_id, link_id, at) SELECT gen_random_uuid(), 1, now()")
