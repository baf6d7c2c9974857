"""Editions of the catalogue: loaded whole or not at all, ended by the next, suspended with their law."""

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from chengxin.catalogue.errors import CatalogueUnusable, ItemNotOpen, PurposeUnknown
from chengxin.catalogue.files import SHIPPED, read_catalogue, read_editions
from chengxin.catalogue.models import Edition, Item, ItemVersion, Law
from chengxin.catalogue.published import explain_item, published_editions, published_items
from chengxin.catalogue.queries import editions_in_force, find_purpose, items_in_force, open_item
from chengxin.catalogue.services import load_catalogue
from chengxin.identity.queries import find_organisation
from chengxin.records.services import ingest_file
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import MARKET

ITEM = "CF-ZRR"
Change = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))


@pytest.fixture(autouse=True)
def _owner(request: pytest.FixtureRequest) -> None:
    if "register" in request.fixturenames:
        request.getfixturevalue("register").become("owner")


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def next_edition(folder: Path, begins: date, code: str = "2099.9", level: str = "national") -> None:
    current = read_catalogue(SHIPPED, level).edition
    edit(
        folder / level / "edition.toml",
        (f'code = "{current["code"]}"', f'code = "{code}"'),
        (f"valid_from = {current['valid_from']}", f"valid_from = {begins}"),
    )


def end_laws(folder: Path, until: date, item: str = ITEM) -> None:
    """Let every law end on which an item rests."""
    files = read_catalogue(folder, "national")
    refs = set(files.items[item].bases)
    codes = {law["code"] for law in files.laws if refs & {article["ref"] for article in law.get("article", ())}}
    for code in codes:
        text = (folder / "laws.toml").read_text("utf-8")
        head, mark, tail = text.partition(f'code = "{code}"\n')
        assert mark, code
        own, law, rest = tail.partition("[[law]]")
        lines = [line for line in own.splitlines(keepends=True) if not line.startswith("valid_until")]
        own = "".join(lines).replace("valid_from", f"valid_until = {until}\nvalid_from", 1)
        (folder / "laws.toml").write_text(head + mark + own + law + rest, encoding="utf-8")


def test_shipped_catalogue_is_sound_and_every_item_rests_on_a_law() -> None:
    national, supplement = read_editions(SHIPPED)
    refs = {article["ref"] for law in national.laws for article in law.get("article", ())}
    assert (len(national.items), len(supplement.items)) == (7, 1)
    for item in (national.items | supplement.items).values():
        assert item.bases
        assert set(item.bases) <= refs


def test_same_files_again_change_nothing(register: Register, now: datetime) -> None:
    before = register.rows("SELECT id, code, digest, loaded_at FROM catalogue_edition")
    versions = register.rows("SELECT count(*), max(id) FROM catalogue_item_version")
    load_catalogue(at=now)
    assert register.rows("SELECT id, code, digest, loaded_at FROM catalogue_edition") == before
    assert register.rows("SELECT count(*), max(id) FROM catalogue_item_version") == versions


def test_changed_content_under_a_known_code_is_refused_and_changes_nothing(
    register: Register, folder: Path, now: datetime
) -> None:
    edit(folder / "national" / "items" / f"{ITEM}.toml", ('name = "', 'name = "改'))
    law = read_catalogue(folder, "national").laws[0]
    edit(folder / "laws.toml", (f'name = "{law["name"]}"', 'name = "改名法"'))
    with pytest.raises(CatalogueUnusable) as caught:
        load_catalogue(folder, at=now)
    assert read_catalogue(SHIPPED, "national").edition["code"] in caught.value.text
    assert not Law.objects.filter(name="改名法").exists()


