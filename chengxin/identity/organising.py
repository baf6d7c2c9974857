"""Rules about organisations: whose superior one may be, which licence it needs, what may change. Pure, each with its reason."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from chengxin.lib.sources import Source

TABLE = Path(__file__).parent / "licences.toml"
WHOLE_COUNTRY = "100000"
LONGEST_WHY = 150


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """A licence or filing; ``required`` of its kinds before they do anything here."""

    code: str
    name: str
    name_en: str
    issuer: str
    kinds: tuple[str, ...]
    required: bool
    longest_days: int | None
    source: Source


@cache
def licence_kinds() -> Mapping[str, LicenceKind]:
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["licence"]
    return {
        entry["code"]: LicenceKind(
            entry["code"],
            entry["name"],
            entry["name_en"],
            entry["issuer"],
            tuple(entry["kinds"]),
            entry["required"],
            entry.get("longest_days"),
            Source(
                entry["law"],
                entry["article"],
                entry["valid_from"],
                entry.get("valid_until"),
                provisional=entry["provisional"],
            ),
        )
        for entry in entries
    }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something can't be entered, in both languages."""

    text: str
    text_en: str


def covers(outer: str, inner: str) -> bool:
    """Tell whether a region is another or holds it: a province its cities, a city its counties."""
    if outer == WHOLE_COUNTRY:
        return True
    kept = 2 if outer.endswith("0000") else 4 if outer.endswith("00") else 6
    return outer[:kept] == inner[:kept]


def refuse_superior(
    code: str, region: str, superior: str, superiors: Mapping[str, str | None], regions: Mapping[str, str]
) -> Reason | None:
    """Tell why an organisation can't stand under another: one that isn't there, elsewhere, or (by any number of steps) under it.

    ``superiors`` and ``regions`` know every organisation by its code, as things stand once the whole list is entered.
    """
    if superior not in regions:
        return Reason(f"没有登记上级单位 {superior}。", f"There is no superior {superior}.")
    if not covers(regions[superior], region):
        return Reason(
            f"上级单位 {superior} 所在区划 {regions[superior]} 不包含 {region}。",
            f"The superior's region {regions[superior]} doesn't cover {region}.",
        )
    seen: set[str] = set()
    above: str | None = superior
    while above is not None and above not in seen:
        if above == code:
            return Reason(f"{code} 会成为自己的上级。", f"{code} would stand above itself.")
        seen.add(above)
        above = superiors.get(above)
    return None


def revives(ended: date | None, until: date | None, today: date) -> bool:
    """Tell whether an organisation that ended would go on with another last day."""
    return ended is not None and ended <= today and (until is None or until > today)


def refuse_revival(ended: date | None, until: date | None, why: str, today: date) -> Reason | None:
    """Tell why an organisation's last day can't become another: one that has ended goes on only when the list says so and why."""
    if not revives(ended, until, today):
        return (
            Reason("这一行没有恢复已失效的单位，请不要填恢复理由。", "Nothing is revived here: leave the reason out.")
            if why.strip()
            else None
        )
    if not why.strip():
        return Reason(
            f"本单位已于 {ended} 失效。要让它恢复，请在“恢复理由”一列写明文号；不恢复的，失效日期照原样填写。",
            f"This organisation ended on {ended}. To revive it, give the reason in the column 恢复理由; else keep its last day.",
        )
    if len(why.strip()) > LONGEST_WHY:
        return Reason("恢复理由不超过 150 字。", "The reason has 150 characters at most.")
    return None


def refuse_licence(
    kind: str, licence: str, number: str, valid_from: date, valid_until: date | None, known: Collection[str]
) -> Reason | None:
    """Tell why a licence can't be entered for an organisation of a kind; ``known`` are the kinds of licence there are."""
    if licence not in known:
        listed = "、".join(sorted(known))
        return Reason(
            f"没有这种许可或者备案：{licence}。可选：{listed}。", f"No such licence: {licence}. There are {listed}."
        )
    told = licence_kinds()[licence]
    if kind not in told.kinds:
        return Reason(
            f"这类单位不持有{told.name}。", f"An organisation of this kind holds no such licence: {told.name_en}."
        )
    if not number.strip():
        return Reason("请填写许可证号或者备案号。", "Give the number of the licence or filing.")
    if valid_until is not None and valid_until <= valid_from:
        return Reason("失效日期应晚于生效日期。", "The last day comes after the first.")
    if told.longest_days is not None and (
        valid_until is None or valid_until > valid_from + timedelta(days=told.longest_days)
    ):
        return Reason(
            f"{told.name}一次最长 {told.longest_days} 天，请填写失效日期（{told.source}）。",
            f"This licence runs {told.longest_days} days at most; give the day it ends ({told.source}).",
        )
    return None
