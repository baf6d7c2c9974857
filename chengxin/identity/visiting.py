"""Who is served at the credit centre's window, and what relatives of the dead may ask: pure rules, each with its reason and law.

The database has the same (``sql/locks_window.sql``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from chengxin.identity.delegation import Refusal
from chengxin.lib.sources import Source

PRIVACY, CIVIL_CODE = "中华人民共和国个人信息保护法", "中华人民共和国民法典"
SELF, DELEGATE, RELATIVE = "self", "delegate", "relative"
# For how long an officer may print what was asked for, once whoever asks was seen in person. No text names a number.
LONGEST_MINUTES = 30
LENGTH = Source(PRIVACY, "第五十一条", provisional=True)
OF_THE_DEAD = Source(PRIVACY, "第四十九条")
CLOSE = Source(CIVIL_CODE, "第一千零四十五条第二款")
# Who counts as a close relative: the law's own list.
RELATIONS = {
    "spouse": "配偶",
    "parent": "父母",
    "child": "子女",
    "sibling": "兄弟姐妹",
    "grandparent": "祖父母、外祖父母",
    "grandchild": "孙子女、外孙子女",
}
# Which papers prove death and kinship is not in the law: the house's own list.
PAPERS = {
    "death": "死亡证明或者户口注销证明",
    "household": "户口簿",
    "marriage": "结婚证",
    "birth": "出生医学证明",
    "notary": "亲属关系公证书",
    "police": "公安机关出具的亲属关系证明",
}
PAPERS_SOURCE = Source(PRIVACY, "第四十九条", provisional=True)
KINSHIP = frozenset(PAPERS) - {"death"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a relative of a dead person says at the window: how related, for which interest of their own, with which papers.

    ``arranged``: they know of something that the dead arranged otherwise while alive.
    """

    relation: str
    interest: str
    papers: frozenset[str]
    arranged: bool


def refuse_served(kind: str, died: date | None) -> Refusal | None:
    """Tell why somebody can't be served like that; None when they can."""
    if kind != RELATIVE and died is not None:
        return Refusal(
            "此人已经死亡，只能由近亲属申请。", "This person has died; only close relatives may ask.", OF_THE_DEAD
        )
    if kind == RELATIVE and died is None:
        return Refusal(
            "此人没有死亡登记。本人在世的，由本人或者代理人申请。",
            "No death is registered; the living ask themselves or through an agent.",
            OF_THE_DEAD,
        )
    return None


def refuse_relative(asked: Asked, papers: Collection[str] = PAPERS.keys()) -> Refusal | None:
    """Tell why a relative's application can't be taken; None when it can.

    Source: 个人信息保护法 第四十九条 (close relatives, for their own lawful interest, unless the dead arranged otherwise);
    民法典 第一千零四十五条 (who they are).
    """
    tests = (
        (
            asked.relation not in RELATIONS,
            Refusal("不是民法典所列的近亲属。", "This is no close relative by law.", CLOSE),
        ),
        (
            asked.arranged,
            Refusal("死者生前另有安排的，按其安排。", "The dead arranged otherwise; that counts.", OF_THE_DEAD),
        ),
        (
            not asked.interest.strip(),
            Refusal("请写明为了自身的什么正当利益。", "Say for which lawful interest of their own.", OF_THE_DEAD),
        ),
        (
            not asked.papers <= set(papers) or "death" not in asked.papers or not asked.papers & KINSHIP,
            Refusal(
                "须有死亡证明，并至少有一种证明亲属关系的材料。",
                "A proof of death and one of kinship are needed.",
                PAPERS_SOURCE,
            ),
        ),
    )
    return next((refusal for failed, refusal in tests if failed), None)
