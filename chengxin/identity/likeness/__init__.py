"""Whom a doubtful row may mean: near codes, near names, and how suggestions are ranked. Pure; a person decides (safeguard 5)."""

from chengxin.identity.likeness.codes import Mask, NearCode, masked, near_codes, written_birth
from chengxin.identity.likeness.names import NameLikeness, block_name, compare_names, fold_name
from chengxin.identity.likeness.ranking import Candidate, Suggestion, rank

__all__ = [
    "Candidate",
    "Mask",
    "NameLikeness",
    "NearCode",
    "Suggestion",
    "block_name",
    "compare_names",
    "fold_name",
    "masked",
    "near_codes",
    "rank",
    "written_birth",
]
