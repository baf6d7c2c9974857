"""Opening exchange tables at the server, as another program sees the command."""

import pytest

from tests.people import CENTRE, MARKET
from tests.site.test_cli import Shell, both_languages, shell

pytestmark = pytest.mark.xdist_group("cli")
__all__ = ["shell"]


def test_what_the_command_tells_opens_the_tables(shell: Shell) -> None:
    opened = shell.run("exchange", "open", MARKET, "--item", "CF-ZRR", "--json")
    assert opened.code == 0, opened.err
    told = opened.json
    assert told["columns"].split()[0] == "reference"
    assert (told["inbox"], told["withdrawals"], told["feedback"]) == ("inbox_cf_zrr", "withdraw_cf_zrr", "feedback")
    again = shell.run("exchange", "open", MARKET, "--item", "CF-ZRR", "--json").json
    assert again["role"] == told["role"]
    assert again["password"] != told["password"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param((CENTRE, "CF-ZRR"), "不是此信息项的提供单位", id="another-kind"),
        pytest.param((MARKET[:-1], "CF-ZRR"), "没有登记该提供单位", id="unknown"),
        pytest.param((MARKET, "NO-SUCH"), "目录中没有", id="no-item"),
    ],
)
def test_what_is_refused_is_told_in_both_languages(shell: Shell, arguments: tuple[str, str], words: str) -> None:
    code, item = arguments
    answer = shell.run("exchange", "open", code, "--item", item)
    assert answer.code == 2
    assert words in answer.err
    both_languages(answer)
