"""Finds columns and keys that carry something of the body, wherever they hide, before anything of an import is kept."""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from chengxin.identity.errors import BiometricsRefused
from chengxin.lib.sources import Source

TABLE = Path(__file__).parent / "biometrics.toml"
FORBIDDEN = Source("中华人民共和国个人信息保护法", "第二十八条；征信业管理条例 第十四条")
SIGNS = re.compile(r"[\W_]+")
SHORT, REMEMBERED = 32, 1 << 10
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Names:
    anywhere: tuple[str, ...]
    begins: tuple[str, ...]
    whole: frozenset[str]


@cache
def names() -> Names:
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return Names(tuple(content["anywhere"]), tuple(content["begins"]), frozenset(content["whole"]))


def biometric_word(name: str) -> str | None:
    """Give the word of the list that a column's or key's name bears, or None. Source: 个人信息保护法 第二十八条."""
    known, whole = names(), unicodedata.normalize("NFKC", name)
    plain = SIGNS.sub("", whole).casefold()
    if found := next((word for word in known.anywhere if word in plain), None):
        return found
    words = [word.casefold() for word in WORDS.findall(whole)]
    beginnings = (start for start in known.begins if any(word.startswith(start) for word in words))
    return next(beginnings, None) or next((word for word in words if word in known.whole), None)


# A feed has the same few names in each of a million rows, looked at four times; nothing long is kept.
_remembered_word = lru_cache(REMEMBERED)(biometric_word)


def refuse_biometrics(keys: Iterable[str]) -> None:
    """Raise BiometricsRefused on the first name that bears such a word. Tells the word of our list, never the name itself."""
    for key in keys:
        if word := _remembered_word(key) if len(key) <= SHORT else biometric_word(key):
            raise BiometricsRefused(
                f"发现名称含「{word}」的列或者键。请删去后重新提供；核验情况用核验事件说明。",
                f"A column or key is named like '{word}'. Send it without; a check of identity is told by an attestation.",
                source=FORBIDDEN,
            )


def keys_within(value: Any) -> Iterable[str]:
    """Give every key in a value read from JSON, however deep, and in texts that are JSON themselves."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, Mapping):
            yield from map(str, one)
            pending.extend(one.values())
        elif isinstance(one, list | tuple):
            pending.extend(one)
        elif isinstance(one, str) and one.lstrip()[:1] in {"{", "["}:
            pending.append(_read(one))


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
