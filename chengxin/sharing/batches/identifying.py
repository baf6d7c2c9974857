"""Whom a batch's questions lead to: as ``deciding.identify`` finds one, but set by set."""

from collections.abc import Sequence
from datetime import date

from chengxin.identity.checking import LookedUp, look_up_codes
from chengxin.identity.queries import Found
from chengxin.identity.rules import normal_name
from chengxin.identity.sandbox import is_real_here
from chengxin.identity.vault import refreshed_vault, vault
from chengxin.lib.crypto import Vault
from chengxin.sharing.deciding import Question, Refused, canonical_code, told_of

Code = tuple[str, str]


def identify_many(questions: Sequence[Question], today: date) -> list[tuple[str, int | Refused]]:
    """Find whom each question is about, or why it isn't answered; with the number as it is kept.

    One statement; a second when the keys were changed meanwhile.
    """
    codes = [_code(question, today) for question in questions]
    keys = vault()
    wanted, found = _look_up(codes, keys)
    if found.pointers != keys.pointers:
        keys = refreshed_vault(keys) or keys
        wanted, found = _look_up(codes, keys)
    return [
        (code[1] if code else "", _told(question, code, keys, found, hashes))
        for question, code, hashes in zip(questions, codes, wanted, strict=True)
    ]


def _code(question: Question, today: date) -> Code | None:
    code = canonical_code(question, today)
    return None if code is None or is_real_here(code) else (question.code_type, code)


def _look_up(codes: Sequence[Code | None], keys: Vault) -> tuple[list[list[bytes]], LookedUp]:
    wanted = [keys.look_up_hashes(*code) if code else [] for code in codes]
    return wanted, look_up_codes([one for each in wanted for one in each])


def _told(
    question: Question, code: Code | None, keys: Vault, found: LookedUp, hashes: Sequence[bytes]
) -> int | Refused:
    if code is None:
        return Refused("code-invalid")
    known = next((found.known[one] for one in hashes if one in found.known), None)
    name = normal_name(question.name)
    person = None
    if known is not None:
        fits = keys.name_fits(known.name_tag, known.key_id, code_type=code[0], code=code[1], name=name)
        person = Found(known.subject_id, fits, known.died)
    try:
        return told_of(person)
    except Refused as refused:
        return refused
