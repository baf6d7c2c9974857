"""Legal numbers as dated data, never constants: an amended law is a new ``[[term]]``, not new code.

One TOML file per number or family of numbers::

    name = "display-grade-general"     # what it regulates
    unit = "month"                     # working_day | day | month | year | fen | count

    [[term]]
    from = 2026-04-01                  # first day on which it holds
    until = 2027-01-01                 # optional: first day on which it no longer holds
    min = 3                            # the numbers: whole, not negative, the same names in every [[term]]
    max = 12
    source = ["信用修复管理办法", "第…条"]
    evidence = "secondary"             # full-text | secondary | memory | design
    provisional = true                 # must be true unless the evidence is full-text
"""

from chengxin.lib.terms.table import (
    Evidence,
    NumberMissing,
    Term,
    TermGap,
    TermsUnusable,
    TermTable,
    Unit,
    UnitMismatch,
    load_terms,
    provisional_terms,
)

__all__ = [
    "Evidence",
    "NumberMissing",
    "Term",
    "TermGap",
    "TermTable",
    "TermsUnusable",
    "Unit",
    "UnitMismatch",
    "load_terms",
    "provisional_terms",
]
