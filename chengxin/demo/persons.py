"""The people of the demo province: all ages, all cities, and nobody who exists.

Resident codes use area 149999, which was never assigned. Passports and older foreigners' cards are of the specimen
state UTO; travel permits have serial numbers near nought; the residence permit of Hong Kong, Macao and Taiwan residents
was first issued in 2018, so the few here belong to people born in 1900.
"""

from datetime import date

import polars as pl

from chengxin.demo.draws import Draws
from chengxin.demo.names import names
from chengxin.lib.codes.permits import old_card_check_digit
from chengxin.lib.codes.resident import CHECK_DIGITS, WEIGHTS, check_digit
from chengxin.lib.codes.types import CodeType
from chengxin.lib.regions import TEST_AREA, Level, Status, cities, load_regions

LEAST, MOST = 100, 10_000_000
YEAR_DAYS = 365.2425
AGE_BANDS = {(0, 18): 17.0, (18, 35): 25.0, (35, 60): 36.0, (60, 80): 18.0, (80, 101): 4.0}
CITY_WEIGHTS = {
    "1401": 53, "1402": 31, "1403": 13, "1404": 32, "1405": 22, "1406": 16,
    "1407": 34, "1408": 48, "1409": 27, "1410": 39, "1411": 34,
}  # fmt: skip
SEQUENCES = 499  # per birthday and sex; sequence 000 is left out

# Traits stand at fixed places among each thousand persons, so the first hundred hold every one of them.
STRIDE = 1000
DEAD, LIMITED, WITHOUT = (7, 47, 207, 307, 407, 507), (13, 53), (14, 54)
# Persons that the dirty files need, by number: names and, where it matters, ages.
CAST_NAMES = {30: "王伟", 31: "王伟", 32: "王伟", 33: "张𬭎", 34: "王𫖯", 35: "李㛃", 36: "刘䶮", 37: "陈𠅤"} | {
    38: "阿不都·热西提", 39: "欧阳建国",
}  # fmt: skip
CAST_AGES = {0: 100.2, 1: 0.5, 2: 3.5, 3: 6.5, 4: 9.5, 5: 12.5, 40: 19.2, 41: 15.5, 42: 17.9}
PAPERS = {
    21: CodeType.PASSPORT,
    22: CodeType.HM_TRAVEL_PERMIT,
    23: CodeType.TW_TRAVEL_PERMIT,
    24: CodeType.FOREIGN_PERMANENT_RESIDENT,
    25: CodeType.HMT_RESIDENCE_PERMIT,
}
TYPE_CODES = {
    CodeType.RESIDENT_ID: "1",
    CodeType.PASSPORT: "2",
    CodeType.HM_TRAVEL_PERMIT: "3",
    CodeType.TW_TRAVEL_PERMIT: "4",
    CodeType.FOREIGN_PERMANENT_RESIDENT: "5",
    CodeType.HMT_RESIDENCE_PERMIT: CodeType.HMT_RESIDENCE_PERMIT.label,
}
HMT_BIRTH, HMT_PER_DAY = date(1900, 1, 1), 500
ALIVE, GONE = "正常", "死亡"
FULL, SOME, NO = "完全", "限制", "无"


def _at(*places: int) -> pl.Expr:
    return pl.col("n").mod(STRIDE).is_in(places)


