"""What is kept of days is what would be worked out anew, whatever was entered."""

from datetime import datetime

import pytest

from chengxin.catalogue.services import load_catalogue
from tests.conftest import Register

APART = """SELECT 'article' FROM (SELECT ref, valid_from, valid_until FROM catalogue_article_days_told
        EXCEPT SELECT ref, valid_from, valid_until FROM catalogue_article_days) missing
    UNION ALL SELECT 'article' FROM (SELECT ref, valid_from, valid_until FROM catalogue_article_days
        EXCEPT SELECT ref, valid_from, valid_until FROM catalogue_article_days_told) left_over
    UNION ALL SELECT 'item' FROM (SELECT item_id, item_version_id, valid_from, valid_until FROM catalogue_item_live_told
        EXCEPT SELECT item_id, item_version_id, valid_from, valid_until FROM catalogue_item_live) missing
    UNION ALL SELECT 'item' FROM (SELECT item_id, item_version_id, valid_from, valid_until FROM catalogue_item_live
        EXCEPT SELECT item_id, item_version_id, valid_from, valid_until FROM catalogue_item_live_told) left_over"""


@pytest.mark.parametrize(
    "change",
    [
        "SELECT 1",
        "UPDATE catalogue_law SET valid_until = current_date + 3 WHERE code = 'XZCFF'",
        "UPDATE catalogue_law SET valid_from = current_date - 3, valid_until = NULL",
    ],
)
def test_what_is_kept_is_what_would_be_worked_out(register: Register, change: str) -> None:
    register.become("owner")
    if change.startswith("UPDATE"):
        change = f"{change} RETURNING 1"
    assert register.rows(change)
    assert register.rows(APART) == []
    assert register.rows("SELECT count(*) > 0 FROM catalogue_item_live") == [(True,)]


def test_loading_again_leaves_it_as_it_is(register: Register, now: datetime) -> None:
    register.become("owner")
    before = register.rows("SELECT item_version_id, valid_from FROM catalogue_item_live ORDER BY 1, 2")
    load_catalogue(at=now)
    assert register.rows("SELECT item_version_id, valid_from FROM catalogue_item_live ORDER BY 1, 2") == before
    assert register.rows(APART) == []
