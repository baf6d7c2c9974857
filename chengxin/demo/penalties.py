"""Clean penalties of natural persons: ordinary procedure, final, adults at the time of the act."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl

from chengxin.demo.draws import Draws
from chengxin.demo.layouts import NOTE, PENALTY, layout
from chengxin.demo.organisations import of_field
from chengxin.demo.persons import ALIVE, FULL
from chengxin.demo.tables import table
from chengxin.lib.regions import cities

# Days before today: every act ended less than five years ago, and half a year after the decision no suit can follow.
OLDEST, NEWEST = 1826 - 200, 200
ACT_BEFORE = (20, 180)
FINAL_AFTER = 181
FACTS = 4  # stories of each offence
CHUNK = 200_000
ISO = "%Y-%m-%d"


def penalisable(people: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return those who can have a clean penalty: alive, of full capacity, grown-up since long enough."""
    settled = pl.col("adult_on") < today - timedelta(days=NEWEST + ACT_BEFORE[1] + 30)
    return people.filter((pl.col("state") == ALIVE) & (pl.col("capacity") == FULL) & settled)


@cache
def _cases() -> pl.DataFrame:
    """Return one row per offence and competent organ, with the texts that go with both."""
    tails = {
        "没收违法所得": ("，没收违法所得", "元"),
        "没收非法财物": ("，没收财物折价", "元"),
        "暂扣许可证件": ("，暂扣执业证书六个月", ""),
        "限制从业": ("，一年内不得从事同类职业", ""),
        "其他行政处罚": ("，责令限期恢复原状", ""),
    }
    rows: list[dict[str, Any]] = []
    for case in table("offences")["offence"]:
        extra = case["kinds"].partition(";")[2]
        tail, unit = tails.get(extra, ("", ""))
        for organ in of_field(case["field"]):
            rows.append({  # noqa: PERF401  a comprehension over both loops would hide what belongs to which
                "CF_WFXW": case["behaviour"], "CF_YJ": case["basis"], "CF_CFLB": case["kinds"],
                "facts": case["facts"], "least": case["fine"][0], "span": case["fine"][1] - case["fine"][0] + 1,
                "tail": tail, "unit": unit, "paper": case.get("paper", ""),
                "shown": f"{case['months']}mo" if "months" in case else f"{case.get('years', 1)}y",
                "CF_CFJG": organ.name, "CF_CFJGDM": organ.code, "short": organ.short,
            })  # fmt: skip
    return pl.DataFrame(rows)


def _chinese_day(column: str) -> pl.Expr:
    day = pl.col(column).dt
    parts = (day.year(), pl.lit("年"), day.month(), pl.lit("月"), day.day(), pl.lit("日"))
    return pl.concat_str(part.cast(pl.String) for part in parts)


def _wan(hundreds: str) -> pl.Expr:
    """Write hundreds of yuan in 10,000 yuan, two places."""
    whole, rest = pl.col(hundreds) // 100, pl.col(hundreds) % 100
    return pl.concat_str(whole.cast(pl.String), pl.lit("."), rest.cast(pl.String).str.zfill(2))


