"""Nothing this month, days reconciled and signed, columns by other names, who did what."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.catalogue.queries import open_item
from chengxin.identity.models import Organisation, User
from chengxin.identity.services.population import load_population
from chengxin.lib.errors import NotAllowed
from chengxin.records.acts import list_own_acts
from chengxin.records.errors import FileUnusable, ForbiddenColumns, MappingRefused, NothingRefused, ReceiptMissing
from chengxin.records.mappings import propose_columns, save_mapping, saved_mapping
from chengxin.records.models import Batch
from chengxin.records.nothing import declare_nothing, list_months, refuse_nothing
from chengxin.records.reconciliation import (
    find_receipt,
    is_genuine,
    list_days,
    owners_receipt,
    reconcile,
    reconcile_due,
)
from chengxin.records.retrying import retry_waiting
from chengxin.records.services import areas
from tests.conftest import Register
from tests.penalties import COLUMNS, penalty, write_csv
from tests.people import LI_NA, MARKET, UNKNOWN, WANG_WEI, write_population
from tests.records.test_ingest import counts, rules, take
from tests.records.test_undoing import officer, undo


def states(cells: Any, item: str = "CF-ZRR") -> list[str]:
    return [cell.state for cell in cells if cell.item == item and cell.provider == MARKET]


def test_silence_is_told_from_nothing(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    clerk, centre = officer("clerk"), officer("officer")
    before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    assert states(list_months(clerk, today=today, months=3)) == ["silent"] * 3
    declare_nothing("CF-ZRR", before + timedelta(days=4), actor=clerk, at=now)
    take(register, write_csv(tmp_path / "a.csv", [penalty(today)]), now)
    register.become("app")
    for who in (clerk, centre):
        found = list_months(who, today=today, months=3)
        assert states(found) == ["came", "nothing", "silent"]
        told = next(cell for cell in found if cell.state == "nothing")
        assert (told.month, told.declared_by, told.declared_at is not None) == (before, clerk.display_name, True)
    assert {cell.provider for cell in list_months(clerk, today=today)} == {MARKET}
    assert len({cell.provider for cell in list_months(centre, today=today)}) > 1
    with pytest.raises(NothingRefused, match="已经报送过"):
        declare_nothing("CF-ZRR", today, actor=clerk, at=now)
    with pytest.raises(NothingRefused, match="已经报告过"):
        declare_nothing("CF-ZRR", before, actor=clerk, at=now)
    with pytest.raises(NothingRefused, match="不是此信息项的提供单位"):
        declare_nothing("SX-BZXR", before, actor=clerk, at=now)
    with pytest.raises(NotAllowed):
        declare_nothing("CF-ZRR", before, actor=centre, at=now)


def test_what_refuses_nothing_says_why(today: date) -> None:
    assert refuse_nothing(today, today, competent=True, batches=0) is None
    ahead = refuse_nothing(today + timedelta(days=40), today, competent=True, batches=0)
    assert ahead is not None
    assert "还没有到" in ahead.text


def test_months_cost_the_same_whatever_the_providers(
    register: Register, today: date, django_assert_num_queries: Any
) -> None:
    centre = officer("officer")
    with django_assert_num_queries(9):
        list_months(centre, today=today)


@pytest.fixture
def yesterday(register: Register, tmp_path: Path, today: date, now: datetime) -> datetime:
    """Two sound rows, one that waits and one that is refused, all of yesterday."""
    at = now - timedelta(days=1)
    rows = [penalty(today, 1), penalty(today, 2, LI_NA), penalty(today, 3, UNKNOWN), penalty(today, 4, CF_JDRQ="不详")]
    batch = take(register, write_csv(tmp_path / "a.csv", rows), at)
    assert counts(batch) == {"read": 4, "new": 2, "changed": 0, "unchanged": 0, "waiting": 1, "refused": 1}, rules(
        register, batch
    )
    return at


def test_a_day_is_reconciled_once_and_signed(
    register: Register, yesterday: datetime, today: date, now: datetime
) -> None:
    day = today - timedelta(days=1)
    assert reconcile_due(at=now) == 1
    assert reconcile_due(at=now) == 0
    assert reconcile(day, at=now) == 0
    provider = Organisation.objects.get(code=MARKET)
    receipt = owners_receipt(provider, day)
    assert receipt.figures["total"] == {
        "batches": 1, "unusable": 0, "read": 4, "new": 2, "changed": 0, "unchanged": 0, "waiting": 1, "refused": 1,
        "taken_up": 0, "undone": 0, "shown": 2, "held": 1,
    }  # fmt: skip
    assert [line["item"] for line in receipt.figures["items"]] == ["CF-ZRR"]
    told = json.loads(json.dumps(receipt.as_json()))
    assert is_genuine(told)
    assert not is_genuine({**told, "content": told["content"].replace('"new":2', '"new":3')})
    assert not is_genuine({**told, "signature": "00" * 64})
    assert not is_genuine({**told, "public": "00" * 64})
    assert not is_genuine({"content": 1})
    assert not is_genuine([])
    register.become("app")
    assert find_receipt(provider, day, actor=officer("clerk")) == receipt
    assert find_receipt(provider, day, actor=officer("officer")) == receipt
    with pytest.raises(ReceiptMissing):
        find_receipt(provider, today, actor=officer("clerk"))
    (one,) = list_days(officer("clerk"), until=today)
    assert (one.figures["read"], one.figures["shown"], one.day) == (4, 2, day)
    text = receipt.content
    assert not any(person.name in text or person.code in text for person in (WANG_WEI, LI_NA, UNKNOWN))


def test_what_was_undone_today_was_still_shown_yesterday(
    register: Register, tmp_path: Path, yesterday: datetime, today: date, now: datetime
) -> None:
    undo(register, Batch.objects.get(form="csv"), now)
    assert reconcile(today - timedelta(days=1), at=now) == 1
    (figures,) = register.rows("SELECT shown, undone FROM records_day_figures")
    assert figures == (2, 0)


def test_reconciling_costs_three_statements(
    register: Register, yesterday: datetime, today: date, now: datetime, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):
        assert reconcile(today - timedelta(days=1), at=now) == 1


# Columns by other names.


def test_a_providers_own_names_are_asked_once_and_used_ever_after(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    names = {"CF_XDR_MC": "被罚人", "CF_WSH": "文书编号", "BZ": "随便写写"}
    columns = tuple(names.get(name, name) for name in COLUMNS)
    row = {names.get(name, name): value for name, value in penalty(today).items()}
    path = write_csv(tmp_path / "own.csv", [row], columns=columns)
    with pytest.raises(FileUnusable, match="缺少必填列"):
        take(register, path, now)
    register.become("app")
    clerk, item = officer("clerk"), open_item("CF-ZRR", today)
    found = {
        one.heading: (one.field, one.source)
        for one in propose_columns(list(columns), item.definition, item.id, actor=clerk)
    }
    assert found["被罚人"] == ("", "open")
    assert found["CF_JDRQ"] == ("CF_JDRQ", "known")
    chosen = {"被罚人": "CF_XDR_MC", "文书编号": "CF_WSH", "随便写写": ""}
    assert save_mapping(chosen, item.definition, "CF-ZRR", actor=clerk, at=now) == 3
    assert save_mapping(chosen, item.definition, "CF-ZRR", actor=clerk, at=now) == 0
    again = {
        one.heading: (one.field, one.source)
        for one in propose_columns(["被罚人"], item.definition, item.id, actor=clerk)
    }
    assert again == {"被罚人": ("CF_XDR_MC", "saved")}
    other = write_csv(tmp_path / "own2.csv", [row, {**row, "文书编号": "并市监罚〔2026〕8号"}], columns=columns)
    assert counts(take(register, other, now))["new"] == 2
    register.become("app")
    assert [done.act for done in list_own_acts(clerk)] == ["intake.map", "intake.map"]
    assert list_own_acts(officer("officer")) == []


@pytest.mark.parametrize(
    ("chosen", "error", "words"),
    [
        ({"宗教信仰": "BZ"}, ForbiddenColumns, "宗教"),
        ({"银行存款": ""}, ForbiddenColumns, "存款"),
        ({"甲": "CF_WSH", "乙": "CF_WSH"}, MappingRefused, "只留一列"),
        ({"甲": "XX"}, MappingRefused, "没有“XX”"),
        ({"行政处罚决定书文号": "BZ"}, MappingRefused, "目录里的列名"),
        ({WANG_WEI.code: "BZ"}, MappingRefused, "证件号码"),
    ],
)
def test_what_may_not_be_mapped_is_refused(
    register: Register, today: date, now: datetime, chosen: dict[str, str], error: type[Exception], words: str
) -> None:
    item = open_item("CF-ZRR", today)
    with pytest.raises(error, match=words):
        save_mapping(chosen, item.definition, "CF-ZRR", actor=officer("clerk"), at=now)
    assert saved_mapping(item.id, actor=officer("clerk")) == {}


def test_a_forbidden_column_is_refused_though_the_database_maps_it(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    """A mapping that came past the service opens nothing: the headings are looked at before they are mapped."""
    clerk = User.objects.get(login="clerk")
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE records_mapping DISABLE TRIGGER mapping_guarded")
        owner.execute(
            "INSERT INTO records_mapping (provider_id, item_id, heading, field, saved_by_id, saved_at) "
            "SELECT %s, id, '宗教信仰', 'BZ', %s, now() FROM catalogue_item WHERE code = 'CF-ZRR'",
            [clerk.organisation_id, clerk.pk],
        )
    columns = tuple("宗教信仰" if name == "BZ" else name for name in COLUMNS)
    row = {("宗教信仰" if name == "BZ" else name): value for name, value in penalty(today).items()}
    with pytest.raises(ForbiddenColumns):
        take(register, write_csv(tmp_path / "a.csv", [row], columns=columns), now)


def test_a_file_in_the_layout_of_2016_is_taken(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    """With the columns added that the older layout lacks; what is the same in all its rows nobody writes down."""
    older = {
        "CF_XDR_ZJHM": "CF_XDR_SFZ", "CF_NR": "CF_JG", "CF_CFJG": "CF_XZJG", "CF_CFLB": "CF_CFLB1",
    }  # fmt: skip
    lacking = {"CF_XDR_LB", "CF_XDR_ZJLX", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM", "CX_JLBH"}
    sound = penalty(today)
    row = {older.get(name, name): value for name, value in sound.items() if name not in lacking}
    row |= {
        "CF_CFMC": "无照经营",
        "CF_AJMC": "案",
        "CF_XDR_ZDM": "",
        "CF_FR": "",
        "CF_ZT": "0",
        "DFBM": "140100",
        "SJC": "20260101",
    }
    batch = take(register, write_csv(tmp_path / "a.csv", [row], columns=tuple(row)), now)
    assert counts(batch)["new"] == 1, rules(register, batch)
    again = take(register, write_csv(tmp_path / "b.csv", [sound]), now)
    assert counts(again)["unchanged"] == 1


def test_rows_of_the_layout_of_2016_that_wait_keep_what_is_fixed(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:

    row = {
        name: value
        for name, value in penalty(today, 1, UNKNOWN).items()
        if name not in {"CF_XDR_ZJHM", "CF_XDR_LB", "CF_XDR_ZJLX"}
    }
    row["CF_SFZ"] = UNKNOWN.code
    batch = take(register, write_csv(tmp_path / "a.csv", [row], columns=tuple(row)), now)
    assert counts(batch)["waiting"] == 1
    load_population(write_population(tmp_path / "p.csv", (UNKNOWN,)), areas=areas(), at=now)
    assert retry_waiting(at=now) == 1
