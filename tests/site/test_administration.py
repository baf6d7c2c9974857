"""The administration's process: on its own port, with its own addresses and database role."""

import urllib.error
import urllib.request

import pytest

from tests.conftest import Running, healthy, wait_until

pytestmark = pytest.mark.xdist_group("installation")


def test_it_answers_beside_the_desk_with_its_own_pages(installation: Running) -> None:
    desk, port = installation.url.rsplit(":", 1)
    own = f"{desk}:{int(port) + 1}"
    wait_until("the administration answers", lambda: healthy(own))
    with urllib.request.urlopen(f"{own}/login/", timeout=10) as answer:
        assert "管理员登录" in answer.read().decode()
    for address in ("/desk/", "/catalogue/", "/api/v1/openapi.json"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{own}{address}", timeout=10)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{installation.url}/officers/", timeout=10)
