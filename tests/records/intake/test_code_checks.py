"""The column form and the single form give one verdict, on a million numbers, half of them damaged."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from chengxin.lib.codes import TEMPLATE_VALUES, CodeType, Fault, Verdict, check_digit, examine
from chengxin.records.intake.code_checks import examine_codes, examine_organisation_codes
from tests.lib.code_samples import (
    AREAS,
    LETTERS,
    ON,
    SAMPLES,
    birth,
    digits,
    legacy_resident_id,
    person_number,
    resident_id,
    seeded,
    uscc,
)

pytestmark = pytest.mark.xdist_group("million-codes")  # the million is made once

ROWS = 1_000_000
KINDS = list(CodeType)
RARE = [kind for kind in KINDS if kind is not CodeType.RESIDENT_ID]
DIGITS = "0123456789"
ODD_CHARS = "０８９٣²Ｘｘ－ßſ\u212aıĳ号\u200b\ufeff\x00𝟘"
VERDICT_SCHEMA = {
    "code_canonical": pl.String,
    "code_fault": pl.String,
    "code_born": pl.Date,
    "code_legacy": pl.Boolean,
}

Row = tuple[str | None, str | None]
Damage = Callable[[Random, str], str | None]


def put(number: str, place: int, text: str) -> str:
    return number[:place] + text + number[place + 1 :]


def other_than(draw: Random, number: str, place: int, alphabet: str = DIGITS) -> str:
    return put(number, place, draw.choice(alphabet.replace(number[place], "")))


def one_digit(draw: Random, number: str) -> str:
    return other_than(draw, number, draw.randrange(17))


def two_swapped(draw: Random, number: str) -> str:
    place = draw.choice([place for place in range(17) if number[place] != number[place + 1]])
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def wrong_check(draw: Random, number: str) -> str:
    return other_than(draw, number, 17, "0123456789X")


def small_x(draw: Random, number: str) -> str:
    sequences = (number[:14] + f"{sequence:03}" for sequence in range(draw.randrange(900), 1000))
    return next(first17 for first17 in sequences if check_digit(first17) == "X") + "x"


def wrong_area(draw: Random, number: str) -> str:
    return person_number(draw.choice(("143001", "140171", "160000", "710000", "019999")), number[6:14], "001")


def impossible_date(draw: Random, number: str) -> str:
    return person_number(number[:6], draw.choice(("19900230", "20011301", "19010229", "00000101", "19800400")), "001")


def future_date(draw: Random, number: str) -> str:
    return person_number(number[:6], birth(draw, date(2026, 8, 2), date(2099, 12, 31)), "001")


def too_old(draw: Random, number: str) -> str:
    return person_number(number[:6], birth(draw, date(1800, 1, 1), date(1895, 8, 1)), "001")


def too_short(draw: Random, number: str) -> str:
    return number[: draw.choice((1, 8, 14, 16, 17))]


def too_long(draw: Random, number: str) -> str:
    return number + digits(draw, draw.randint(1, 4))


def letter_inside(draw: Random, number: str) -> str:
    return put(number, draw.randrange(17), draw.choice(LETTERS + LETTERS.lower()))


def odd_char(draw: Random, number: str) -> str:
    return put(number, draw.randrange(18), draw.choice(ODD_CHARS))


def space_inside(draw: Random, number: str) -> str:
    place = draw.randint(1, 17)
    return number[:place] + draw.choice(" \u3000\xa0\t") + number[place:]


def space_around(draw: Random, number: str) -> str:
    return draw.choice((" {}", "{} ", "{}\n", "\n{}", "{}\r\n")).format(number)


RESIDENT_DAMAGE: dict[str, Damage] = {
    "one digit changed": one_digit,
    "two swapped": two_swapped,
    "wrong check digit": wrong_check,
    "lower-case x": small_x,
    "fifteen digits": lambda draw, _: legacy_resident_id(draw),
    "wrong area": wrong_area,
    "impossible date": impossible_date,
    "future date": future_date,
    "too old": too_old,
    "too short": too_short,
    "too long": too_long,
    "letter inside": letter_inside,
    "odd character": odd_char,
    "space inside": space_inside,
    "space around": space_around,
    "empty": lambda draw, _: draw.choice((None, "")),
    "another kind's": lambda draw, _: SAMPLES[draw.choice(RARE)](draw),
}
STILL_VALID = {"lower-case x", "fifteen digits"}


def rare_damaged(draw: Random) -> Row:
    kind = draw.choice(RARE)
    number = SAMPLES[kind](draw)
    return kind.value, put(number, draw.randrange(len(number)), draw.choice(DIGITS + LETTERS + "-x " + ODD_CHARS))


def rare_as_another(draw: Random) -> Row:
    kind, other = draw.sample(KINDS, 2)
    return kind.value, SAMPLES[other](draw).lower()


def kind_unknown(draw: Random) -> Row:
    return draw.choice((None, "", "1", "身份证", "RESIDENT_ID")), draw.choice((resident_id(draw), None))


OTHER_DAMAGE = {"rare one damaged": rare_damaged, "rare as another": rare_as_another, "kind unknown": kind_unknown}
DAMAGES = [*RESIDENT_DAMAGE, *OTHER_DAMAGE]


def damaged(draw: Random, name: str) -> Row:
    if name in OTHER_DAMAGE:
        return OTHER_DAMAGE[name](draw)
    return CodeType.RESIDENT_ID.value, RESIDENT_DAMAGE[name](draw, resident_id(draw))


def valid(draw: Random) -> Row:
    kind = CodeType.RESIDENT_ID if draw.random() < 0.9 else draw.choice(RARE)
    return kind.value, SAMPLES[kind](draw)


@cache
def million() -> pl.DataFrame:
    """Return kind, code and what was done to it: nothing to each second row, each damage to a twentieth of the rest."""
    draw = seeded(20_260_801)
    rows = []
    for index in range(ROWS // 2):
        rows.append(("", *valid(draw)))
        damage = DAMAGES[index % len(DAMAGES)]
        rows.append((damage, *damaged(draw, damage)))
    draw.shuffle(rows)
    return pl.DataFrame(rows, schema={"damage": pl.String, "kind": pl.String, "code": pl.String}, orient="row")


def by_column(frame: pl.DataFrame, on: date = ON) -> pl.DataFrame:
    return examine_codes(frame, type_column="kind", code_column="code", on=on, areas=AREAS)


def one_by_one(frame: pl.DataFrame, on: date = ON) -> pl.DataFrame:
    kinds: dict[str | None, CodeType] = {kind.value: kind for kind in CodeType}
    verdicts = [examine(kinds.get(kind), code, on=on, areas=AREAS) for kind, code in frame.iter_rows()]
    columns = {
        "code_canonical": [verdict.canonical for verdict in verdicts],
        "code_fault": [verdict.fault for verdict in verdicts],
        "code_born": [verdict.born for verdict in verdicts],
        "code_legacy": [verdict.legacy for verdict in verdicts],
    }
    return pl.DataFrame(columns, schema=VERDICT_SCHEMA)


def assert_same(frame: pl.DataFrame, on: date = ON) -> None:
    pair = frame.select("kind", "code")
    judged = by_column(pair, on)
    assert_frame_equal(judged.select("kind", "code"), pair)
    assert_frame_equal(judged.drop("kind", "code"), one_by_one(pair, on))


def test_million_is_half_valid_and_a_twentieth_of_each_damage() -> None:
    shares = Counter(million()["damage"])
    assert shares.total() == ROWS
    assert shares.pop("") == ROWS // 2
    assert set(shares) == set(DAMAGES)
    assert min(shares.values()) * 20 >= ROWS // 2


def test_million_gets_the_same_verdicts_both_ways() -> None:
    assert_same(million())


def test_damage_is_found_and_nothing_else() -> None:
    judged = by_column(million())
    sound = pl.col("damage").is_in(["", *STILL_VALID])
    unsure = pl.col("damage").is_in(list(OTHER_DAMAGE))  # a digit may be put where it stood
    assert judged.filter(sound)["code_fault"].null_count() == judged.filter(sound).height
    assert judged.filter(~sound & ~unsure)["code_fault"].null_count() == 0
    assert set(judged["code_fault"].drop_nulls()) >= set(Fault) - {Fault.INNER_CHECK}
    assert judged.filter("code_legacy")["damage"].unique().to_list() == ["fifteen digits"]


@pytest.mark.parametrize("on", [date(1950, 1, 1), date(2024, 2, 29), date(2085, 6, 30), date(2140, 1, 1)])
def test_other_days_give_the_same_verdicts_both_ways(on: date) -> None:
    draw = seeded(on.year)
    weights = {CodeType.RESIDENT_ID: 3, CodeType.FOREIGN_PERMANENT_RESIDENT: 3, CodeType.HMT_RESIDENCE_PERMIT: 1}
    kinds = draw.choices(list(weights), list(weights.values()), k=20_000)
    rows = [(kind.value, SAMPLES[kind](draw)) for kind in kinds]
    assert_same(pl.DataFrame(rows, schema={"kind": pl.String, "code": pl.String}, orient="row"), on)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "codes",
    [
        pytest.param([], id="no-row"),
        pytest.param([None], id="null"),
        pytest.param([""], id="empty"),
        pytest.param(["149999199001010018"], id="one"),
        pytest.param(
            [None, "149999900101001", "\n", "149999199001010018\n", "TST149990010104", "MA000000-7"], id="few"
        ),
    ],
)
def test_small_frames_give_the_same_verdicts_both_ways(kind: CodeType, codes: list[str | None]) -> None:
    assert_same(
        pl.DataFrame({"kind": [kind.value] * len(codes), "code": codes}, schema={"kind": pl.String, "code": pl.String})
    )


def test_template_values_are_replaced_first() -> None:
    frame = pl.DataFrame({"kind": ["1", "身份证", "9"], "code": ["149999199001010018"] * 3})
    named = frame.with_columns(
        pl.col("kind").replace_strict(dict(TEMPLATE_VALUES), default=None, return_dtype=pl.String)
    )
    assert by_column(named)["code_fault"].to_list() == [None, None, Fault.TYPE]


def organisation_codes(draw: Random) -> list[str | None]:
    lookalikes = [
        person_number(draw.choice(("911101", "149999", "110101", "810000")), birth(draw), digits(draw, 3))
        for _ in range(5_000)
    ]
    sound = [uscc(draw) for _ in range(20_000)]
    odd = "0123456789" + LETTERS + LETTERS.lower() + ODD_CHARS
    hit = [put(code, draw.randrange(18), draw.choice(odd)) for code in sound]
    return [
        *lookalikes,
        *sound,
        *hit,
        *(code.lower() for code in sound[:1_000]),
        None,
        "",
        "9114",
        "91149999MA0000007Y\n",
    ]


def test_organisation_codes_get_the_same_verdicts_both_ways() -> None:
    codes = organisation_codes(seeded(32_100))
    judged = examine_organisation_codes(pl.DataFrame({"uscc": codes}), column="uscc")
    verdicts: list[Verdict] = [examine(CodeType.ORGANISATION, code, on=ON, areas=AREAS) for code in codes]
    assert judged["uscc"].to_list() == codes
    assert judged["uscc_canonical"].to_list() == [verdict.canonical for verdict in verdicts]
    assert judged["uscc_fault"].to_list() == [verdict.fault for verdict in verdicts]
    assert Counter(judged["uscc_fault"])[None] >= 20_000
