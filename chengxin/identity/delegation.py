"""When one person may act for another: pure rules, each with its reason. The database has the same (``locks_standing_for.sql``)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.lib.sources import Source

CIVIL_CODE = "中华人民共和国民法典"
GUARDIAN, AGENT = "guardian", "agent"
ACTS = {"view": "查看本人档案", "object": "提出异议", "repair": "申请修复", "authorise": "授权他人查询"}
# 民法典 165 asks for a term and 36-39 end guardianship by events; neither gives a length.
LONGEST_DAYS = {AGENT: 366, GUARDIAN: 1830}
LENGTH = Source(CIVIL_CODE, "第一百六十五条", provisional=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need of a person: capacity (full, limited, none) and day of death."""

    subject_id: int
    capacity: str
    died: date | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nobody may act like that, with its law."""

    text: str
    text_en: str
    source: Source


def refuse(
    kind: str, subject: Standing, agent: Standing, acts: Collection[str], valid_from: date, valid_until: date
) -> Refusal | None:
    """Tell why a delegation can't be entered; None when it can."""
    days = LONGEST_DAYS[kind]
    guardian = Source(CIVIL_CODE, "第二十八条")
    power = Source(CIVIL_CODE, "第一百六十五条")
    tests = (
        (
            subject.subject_id == agent.subject_id,
            Refusal("本人不能代理本人。", "Nobody acts for themselves.", Source(CIVIL_CODE, "第一百六十二条")),
        ),
        (
            subject.died is not None or agent.died is not None,
            Refusal("一方已死亡。", "One of the two has died.", Source(CIVIL_CODE, "第一百七十三条")),
        ),
        (
            agent.capacity != "full",
            Refusal("代理人须有完全民事行为能力。", "Who acts for another needs full capacity.", guardian),
        ),
        (
            kind == GUARDIAN and subject.capacity == "full",
            Refusal(
                "被监护人须经判决为限制或无民事行为能力。",
                "An adult has a guardian only where a judgment limited their capacity.",
                guardian,
            ),
        ),
        (
            kind == AGENT and subject.capacity != "full",
            Refusal(
                "委托人须有完全民事行为能力，否则由监护人办理。",
                "Only a person of full capacity appoints an agent.",
                power,
            ),
        ),
        (
            not acts or not set(acts) <= ACTS.keys(),
            Refusal("请写明代理事项。", "Name the acts that the agent may do.", power),
        ),
        (
            not valid_from < valid_until <= valid_from + timedelta(days=days),
            Refusal(f"代理期限应在 1 至 {days} 天之间。", f"The term is between 1 and {days} days.", LENGTH),
        ),
    )
    return next((refusal for failed, refusal in tests if failed), None)
