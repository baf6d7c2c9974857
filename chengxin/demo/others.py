"""Clean records of the seven items beside penalties."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl

from chengxin.demo.draws import Draws
from chengxin.demo.layouts import NOTE, layout
from chengxin.demo.organisations import COURT, EVERY, of_field
from chengxin.demo.penalties import FINAL_AFTER, ISO
from chengxin.demo.persons import ALIVE, FULL
from chengxin.demo.tables import table

COMPACT, CHINESE = "%Y%m%d", "%Y年%m月%d日"
SIX_YEARS = 2190
# Days for which honours and volunteer service, or commitments, are kept, less some weeks: clean rows are still of use.
FIVE_YEARS, THREE_YEARS = 1800, 1070
NOTHING = pl.lit(None, dtype=pl.String)
COURT_TERM = "2y"


def grown(people: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return those who can have a record at all: alive, of full capacity, of age for a year."""
    of_age = pl.col("adult_on") < today - timedelta(days=365)
    return people.filter((pl.col("state") == ALIVE) & (pl.col("capacity") == FULL) & of_age)


def _cases(kind: str, fields: Callable[[dict[str, Any]], str]) -> pl.DataFrame:
    """Return one row per case of ``records.toml`` and organ that handles it."""
    rows = [
        case | {"organ": organ.name, "organ_code": organ.code, "short": organ.short}
        for case in table("records")[kind]
        for organ in of_field(fields(case))
    ]
    return pl.DataFrame(rows)


