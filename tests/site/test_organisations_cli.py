"""Organisations at the server, as another program sees the commands."""

from pathlib import Path

import pytest

from chengxin.demo.organisations import organisation_code
from tests.people import CENTRE, MARKET
from tests.site.test_cli import Shell, both_languages, shell

pytestmark = pytest.mark.xdist_group("cli")
__all__ = ["shell"]

AGENCY, BUREAU = organisation_code("department", 920), organisation_code("department", 921)
HEADER = "统一社会信用代码,单位名称,类别,行政区划,生效日期,失效日期,上级单位代码\n"


def write(path: Path, *lines: str) -> Path:
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8-sig")
    return path


def test_a_list_its_licence_and_its_end(shell: Shell) -> None:
    file = write(
        shell.folder / "list.csv",
        f"{AGENCY},测试征信公司,credit_agency,140100,2020-01-01,,",
        f"{BUREAU},测试区市场监督管理局,department,140105,2020-01-01,,{MARKET}",
    )
    loaded = shell.run("organisation", "load", file, "--json")
    assert (loaded.code, loaded.json) == (0, {"new": 2, "changed": 0, "same": 0}), loaded.err
    assert shell.run("organisation", "load", file, "--json").json == {"new": 0, "changed": 0, "same": 2}
    listed = {one["code"]: one for one in shell.run("organisation", "list", "--region", "140100", "--json").json}
    assert (listed[AGENCY]["stands"], listed[BUREAU]["stands"], listed[BUREAU]["above"]) == (False, True, MARKET)
    assert CENTRE not in listed
    entered = shell.run("organisation", "licence", AGENCY, "--kind", "personal-credit", "--number", "测试1号",
                        "--since", "2026-01-01", "--until", "2028-12-31", "--json")  # fmt: skip
    assert entered.code == 0, entered.err
    (found,) = shell.run("organisation", "list", "--kind", "credit_agency", "--json").json
    assert found["stands"]
    ended = shell.run("organisation", "end-licence", entered.json["licence"], "--reason", "注销", "--json")
    assert ended.code == 0, ended.err
    (found,) = shell.run("organisation", "list", "--kind", "credit_agency", "--json").json
    assert not found["stands"]
    assert shell.run("organisation", "end", BUREAU, "--on", "2099-01-01", "--reason", "撤并", "--json").code == 0
    assert "2099-01-01" in shell.run("organisation", "list", "--region", "140105").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("load", "no-such.csv"), "打不开", id="no-file"),
        pytest.param(("end", AGENCY[:-1], "--on", "2099-01-01", "--reason", "x"), "没有登记单位", id="unknown"),
        pytest.param(("end", MARKET, "--on", "tomorrow", "--reason", "x"), "2026-12-31", id="no-day"),
        pytest.param(("end", MARKET, "--on", "2020-01-01", "--reason", "x"), "不能早于今天", id="past"),
        pytest.param(
            ("licence", MARKET, "--kind", "finance", "--number", "1", "--since", "2026-01-01"),
            "不持有",
            id="wrong-licence",
        ),
        pytest.param(("end-licence", "999", "--reason", "x"), "没有这项许可", id="no-licence"),
    ],
)
def test_what_is_refused_is_told_in_both_languages(shell: Shell, arguments: tuple[str, ...], told: str) -> None:
    said = shell.run("organisation", *arguments)
    assert said.code == 2
    assert told in said.err.replace("\n", "")
    both_languages(said)


def test_a_wrong_line_is_named_and_nothing_is_entered(shell: Shell) -> None:
    code = organisation_code("department", 922)
    file = write(shell.folder / "bad.csv", f"{code},甲,department,140105,2020-01-01,,", "1,乙,club,140105,2020-01-01,,")
    said = shell.run("organisation", "load", file)
    assert said.code == 2
    assert "第 3 行" in said.err
    assert "line 3" in said.err
    assert code not in {one["code"] for one in shell.run("organisation", "list", "--json").json}
