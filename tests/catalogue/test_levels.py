"""The province's supplement beside the national base catalogue: what it may hold, and what becomes of it when the national list grows."""

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from chengxin.catalogue.drafting import end_item
from chengxin.catalogue.errors import CatalogueUnusable, DraftUnusable, ItemNotOpen
from chengxin.catalogue.files import SHIPPED, read_editions, shipped_items
from chengxin.catalogue.levels import refuse_supplement, repeats
from chengxin.catalogue.models import Edition, ItemVersion
from chengxin.catalogue.queries import editions_in_force, items_in_force, open_item
from chengxin.catalogue.services import load_catalogue
from tests.catalogue.process import OWN_ARTICLE, Process, adverse_item, positive_item
from tests.catalogue.test_laws import happens, opens
from tests.conftest import Register

ITEMS = {code: item for code, (_, item) in shipped_items().items()}
NATIONAL = [item for code, item in ITEMS.items() if code != "ZY-FW"]
OTHER: dict[str, Any] = {"code": "SX-1", "name": "别的名称", "behaviour": "别的事"}


def own(item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Give an item of the supplement made of a national one: another code, name and conduct, and an article more."""
    bases = [*item["bases"], {"ref": OWN_ARTICLE, "role": "collect"}]
    return {**item, **OTHER, "bases": bases, **changes}


CF, XK, RY, YZ = (ITEMS[code] for code in ("CF-ZRR", "XK-ZRR", "RY-BZ", "YZ-MD"))
STANDS = [
    pytest.param(ITEMS["ZY-FW"], id="shipped"),
    pytest.param(own(CF), id="same-limits"),
    pytest.param(own(CF, disclosure=["authorised_query"]), id="narrower"),
    pytest.param(own(CF, nature="positive", bases=[{"ref": OWN_ARTICLE, "role": "collect"}]), id="another-matter"),
    pytest.param(own(RY, **{"class": "12"}, disclosure=["public"]), id="another-class"),
]
REPEATS = [
    pytest.param({**own(CF), "code": "CF-ZRR"}, "编码相同", id="code"),
    pytest.param(own(CF, name="（自然人） 行政处罚情况"), "名称相同", id="name-otherwise-written"),
    pytest.param(own(CF, name="行政处罚信息", authority="市场监督管理局"), "名称相同", id="name-of-one-organ"),
    pytest.param(own(XK, behaviour="自然人，依法取得行政许可。"), "所记的事相同", id="conduct"),
    pytest.param({**CF, **OTHER}, "依据的条款都在其中", id="same-articles"),
    pytest.param(
        {**CF, **OTHER, "bases": [{"ref": "XZCFF-59", "role": "collect"}]}, "依据的条款都在其中", id="some-articles"
    ),
]
WIDER = [
    pytest.param(own(CF, disclosure=["public", "authorised_query"]), "披露方式", id="disclosure"),
    pytest.param(own(CF, share_class="unconditional"), "共享属性", id="sharing"),
    pytest.param(own(CF, retention_rule="honour"), "保存规则", id="keeping"),
    pytest.param(own(CF, display_rule="serious-list"), "公示规则", id="showing"),
    pytest.param(own(CF, admission="court"), "准入审查", id="admission"),
    pytest.param(own(RY, nature="adverse", admission="adverse"), "性质", id="adverse"),
    pytest.param(own(YZ, nature="neutral", retention_rule="honour"), "保存规则", id="adverse-as-neutral"),
]


@pytest.mark.parametrize("item", STANDS)
def test_what_the_national_list_leaves_stands_in_the_supplement(item: dict[str, Any]) -> None:
    assert refuse_supplement(item, NATIONAL) is None


@pytest.mark.parametrize(("item", "why"), REPEATS)
def test_supplement_repeats_nothing(item: dict[str, Any], why: str) -> None:
    refusal = refuse_supplement(item, NATIONAL)
    assert refusal is not None
    assert refusal.code == "repeats-national"
    assert why in refusal.text
    assert "删去" in refusal.text


@pytest.mark.parametrize(("item", "what"), WIDER)
def test_supplement_widens_nothing(item: dict[str, Any], what: str) -> None:
    refusal = refuse_supplement(item, NATIONAL)
    assert refusal is not None
    assert refusal.code == "wider-than-national"
    assert what in refusal.text
    assert "改为" in refusal.text


@pytest.mark.parametrize("item", [one.values[0] for one in (*STANDS, *REPEATS, *WIDER)])
def test_the_database_says_the_same(register: Register, item: dict[str, Any]) -> None:
    with register.connect("owner") as connection:
        said = connection.execute(
            """SELECT bool_or(catalogue_same(%(item)s, n)), catalogue_wider(%(item)s, %(national)s)
               FROM jsonb_array_elements(%(national)s) n""",
            {"item": Jsonb(item), "national": Jsonb(NATIONAL)},
        ).fetchone()
    assert said is not None
    refusal = refuse_supplement(item, NATIONAL)
    assert any(said) == (refusal is not None)
    assert said[0] == any(repeats(item, one) for one in NATIONAL)


def test_two_editions_are_shipped_and_what_is_in_force_is_both(register: Register, today: date) -> None:
    assert [(one.code, one.level) for one in editions_in_force(today)] == [
        ("QG-2024", "national"), ("SX-2026.1", "provincial"),
    ]  # fmt: skip
    assert {one.item.code for one in items_in_force(today)} == set(ITEMS)
    assert open_item("CF-ZRR", today).edition == "QG-2024"
    assert open_item("ZY-FW", today).edition == "SX-2026.1"
    assert all(one.sealed_at for one in Edition.objects.all())


@pytest.mark.parametrize("item", [{**CF, **OTHER}, own(CF, disclosure=["public"])], ids=["repeats", "wider"])
def test_draft_that_repeats_or_widens_is_not_submitted(process: Process, item: dict[str, Any]) -> None:
    item = {**item, "bases": [*item["bases"], {"ref": "SXSHXYTL-27", "role": "publish"}]}
    draft = process.draft(item)
    with pytest.raises(DraftUnusable, match=r"SX-1：.*CF-ZRR"):
        process.step(draft, "submit")


def test_draft_ends_no_national_item(process: Process) -> None:
    draft = process.draft()
    with pytest.raises(ItemNotOpen, match="省补充目录"), process.by("clerk") as clerk:
        end_item(draft.pk, "CF-ZRR", actor=clerk, at=process.now)


def test_draft_is_not_published_beside_a_national_edition_that_took_it_in(
    process: Process, tmp_path: Path, today: date
) -> None:
    draft = process.approved(positive_item())
    process.register.become("owner")
    load_catalogue(national(tmp_path, today, takes=positive_item()), at=process.now)
    with pytest.raises(CatalogueUnusable, match="SX-GY：与全国基础目录的 SX-GY 重复"):
        process.publish(draft, begins=today + timedelta(days=1))


# A new national edition.


def kept(code: str = "SX-GY", name: str = "公益捐赠信息") -> dict[str, Any]:
    """Give an item that rests on an article of its own, whatever else the nation takes in."""
    item = positive_item(code, name)
    return {**item, "bases": [*item["bases"], {"ref": OWN_ARTICLE, "role": "collect"}]}


def national(tmp_path: Path, begins: date, *, takes: dict[str, Any] | None = None, code: str = "QG-2027") -> Path:
    """Write a folder with a national edition alone: the shipped one, and an item more."""
    folder = tmp_path / code
    shutil.copytree(SHIPPED, folder)
    shutil.rmtree(folder / "provincial")
    head = folder / "national" / "edition.toml"
    text = head.read_text("utf-8").replace('code = "QG-2024"', f'code = "{code}"')
    head.write_text(text.replace("valid_from = 2026-04-01", f"valid_from = {begins}"), encoding="utf-8")
    if takes:
        shipped = (SHIPPED / "provincial" / "items" / "ZY-FW.toml").read_text("utf-8")
        for key in ("code", "name", "behaviour", "authority"):
            shipped = shipped.replace(f'\n{key} = "{ITEMS["ZY-FW"][key]}"', f'\n{key} = "{takes[key]}"', 1)
        (folder / "national" / "items" / f"{takes['code']}.toml").write_text(shipped, encoding="utf-8")
    return folder


def test_item_that_a_national_edition_takes_in_ends_in_the_supplement_that_day(
    process: Process, tmp_path: Path, today: date
) -> None:
    process.publish(process.approved(kept()))
    begins = today + timedelta(days=10)
    process.register.become("owner")
    load_catalogue(national(tmp_path, begins, takes=ITEMS["ZY-FW"]), at=process.now)
    before, after = begins - timedelta(days=1), begins
    assert [one.code for one in editions_in_force(before)] == ["QG-2024", "2026.2"]
    assert [one.code for one in editions_in_force(after)] == ["QG-2027", "2026.2-2"]
    assert (open_item("ZY-FW", before).edition, open_item("ZY-FW", after).edition) == ("2026.2", "QG-2027")
    assert open_item("SX-GY", after).edition == "2026.2-2"
    told = editions_in_force(after)[1].source
    assert [line for line in told if line.startswith(f"ZY-FW 自 {begins} 起停用")]
    draft = process.approved(kept("SX-GZ", "公共资源信息"))
    process.publish(draft, "2026.3", begins + timedelta(days=1))
    assert {one.item.code for one in items_in_force(begins + timedelta(days=1))} == {*ITEMS, "SX-GY", "SX-GZ"}


def test_item_that_is_wider_than_a_new_national_one_ends_that_day(
    process: Process, tmp_path: Path, today: date
) -> None:
    """The national edition limits the matter from its day on; what goes further can't stand beside it."""
    process.publish(process.approved(adverse_item()))
    folder = national(tmp_path, today + timedelta(days=3))
    file = folder / "national" / "items" / "CF-ZRR.toml"
    ways = 'disclosure = ["government_sharing", "authorised_query"]'
    file.write_text(file.read_text("utf-8").replace(ways, 'disclosure = ["government_sharing"]'), encoding="utf-8")
    other = folder / "national" / "items" / "XK-ZRR.toml"
    other.write_text(other.read_text("utf-8").replace(ways, 'disclosure = ["government_sharing"]'), encoding="utf-8")
    process.register.become("owner")
    load_catalogue(folder, at=process.now)
    assert open_item("SX-CF", today + timedelta(days=2))
    with pytest.raises(ItemNotOpen):
        open_item("SX-CF", today + timedelta(days=3))


def test_national_edition_before_a_published_supplement_is_refused_with_the_day_to_choose(
    process: Process, tmp_path: Path, today: date
) -> None:
    begins = today + timedelta(days=20)
    process.publish(process.approved(positive_item()), begins=begins)
    process.register.become("owner")
    folder = national(tmp_path, today + timedelta(days=10), takes=ITEMS["ZY-FW"])
    with pytest.raises(CatalogueUnusable, match=f"ZY-FW.*valid_from 改为 {begins + timedelta(days=1)}"):
        load_catalogue(folder, at=process.now)
    assert not Edition.objects.filter(code="QG-2027").exists()
    later = national(tmp_path, begins + timedelta(days=1), takes=ITEMS["ZY-FW"], code="QG-2028")
    load_catalogue(later, at=process.now)
    assert open_item("ZY-FW", begins + timedelta(days=1)).edition == "QG-2028"


def test_what_a_national_edition_takes_in_stays_suspended(process: Process, tmp_path: Path, today: date) -> None:
    """Content that goes from the one level to the other unchanged was considered no anew."""
    process.register.become("owner")
    before = ItemVersion.objects.get(item__code="ZY-FW").considered_at
    load_catalogue(national(tmp_path, today, takes=ITEMS["ZY-FW"]), at=process.now)
    assert ItemVersion.objects.get(item__code="ZY-FW", edition__code="QG-2027").considered_at == before


def test_suspended_national_item_is_free_with_a_national_edition_that_says_something_else(
    process: Process, tmp_path: Path, today: date
) -> None:
    happens(process)
    process.register.become("owner")
    load_catalogue(national(tmp_path, today, code="QG-1"), at=process.now)
    assert not opens(process)
    folder = national(tmp_path, today + timedelta(days=1), code="QG-2")
    file = folder / "national" / "items" / "CF-ZRR.toml"
    file.write_text(
        file.read_text("utf-8").replace('behaviour = "', 'behaviour = "依修改后的规定，', 1), encoding="utf-8"
    )
    load_catalogue(folder, at=process.now)
    assert opens(process, days=1)


# An installation from before the two lists were apart.


def from_before(
    register: Register, tmp_path: Path, today: date, change: Callable[[Path], None] = lambda _: None
) -> Path:
    """Let the register hold one edition of the province with every item, as installations did, and give its folder."""
    folder = tmp_path / "before"
    shutil.copytree(SHIPPED, folder)
    (folder / "items").mkdir()
    for file in folder.glob("*/items/*.toml"):
        file.rename(folder / "items" / file.name)
    head = (folder / "provincial" / "edition.toml").read_text("utf-8").replace('code = "SX-2026.1"', 'code = "2026.1"')
    (folder / "edition.toml").write_text(head, encoding="utf-8")
    shutil.rmtree(folder / "national")
    shutil.rmtree(folder / "provincial")
    change(folder)
    register.become("owner")
    with register.connect("owner") as connection:
        for table in ("item_basis", "item_purpose", "field", "item_version", "code_value", "edition"):
            connection.execute(f"ALTER TABLE catalogue_{table} DISABLE TRIGGER USER".encode())
            connection.execute(f"DELETE FROM catalogue_{table}".encode())
            connection.execute(f"ALTER TABLE catalogue_{table} ENABLE TRIGGER USER".encode())
    load_catalogue(folder, at=datetime.now().astimezone())
    return folder


def test_single_edition_goes_on_as_two(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    from_before(register, tmp_path, today)
    first = Edition.objects.get()
    load_catalogue(at=now)
    first.refresh_from_db()
    assert (first.level, first.valid_until) == ("provincial", today)
    yesterday = today - timedelta(days=1)
    assert [one.code for one in editions_in_force(yesterday)] == ["2026.1"]
    assert [one.code for one in editions_in_force(today)] == ["QG-2024", "2026.1-2"]
    for on in (yesterday, today):
        assert {one.item.code for one in items_in_force(on)} == set(ITEMS)
    assert open_item("ZY-FW", today).edition == "2026.1-2"
    moments = ItemVersion.objects.filter(item__code="CF-ZRR").values_list("considered_at", flat=True)
    assert len(set(moments)) == 1
    load_catalogue(at=now)
    assert Edition.objects.count() == 3


def test_single_edition_with_a_later_one_published_goes_on_after_it(
    process: Process, tmp_path: Path, today: date
) -> None:
    from_before(process.register, tmp_path, today)
    begins = today + timedelta(days=30)
    process.publish(process.approved(positive_item()), begins=begins)
    process.register.become("owner")
    load_catalogue(at=process.now)
    assert [one.code for one in editions_in_force(today)] == ["2026.1"]
    assert [one.code for one in editions_in_force(begins)] == ["2026.2"]
    assert [one.code for one in editions_in_force(begins + timedelta(days=1))] == ["QG-2024", "2026.2-2"]
    assert {one.item.code for one in items_in_force(begins + timedelta(days=1))} == {*ITEMS, "SX-GY"}


def test_folder_of_one_edition_loads_again_whatever_its_digest_was(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    folder = from_before(register, tmp_path, today)
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE catalogue_edition DISABLE TRIGGER USER")
        connection.execute("UPDATE catalogue_edition SET digest = 'of an earlier making'")
        connection.execute("ALTER TABLE catalogue_edition ENABLE TRIGGER USER")
    assert [one.code for one in load_catalogue(folder, at=now)] == ["2026.1"]
    assert Edition.objects.count() == 1


def test_shipped_editions_give_way_to_the_installations_own(process: Process, tmp_path: Path, today: date) -> None:
    process.publish(process.approved(positive_item()))
    process.register.become("owner")
    load_catalogue(national(tmp_path, today), at=process.now)
    assert [one.code for one in load_catalogue(at=process.now)] == ["QG-2024", "SX-2026.1"]
    assert [one.code for one in editions_in_force(today)] == ["QG-2027", "2026.2"]


def test_edition_of_both_levels_is_read_from_its_folder() -> None:
    assert [one.edition["level"] for one in read_editions(SHIPPED)] == ["national", "provincial"]
    national_lists, own_lists = (set(one.code_lists) for one in read_editions(SHIPPED))
    assert "item_class" in national_lists - own_lists
    assert "volunteer_kind" in own_lists - national_lists


def test_database_refuses_a_sealed_pair_that_repeats(register: Register, today: date) -> None:
    """Past every rule: an edition of the supplement copied from the national one, as the owner may write it."""
    with register.connect("owner") as connection, pytest.raises(psycopg.errors.CheckViolation, match="other level"):
        connection.execute(
            """WITH new AS (INSERT INTO catalogue_edition (code, level, name, valid_from, digest, provisional, source, loaded_at)
                   VALUES ('X', 'provincial', 'x', %s, 'x', true, '{x}', now()) RETURNING id)
               INSERT INTO catalogue_item_version
               SELECT (jsonb_populate_record(v, jsonb_build_object('id', 990001, 'edition_id', new.id))).*
               FROM catalogue_item_version v, new, catalogue_edition e WHERE e.id = v.edition_id AND e.level = 'national' LIMIT 1""",
            [today + timedelta(days=1)],
        )
