"""Merkle trees as RFC 9162 (2.1) defines them, over SHA-256: growing, roots, proofs that something is in one, proofs that one grew."""

from chengxin.lib.merkle.growing import Growing
from chengxin.lib.merkle.hashes import EMPTY_ROOT, leaf_hash, node_hash
from chengxin.lib.merkle.proofs import (
    Span,
    consistency_spans,
    hash_of,
    inclusion_spans,
    proves_consistency,
    proves_inclusion,
)

__all__ = [
    "EMPTY_ROOT",
    "Growing",
    "Span",
    "consistency_spans",
    "hash_of",
    "inclusion_spans",
    "leaf_hash",
    "node_hash",
    "proves_consistency",
    "proves_inclusion",
]
