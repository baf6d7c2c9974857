"""What may not stand in a page of the public site, whoever wrote it."""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from unicodedata import normalize

from chengxin.lib.codes import holds_code
from chengxin.lib.regions import AreaBook

# No letter or digit beside it: figures of a budget and numbers of documents aren't telephones.
_ALONE = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
_MOBILE = re.compile(_ALONE.format(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"))
_LANDLINE = re.compile(_ALONE.format(r"0\d{2,3}[-— ]?\d{7,8}"))
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_CARD = re.compile(_ALONE.format(r"\d(?:[ -]?\d){15,18}"))
# Passports, and permits of residents of Hong Kong, Macao and Taiwan.
_PASSPORT = re.compile(_ALONE.format(r"(?:E[A-Z]\d{7}|[DEGPS]\d{8}|[HM]\d{8}(?:\d{2})?)"))
_PLATE = re.compile(
    r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)


class Mark(StrEnum):
    """What leads to one person. The words are those that an editor is told."""

    CODE = "身份证件号码"
    TELEPHONE = "电话号码"
    MAIL = "电子邮箱"
    CARD = "银行卡号"
    PLATE = "车牌号"


def marks_in(text: str, *, on: date, areas: AreaBook) -> list[Mark]:
    """Tell what in a text leads to one person, in the order of the list; nothing in a text that is fit to be read by everybody.

    Source: 中华人民共和国个人信息保护法 第七十三条第四项 (what is anonymised can't be led back to anybody).
    """
    return list(_marks(normalize("NFKC", text), on, areas))


def _marks(text: str, on: date, areas: AreaBook) -> Iterator[Mark]:
    if holds_code(text, on=on, areas=areas) or _PASSPORT.search(text):
        yield Mark.CODE
    if _MOBILE.search(text) or _LANDLINE.search(text):
        yield Mark.TELEPHONE
    if _MAIL.search(text):
        yield Mark.MAIL
    if any(_is_card(found) for found in _CARD.findall(text)):
        yield Mark.CARD
    if _PLATE.search(text):
        yield Mark.PLATE


def _is_card(text: str) -> bool:
    """Tell by the check digit of bank cards (Luhn), so that a long number of a document isn't taken for one."""
    digits = [int(one) for one in text if one.isdigit()]
    doubled = [2 * one - 9 * (one > 4) if place % 2 else one for place, one in enumerate(reversed(digits))]  # noqa: PLR2004  # 2 × 5 has two digits
    return sum(doubled) % 10 == 0
