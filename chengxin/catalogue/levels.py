"""What the national base catalogue leaves to a province's supplement; the database holds the same (``sql/locks_levels.sql``)."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from chengxin.catalogue.wording import ADMISSIONS, DISCLOSURES, DISPLAY_RULES, RETENTION_RULES
from chengxin.lib.refusals import Refusal

Content = Mapping[str, Any]
SIGNS = re.compile(r"[\s!-/:-@\[-`{-~（），、。；：·“”《》〈〉]")  # full-width signs are what is taken out
FILLERS = re.compile("信息|情况|自然人|个人")
"""Words that say nothing of what an item is about: every item is information about natural persons."""
RULES = (
    ("display_rule", "公示规则", DISPLAY_RULES),
    ("retention_rule", "保存规则", RETENTION_RULES),
    ("admission", "准入审查", ADMISSIONS),
)
NAME, SAME_ARTICLES = "name", "依据的条款都在其中"


def refuse_supplement(item: Content, national: Collection[Content]) -> Refusal | None:
    """Tell why an item can't stand in the supplement beside the national items.

    Source: 全国公共信用信息基础目录 总则（仅见介绍），深圳经济特区社会信用条例 第三十三条（参照）.
    """
    for other in national:
        if why := repeats(item, other):
            name = str(other.get("code"))
            return Refusal(
                "repeats-national",
                f"与全国基础目录的 {name} 重复（{why}）。请从补充目录中删去，按 {name} 报送"
                + (f"；确是另一件事的，请写明 {name} 没有的依据条款。" if why == SAME_ARTICLES else "。"),
                f"It repeats {name} of the national base catalogue. Take it out of the supplement and hand in as {name}"
                + (f"; or cite an article on which {name} doesn't rest." if why == SAME_ARTICLES else "."),
            )
    return refuse_wider(item, national)


def repeats(item: Content, other: Content) -> str:
    """Tell by what a supplement's item repeats a national one, empty where it doesn't.

    By its code; by its name, fillers and signs apart; by the conduct it records; or since it rests on nothing but articles on which a
    national item of the same nature rests.
    """
    if item.get("code") == other.get("code"):
        return "编码相同"
    if _plain(item, NAME) == _plain(other, NAME) != "":
        return "名称相同"
    if _plain(item, "behaviour") == _plain(other, "behaviour") != "":
        return "所记的事相同"
    own = collects(item)
    if own and item.get("nature") == other.get("nature") and own <= collects(other):
        return SAME_ARTICLES
    return ""


def refuse_wider(item: Content, national: Collection[Content]) -> Refusal | None:
    """Tell in what an item goes further than the national items of the same matter: of its class, and resting on an article of its.

    It is held to those of its own nature; where none is, to all of them.
    """
    own = collects(item)
    matter = [one for one in national if one.get("class") == item.get("class") and own & collects(one)]
    near = [one for one in matter if one.get("nature") == item.get("nature")] or matter
    if not near:
        return None
    if item.get("nature") == "adverse" and near[0].get("nature") != "adverse":
        return _wider(near, "性质", "失信信息", "an adverse item")
    ways = set(item.get("disclosure", ())) - {way for one in near for way in one.get("disclosure", ())}
    if ways:
        return _wider(
            near, "披露方式", "、".join(DISCLOSURES.get(way, way) for way in sorted(ways)), "a wider disclosure"
        )
    if item.get("share_class") == "unconditional" and all(one.get("share_class") != "unconditional" for one in near):
        return _wider(near, "共享属性", "无条件共享", "unconditional sharing")
    for key, label, words in RULES:
        if item.get(key) not in {one.get(key) for one in near}:
            return _wider(near, label, words.get(str(item.get(key)), str(item.get(key))), f"another {key}")
    return None


def _wider(near: Collection[Content], label: str, told: str, told_en: str) -> Refusal:
    names = "、".join(str(one.get("code")) for one in near)
    return Refusal(
        "wider-than-national",
        f"{label}“{told}”超出全国基础目录对同一事项（{names}）的限制，补充目录不得放宽。请改为与 {names} 一致。",
        f"For the same matter the national base catalogue ({names}) doesn't allow {told_en}. Say what {names} says.",
    )


def collects(item: Content) -> frozenset[str]:
    """Give the articles that allow an item to be collected."""
    return frozenset(str(basis.get("ref")) for basis in item.get("bases", ()) if basis.get("role") == "collect")


def _plain(item: Content, key: str) -> str:
    text = SIGNS.sub("", unicodedata.normalize("NFKC", str(item.get(key, ""))))
    return FILLERS.sub("", text) if key == NAME else text