def _base(able: pl.DataFrame, cases: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    people = able.select("name", "number", "type_code", "adult_on", "birth", "woman", "kind")
    people = people.rename({"kind": "paper_kind"})[draws.below("person", able.height)]
    frame = pl.concat([people, cases[draws.below("case", cases.height)]], how="horizontal")
    return frame.with_columns(
        pl.int_range(draws.start + 1, draws.start + draws.rows + 1, eager=True).alias("serial"), draws.unit("at")
    )


def _decided(frame: pl.DataFrame, today: date, oldest: int | pl.Expr, newest: int) -> pl.DataFrame:
    """Add ``decided``, a day between so many days ago, never before the person's nineteenth year."""
    early = pl.max_horizontal(pl.lit(today) - pl.duration(days=oldest), pl.col("adult_on") + pl.duration(days=1))
    last = pl.lit(today - timedelta(days=newest))
    days = ((last - early).dt.total_days() * pl.col("at")).floor().cast(pl.Int64)
    return frame.with_columns((pl.min_horizontal(early, last) + pl.duration(days=days.clip(0))).alias("decided"))


def _day(column: str, shift: str = "0d", form: str = ISO) -> pl.Expr:
    return pl.col(column).dt.offset_by(shift).dt.strftime(form)


def _number(prefix: str, word: str) -> pl.Expr:
    return pl.concat_str(prefix, pl.lit(f"{word}〔"), pl.col("decided").dt.year(), pl.lit("〕"), "serial", pl.lit("号"))


def _arranged(frame: pl.DataFrame, item: str, columns: dict[str, pl.Expr]) -> pl.DataFrame:
    """Put the values under the item's columns, in its order; columns without a value stay empty."""
    wanted = layout(item).codes
    return frame.select((columns.get(code, NOTHING)).cast(pl.String).alias(code) for code in wanted)


def _who(prefix: str, name: str = "XM") -> dict[str, pl.Expr]:
    return {
        f"{prefix}_{name}": pl.col("name"),
        f"{prefix}{'_XDR' if prefix == 'XK' else ''}_ZJLX": pl.col("type_code"),
        f"{prefix}{'_XDR' if prefix == 'XK' else ''}_ZJHM": pl.col("number"),
        "BZ": pl.lit(NOTE),
    }


def licences(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    oldest = pl.min_horizontal(pl.lit(SIX_YEARS), pl.col("years") * 365 + 300)  # expired ones for less than a year
    frame = _decided(_base(able, _cases("licences", lambda case: case["field"]), draws), today, oldest, 3)
    frame = frame.with_columns(
        pl.col("decided").dt.offset_by(pl.concat_str("years", pl.lit("y"))).dt.offset_by("-1d").alias("until"),
    )
    serial = pl.col("serial").cast(pl.String).str.zfill(8)
    valid = pl.when(pl.col("until") >= today).then(pl.lit("1")).otherwise(pl.lit("2"))
    return _arranged(frame, "XK-ZRR", _who("XK", "XDR_MC") | {
        "XK_XKWS": pl.lit("准予行政许可决定书"), "XK_WSH": _number("short", "许"), "XK_XKLB": pl.col("kind"),
        "XK_XKZS": pl.col("paper"), "XK_XKBH": pl.concat_str(pl.lit("演示"), serial),
        "XK_NR": pl.col("content"), "XK_JDRQ": _day("decided"), "XK_YXQZ": _day("decided"), "XK_YXQZI": _day("until"),
        "XK_XKJG": pl.col("organ"), "XK_XKJGDM": pl.col("organ_code"), "XK_ZT": valid,
        "XK_LYDW": pl.col("organ"), "XK_LYDWDM": pl.col("organ_code"),
    })  # fmt: skip


def defaulters(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    """Return the court's list; it has no remarks, so the row's own number says that it is synthetic."""
    courts = pl.DataFrame([{"organ": one.name, "short": one.short} for one in EVERY if one.kind == COURT])
    residents = able.filter(pl.col("number").str.starts_with("149999"))
    frame = _decided(_base(residents, courts, draws), today, 690, 5)
    year = pl.col("decided").dt.offset_by("-100d").dt.year()
    gist_year = pl.col("decided").dt.offset_by("-600d").dt.year()
    amount = ((pl.col("at") * 9_700).floor().cast(pl.Int64) + 130) * 100
    conduct = draws.pick("conduct", table("records")["conducts"])
    term = pl.when(pl.col("conduct") != "1").then(_day("decided", COURT_TERM, COMPACT))
    frame = frame.with_columns(conduct, draws.pick("duty", table("records")["duties"]))
    owed = pl.concat_str("duty", amount, pl.lit("元"))
    return _arranged(frame, "SX-BZXR", {
        "id": pl.concat_str(pl.lit(NOTE), "serial"), "iname": pl.col("name"), "cardNum": pl.col("number"),
        "sexy": pl.when("woman").then(pl.lit("女性")).otherwise(pl.lit("男性")),
        "age": ((pl.col("decided") - pl.col("birth")).dt.total_days() / 365.2425).floor().cast(pl.Int64),
        "partyTypeName": pl.lit("0"), "courtName": pl.col("organ"), "areaName": pl.lit("山西"),
        "caseCode": pl.concat_str(pl.lit("（"), year, pl.lit("）"), "short", pl.lit("执"), "serial", pl.lit("号")),
        "gistId": pl.concat_str(pl.lit("（"), gist_year, pl.lit("）"), "short", pl.lit("民初"), "serial", pl.lit("号")),
        "gistUnit": pl.col("organ"), "regDate": _day("decided", "-100d", COMPACT),
        "publishDate": _day("decided", form=CHINESE), "duty": owed, "performance": pl.lit("1"),
        "unperformPart": owed, "disruptTypeName": pl.col("conduct"), "QX_JMRQ": term,
    })  # fmt: skip


def qualifications(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    """Return certificates of key occupations; some ran out less than a year ago, some stand still or were handed back."""
    endless = pl.col("years") == 0
    oldest = (
        pl.when(endless).then(SIX_YEARS).otherwise(pl.min_horizontal(pl.lit(SIX_YEARS), pl.col("years") * 365 + 300))
    )
    frame = _decided(_base(able, _cases("qualifications", lambda case: case["field"]), draws), today, oldest, 10)
    ends = pl.col("decided").dt.offset_by(pl.concat_str("years", pl.lit("y"))).dt.offset_by("-1d").dt.strftime(COMPACT)
    part = pl.col("serial") % 10
    serial = pl.col("serial").cast(pl.String).str.zfill(8)
    return _arranged(frame, "ZG-ZY", _who("ZG") | {
        "ZG_MC": pl.col("title"), "ZG_ZYLB": pl.col("occupation"), "ZG_ZSBH": pl.concat_str(pl.lit("演示证字"), serial),
        "ZG_FZJG": pl.col("organ"), "ZG_FZJGDM": pl.col("organ_code"), "ZG_QDRQ": _day("decided", form=COMPACT),
        "ZG_YXQZ": _day("decided", form=COMPACT), "ZG_YXQZI": pl.when(endless).then(pl.lit("20991231")).otherwise(ends),
        "ZG_ZYDW": pl.col("place"),
        "ZG_ZT": pl.when(part == 1).then(pl.lit("2")).when(part == 2).then(pl.lit("3")).otherwise(pl.lit("1")),  # noqa: PLR2004  one in ten each
        "ZG_SJLY": pl.col("organ"), "ZG_SJLYDM": pl.col("organ_code"),
    })  # fmt: skip


def honours(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    frame = _decided(_base(able, _cases("honours", lambda _: "honour"), draws), today, FIVE_YEARS, 15)
    return _arranged(frame, "RY-BZ", _who("RY") | {
        "RY_BZWH": _number("short", "表"), "RY_MC": pl.col("title"), "RY_JB": pl.col("level"),
        "RY_NR": pl.col("reason"),
        "RY_SYRQ": _day("decided"), "RY_SYJG": pl.col("organ"), "RY_SYJGDM": pl.col("organ_code"),
        "RY_SJLY": pl.col("organ"), "RY_SJLYDM": pl.col("organ_code"),
    })  # fmt: skip


def volunteering(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    frame = _decided(_base(able, _cases("volunteering", lambda _: "volunteer"), draws), today, FIVE_YEARS, 2)
    serial = pl.col("serial").cast(pl.String).str.zfill(8)
    hours = (pl.col("at") * 16).floor().cast(pl.Int64)
    return _arranged(frame, "ZY-FW", _who("ZY") | {
        "ZY_JLBH": pl.concat_str(pl.lit("ZY"), pl.col("decided").dt.year(), serial), "ZY_XMMC": pl.col("title"),
        "ZY_LB": pl.col("kind"), "ZY_KSRQ": _day("decided"), "ZY_JSRQ": _day("decided"),
        "ZY_SC": pl.concat_str(hours // 2 + 1, pl.when(hours % 2 == 1).then(pl.lit(".50")).otherwise(pl.lit(".00"))),
        "ZY_ZZMC": pl.col("organ"), "ZY_ZZDM": pl.col("organ_code"), "ZY_BRTY": pl.lit("1"),
        "ZY_SJLY": pl.col("organ"), "ZY_SJLYDM": pl.col("organ_code"),
    })  # fmt: skip


def commitments(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    """Return commitments; one in twenty old enough was broken, found so by a decision that has become final."""
    frame = _decided(_base(able, _cases("commitments", lambda case: case["field"]), draws), today, THREE_YEARS, 3)
    old = pl.col("decided") < today - timedelta(days=600)
    broken = old & (pl.col("serial") % 20 == 7)  # noqa: PLR2004  one in twenty
    state = pl.when(broken).then(pl.lit("4")).when(old).then(pl.lit("2")).otherwise(pl.lit("1"))

    def if_broken(value: pl.Expr) -> pl.Expr:
        return pl.when(broken).then(value)

    return _arranged(frame, "CN-XY", _who("CN") | {
        "CN_BH": _number("short", "承"), "CN_LB": pl.col("kind"), "CN_SX": pl.col("matter"), "CN_NR": pl.col("content"),
        "CN_ZCRQ": _day("decided"), "CN_YXQZI": _day("decided", "1y"), "CN_SLJG": pl.col("organ"),
        "CN_SLJGDM": pl.col("organ_code"), "CN_LXZT": state, "CN_WYWSLX": if_broken(pl.lit("8")),
        "CN_WYWSH": if_broken(_number("short", "撤决")), "CN_WYJG": if_broken(pl.col("organ")),
        "CN_WYJGDM": if_broken(pl.col("organ_code")), "CN_WYRQ": if_broken(_day("decided", "200d")),
        "CX_XWZZRQ": if_broken(_day("decided", "150d")), "CX_QDRQ": if_broken(_day("decided", f"{200 + FINAL_AFTER}d")),
        "CN_SJLY": pl.col("organ"), "CN_SJLYDM": pl.col("organ_code"),
    })  # fmt: skip


def serious(able: pl.DataFrame, draws: Draws, today: date) -> pl.DataFrame:
    of_age = able.filter(pl.col("adult_on") < today - timedelta(days=1500))
    frame = _decided(_base(of_age, _cases("serious", lambda case: case["field"]), draws), today, 1000, 200)
    yes = pl.lit("1")
    return _arranged(frame, "YZ-MD", _who("MD") | {
        "MD_JDSWH": _number("short", "严失决"), "MD_MC": pl.col("list"), "MD_LY": pl.col("domain"),
        "MD_ZDLY": pl.col("key"),
        "MD_SS": pl.col("ground"), "MD_YJ": pl.col("basis"), "MD_WSLX": yes, "MD_WSH": _number("short", "罚"),
        "MD_GZRQ": _day("decided", "-20d"), "MD_CSSB": yes, "MD_FZRQF": yes, "MD_JDRQ": _day("decided"),
        "MD_SDRQ": _day("decided", "3d"), "MD_YCTJ": pl.lit("履行处罚决定并完成整改满一年"),
        "MD_JJTJ": pl.lit("六十日内可申请行政复议，六个月内可提起行政诉讼"), "MD_XFGZ": yes,
        "MD_YXQZI": _day("decided", "3y"),
        "MD_RDJG": pl.col("organ"), "MD_RDJGDM": pl.col("organ_code"), "MD_SJLY": pl.col("organ"),
        "MD_SJLYDM": pl.col("organ_code"), "CX_XWZZRQ": _day("decided", "-120d"), "CX_QDRQ": _day("decided", "190d"),
    })  # fmt: skip
