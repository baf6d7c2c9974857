"""Dirty rows of the items beside penalties: what they share by the roles of their columns, then what is their own."""

from collections.abc import Callable

from chengxin.demo.dirt import (
    ACCEPTED,
    REFUSED,
    UNKNOWN,
    WAITING,
    Kind,
    Stage,
    append,
    change,
    identity_kinds,
    missing,
    put,
    wrong_check,
)
from chengxin.demo.layouts import Layout


def _court(stage: Stage) -> list[Kind]:
    return [
        Kind("organisation-as-counterpart", REFUSED, put(
            partyTypeName="1", iname="晋诚演示商贸有限公司", businessEntity=stage.cast.plain.name)),
        Kind("performed-in-full", REFUSED, put(performance="4", unperformPart=None)),
        Kind("conduct-unknown", REFUSED, put(disruptTypeName="态度恶劣")),
        Kind("limited-capacity", REFUSED, put(iname=stage.cast.limited.name, cardNum=stage.cast.limited.number)),
        Kind("term-over", UNKNOWN, put(QX_JMRQ=stage.ago(3))),
    ]  # fmt: skip


def _serious(stage: Stage) -> list[Kind]:
    return [
        Kind("not-heard", REFUSED, put(MD_CSSB="2")),
        Kind("not-signed-by-head", REFUSED, put(MD_FZRQF="2")),
        Kind("not-final-empty", WAITING, put(CX_QDRQ=None)),
        Kind("not-final-future", WAITING, put(CX_QDRQ=stage.ahead(40))),
        Kind("act-end-missing", WAITING, put(CX_XWZZRQ=None)),
        Kind("domain-unknown", REFUSED, put(MD_LY="7")),
        Kind("limited-capacity", REFUSED, put(MD_XM=stage.cast.limited.name, MD_ZJHM=stage.cast.limited.number)),
    ]


def _volunteering(_: Stage) -> list[Kind]:
    return [
        Kind("no-consent", REFUSED, put(ZY_BRTY="0")),
        Kind("hours-in-words", REFUSED, put(ZY_SC="三个半小时")),
    ]


def _commitments(_: Stage) -> list[Kind]:
    empty = ("CN_WYWSLX", "CN_WYWSH", "CN_WYJG", "CN_WYJGDM", "CN_WYRQ", "CX_XWZZRQ", "CX_QDRQ")
    return [Kind("breach-without-document", WAITING, put(CN_LXZT="4", **dict.fromkeys(empty)))]


def _licences(stage: Stage) -> list[Kind]:
    return [
        Kind("state-unknown", REFUSED, put(XK_ZT="9")),
        Kind("valid-until-before-from", REFUSED, lambda row: [row | {"XK_YXQZI": "2001-01-01"}]),
        Kind("long-term", ACCEPTED, put(XK_YXQZI="2099-12-31")),
        Kind("limited-capacity", UNKNOWN, put(
            XK_XDR_MC=stage.cast.limited.name, XK_XDR_ZJHM=stage.cast.limited.number)),
    ]  # fmt: skip


OWN: dict[str, Callable[[Stage], list[Kind]]] = {
    "SX-BZXR": _court,
    "YZ-MD": _serious,
    "ZY-FW": _volunteering,
    "CN-XY": _commitments,
    "XK-ZRR": _licences,
}


def other_kinds(shape: Layout, stage: Stage) -> list[Kind]:
    """Return the dirty kinds of one of the seven items."""
    roles = shape.roles
    name, number, decided = roles["name"], roles["code"], roles["decided"]
    text = roles.get("content") if roles.get("content", "").endswith(("NR", "duty")) else "BZ"
    child = stage.cast.child
    kinds = [
        *identity_kinds(stage, name, number, text or "BZ"),
        *missing(shape.required),
        Kind("minor-today", REFUSED, put(**{name: child.name, number: child.number, decided: stage.ago(100)})),
        Kind("bad-date", REFUSED, put(**{decided: "20260231"})),
        Kind("future-decision", REFUSED, put(**{decided: stage.ahead(30)})),
        Kind("too-long-document", REFUSED, append(roles["document"], "之一" * 70)),
        Kind("forbidden-blood-type", REFUSED, append(text or "BZ", "，血型B")),
        Kind("forbidden-petitions", REFUSED, append(text or "BZ", "，多次信访")),
    ]
    if "organ" in roles:
        kinds.append(Kind("organ-code-check", REFUSED, change(roles["organ"], wrong_check)))
    return [*kinds, *(OWN[shape.item](stage) if shape.item in OWN else ())]
