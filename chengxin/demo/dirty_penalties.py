"""Every kind of dirty penalty row."""

from datetime import timedelta

from chengxin.demo.cast import Person
from chengxin.demo.dirt import (
    ACCEPTED,
    REFUSED,
    UNKNOWN,
    WAITING,
    Kind,
    Row,
    Stage,
    append,
    change,
    chinese_day,
    full_width,
    identity_kinds,
    missing,
    put,
    swapped,
    wrong_check,
)
from chengxin.demo.layouts import PENALTY, forbidden_phrases, layout
from chengxin.demo.organisations import COURT, EVERY, of_field
from chengxin.lib.periods import turns

NAME, NUMBER, FACTS = "CF_XDR_MC", "CF_XDR_ZJHM", "CF_SY"


def _of(person: Person, **values: str | None) -> dict[str, str | None]:
    return {NAME: person.name, NUMBER: person.number, **values}


def _person_kinds(stage: Stage) -> list[Kind]:
    """Return rows about people who can have no adverse record, or whose record depends on the day."""
    cast = stage.cast
    before_18 = turns(cast.young.birth, 18) - timedelta(days=10)
    acted = {"CX_XWZZRQ": before_18, "CF_JDRQ": before_18 + timedelta(20), "CX_QDRQ": before_18 + timedelta(205)}
    child = {"CX_XWZZRQ": stage.ago(300), "CF_JDRQ": stage.ago(270), "CX_QDRQ": stage.ago(80)}
    return [
        Kind("minor-at-act", REFUSED, put(**_of(cast.young, **{key: day.isoformat() for key, day in acted.items()}))),
        Kind("minor-today", REFUSED, put(**_of(cast.child, **child))),
        Kind("limited-capacity", REFUSED, put(**_of(cast.limited))),
        Kind("no-capacity", REFUSED, put(**_of(cast.without))),
        Kind("passport", ACCEPTED, put(**_of(cast.passport, CF_XDR_ZJLX="2"))),
        Kind("type-and-number-disagree", REFUSED, put(CF_XDR_ZJLX="3")),
        Kind("organisation-as-counterpart", REFUSED, put(
            CF_XDR_LB="法人及非法人组织", CF_XDR_MC="晋诚演示商贸有限公司", CF_XDR_ZJLX=None, CF_XDR_ZJHM=None)),
        Kind("shopkeeper-as-counterpart", REFUSED, put(CF_XDR_LB="个体工商户")),
        Kind("full-width-number", WAITING, change(NUMBER, full_width)),
    ]  # fmt: skip


def _form_kinds(stage: Stage) -> list[Kind]:
    """Return rows that break or bend the template."""
    return [
        *missing(layout(PENALTY).required),
        Kind("too-long-document", REFUSED, append("CF_WSH", "之一" * 70)),
        Kind("too-long-name", REFUSED, change(NAME, lambda name: name * 101)),
        Kind("too-long-facts", REFUSED, append(FACTS, "另查明，现场存放同类物品若干。" * 150)),
        Kind("bad-date", REFUSED, put(CF_JDRQ="20260231")),
        Kind("bad-date-words", REFUSED, put(CF_JDRQ="去年三月")),
        Kind("future-decision", REFUSED, put(CF_JDRQ=stage.ahead(30), CX_QDRQ=stage.ahead(220))),
        Kind("date-with-slashes", ACCEPTED, change("CF_JDRQ", lambda day: day.replace("-", "/"))),
        Kind("date-in-chinese", ACCEPTED, change("CF_JDRQ", chinese_day)),
        Kind("date-compact", ACCEPTED, change("CF_JDRQ", lambda day: day.replace("-", ""))),
        Kind("date-with-time", ACCEPTED, append("CF_JDRQ", " 00:00:00")),
        Kind("date-full-width", REFUSED, change("CF_JDRQ", full_width)),
        Kind("wrong-kind-code", REFUSED, put(CF_CFLB="99")),
        Kind("wrong-procedure-code", REFUSED, put(CX_CXLX="特别程序")),
        Kind("wrong-certificate-type", REFUSED, put(CF_XDR_ZJLX="驾驶证")),
        Kind("label-for-code", ACCEPTED, put(CF_CFLB="罚款", CX_CXLX="普通程序", CF_XDR_ZJLX="身份证")),
        Kind("amount-in-words", REFUSED, put(CF_NR_FK="伍佰元")),
        Kind("amount-with-unit", REFUSED, put(CF_NR_FK="0.5万元")),
        Kind("amount-negative", REFUSED, put(CF_NR_FK="-0.50")),
        Kind("amount-full-width", REFUSED, put(CF_NR_FK=full_width("0.50"), CF_NR="罚款5000元", CF_CFLB="1")),
        Kind("amount-far-too-large", WAITING, put(CF_NR_FK="5000000.00", CF_CFLB="1")),
        Kind("amount-against-text", WAITING, put(CF_NR_FK="50.00", CF_NR="罚款500元", CF_CFLB="1")),
    ]


