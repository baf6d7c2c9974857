"""Which numbers belong to nobody."""

from datetime import date

import polars as pl
import pytest

from chengxin.demo.persons import people
from chengxin.lib.codes.synthetic import holds_real_code, reads_synthetic
from tests.sandboxes import real_code

TODAY = date(2026, 11, 20)


def test_everybody_of_the_synthetic_province_reads_as_nobody() -> None:
    numbers = people(2000, 149999, TODAY)["number"]
    assert numbers.filter(~numbers.map_elements(reads_synthetic, return_dtype=pl.Boolean)).to_list() == []


@pytest.mark.parametrize(
    ("told", "nobody"),
    [
        ("149999198803041214", True),
        (" 149999 19880304 1214　", True),
        ("１４９９９９１９８８０３０４１２１４", True),
        ("149999********1214", True),
        ("1.49999E+17", True),
        ("uto0000021", True),
        ("140105198803041214", False),
        ("1.40105E+17", False),
        ("E12345678", False),
        ("H12345678", False),
        ("00123456", False),
        ("810000199001011234", False),
        ("张三", False),
        ("", False),
    ],
)
def test_what_stands_for_a_number_tells_whether_somebody_may_be_meant(told: str, nobody: bool) -> None:
    assert reads_synthetic(told) is nobody


@pytest.mark.parametrize(
    ("text", "real"),
    [
        (f"当事人{real_code()}。", True),
        (f"当事人{real_code().translate({48 + n: 0xFF10 + n for n in range(10)})}。", True),
        ("当事人149999198803041214。", False),
        ("统一社会信用代码 11149999000000000E", False),
        (real_code()[:-1] + "Y", False),
    ],
)
def test_a_real_number_is_found_in_a_text(text: str, real: bool) -> None:
    assert holds_real_code(text, on=TODAY) is real
