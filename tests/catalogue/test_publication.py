"""What is open to everybody, by whichever edition is in force: nothing of what is shipped; what another opens, under its article."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from chengxin.catalogue.files import SHIPPED
from chengxin.catalogue.published import open_items, published_items
from chengxin.catalogue.services import load_catalogue
from tests.catalogue.test_load import edit, next_edition
from tests.conftest import Register
from tests.faces import public_face

ITEM, ARTICLE = "YZ-MD", "GBF202049-6"
PAGE, NONE = "/catalogue/publication/", "没有一项向社会公开"
COLLECTS = f'{{ ref = "{ARTICLE}", role = "collect" }},'
PUBLISHES = f'{{ ref = "{ARTICLE}", role = "publish" }},'


def open_in(register: Register, begins: date, at: datetime, to: Path) -> None:
    """Load an edition in which one item is open to everybody, under an article that it rests on already."""
    register.become("owner")
    folder = Path(shutil.copytree(SHIPPED, to / "catalogue"))
    next_edition(folder, begins)
    file = folder / "national" / "items" / f"{ITEM}.toml"
    edit(file, ("disclosure = [", 'disclosure = ["public", '), (COLLECTS, f"{COLLECTS}\n    {PUBLISHES}"))
    load_catalogue(folder, at=at)


def test_of_what_is_shipped_nothing_about_persons_is_open(register: Register) -> None:
    with public_face(register) as site:
        assert open_items(published_items()) == []
        page = site.get(PAGE).content.decode()
    assert NONE in page
    assert "8 个信息项" in page


def test_an_item_that_an_edition_opens_is_told_with_its_article(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    open_in(register, today, now, tmp_path)
    with public_face(register) as site:
        (one,) = open_items(published_items())
        page = site.get(PAGE).content.decode()
    assert (one.item.code, len(one.bases)) == (ITEM, 1)
    assert f"《{one.bases[0].law}》{one.bases[0].article}" in page
    assert "向社会公开的信息项（1 项）" in page
    assert NONE not in page


def test_an_article_that_ended_opens_nothing(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    """The item goes on for what its other articles open; to everybody it is closed the same day."""
    open_in(register, today, now, tmp_path)
    with register.connect("owner") as connection:
        connection.execute(
            "UPDATE catalogue_law SET valid_until = current_date"
            " WHERE code = (SELECT law_id FROM catalogue_article WHERE ref = %s)", [ARTICLE],
        )  # fmt: skip
    with public_face(register) as site:
        assert [(one.item.code, one.bases) for one in open_items(published_items())] == [(ITEM, ())]
        page = site.get(PAGE).content.decode()
    assert NONE in page
    assert "停止公开" in page


def test_an_edition_to_come_opens_nothing_before_its_day(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    open_in(register, today + timedelta(days=1), now, tmp_path)
    with public_face(register) as site:
        assert NONE in site.get(PAGE).content.decode()
