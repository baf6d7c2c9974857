"""The pages of papers from the window: taking in, listing, opening with a case, and the person's own."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chengxin.lib.papers.reading import read_paper
from chengxin.lib.papers.refusals import LARGEST
from tests.conftest import Register
from tests.lib.papers import SECRET, photograph, scan_pdf
from tests.people import LI_NA, WANG_WEI
from tests.portal.conftest import LogIn
from tests.portal.conftest import log_in as log_in  # noqa: PLC0414  # a fixture
from tests.portal.conftest import spool as spool  # noqa: PLC0414  # a fixture
from tests.portal.test_delegations import window as window  # noqa: PLC0414  # two officers of the centre
from tests.portal.test_persons import own_page
from tests.portal.test_window import WINDOW, standing

LIST, OWN = reverse("portal:scans"), reverse("person-scans")


def file(content: bytes, name: str = f"{WANG_WEI.code}.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


def paper(content: bytes, **changes: object) -> dict[str, object]:
    return {"kind": "objection", "scan_file": file(content), "looked": "on", **changes}


@pytest.fixture
def visit(window: tuple[Client, Client]) -> str:
    """Wang at the window of the first officer; gives the address of the visit."""
    return window[0].post(WINDOW, standing()).headers["Location"]


def number_of(register: Register) -> str:
    ((number,),) = register.rows("SELECT number FROM identity_scan")
    return str(number)


def test_a_paper_is_taken_in_and_opened_with_a_case(
    register: Register, window: tuple[Client, Client], visit: str, spool: Path, tmp_path: Path
) -> None:
    first, second = window
    page = first.post(f"{visit}scans", paper(scan_pdf(2)), follow=True).content.decode()
    number = number_of(register)
    assert f"已收下，编号 {number}" in page
    assert "打印收件回执（共 1 份）" in page
    receipt = first.post(f"{visit}receipt")
    assert (receipt.content[:5], receipt.headers["Cache-Control"]) == (b"%PDF-", "no-store")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"%PDF" in path.read_bytes()]
    address = reverse("portal:scan", args=[number])
    listed, one = second.get(LIST).content.decode(), second.get(address).content.decode()
    for told in (listed, one):
        assert "异议申请" in told
        assert number in told
        assert WANG_WEI.name not in told
        assert WANG_WEI.code not in told
    assert second.post(address, {"case": ""}).status_code == 422
    assert "不能写身份证件号码" in second.post(address, {"case": WANG_WEI.code}).content.decode()
    shown = second.post(address, {"case": "异议 1 号"})
    assert shown.content == read_paper(scan_pdf(2)).content
    assert register.rows("SELECT case_reference, outcome FROM ground_access_entry") == [
        (f"scan:{number} 异议 1 号", "answered")
    ]


@pytest.mark.parametrize(
    ("content", "kind", "held"),
    [(scan_pdf(), "application/pdf", False), (photograph(), "image/jpeg", True)],
    ids=["pdf", "photograph"],
)
def test_a_scan_is_shown_run_by_nothing_and_kept_by_nobody(
    register: Register, window: tuple[Client, Client], visit: str, content: bytes, kind: str, held: bool
) -> None:
    window[0].post(f"{visit}scans", paper(content))
    number = number_of(register)
    for shown in (
        window[0].post(reverse("portal:scan", args=[number]), {"case": "x"}),
        own_page(WANG_WEI.code, "王伟").post(reverse("person-scan", args=[number])),
    ):
        assert shown.headers["Content-Type"] == kind
        assert shown.headers["Content-Disposition"].startswith(f'inline; filename="{number}.')
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Cache-Control"] == "no-store"
        policy = shown.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy)
        assert not [part for part in policy if part.startswith("script-src")]
        assert ("sandbox" in policy) is held
        assert SECRET.encode() not in shown.content


def test_a_wrong_form_names_what_is_missing(register: Register, window: tuple[Client, Client], visit: str) -> None:
    first = window[0]
    for form, words in (
        ({}, ("请选择材料种类", "请选择扫描件，或者拍照", "请先看过原件，再勾选")),
        (paper(b"hello"), ("没有收下：文件内容不是 PDF", "By its content this is no PDF")),
        (paper(b""), ("文件是空的",)),
        (paper(bytes(LARGEST + 1)), ("文件超过 10 MB", "larger than 10 MB")),
        (paper(photograph(), kind="kinship"), ("请先改正以下内容",)),
    ):
        answer = first.post(f"{visit}scans", form)
        assert answer.status_code == 422
        for word in words:
            assert word in answer.content.decode()
    assert register.rows("SELECT count(*) FROM identity_scan") == [(0,)]


def test_nobody_else_hands_in_or_fills_the_memory(
    register: Register, window: tuple[Client, Client], visit: str, log_in: LogIn
) -> None:
    assert window[1].post(f"{visit}scans", paper(photograph())).status_code == 409
    clerk = log_in("clerk")
    assert clerk.post(f"{visit}scans", paper(photograph())).status_code in {400, 403}
    assert clerk.get(LIST).status_code == 403
    assert Client().post(f"{visit}scans", paper(photograph())).status_code in {302, 400}
    window[0].post(f"{visit}end")
    assert window[0].post(f"{visit}scans", paper(photograph())).status_code == 409
    assert register.rows("SELECT count(*) FROM identity_scan") == [(0,)]


def test_a_person_sees_their_papers_and_no_others(
    register: Register, window: tuple[Client, Client], visit: str
) -> None:
    window[0].post(f"{visit}scans", paper(photograph()))
    number = number_of(register)
    wang, other = own_page(WANG_WEI.code, "王伟"), own_page(LI_NA.code, "李娜")
    page = wang.get(OWN).content.decode()
    assert "异议申请" in page
    assert number in page
    assert "没有交过" in other.get(OWN).content.decode()
    address = reverse("person-scan", args=[number])
    assert other.post(address).status_code == 404
    assert wang.get(address).status_code == 405
    assert wang.post(address).content.startswith(b"\xff\xd8")
    assert "窗口收下了一份纸质材料" in wang.get(reverse("person-home")).content.decode()
    assert "窗口收下的纸质材料" in wang.get(f"{reverse('person-entries')}?own=on").content.decode()


def test_an_unknown_number_is_unknown(window: tuple[Client, Client]) -> None:
    for number in ("CL20260101AAAAAAAAAA", "x"):
        answer = window[0].get(reverse("portal:scan", args=[number]))
        assert answer.status_code == 404
        assert "没有这份材料" in answer.content.decode()