def test_next_edition_ends_the_one_before_on_the_day_it_begins(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    begins = today + timedelta(days=10)
    next_edition(folder, begins)
    edit(folder / "national" / "items" / f"{ITEM}.toml", ('name = "', 'name = "新'))
    (folder / "national" / "items" / "RY-BZ.toml").unlink()
    load_catalogue(folder, at=now)
    before, after = open_item(ITEM, begins - timedelta(days=1)), open_item(ITEM, begins)
    assert (before.id, before.edition) == (after.id, read_catalogue(SHIPPED, "national").edition["code"])
    assert after.edition == "2099.9"
    assert after.definition.name == "新" + before.definition.name
    assert len(items_in_force(today)) == len(items_in_force(begins)) + 1 == 8
    assert open_item("RY-BZ", today)
    with pytest.raises(ItemNotOpen):
        open_item("RY-BZ", begins)
    assert [one.code for one in editions_in_force(begins)] == ["2099.9", "SX-2026.1"]
    assert Item.objects.count() == 8


@pytest.mark.parametrize("days", [0, -1])
def test_edition_that_begins_no_later_than_the_last_is_refused(
    register: Register, folder: Path, now: datetime, days: int
) -> None:
    next_edition(folder, read_catalogue(SHIPPED, "national").edition["valid_from"] + timedelta(days=days))
    with pytest.raises(CatalogueUnusable):
        load_catalogue(folder, at=now)
    assert Edition.objects.count() == 2
    assert not Edition.objects.exclude(valid_until=None).exists()


def test_nothing_is_open_before_the_first_edition(register: Register) -> None:
    first = read_catalogue(SHIPPED, "national").edition["valid_from"]
    assert open_item(ITEM, first)
    with pytest.raises(ItemNotOpen):
        open_item(ITEM, first - timedelta(days=1))
    assert editions_in_force(first - timedelta(days=1)) == []


def test_repeal_suspends_the_item_that_day_everywhere(
    register: Register, folder: Path, tmp_path: Path, today: date, now: datetime
) -> None:
    """Collecting, the reader's gate and the ledger's own trigger: all three close (safeguard 1)."""
    file = write_csv(tmp_path / "a.csv", [penalty(today)])
    provider = find_organisation(MARKET, today)
    assert provider is not None
    register.become("intake")
    ingest_file(file, item_code=ITEM, provider=provider, at=now)
    purpose = register.rows("SELECT p.id FROM catalogue_purpose p WHERE code = 'CK-FW'")[0][0]
    assert shown(register, today, purpose) == 1
    register.become("owner")
    next_edition(folder, today)
    end_laws(folder, today)
    load_catalogue(folder, at=now)
    for on in (today, today + timedelta(days=400)):
        with pytest.raises(ItemNotOpen):
            open_item(ITEM, on)
    assert shown(register, today, purpose) == 0
    assert shown(register, today - timedelta(days=1), purpose) == 0
    register.become("intake")
    with pytest.raises(ItemNotOpen):
        ingest_file(write_csv(tmp_path / "b.csv", [penalty(today, 2)]), item_code=ITEM, provider=provider, at=now)
    with register.connect("owner") as connection, pytest.raises(psycopg.errors.CheckViolation, match="no legal basis"):
        connection.execute(FORGED)
    assert register.rows("SELECT count(*) FROM records_version") == [(1,)]


FORGED = """
    WITH batch AS (
        INSERT INTO records_batch (token, item_id, edition_id, provider_id, digest, form, encoding, encoding_how, size_bytes, as_of,
            attested, state, received_at, rules_edition, read, new, changed, unchanged, waiting, refused, failure, failure_en)
        SELECT gen_random_uuid(), item_id, edition_id, provider_id, digest, form, '', '', 1, as_of, '', 'received', now(), '', 0, 0, 0,
            0, 0, 0, '', '' FROM records_batch LIMIT 1 RETURNING id)
    INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
        shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
    SELECT subject_id, record_id + 1, 1, item_id, batch.id, 2, state, decided, ended, final, grade, shown_from, shown_until, repair_from,
        erase_on, terms_edition, commitment, now() FROM records_version, batch LIMIT 1"""


def shown(register: Register, on: date, purpose: int) -> int:
    """Count what the gate lets through, as the application's role."""
    with register.connect("app") as connection, connection.transaction():
        connection.execute(
            "SELECT set_config('cx.on', %s, true), set_config('cx.purpose', %s, true), set_config('cx.duty', '0', true)",
            [str(on), str(purpose)],
        )
        row = connection.execute("SELECT count(*) FROM records_shown").fetchone()
    assert row is not None
    return int(row[0])


def test_forged_row_would_pass_while_the_law_stands(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    """So that the refusal above is the law's doing and nothing else's."""
    provider = find_organisation(MARKET, today)
    assert provider is not None
    register.become("intake")
    ingest_file(write_csv(tmp_path / "a.csv", [penalty(today)]), item_code=ITEM, provider=provider, at=now)
    with register.connect("owner") as connection:
        connection.execute(FORGED)
    assert register.rows("SELECT count(*) FROM records_version") == [(2,)]


def test_repeal_of_one_law_of_several_leaves_the_item_open(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    files = read_catalogue(folder, "national")
    kept = files.items[ITEM].bases[0]
    next_edition(folder, today)
    end_laws(folder, today)
    law = next(law["code"] for law in files.laws if kept in {article["ref"] for article in law.get("article", ())})
    text = (folder / "laws.toml").read_text("utf-8")
    head, mark, tail = text.partition(f'code = "{law}"\n')
    (folder / "laws.toml").write_text(head + mark + tail.replace(f"valid_until = {today}\n", "", 1), encoding="utf-8")
    load_catalogue(folder, at=now)
    assert open_item(ITEM, today)


def test_repeal_reaches_the_edition_in_force_without_a_new_one(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    """A law ends whatever edition named it; the database alone is told here, as a repeal notice would."""
    Law.objects.update(valid_until=today)
    with pytest.raises(ItemNotOpen):
        open_item(ITEM, today)
    assert open_item(ITEM, today - timedelta(days=1))
    with pytest.raises(PurposeUnknown):
        find_purpose("CK-FW", today)


def test_explained_item_names_its_articles_purposes_and_code_lists(register: Register, today: date) -> None:
    register.become("public")
    explained = explain_item(ITEM)
    assert len(explained.bases) == len(set(explained.definition.bases))
    assert len(explained.purposes) == len(set(explained.definition.purposes))
    assert explained.lists.keys() == {field.code_list for field in explained.definition.fields if field.code_list}
    with pytest.raises(ItemNotOpen):
        explain_item("NO-ITEM")


def test_what_is_published_is_what_is_in_force(register: Register, today: date) -> None:
    """The public's views say by themselves what the application's queries say of today."""
    items, editions = items_in_force(today), editions_in_force(today)
    register.become("public")
    assert [(one.code, one.name, one.update_cycle) for one in published_items()] == [
        (one.item.code, one.name, one.update_cycle) for one in items
    ]
    assert [(one.code, one.level, one.name, one.valid_from) for one in published_editions()] == [
        (one.code, one.level, one.name, one.valid_from) for one in editions
    ]
    levels = {one.code: one.level for one in published_items()}
    assert {code for code, level in levels.items() if level == "provincial"} == {"ZY-FW"}


def without_bases(text: str) -> str:
    head, mark, tail = text.partition("\nbases = [")
    assert mark
    return head + "\nbases = []" + tail.partition("\n]")[2]


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return change


BROKEN = [
    pytest.param(f"national/items/{ITEM}.toml", without_bases, ["没有法律依据", "no legal basis"], id="item-without-basis"),
    pytest.param(f"national/items/{ITEM}.toml", swap('ref = "XZCFF-59"', 'ref = "XZCFF-999"'), ["XZCFF-999"], id="unknown-article"),
    pytest.param(f"national/items/{ITEM}.toml", swap('"XK-SC"', '"XX-XX"'), ["XX-XX"], id="unknown-purpose"),
    pytest.param(f"national/items/{ITEM}.toml", swap(f'code = "{ITEM}"', 'code = "CF-XXX"'), ["differ"], id="code-is-not-the-files-name"),
    pytest.param(f"national/items/{ITEM}.toml", swap('type = "date"', 'type = "day"'), ["day", "type"], id="unknown-type"),
    pytest.param(f"national/items/{ITEM}.toml", swap('nature = "adverse"', 'nature = "bad"'), ["nature"], id="unknown-nature"),
    pytest.param(f"national/items/{ITEM}.toml", swap('admission = "adverse"', 'admission = "open"'), ["admission"], id="unknown-admission"),
    pytest.param(f"national/items/{ITEM}.toml", swap('document = "CF_WSH"', ""), ["role"], id="role-missing"),
    pytest.param(f"national/items/{ITEM}.toml", swap('document = "CF_WSH"', 'document = "NO_FIELD"'), ["NO_FIELD"], id="role-of-no-field"),
    pytest.param(f"national/items/{ITEM}.toml", swap('list = "penalty_kind"', 'list = "nothing"'), ["nothing"], id="no-list"),
    pytest.param(f"national/items/{ITEM}.toml", swap('code = "CF_WSH"', 'code = "CF_SY"'), ["twice"], id="field-twice"),
    pytest.param(f"national/items/{ITEM}.toml", swap("[roles]", "[roles"), [], id="item-is-no-toml"),
    pytest.param("laws.toml", swap("[[law]]", "[[law"), [], id="laws-are-no-toml"),
    pytest.param("purposes.toml", swap('"SXSHXYTL-7"', '"NO-LAW"'), ["NO-LAW"], id="purpose-of-unknown-article"),
    pytest.param("purposes.toml", swap('["auditor"]', '["club"]'), ["SJ-JC", "club"], id="purpose-for-a-kind-nobody-is"),
    pytest.param(f"national/items/{ITEM}.toml", swap('kinds = ["department"]', 'kinds = ["club"]'), ["club"], id="item-of-no-provider"),
    pytest.param("codelists/penalty_kind.csv", swap("value,label", "code,text"), ["value,label"], id="list-without-values"),
    pytest.param("codelists/procedure_kind.csv", swap("\n2,", "\n1,"), ["twice", "'1'"], id="value-twice"),
    pytest.param("laws.toml", swap('evidence = "full-text"\n', ""), ["XZCFF", "evidence"], id="law-without-evidence"),
    pytest.param("purposes.toml", swap('code = "XK-SC"\n', ""), ["code"], id="purpose-without-code"),
    pytest.param(f"national/items/{ITEM}.toml", swap('class = "03"\n', ""), ["class"], id="item-without-class"),
    pytest.param("national/edition.toml", swap("valid_from", "from"), ["valid_from"], id="edition-without-beginning"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "words"), BROKEN)
def test_broken_file_is_named_with_its_entry_and_nothing_is_loaded(
    register: Register, folder: Path, today: date, now: datetime, name: str, change: Change, words: list[str]
) -> None:
    next_edition(folder, today)
    file = folder / name
    file.write_text(change(file.read_text("utf-8")), encoding="utf-8")
    with pytest.raises(CatalogueUnusable) as caught:
        load_catalogue(folder, at=now)
    said = caught.value.text + caught.value.text_en
    assert Path(name).name in said
    assert all(word in said for word in words), said
    assert Edition.objects.count() == 2
    assert ItemVersion.objects.count() == 8


@pytest.mark.parametrize("name", ["national/edition.toml", "provincial/edition.toml", "laws.toml", "purposes.toml"])
def test_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CatalogueUnusable, match=Path(name).name):
        read_editions(folder)


@pytest.mark.parametrize("name", ["laws.toml", f"national/items/{ITEM}.toml", "codelists/penalty_kind.csv"])
def test_file_in_another_encoding_is_named(folder: Path, name: str) -> None:
    file = folder / name
    file.write_bytes(file.read_text("utf-8").encode("gb18030"))
    with pytest.raises(CatalogueUnusable, match=Path(name).name):
        read_editions(folder)


@pytest.mark.parametrize("level", ["provincial", "county"])
def test_edition_of_another_level_than_its_folders_is_refused(folder: Path, level: str) -> None:
    edit(folder / "national" / "edition.toml", ('level = "national"', f'level = "{level}"'))
    with pytest.raises(CatalogueUnusable, match="level"):
        read_editions(folder)


def test_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueUnusable):
        read_editions(tmp_path)
    with pytest.raises(CatalogueUnusable):
        read_editions(tmp_path / "nowhere")
