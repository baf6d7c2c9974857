"""Names near one another: one person's name as several hands write it."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC
from rapidfuzz.distance import Indel, Prefix

from chengxin.identity.rules import MIDDLE_DOTS, normal_name

SAME, STAND_IN_SCORE, PART_SCORE, ALIKE = 100, 90, 80, 50
DOTS = "·"
FULL_STOPS = str.maketrans(dict.fromkeys(".。｡", "·"))
# Characters that GB 18030 first put into the private use area, at their places in Unicode since its edition of 2022.
PRIVATE = str.maketrans(
    {
        0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
        0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
    }
)  # fmt: skip
# Forms of one character that registers, seals and old certificates write, and conversion from traditional forms leaves alone.
VARIANTS = str.maketrans(
    "喆堃昇陞珎瑠畧畊眞眾祕竝紥絃綉羙脩藁蘓讐逈遯閒隣靣飃髙鵞麪黒齢户戸吴呉吕岀凃叡於"
    "勲囯圀邨廸甯寕寗甦槑崑崐崙咲暎晧皜煇勅勗璿琁衞淸靑眀朙鉄峩産豊徳悳恵聡暁",
    "哲坤升升珍琉略耕真众秘并扎弦绣美修槁苏仇迥遁闲邻面飘高鹅面黑龄户户吴吴吕出涂睿于"
    "勋国国村迪宁宁宁苏梅昆昆仑笑映皓皓辉敕勖璇璇卫清青明明铁峨产丰德德惠聪晓",
)
# What stands where a sign can't be written or printed; private ones that have no place in Unicode are such too.
STAND_INS = "?□■○〇●〓�*"


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """How near two names are, from 0 to 100, and what lies between them; 100 where nothing but the way of writing does."""

    score: int
    reasons: tuple[str, ...]


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def _bare(name: str) -> str:
    """Take blanks and middle dots out, make full width narrow and letters small."""
    text = unicodedata.normalize("NFKC", name.translate(PRIVATE)).translate(MIDDLE_DOTS).translate(FULL_STOPS)
    return "".join(sign for sign in text if not sign.isspace() and sign not in DOTS).casefold()


@lru_cache(1 << 14)
def fold_name(name: str) -> str:
    """Bring a name to the form in which near names are equal: simplified, one form of each character, no blanks, no dots."""
    return str(_simplifier().convert(_bare(name))).translate(VARIANTS)


def block_name(name: str) -> str:
    """Give what is hashed to find near names: the folded signs in their own order, so that the order of surname and name is nothing."""
    return "".join(sorted(fold_name(name)))


def compare_names(written: str, held: str) -> NameLikeness:
    """Compare a written name with the one on file: how near, and why."""
    if normal_name(written) == normal_name(held):
        return NameLikeness(SAME, ("same",))
    one, other = fold_name(written), fold_name(held)
    if not one or not other:
        return NameLikeness(0, ("different",))
    if sorted(one) == sorted(other):
        return NameLikeness(SAME - 2 * (one != other), _ways(written, held, one, other))
    if _stands_in(_bare(written), _bare(held)):
        return NameLikeness(STAND_IN_SCORE, ("rare-character",))
    shorter, longer = sorted((_parts(written), _parts(held)), key=len)
    if len(longer) > len(shorter) >= 1 and set(shorter) <= set(longer) and len("".join(shorter)) > 1:
        return NameLikeness(PART_SCORE, ("missing-part",))
    return _by_signs(one, other)


def _by_signs(one: str, other: str) -> NameLikeness:
    """Compare folded names that no way of writing makes one."""
    score = round(SAME * max(Indel.normalized_similarity(one, other), _same_surname(one, other)))
    if score < ALIKE:
        return NameLikeness(min(score, ALIKE - 1), ("different",))
    return NameLikeness(score, ("one-character" if Indel.distance(one, other) <= 2 else "alike",))  # noqa: PLR2004  # one out, one in


def _stands_in(written: str, held: str) -> bool:
    """Tell whether a written name is the one on file but for signs that a device lacked: only where the sign is no common one."""
    pairs = list(zip(written, held, strict=False))
    missing = [sign for wrote, sign in pairs if wrote != sign and _is_stand_in(wrote)]
    fits = len(written) == len(held) and all(wrote == sign or _is_stand_in(wrote) for wrote, sign in pairs)
    return bool(missing) and len(missing) < len(held) and fits and not any(map(_is_common, missing))


def _is_stand_in(sign: str) -> bool:
    return sign in STAND_INS or unicodedata.category(sign) == "Co"


def _is_common(sign: str) -> bool:
    """Tell whether a sign is in GB 2312, which every device has."""
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _ways(written: str, held: str, one: str, other: str) -> tuple[str, ...]:
    """Tell in which ways two names of one folded form are written."""
    first, second = _bare(written), _bare(held)
    simple = [str(_simplifier().convert(text)) for text in (first, second)]
    told = {
        "spaces": _has(written, str.isspace) != _has(held, str.isspace),
        "middle-dot": (DOTS in written.translate(MIDDLE_DOTS)) != (DOTS in held.translate(MIDDLE_DOTS)),
        "order": one != other,
        "traditional": (sorted(first) != sorted(second) and sorted(simple[0]) != sorted(first))
        or sorted(simple[1]) != sorted(second),
        "variant": sorted(simple[0]) != sorted(simple[1]),
        "rare-character": written.translate(PRIVATE) != written or held.translate(PRIVATE) != held,
    }
    return tuple(reason for reason, so in told.items() if so) or ("writing",)


def _has(text: str, kind: object) -> bool:
    return any(kind(sign) for sign in text.strip())  # type: ignore[operator]


def _parts(name: str) -> tuple[str, ...]:
    """Give the parts of a name of several, folded: 买买提·艾力 has two."""
    text = name.translate(MIDDLE_DOTS).translate(FULL_STOPS).replace(DOTS, " ")
    return tuple(fold_name(part) for part in text.split())


def _same_surname(one: str, other: str) -> float:
    """Two names of one length that begin alike and differ in one sign are nearer than their few signs make them."""
    same_length = len(one) == len(other) and len(one) > 1
    return 0.6 if same_length and Prefix.similarity(one, other) and Indel.distance(one, other) == 2 else 0.0  # noqa: PLR2004
