"""How codes and names come out wrong under human hands: each way takes a person and gives name and code as a row has them.

What a name's other forms are stands here, independent of what the system itself knows of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from chengxin.lib.codes import check_digit

TRADITIONAL = {
    "张伟": "張偉", "陈伟": "陳偉", "刘洋": "劉洋", "王军": "王軍", "李丽": "李麗", "赵龙": "趙龍", "杨华": "楊華", "马强": "馬強",
    "孙国强": "孫國強", "吴建国": "吳建國", "郑爱莲": "鄭愛蓮", "冯兰英": "馮蘭英", "韩东": "韓東", "贾建华": "賈建華",
    "谢红": "謝紅", "罗军": "羅軍", "许红卫": "許紅衛", "张丽娟": "張麗娟", "王凤英": "王鳳英", "李国华": "李國華",
}  # fmt: skip
VARIANT = {
    "王喆": "王哲", "李堃": "李坤", "张昇": "张升", "刘峯": "刘峰", "陈珎": "陈珍", "郭勲": "郭勋", "范囯平": "范国平",
    "田邨生": "田村生", "赵脩文": "赵修文", "高髙": "高高", "宋淩": "宋凌", "曹廸": "曹迪", "何甯": "何宁", "吴甦": "吴苏",
}  # fmt: skip
DOTTED = ("买买提·艾力", "阿不都·热西提", "古丽·努尔", "迪丽·沙迪克", "吐尔逊·克里木", "木拉提·司马义")
RARE = {
    "张𬭎": ("张鋐", "张□", "张?"), "王𫖯": ("王頫", "王□", "王？"), "刘䶮": ("刘龑", "刘\ue863", "刘□"),
    "杨𬸚": ("杨鸑", "杨□", "杨?"), "高𬀩": ("高暐", "高□", "高？"), "陈𠅤": ("陈□", "陈?", "陈？"),
}  # fmt: skip
BODY, AREA = 17, 6


@dataclass(frozen=True, slots=True, repr=False)
class Someone:
    """Name and code, made up; a row's or a person's."""

    name: str
    code: str


Way = Callable[[Random, Someone], Someone]


def _other_digit(draw: Random, was: str, signs: str = "0123456789") -> str:
    return draw.choice([sign for sign in signs if sign != was])


def _with_digit(code: str, place: int, digit: str) -> str:
    return code[:place] + digit + code[place + 1 :]


def one_digit(draw: Random, one: Someone) -> Someone:
    place = draw.randrange(AREA, BODY)
    return Someone(one.name, _with_digit(one.code, place, _other_digit(draw, one.code[place])))


def digit_and_check(draw: Random, one: Someone) -> Someone:
    """A digit wrong and the check digit made for it, as a form that fills it in does: a code that holds."""
    body = one_digit(draw, one).code[:BODY]
    return Someone(one.name, body + check_digit(body))


def swapped(draw: Random, one: Someone) -> Someone:
    """Two digits changed about: neighbours every other time."""
    places = [(a, b) for a in range(AREA, BODY) for b in range(a + 1, BODY) if one.code[a] != one.code[b]]
    near = [(a, b) for a, b in places if b == a + 1]
    a, b = draw.choice(near if near and draw.random() < 0.5 else places)  # noqa: PLR2004  # every other
    signs = list(one.code)
    signs[a], signs[b] = signs[b], signs[a]
    return Someone(one.name, "".join(signs))


def wrong_check(draw: Random, one: Someone) -> Someone:
    return Someone(one.name, one.code[:BODY] + _other_digit(draw, one.code[BODY], "0123456789X"))


def fifteen(_: Random, one: Someone) -> Someone:
    return Someone(one.name, one.code[:6] + one.code[8:BODY])


def masked(_: Random, one: Someone) -> Someone:
    """Month and day hidden, as courts print codes."""
    return Someone(one.name, f"{one.code[:10]}****{one.code[14:]}")


def masked_birth(_: Random, one: Someone) -> Someone:
    """The whole day of birth hidden, as banks print codes."""
    return Someone(one.name, f"{one.code[:6]}********{one.code[14:]}")


def traditional(_: Random, one: Someone) -> Someone:
    return Someone(TRADITIONAL[one.name], one.code)


def variant(_: Random, one: Someone) -> Someone:
    """The other of the two forms: some are on file under the old one, others under the new."""
    forms = VARIANT | {new: old for old, new in VARIANT.items()}
    return Someone(forms[one.name], one.code)


def order(_: Random, one: Someone) -> Someone:
    """Surname last; of a name in parts the last part first."""
    if "·" in one.name:
        first, last = one.name.split("·")
        return Someone(f"{last}·{first}", one.code)
    return Someone(one.name[1:] + one.name[0], one.code)


def spaces(draw: Random, one: Someone) -> Someone:
    blank = draw.choice((" ", "  ", "\u3000"))
    return Someone(one.name[0] + blank + one.name[1:], one.code)


def dot(draw: Random, one: Someone) -> Someone:
    return Someone(one.name.replace("·", draw.choice(("", ".", "•", "・", "．", " ", "-"))), one.code)


def rare(draw: Random, one: Someone) -> Someone:
    return Someone(draw.choice(RARE[one.name]), one.code)


def name_and_code(draw: Random, one: Someone) -> Someone:
    """A name in traditional forms, turned about or with blanks, and a code with a slip."""
    renamed = draw.choice((traditional, order, spaces))(draw, one)
    return draw.choice((one_digit, swapped, wrong_check))(draw, renamed)


def variant_and_code(draw: Random, one: Someone) -> Someone:
    return draw.choice((one_digit, swapped, wrong_check))(draw, variant(draw, one))


def rare_and_code(draw: Random, one: Someone) -> Someone:
    return draw.choice((one_digit, swapped, wrong_check))(draw, rare(draw, one))


def dot_and_code(draw: Random, one: Someone) -> Someone:
    return draw.choice((one_digit, swapped, wrong_check))(draw, dot(draw, one))


PLAIN, VARIED, PARTED, SELDOM = "plain", "varied", "parted", "seldom"
NAMES: dict[str, tuple[str, ...]] = {
    PLAIN: tuple(TRADITIONAL),
    VARIED: (*VARIANT, *VARIANT.values()),
    PARTED: DOTTED,
    SELDOM: tuple(RARE),
}
WAYS: dict[str, tuple[str, Way]] = {
    "one-digit": (PLAIN, one_digit),
    "swapped": (PLAIN, swapped),
    "check-digit": (PLAIN, wrong_check),
    "digit-and-check": (PLAIN, digit_and_check),
    "fifteen-digits": (PLAIN, fifteen),
    "masked": (PLAIN, masked),
    "masked-birth": (PLAIN, masked_birth),
    "variant": (VARIED, variant),
    "traditional": (PLAIN, traditional),
    "order": (PLAIN, order),
    "order-parted": (PARTED, order),
    "spaces": (PLAIN, spaces),
    "middle-dot": (PARTED, dot),
    "rare": (SELDOM, rare),
    "name-and-code": (PLAIN, name_and_code),
    "variant-and-code": (VARIED, variant_and_code),
    "dot-and-code": (PARTED, dot_and_code),
    "rare-and-code": (SELDOM, rare_and_code),
}
"""Whose names a way needs, and the way."""
