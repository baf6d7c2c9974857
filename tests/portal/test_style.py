"""The style page shows every part; and what the parts and the navigation say."""

from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

import chengxin
from chengxin.portal.navigation import TABLE, groups
from chengxin.portal.plots import Plot, Row
from chengxin.portal.public.samples import SAMPLES
from tests.conftest import Register
from tests.portal.conftest import LogIn
from tests.portal.test_policies import be_public

PARTS = sorted(
    path.stem for path in (Path(chengxin.__file__).parent / "portal" / "templates" / "portal" / "parts").iterdir()
)


def test_every_part_stands_on_the_style_page(register: Register, settings: Any) -> None:
    be_public(register, settings)
    page = Client().get("/style/").content.decode()
    assert sorted({sample.part for sample in SAMPLES}) == PARTS
    assert all(f'data-part="{name}"' in page for name in PARTS)
    assert all(f'data-state="{sample.state}"' in page for sample in SAMPLES)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_says_on_top_what_it_takes_and_asks_nothing(name: str) -> None:
    text = (Path(chengxin.__file__).parent / "portal" / "templates" / "portal" / "parts" / f"{name}.html").read_text()
    assert text.startswith("{% comment %}")
    assert "Takes" in text.split("{% endcomment %}", maxsplit=1)[0]
    assert " style=" not in text
    assert ".objects" not in text


def test_a_withheld_figure_is_said_to_be_withheld() -> None:
    plot = Plot("各市", "bar", ("市", "条"), (Row("测试市", (None,)), Row("测试二市", (1234,))))
    told = render_to_string("portal/parts/plot.html", {"plot": plot})
    assert "<td>不公布</td>" in told
    assert "<td>1,234</td>" in told


def test_a_page_alone_in_its_group_is_a_link_and_the_longest_address_is_here(register: Register) -> None:
    found = groups("desk", "/desk/batches/new/", frozenset({"intake.follow", "intake.hand_in"}))
    assert [group.name for group in found] == ["报送", "核查", "目录"]
    assert [group.alone for group in found] == [False, True, True]
    assert [(link.label, link.here) for link in found[0].links] == [
        ("报送记录", ""),
        ("报送文件", "page"),
        ("报送情况", ""),
    ]
    assert [link.label for link in found[2].links] == ["信息目录"]
    below = groups("desk", "/desk/batches/x/findings/", frozenset({"intake.follow", "intake.hand_in"}))
    assert [link.here for link in below[0].links] == ["true", "", ""]


def test_an_act_of_another_kind_of_organisation_opens_no_entry(register: Register) -> None:
    acts = frozenset({"adjudication.decide", "report.issue", "reporting.see"})
    assert "认定待核对的行" not in labels(groups("desk", "/", acts, "department"))
    assert "认定待核对的行" in labels(groups("desk", "/", acts, "centre"))


def test_every_entry_is_an_act_or_a_kind_of_reader() -> None:
    from chengxin.identity.permissions import permissions

    known = permissions().acts.keys() | {"anonymous", "platform", "person"}
    assert {act for table in TABLE.values() for entry in table for act in entry.acts} <= known


def labels(found: Any) -> list[str]:
    return [link.label for group in found for link in group.links]


@pytest.mark.parametrize("login", ["clerk", "officer", "verifier"])
def test_whatever_the_navigation_shows_can_be_opened(register: Register, log_in: LogIn, login: str) -> None:
    client = log_in(login)
    page = client.get("/desk/")
    shown = [link for group in page.context["installation"].navigation for link in group.links]
    assert shown
    for link in shown:
        if link.href.startswith("/"):
            assert client.get(link.href).status_code == 200, link