def _birthdays(draws: Draws, today: date) -> pl.Series:
    """Return birthdays by the weights of the ages, but for those whose part needs another age."""
    bands = list(AGE_BANDS)
    frame = pl.DataFrame(
        {
            "n": pl.int_range(draws.rows, eager=True),
            "band": draws.index("age-band", list(AGE_BANDS.values())),
            "place": draws.unit("age-in-band"),
        }
    )
    band, place = pl.col("band"), pl.col("place")
    lower = band.replace_strict(range(len(bands)), [low for low, _ in bands], return_dtype=pl.Float64)
    upper = band.replace_strict(range(len(bands)), [high for _, high in bands], return_dtype=pl.Float64)
    grown = _at(*DEAD, *LIMITED, *WITHOUT, *PAPERS) | pl.col("n").is_in(list(CAST_NAMES))
    age = pl.when(grown).then(35.0 + place * 40.0).otherwise(lower + place * (upper - lower))
    age = pl.col("n").replace_strict(CAST_AGES, default=age, return_dtype=pl.Float64)
    day = pl.lit(today) - pl.duration(days=(age * YEAR_DAYS).floor().cast(pl.Int64))
    hmt = [at for at, kind in PAPERS.items() if kind is CodeType.HMT_RESIDENCE_PERMIT]
    hmt_day = pl.lit(HMT_BIRTH) + pl.duration(days=pl.col("n") // (STRIDE * HMT_PER_DAY))
    return frame.select(pl.when(_at(*hmt)).then(hmt_day).otherwise(day).alias("birth"))["birth"]


def _resident_codes(people: pl.DataFrame, draws: Draws) -> pl.Series:
    """Return a code for each person; sequence numbers are unique per birthday, odd for men."""
    nth = pl.int_range(pl.len()).over("birth", "woman")
    frame = people.select(
        "woman",
        pl.col("birth").dt.strftime("%Y%m%d").alias("day"),
        nth=(nth * 7 + pl.col("birth").dt.ordinal_day() * 11 + draws.seed % SEQUENCES) % SEQUENCES,
    )
    sequence = pl.col("nth") * 2 + pl.when("woman").then(2).otherwise(1)
    frame = frame.select(pl.lit(TEST_AREA) + pl.col("day") + sequence.cast(pl.String).str.zfill(3).alias("first17"))
    return frame.select(with_check_digit(pl.col(frame.columns[0])).alias("number"))["number"]


def with_check_digit(first17: pl.Expr) -> pl.Expr:
    """Append what ``check_digit`` gives, for a whole column."""
    total = pl.sum_horizontal(
        first17.str.slice(place, 1).cast(pl.Int64) * weight for place, weight in enumerate(WEIGHTS)
    )
    return first17 + (total % len(CHECK_DIGITS)).replace_strict(range(len(CHECK_DIGITS)), list(CHECK_DIGITS))


def paper_number(kind: CodeType, n: int, birth: date) -> str:
    """Return the n-th number of a certificate other than the resident's card; none of them was ever issued."""
    if kind is CodeType.PASSPORT:
        return f"UTO{n:07}"
    if kind is CodeType.HM_TRAVEL_PERMIT:
        return f"H{n:08}"
    if kind is CodeType.TW_TRAVEL_PERMIT:
        return f"{n:08}"
    if kind is CodeType.FOREIGN_PERMANENT_RESIDENT:
        first14 = f"UTO{n // STRIDE // 10:04}{birth:%y%m%d}{n // STRIDE % 10}"
        return first14 + old_card_check_digit(first14)
    first17 = f"810000{birth:%Y%m%d}{n // STRIDE % HMT_PER_DAY + 1:03}"
    return first17 + check_digit(first17)


def _with_papers(people: pl.DataFrame) -> pl.DataFrame:
    """Give the few at the places of ``PAPERS`` their other certificate."""
    few = people.filter(_at(*PAPERS)).select("n", "birth")
    kinds = [PAPERS[n % STRIDE] for n in few["n"]]
    numbers = [paper_number(kind, n, born) for kind, (n, born) in zip(kinds, few.iter_rows(), strict=True)]
    other = pl.DataFrame({"n": few["n"], "kind": [kind.value for kind in kinds], "other": numbers})
    joined = people.join(other, on="n", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("other", "number").alias("number"),
        pl.col("kind").fill_null(CodeType.RESIDENT_ID.value),
    ).drop("other")


def _regions(draws: Draws) -> pl.Series:
    """Return county codes; the first persons live in one city after the other."""
    counties = [row for row in load_regions() if row.level is Level.COUNTY and row.status is Status.CURRENT]
    prefixes = [row.code[:4] for row in cities()]
    city = draws.index("city", [CITY_WEIGHTS[prefix] for prefix in prefixes])
    n = pl.int_range(draws.rows, eager=True)
    frame = pl.DataFrame({"n": n, "city": city, "within": draws.raw("county")})
    frame = frame.with_columns(pl.when(pl.col("n") < len(prefixes)).then("n").otherwise("city").alias("city"))
    choice = pl.lit("")
    for place, prefix in enumerate(prefixes):
        own = pl.Series([row.code for row in counties if row.code.startswith(prefix)])
        drawn = pl.lit(own).gather((pl.col("within") % len(own)).cast(pl.Int64))
        choice = pl.when(pl.col("city") == place).then(drawn).otherwise(choice)
    return frame.select(choice.alias("region"))["region"]


def people(count: int, seed: int, today: date) -> pl.DataFrame:
    """Return the population, one row per person.

    Columns: n, name, kind (``CodeType``), number, type_code (as the templates write it), birth, woman, region, state,
    died, capacity (empty where nobody declared it: a minor's follows from age), capacity_on, adult_on.
    Raises ValueError unless 100 to 10,000,000 persons are asked for.
    """
    if not LEAST <= count <= MOST:
        raise ValueError(f"persons must be from {LEAST} to {MOST}")
    draws = Draws(seed, "persons", count)
    frame = pl.DataFrame(
        {
            "n": pl.int_range(count, eager=True),
            "birth": _birthdays(draws, today),
            "woman": draws.below("woman", 2) == 1,
            "region": _regions(draws),
            "days_ago": draws.below("days-ago", 900) + 40,
        }
    )
    frame = frame.with_columns(names(draws, frame["woman"], frame["birth"].dt.year()).alias("name"))
    frame = frame.with_columns(
        pl.col("n").replace_strict(CAST_NAMES, default=pl.col("name")).alias("name"),
        _resident_codes(frame, draws).alias("number"),
        pl.col("birth").dt.offset_by("18y").alias("adult_on"),
    )
    return _with_papers(_with_states(frame, today)).with_columns(
        pl.col("kind").replace_strict({kind.value: code for kind, code in TYPE_CODES.items()}).alias("type_code"),
    )


def _with_states(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    """Add life and civil capacity; deaths and declarations fall into the last two and a half years."""
    lately = pl.lit(today) - pl.duration(days="days_ago")
    limited, without = _at(*LIMITED), _at(*WITHOUT)
    capacity = pl.when(limited).then(pl.lit(SOME)).when(without).then(pl.lit(NO))
    return frame.with_columns(
        pl.when(_at(*DEAD)).then(pl.lit(GONE)).otherwise(pl.lit(ALIVE)).alias("state"),
        pl.when(_at(*DEAD)).then(lately).alias("died"),
        capacity.when(pl.col("adult_on") <= today).then(pl.lit(FULL)).otherwise(pl.lit("")).alias("capacity"),
        pl.when(limited | without).then(lately).alias("capacity_on"),
    ).drop("days_ago")
