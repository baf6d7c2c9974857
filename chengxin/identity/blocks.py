"""Hashed blocks: what near persons have in common, so that they are found without a plain value on disk.

A name alone is never a block: equal names would stand under equal hashes, and the commonest could be told by counting.
"""

from datetime import date
from typing import NamedTuple

from chengxin.identity.likeness import block_name
from chengxin.lib.codes import CodeType
from chengxin.lib.crypto import Vault
from chengxin.lib.crypto.vault import PARTED

AREA_DIGITS, LAST_DIGITS = 6, 4
BIRTH, ENDS = "birth", "ends"


class Blocks(NamedTuple):
    """The two blocks of a code and a name; None where the code has no birth and area to go by."""

    birth: bytes | None
    ends: bytes | None


def blocks_of(keys: Vault, code_type: str, code: str, name: str, key_id: str = "") -> Blocks:
    """Give the blocks under which a person is found: folded name with birth, folded name with area and last four signs."""
    if code_type != CodeType.RESIDENT_ID:
        return Blocks(None, None)
    ends = (code[:AREA_DIGITS], code[-LAST_DIGITS:])
    folded = block_name(name)
    return Blocks(
        keys.block(PARTED.join((BIRTH, folded, code[6:14])), key_id),
        keys.block(PARTED.join((ENDS, folded, *ends)), key_id),
    )


def birth_block(keys: Vault, born: date, name: str, key_id: str = "") -> bytes:
    return keys.block(PARTED.join((BIRTH, block_name(name), f"{born:%Y%m%d}")), key_id)


def ends_block(keys: Vault, area: str, last: str, name: str, key_id: str = "") -> bytes:
    return keys.block(PARTED.join((ENDS, block_name(name), area, last)), key_id)
