"""A sandbox says on every page, in every answer and on every document that it is one."""

from typing import Any

import pytest
from django.test import Client

from chengxin.sharing.documents import words
from tests.conftest import Register

HEADER = "Chengxin-Sandbox"
PATHS = ("/", "/healthz", "/api/v1/token", "/nowhere")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_that_it_is_a_sandboxs(register: Register, settings: Any, path: str) -> None:
    assert HEADER not in Client().get(path).headers
    settings.SANDBOX = True
    answer = Client().get(path)
    assert answer.headers[HEADER] == "1"
    if not path.startswith("/api/") and answer.headers["Content-Type"].startswith("text/html"):
        page = answer.content.decode()
        assert "沙箱：仅供试用" in page
        assert page.index("沙箱") < page.index("SANDBOX:")


def test_the_public_site_says_it_too(public_site: Register, settings: Any) -> None:
    settings.SANDBOX = True
    answer = Client().get("/")
    assert answer.headers[HEADER] == "1"
    assert "沙箱：仅供试用" in answer.content.decode()


def test_documents_say_it() -> None:
    told = words.mark(demo=False, sandbox=True)
    assert told is not None
    assert "沙箱" in told.zh
    assert "SANDBOX" in told.en
    assert words.mark(demo=False, sandbox=False) is None
