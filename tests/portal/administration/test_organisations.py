"""Organisations at the administration: listed, seen, entered, changed, ended, licensed, and loaded as a list; each act in the log."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from chengxin.demo.organisations import organisation_code
from chengxin.identity.organisation_file import COLUMNS, LARGEST
from chengxin.identity.queries import find_organisation
from tests.conftest import Register
from tests.people import CENTRE, COURT, MARKET, OTHER, WANG_WEI
from tests.portal.administration.conftest import AGENCY
from tests.portal.conftest import LogIn

NEW, SECOND = (organisation_code("department", number) for number in (940, 941))
LIST = reverse("administration:organisations", "chengxin.site.admin_urls")
UPLOAD = reverse("administration:load-organisations", "chengxin.site.admin_urls")


def page(name: str, *args: Any) -> str:
    return reverse(f"administration:{name}", "chengxin.site.admin_urls", args)


def told(**changes: Any) -> dict[str, Any]:
    values = {"code": NEW, "name": "测试教育局", "kind": "department", "region": "140105", "valid_from": "2026-01-01"}
    return {**values, "superior": "", **changes}


def acts(house: Register) -> list[tuple[Any, ...]]:
    return house.rows(
        "SELECT actor, act, subject FROM ground_action WHERE act ~ '^(organisations|licences)' ORDER BY id"
    )


def codes(answer: Any) -> list[str]:
    return [one.code for one in answer.context["found"]]


# The list.


def test_the_list_is_by_region_and_goes_on(admin: LogIn, administration: Register, monkeypatch: Any) -> None:
    from chengxin.portal.administration import organisations

    monkeypatch.setattr(organisations, "PAGE", 2)
    client, seen = admin("audit"), []
    answer = client.get(LIST)
    while more := answer.context["more"]:
        seen += codes(answer)
        answer = client.post(LIST, {"after": more})
    seen += codes(answer)
    wanted = administration.rows("SELECT code FROM identity_organisation ORDER BY region, code")
    assert seen == [code for (code,) in wanted]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"kind": "court"}, {COURT}),
        ({"region": "140100"}, {MARKET, OTHER, COURT, AGENCY}),
        ({"region": "140000"}, {MARKET, OTHER, COURT, CENTRE, AGENCY}),
        ({"region": "140200"}, set()),
        ({"named": "市场"}, {MARKET}),
        ({"named": CENTRE[:17].lower()}, {CENTRE}),
        ({"stands": "no"}, {AGENCY}),
        ({"stands": "yes", "kind": "credit_agency"}, set()),
    ],
)
def test_the_list_by_kind_region_name_and_whether_it_stands(
    admin: LogIn, furnished: Register, query: dict[str, str], wanted: set[str]
) -> None:
    with furnished.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_licence DISABLE TRIGGER licence_guarded")
        connection.execute("UPDATE identity_licence SET valid_from = valid_from - 9, valid_until = valid_from")
    assert set(codes(admin("security").post(LIST, query))) == wanted


def test_an_identity_code_typed_in_the_search_stands_in_no_address_and_is_refused(admin: LogIn) -> None:
    client = admin("audit")
    page = client.get(LIST).content.decode()
    assert '<form method="post"' in page
    assert 'method="get"' not in page
    answer = client.post(LIST, {"named": WANG_WEI.code})
    assert answer.status_code == 422
    assert "Location" not in answer.headers
    assert f"?named={WANG_WEI.code}" not in answer.content.decode()
    # What somebody puts into an address by hand is not looked for.
    assert codes(client.get(LIST, {"named": "市场"})) == codes(client.get(LIST))


def test_nothing_found_and_a_filter_that_is_none_say_so(admin: LogIn) -> None:
    client = admin("system")
    assert "没有符合条件的单位" in client.post(LIST, {"named": "没有的"}).content.decode()
    answer = client.post(LIST, {"kind": "club"})
    assert answer.status_code == 422
    assert "请先改正以下内容" in answer.content.decode()
    assert client.post(LIST, {"after": "x"}).status_code == 200


# One organisation.


def test_one_organisation_shows_what_hangs_on_it(admin: LogIn, furnished: Register) -> None:
    shown = admin("audit").get(page("organisation", OTHER)).content.decode()
    for words in ("太原市", "购票系统", "公钥待批准", "SM-JT-0001", "核验员（verifier）", "不需要许可或者备案"):
        assert words in shown
    assert "今天可用" in shown
    for act in ("change-organisation", "end-organisation", "enter-client", "register-purpose", "enter"):
        link = reverse(f"administration:{act}", args=[OTHER] if "organisation" in act else [])
        assert link not in shown, act
        assert link in admin("system").get(page("organisation", OTHER)).content.decode(), act


def test_an_agency_without_its_licence_is_told_what_it_lacks(admin: LogIn, furnished: Register) -> None:
    system = admin("system")
    assert "征信〔2026〕1号" in system.get(page("organisation", AGENCY)).content.decode()
    answer = system.post(page("end-licence", 1), {"reason": "吊销，〔2026〕9号"}, follow=True)
    shown = answer.content.decode()
    assert "已终止" in shown
    assert "今天不可用" in shown
    assert "缺少有效的个人征信业务经营许可证" in shown
    assert "吊销，〔2026〕9号" in shown
    again = system.post(page("end-licence", 1), {"reason": "x"})
    assert again.status_code == 409
    assert "已经终止" in again.content.decode()
    assert acts(furnished)[-1] == ("system", "licences.end", "licence:1")


def test_an_organisation_that_is_not_there(admin: LogIn) -> None:
    client = admin("system")
    for name in ("organisation", "change-organisation", "end-organisation", "enter-licence"):
        assert client.get(page(name, NEW)).status_code == 404, name
    assert client.get(page("end-licence", 99)).status_code == 404


# Entering and changing.


def test_one_is_entered_changed_and_ended(admin: LogIn, administration: Register, today: date) -> None:
    system = admin("system")
    spaced = f"{NEW[:8]} {NEW[8:]}".lower()
    shown = system.post(page("enter-organisation"), told(code=spaced, superior=MARKET), follow=True)
    assert shown.redirect_chain[-1][0] == page("organisation", NEW)
    assert "已登记" in shown.content.decode()
    assert "太原市小店区" in shown.content.decode()
    assert "测试教育局" in system.get(page("organisation", MARKET)).content.decode()
    shown = system.post(page("change-organisation", NEW), {"name": "测试教育体育局", "superior": ""}, follow=True)
    assert "没有登记上级" in shown.content.decode()
    assert "测试教育体育局" in shown.content.decode()
    on = today + timedelta(days=9)
    shown = system.post(page("end-organisation", NEW), {"on": str(on), "reason": "机构改革"}, follow=True)
    assert f"{on} 失效" in shown.content.decode()
    assert find_organisation(NEW, on - timedelta(days=1)) is not None
    assert find_organisation(NEW, on) is None
    subject = f"organisation:{NEW}"
    assert acts(administration) == [
        ("system", "organisations.enter", subject),
        ("system", "organisations.enter", subject),
        ("system", "organisations.end", subject),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"code": MARKET}, 409, "已经登记过"),
        ({"code": NEW[:-1] + "0"}, 409, "不是有效的统一社会信用代码"),
        ({"code": NEW[:-1]}, 422, "十八位"),
        ({"code": ""}, 422, "请填写统一社会信用代码"),
        ({"name": ""}, 422, "请填写单位名称"),
        ({"name": f"王伟{WANG_WEI.code}"}, 422, "这里不能写身份证件号码"),
        ({"kind": ""}, 422, "请选择类别"),
        ({"region": "140199"}, 409, "没有行政区划 140199"),
        ({"region": "太原"}, 422, "六位数字"),
        ({"valid_from": "昨天"}, 422, "请写成 2026-12-31"),
        ({"superior": SECOND}, 409, "没有登记上级单位"),
        ({"superior": MARKET, "region": "140200"}, 409, "不包含 140200"),
    ],
)
def test_what_can_not_be_entered_says_why(
    admin: LogIn, administration: Register, changes: dict[str, str], status: int, words: str
) -> None:
    answer = admin("system").post(page("enter-organisation"), told(**changes))
    assert answer.status_code == status
    shown = answer.content.decode()
    assert words in shown
    assert "第 1 行" not in shown
    assert acts(administration) == []


def test_what_can_not_be_changed_or_ended_says_why(admin: LogIn, administration: Register, today: date) -> None:
    system = admin("system")
    same = {"name": "测试市场监督管理局", "superior": ""}
    assert "没有变" in system.post(page("change-organisation", MARKET), same).content.decode()
    own = {"name": "x", "superior": MARKET}
    assert "自己的上级" in system.post(page("change-organisation", MARKET), own).content.decode()
    with administration.connect("owner") as connection:
        connection.execute("UPDATE identity_organisation SET valid_from = %s WHERE code = %s", [today, COURT])
    begun = {"on": str(today), "reason": "x"}
    assert "晚于生效日期" in system.post(page("end-organisation", COURT), begun).content.decode()
    past = {"on": str(today - timedelta(days=1)), "reason": "x"}
    assert "不能早于今天" in system.post(page("end-organisation", MARKET), past).content.decode()
    empty = system.post(page("end-organisation", MARKET), {"on": "", "reason": ""}).content.decode()
    assert "请选择日期" in empty
    assert "请写明理由" in empty
    long = {"on": str(today), "reason": "长" * 181}
    assert system.post(page("end-organisation", MARKET), long).status_code == 422


def test_what_ended_is_not_changed_any_more(admin: LogIn, administration: Register, today: date) -> None:
    system = admin("system")
    system.post(page("end-organisation", MARKET), {"on": str(today), "reason": "机构改革"})
    shown = system.get(page("organisation", MARKET)).content.decode()
    assert f"已于 {today} 失效" in shown
    for name in ("change-organisation", "end-organisation", "enter-licence"):
        assert page(name, MARKET) not in shown
    again = system.post(page("end-organisation", MARKET), {"on": str(today), "reason": "x"})
    assert (again.status_code, "已经失效" in again.content.decode()) == (409, True)


def test_the_longest_reason_fits_the_log(admin: LogIn, today: date) -> None:
    answer = admin("system").post(page("end-organisation", MARKET), {"on": str(today), "reason": "长" * 180})
    assert answer.status_code == 302


def test_a_licence_is_entered_for_whoever_may_hold_it(admin: LogIn, furnished: Register, today: date) -> None:
    system = admin("system")
    assert "金融许可证" not in system.get(page("enter-licence", AGENCY)).content.decode()
    wanted = {"licence": "enterprise-credit", "number": "备〔2026〕2号", "valid_from": str(today), "valid_until": ""}
    assert "备〔2026〕2号" in system.post(page("enter-licence", AGENCY), wanted, follow=True).content.decode()
    assert acts(furnished)[-1] == ("system", "licences.enter", "licence:2")
    endless = wanted | {"licence": "personal-credit"}
    answer = system.post(page("enter-licence", AGENCY), endless)
    assert answer.status_code == 409
    assert "请填写失效日期" in answer.content.decode()
    assert system.post(page("enter-licence", AGENCY), wanted | {"licence": "finance"}).status_code == 422


# A list.


def csv_of(*rows: dict[str, str], encoding: str = "utf-8") -> SimpleUploadedFile:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(COLUMNS))
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("名单.csv", out.getvalue().encode(encoding))


def line(code: str, **changes: str) -> dict[str, str]:
    return {
        "统一社会信用代码": code, "单位名称": "测试教育局", "类别": "department", "行政区划": "140105", "生效日期": "2026-01-01",
        "失效日期": "", "上级单位代码": "", **changes,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_list_is_uploaded(admin: LogIn, administration: Register, encoding: str) -> None:
    file = csv_of(line(NEW, 上级单位代码=SECOND), line(SECOND, 单位名称="二"), encoding=encoding)
    shown = admin("system").post(UPLOAD, {"file": file}, follow=True).content.decode()
    assert "新登记 2，变更 0，没有变化 0" in shown
    assert acts(administration) == [("system", "organisations.enter", "organisations")]


def test_an_end_by_mistake_is_mended_by_a_list(admin: LogIn, administration: Register, today: date) -> None:
    system = admin("system")
    system.post(page("end-organisation", MARKET), {"on": str(today), "reason": "填错"})
    assert find_organisation(MARKET, today) is None
    right = line(MARKET, 单位名称="测试市场监督管理局", 行政区划="140100", 生效日期="2019-01-01")
    silent = system.post(UPLOAD, {"file": csv_of(right)})
    assert (silent.status_code, "恢复理由" in silent.content.decode()) == (422, True)
    assert find_organisation(MARKET, today) is None
    told = csv_of(right | {"恢复理由": "失效日期填错"})
    assert "变更 1" in system.post(UPLOAD, {"file": told}, follow=True).content.decode()
    assert find_organisation(MARKET, today) is not None
    assert acts(administration)[-2] == ("system", "organisations.revive", f"organisation:{MARKET}")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: csv_of(line(NEW), line(SECOND, 行政区划="140199")), "第 3 行：没有行政区划 140199"),
        (lambda: csv_of(line(NEW, 单位名称=f"王伟{WANG_WEI.code}")), "第 2 行：名称里有身份证件号码"),
        (lambda: csv_of(line(NEW, 生效日期="昨天")), "第 2 行：日期应为 2026-12-31 的形式"),
        (lambda: SimpleUploadedFile("x.csv", b"a,b\n1,2\n"), "缺少列"),
        (lambda: SimpleUploadedFile("x.csv", b""), "文件是空的"),
        (lambda: SimpleUploadedFile("x.csv", b"\xff\xff\xff"), "编码无法识别"),
        (lambda: SimpleUploadedFile("x.csv", b"x" * (LARGEST + 1)), "超过 16 MB"),
    ],
)
def test_a_list_with_a_fault_enters_nothing_and_says_where(
    admin: LogIn, administration: Register, file: Any, words: str
) -> None:
    answer = admin("system").post(UPLOAD, {"file": file()})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert WANG_WEI.code not in answer.content.decode()
    assert acts(administration) == []


def test_without_a_file_it_is_asked_for(admin: LogIn) -> None:
    assert "请选择名单文件" in admin("system").post(UPLOAD, {}).content.decode()


@pytest.mark.parametrize("login", ["security", "audit", ""])
def test_a_file_of_somebody_who_may_enter_none_is_not_read(
    admin: LogIn, administration: Register, login: str, monkeypatch: Any
) -> None:
    from django.test import Client

    from chengxin.portal.administration.uploads import ListUploadHandler

    monkeypatch.setattr(ListUploadHandler, "receive_data_chunk", lambda *_: pytest.fail("it was read"))
    client = admin(login) if login else Client()
    answer = client.post(UPLOAD, {"file": csv_of(line(NEW))})
    assert answer.status_code in {302, 400, 403}
    assert administration.rows("SELECT FROM identity_organisation WHERE code = %s", NEW) == []
