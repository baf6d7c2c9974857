"""What an examination of a number answers, and the shape every number is held against first."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Fault(StrEnum):
    """The first thing found wrong with a number; the members stand in the order in which they are looked for."""

    TYPE = "type"
    EMPTY = "empty"
    ALPHABET = "alphabet"
    LENGTH = "length"
    FORM = "form"
    NO_HYPHEN = "no-hyphen"
    OTHER_TYPE = "other-type"
    AREA = "area"
    BIRTH_DATE = "birth-date"
    FUTURE_BIRTH = "future-birth"
    TOO_OLD = "too-old"
    CHECK_DIGIT = "check-digit"
    INNER_CHECK = "inner-check"

    @property
    def message(self) -> str:
        return _MESSAGES[self][0]

    @property
    def message_en(self) -> str:
        return _MESSAGES[self][1]


_MESSAGES = {
    Fault.TYPE: (
        "证件类型不在可接受的范围内；请按模板填写证件类型。",
        "The certificate type is none of those accepted; give one that the template lists.",
    ),
    Fault.EMPTY: ("证件号码为空；请填写号码。", "The number is empty; fill it in."),
    Fault.ALPHABET: (
        "号码含有不允许的字符；请检查空格、全角数字和多余的字母。",
        "The number has a character that is not allowed; look for spaces, full-width digits and stray letters.",
    ),
    Fault.LENGTH: (
        "号码的位数不对；请核对是否漏填或多填。",
        "The number has the wrong length; look for missing or surplus characters.",
    ),
    Fault.FORM: (
        "字母与数字的排列不符合该证件的格式；请对照证件原件。",
        "Letters and digits do not stand as on this certificate; compare it with the original.",
    ),
    Fault.NO_HYPHEN: (
        "九位连写的组织机构代码与护照号码无法区分；请写作“8位-1位”，或改填统一社会信用代码。",
        "Nine characters in a row can't be told from a passport number; write 8, a hyphen, 1, or give the credit code.",
    ),
    Fault.OTHER_TYPE: (
        "该号码属于另一类证件；请核对证件类型。",
        "The number belongs to another kind of certificate; correct the certificate type.",
    ),
    Fault.AREA: (
        "号码开头的地区代码不存在；请核对前六位。",
        "The area code at the start does not exist; check the first six digits.",
    ),
    Fault.BIRTH_DATE: (
        "号码中的出生日期不存在；请核对出生年月日。",
        "The birth date in the number is no real date; check year, month and day.",
    ),
    Fault.FUTURE_BIRTH: (
        "号码中的出生日期晚于今日；请核对出生年份。",
        "The birth date in the number lies in the future; check the year.",
    ),
    Fault.TOO_OLD: (
        "号码中的出生日期表明年龄超过130岁；请核对出生年份。",
        "The birth date in the number makes its holder older than 130; check the year.",
    ),
    Fault.CHECK_DIGIT: (
        "校验码不符，号码中至少有一位有误；请对照证件原件逐位核对。",
        "The check digit does not agree, so at least one character is wrong; compare it with the original.",
    ),
    Fault.INNER_CHECK: (
        "第9至17位主体标识码的校验码不符；请对照登记证书逐位核对。",
        "The check digit of characters 9 to 17 does not agree; compare them with the certificate of registration.",
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; true when the number is valid.

    ``canonical`` is the form to store, set exactly when ``fault`` is not. ``born`` is None where the number does not
    tell, or not with certainty. ``legacy`` marks a 15-digit number that was upgraded: a person must confirm it. A
    valid number is no proof that it was issued, nor to whom.
    """

    canonical: str | None = None
    fault: Fault | None = None
    born: date | None = None
    legacy: bool = False

    def __bool__(self) -> bool:
        return self.fault is None


@dataclass(frozen=True)
class Shape:
    """Which characters, lengths and arrangement a kind of number has.

    ``alphabet`` and ``form`` are expressions both Python and Rust read alike; they name ASCII only, hold small
    letters too, and ``form`` admits nothing outside the alphabet.
    """

    alphabet: str
    lengths: frozenset[int]
    form: str
    _alphabet: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _form: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_alphabet", re.compile(self.alphabet))
        object.__setattr__(self, "_form", re.compile(self.form))

    def fault(self, text: str) -> Fault | None:
        """Return EMPTY, ALPHABET, LENGTH or FORM, the first that holds; None where the shape is right."""
        right_length = len(text) in self.lengths
        if right_length and self._form.fullmatch(text):
            return None
        if not text:
            return Fault.EMPTY
        if not self._alphabet.fullmatch(text):
            return Fault.ALPHABET
        return Fault.FORM if right_length else Fault.LENGTH
