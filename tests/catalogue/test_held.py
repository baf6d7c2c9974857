"""What whole editions hold is read once, and stays what it is."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengxin.catalogue.files import SHIPPED
from chengxin.catalogue.held import Begun, begun_by, held
from chengxin.catalogue.models import Edition, Item
from chengxin.catalogue.services import load_catalogue
from tests.catalogue.test_load import edit, next_edition
from tests.conftest import Register

ITEM = "CF-ZRR"


@pytest.fixture(autouse=True)
def _owner(register: Register) -> None:
    register.become("owner")
    held.cache_clear()


def test_only_the_editions_are_asked_for_again(now: datetime) -> None:
    item = Item.objects.get(code=ITEM).pk
    for statements in (1 + 3 * Edition.objects.count(), 1):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            begun = begun_by(now.date())
            assert begun.definitions({item})[item].code == ITEM
            assert begun.labels({item})["certificate_type"]["1"] == "身份证"
            assert begun.classes({item})[item] == "行政管理信息"
        assert len(seen) == statements


def test_the_newest_that_has_an_item_counts_from_its_day_on(now: datetime, tmp_path: Path) -> None:
    folder, today = Path(shutil.copytree(SHIPPED, tmp_path / "catalogue")), now.date()
    item = Item.objects.get(code=ITEM).pk
    name = begun_by(today).definitions({item})[item].name
    next_edition(folder, today + timedelta(days=10))
    edit(folder / "national" / "items" / f"{ITEM}.toml", (f'name = "{name}"', 'name = "另一个名称"'))
    load_catalogue(folder, at=now)
    for day, told in ((today + timedelta(days=9), name), (today + timedelta(days=10), "另一个名称")):
        assert begun_by(day).definitions({item})[item].name == told


def test_of_an_item_that_no_edition_has_nothing_is_told(now: datetime) -> None:
    begun = begun_by(now.date())
    assert (begun.definitions({32_000}), dict(begun.labels({32_000})), begun.classes({32_000})) == ({}, {}, {})
    assert Begun((), ()).definitions({1}) == {}
