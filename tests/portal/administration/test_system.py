"""The page of the system's state: what needs mending first, nothing of anybody, and not for whoever judges content."""

import dataclasses
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from chengxin.site import system
from chengxin.site.status import ask_database, measure
from tests.conftest import Register
from tests.portal.conftest import LogIn

PAGE = "/system/"


@pytest.fixture
def page(administration: Register, log_in: LogIn) -> str:
    answer = log_in("system").get(PAGE)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_what_needs_mending_stands_first_with_its_remedy(page: str) -> None:
    assert page.index("chengxin backup") < page.index("时钟一致")
    assert "后台进程没有心跳" in page
    assert "放假安排知道到" in page or "请升级 chinesecalendar" in page


def test_versions_and_what_is_provisional_are_listed(page: str) -> None:
    for part in ("PostgreSQL", "polars", "公布", "publishing-counts", "数字和期限"):
        assert part in page


def test_administration_counts_the_queue_as_the_owner_does(administration: Register, page: str) -> None:
    administration.become("owner")
    administration.rows("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('intake', 'x') RETURNING id")
    administration.become("admin")
    assert ask_database().waiting == 1
    assert isinstance(ask_database().waiting_since, datetime)


def test_only_those_who_look_after_the_system_see_it(administration: Register, log_in: LogIn) -> None:
    assert log_in("audit").get(PAGE).status_code == 200
    assert log_in("security").get(PAGE).status_code == 403
    navigation = log_in("security").get(reverse("administration:officers")).content.decode()
    assert 'href="/system/"' not in navigation


def test_gravest_comes_first(administration: Register, log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:

    def nearly_full(*args: Any, **named: Any) -> Any:
        return dataclasses.replace(measure(*args, **named), disk_free=1)

    monkeypatch.setattr(system, "measure", nearly_full)
    page = log_in("system").get(PAGE).content.decode()
    assert page.index("请先清理或扩容") < page.index("chengxin backup")


def test_a_key_that_its_source_gives_no_more_is_named_before_a_restart_needs_it(
    administration: Register, log_in: LogIn, settings: Any
) -> None:
    assert "保险库密钥（来源 file）已用" in log_in("system").get(PAGE).content.decode()
    administration.become("owner")
    administration.rows(
        "INSERT INTO identity_vault_key (key_id, suite, check_value, created_at) VALUES ('k7', 'international', 'x', now()), "
        "('k8', 'international', 'x', now()) RETURNING key_id"
    )
    administration.rows("UPDATE identity_vault_key SET retired_at = now() WHERE key_id = 'k8' RETURNING key_id")
    administration.become("admin")
    page = log_in("system").get(PAGE).content.decode()
    assert "缺少在用的密钥 k7" in page
    assert "k8" not in page
    assert page.index("缺少在用的密钥") < page.index("chengxin backup")
    ((key, *_),) = [json.loads(settings.VAULT_KEYS.read_text(encoding="utf-8"))["keys"].values()]
    assert key["key"] not in page


def test_a_source_that_gives_no_keys_is_told_and_not_met_as_a_failure(
    administration: Register, log_in: LogIn, settings: Any, tmp_path: Path
) -> None:
    client = log_in("system")
    client.get(PAGE)
    settings.VAULT_KEYS = tmp_path / "gone.json"
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "请在重启以前恢复密钥来源" in answer.content.decode()


def test_what_an_own_server_holds_is_told_and_of_the_embedded_one_nothing(
    administration: Register, log_in: LogIn, settings: Any
) -> None:
    assert "自有数据库服务器" not in log_in("system").get(PAGE).content.decode()
    settings.OWN_SERVER = True
    page = log_in("system").get(PAGE).content.decode()
    assert re.search(r"请在该服务器上监测；数据库现有 \d+\.\d GB", page)
