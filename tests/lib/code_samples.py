"""Valid numbers of every kind, drawn from a given source of chance.

Citizens' numbers are made at run time; none stands in a file but those of area 149999, which nobody holds.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from chengxin.lib.codes import CodeType, check_digit, gb11714_check_digit, organisation, permits, uscc_check_digit
from chengxin.lib.regions import TEST_AREA, standard_areas

ON = date(2026, 8, 1)
AREAS = standard_areas(test_area=True)
OWN_AREAS = sorted(AREAS.prefixes)
OTHER_PROVINCES = sorted(AREAS.provinces)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHINESE_PASSPORTS = ("E", "EA", "G", "D", "DE", "S", "SE", "P", "PE", "K", "KJ", "MA", "14", "15")
FIRST_BIRTH = date(1896, 1, 1)


def seeded(seed: int) -> Random:
    return Random(seed)


def digits(draw: Random, count: int) -> str:
    return f"{draw.randrange(10**count):0{count}}"


def birth(draw: Random, first: date = FIRST_BIRTH, last: date = ON) -> str:
    return f"{first + timedelta(draw.randint(0, (last - first).days)):%Y%m%d}"


def person_number(prefix: str, born: str, sequence: str) -> str:
    first17 = prefix + born + sequence
    return first17 + check_digit(first17)


def area(draw: Random) -> str:
    kind = draw.randrange(3)
    if kind == 0:
        return TEST_AREA
    return draw.choice(OWN_AREAS) if kind == 1 else draw.choice(OTHER_PROVINCES) + digits(draw, 4)


def resident_id(draw: Random) -> str:
    return person_number(area(draw), birth(draw), digits(draw, 3))


def legacy_resident_id(draw: Random) -> str:
    born = birth(draw, date(1900, 1, 1), date(1999, 12, 31))
    return area(draw) + born[2:] + digits(draw, 3)


def hmt_permit(draw: Random) -> str:
    return person_number(draw.choice(sorted(permits.HMT_PREFIXES)), birth(draw), digits(draw, 3))


def foreign_resident(draw: Random) -> str:
    if draw.randrange(2):
        return person_number("9" + digits(draw, 5), birth(draw), digits(draw, 3))
    first14 = "".join(draw.choices(LETTERS, k=3)) + digits(draw, 4) + birth(draw)[2:] + digits(draw, 1)
    return first14 + permits.old_card_check_digit(first14)


def passport(draw: Random) -> str:
    if draw.randrange(2):
        mark = draw.choice(CHINESE_PASSPORTS)
        return mark + digits(draw, 9 - len(mark))
    while True:
        number = "".join(draw.choices("0123456789" + LETTERS, k=draw.randint(5, 15)))
        if permits.examine_passport(number):
            return number


def hm_permit(draw: Random) -> str:
    return draw.choice("HM") + digits(draw, draw.choice((8, 10)))


def tw_permit(draw: Random) -> str:
    count = draw.choice((8, 10))
    mark = draw.choice(("", draw.choice(LETTERS))) if count == 10 else ""
    return digits(draw, count) + mark


def uscc(draw: Random) -> str:
    start = draw.choice("159ANY") + draw.choice("1239") + area(draw)
    inner = "".join(draw.choices(organisation.ALPHABET[: draw.choice((10, 31))], k=8))
    first17 = start + inner + gb11714_check_digit(inner)
    code = first17 + uscc_check_digit(first17)
    return uscc(draw) if organisation.reads_as_person(code) else code


def legacy_organisation(draw: Random) -> str:
    body = "".join(draw.choices("0123456789" + LETTERS, k=8))
    return f"{body}-{gb11714_check_digit(body)}"


SAMPLES: dict[CodeType, Callable[[Random], str]] = {
    CodeType.RESIDENT_ID: resident_id,
    CodeType.HMT_RESIDENCE_PERMIT: hmt_permit,
    CodeType.FOREIGN_PERMANENT_RESIDENT: foreign_resident,
    CodeType.PASSPORT: passport,
    CodeType.HM_TRAVEL_PERMIT: hm_permit,
    CodeType.TW_TRAVEL_PERMIT: tw_permit,
    CodeType.ORGANISATION: uscc,
    CodeType.ORGANISATION_LEGACY: legacy_organisation,
}