def _organ_kinds() -> list[Kind]:
    """Return rows whose organ or source is wrong."""
    unknown = "121499990000000198"  # valid, but not among the demo's organisations
    court = next(one for one in EVERY if one.kind == COURT)
    return [
        Kind("organ-code-check", REFUSED, change("CF_CFJGDM", wrong_check)),
        Kind("organ-code-swapped", REFUSED, change("CF_CFJGDM", swapped)),
        Kind("source-code-check", REFUSED, change("CF_SJLYDM", wrong_check)),
        Kind("organ-code-small-letters", ACCEPTED, change("CF_CFJGDM", str.lower)),
        Kind("organ-unknown", UNKNOWN, put(CF_CFJGDM=unknown, CF_CFJG="演示外单位")),
        Kind("organ-not-competent", WAITING, put(CF_CFJGDM=court.code, CF_CFJG=court.name)),
    ]


def _admission_kinds(stage: Stage) -> list[Kind]:
    """Return rows that the admission filter turns away or holds, and some that only look so."""
    over_five = {"CX_XWZZRQ": stage.ago(1900), "CF_JDRQ": stage.ago(1850), "CX_QDRQ": stage.ago(1660)}
    return [
        Kind("detention", REFUSED, put(CF_CFLB="5", CF_NR="行政拘留五日", CF_NR_FK=None)),
        Kind("public-security-law", REFUSED, put(CF_YJ="《治安管理处罚法》第四十三条")),
        Kind("simplified-procedure", REFUSED, put(CX_CXLX="2", CF_NR_FK="0.01", CF_NR="罚款100元", CF_CFLB="1")),
        Kind("slight-and-corrected", REFUSED, append(FACTS, "，情节轻微且及时改正，未造成危害后果")),
        Kind("not-final-empty", WAITING, put(CX_QDRQ=None)),
        Kind("not-final-future", WAITING, put(
            CX_XWZZRQ=stage.ago(60), CF_JDRQ=stage.ago(30), CX_QDRQ=stage.ahead(155))),
        Kind("act-end-missing", WAITING, put(CX_XWZZRQ=None)),
        Kind("procedure-missing", WAITING, put(CX_CXLX=None)),
        Kind("act-after-decision", REFUSED, lambda row: [row | {"CX_XWZZRQ": row["CX_QDRQ"]}]),
        Kind("final-before-decision", REFUSED, lambda row: [row | {"CX_QDRQ": row["CX_XWZZRQ"]}]),
        Kind("older-than-five-years", REFUSED, put(**_of(stage.cast.plain, **over_five))),
        Kind("display-end-too-early", WAITING, lambda row: [row | {"CF_GSJZQ": row["CF_JDRQ"]}]),
        Kind("warning-only", ACCEPTED, put(CF_CFLB="0", CF_NR="警告", CF_NR_FK=None, CF_NR_WFFF=None, CF_NR_ZKDX=None)),
    ]  # fmt: skip


def _several_kinds(stage: Stage) -> list[Kind]:
    """Return groups of rows that belong together."""
    other = of_field("market")[0], of_field("transport")[0]

    def conflicting(row: Row) -> list[Row]:
        return [row, row | {"CF_NR": "罚款1900元", "CF_NR_FK": "0.19", "CF_CFLB": "1"}]

    def two_organs(row: Row) -> list[Row]:
        organ = other[0] if row["CF_CFJGDM"] != other[0].code else other[1]
        named = {"CF_CFJG": organ.name, "CF_SJLY": organ.name, "CF_CFJGDM": organ.code, "CF_SJLYDM": organ.code}
        return [row, row | named]

    def namesakes(row: Row) -> list[Row]:
        return [row | _of(person) for person in stage.cast.namesakes]

    return [
        Kind("conflicting-duplicate", WAITING, conflicting),
        Kind("same-document-other-organ", ACCEPTED, two_organs),
        Kind("namesakes-in-one-document", WAITING, namesakes),
    ]


def _forbidden_kinds() -> list[Kind]:
    return [
        Kind(f"forbidden-{code.replace('_', '-')}", REFUSED, append(FACTS, f"，{phrase}见附页"))
        for code, phrase in forbidden_phrases().items()
    ]


def penalty_kinds(stage: Stage) -> list[Kind]:
    """Return all kinds of dirty penalty rows."""
    return [
        *identity_kinds(stage, NAME, NUMBER, FACTS),
        *_person_kinds(stage),
        *_form_kinds(stage),
        *_organ_kinds(),
        *_admission_kinds(stage),
        *_several_kinds(stage),
        *_forbidden_kinds(),
    ]