def _dates(frame: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    """Add the day of the decision, the end of the act before it, finality after it."""
    first, last = today - timedelta(days=OLDEST), today - timedelta(days=NEWEST)
    early = pl.max_horizontal(pl.lit(first), pl.col("adult_on") + pl.duration(days=ACT_BEFORE[1] + 1))
    frame = frame.with_columns(
        draws.unit("decided-at"),
        draws.below("act-before", ACT_BEFORE[1] - ACT_BEFORE[0] + 1) + ACT_BEFORE[0],
        draws.below("final-after", 18) + FINAL_AFTER,
        early=early,
    )
    offset = ((pl.lit(last) - pl.col("early")).dt.total_days() * pl.col("decided-at")).floor().cast(pl.Int64)
    frame = frame.with_columns((pl.col("early") + pl.duration(days=offset)).alias("decided"))
    return frame.with_columns(
        (pl.col("decided") - pl.duration(days="act-before")).alias("ended"),
        (pl.col("decided") + pl.duration(days="final-after")).alias("final"),
    )


def _texts(frame: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Add facts, document number and content; amounts in the text agree with the amount columns."""
    data = table("offences")
    frame = frame.with_columns(
        draws.pick("city", [city.name for city in cities()]),
        draws.pick("place", data["places"]),
        draws.pick("proof", data["proofs"]),
        draws.below("nth-fact", FACTS),
        (draws.below("fine", 1_000_000) % pl.col("span") + pl.col("least")).alias("fine"),
        (draws.below("taken", 80) + 1).alias("taken"),
    )
    frame = frame.with_columns(pl.col("facts").list.get(pl.col("nth-fact")).alias("fact"))
    warned, seized = pl.col("CF_CFLB") == "0", pl.col("unit") != ""
    yuan = pl.concat_str(pl.lit("罚款"), (pl.col("fine") * 100).cast(pl.String), pl.lit("元"))
    sum_taken = pl.when(seized).then((pl.col("taken") * 100).cast(pl.String)).otherwise(pl.lit(""))
    facts = pl.concat_str(_chinese_day("ended"), pl.lit("在"), "city", "place", "fact", pl.lit("，"), "proof")
    year = pl.col("decided").dt.year()
    number = (pl.col("serial") % 1_000_000).cast(pl.String)
    return frame.with_columns(
        facts.alias("CF_SY"),
        pl.concat_str("short", pl.lit("罚〔"), year, pl.lit("〕"), "serial", pl.lit("号")).alias("CF_WSH"),
        pl.when(warned).then(pl.lit("警告")).otherwise(pl.concat_str(yuan, "tail", sum_taken, "unit")).alias("CF_NR"),
        pl.when(~warned).then(_wan("fine")).alias("CF_NR_FK"),
        pl.when(seized).then(_wan("taken")).alias("CF_NR_WFFF"),
        pl.when(pl.col("paper") != "").then(pl.concat_str("paper", number)).alias("CF_NR_ZKDX"),
    )


def penalties(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    """Return ``draws.rows`` clean penalties in the template's columns, all text, null where empty.

    ``able`` comes from ``penalisable``. Each row has a document number of its own, from its place in the stream.
    """
    cases = _cases()
    frame = pl.concat(
        [
            able.select("name", "number", "type_code", "adult_on")[draws.below("person", able.height)],
            cases[draws.below("case", cases.height)],
        ],
        how="horizontal",
    ).with_columns(pl.int_range(draws.start + 1, draws.start + draws.rows + 1, eager=True).alias("serial"))
    frame = _texts(_dates(frame, draws, today), draws)
    frame = frame.with_columns(
        pl.col("name").alias("CF_XDR_MC"),
        pl.lit("自然人").alias("CF_XDR_LB"),
        pl.col("type_code").alias("CF_XDR_ZJLX"),
        pl.col("number").alias("CF_XDR_ZJHM"),
        pl.col("decided").dt.strftime(ISO).alias("CF_JDRQ"),
        pl.col("decided").dt.offset_by("1y").dt.strftime(ISO).alias("CF_YXQ"),
        pl.col("decided").dt.offset_by(pl.col("shown")).dt.strftime(ISO).alias("CF_GSJZQ"),
        pl.col("CF_CFJG").alias("CF_SJLY"),
        pl.col("CF_CFJGDM").alias("CF_SJLYDM"),
        pl.lit(NOTE).alias("BZ"),
        pl.col("ended").dt.strftime(ISO).alias("CX_XWZZRQ"),
        pl.lit("1").alias("CX_CXLX"),
        pl.col("final").dt.strftime(ISO).alias("CX_QDRQ"),
        pl.lit(None, dtype=pl.String).alias("CX_JLBH"),
    )
    return frame.select(layout(PENALTY).codes)
