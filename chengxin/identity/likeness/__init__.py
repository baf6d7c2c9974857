"""Whom a doubtful row may mean: near codes, near names, and how suggestions are ranked. Pure; a person decides (safeguard 5)."""

from chengxin.identity.likeness.codes import NearCode, near_codes
from chengxin.identity.likeness.names import NameLikeness, block_name, compare_names, fold_name
from chengxin.identity.likeness.ranking import Candidate, Suggestion, rank
from chengxin.identity.likeness.written import Number, read_written

__all__ = [
    "Candidate",
    "NameLikeness",
    "NearCode",
    "Number",
    "Suggestion",
    "block_name",
    "compare_names",
    "fold_name",
    "near_codes",
    "rank",
    "read_written",
]
