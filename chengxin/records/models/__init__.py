"""The ledger, what intake leaves beside it, and what humans decide about both."""

from chengxin.records.models.batches import Batch, CheckRule, Finding, Mark, Progress, Waiting
from chengxin.records.models.deciding import Adjudication, Move, Opening
from chengxin.records.models.ledger import Layout, Occupation, Payload, Superseded, TermNumber, Version
from chengxin.records.models.waiving import Waiver

__all__ = [
    "Adjudication",
    "Batch",
    "CheckRule",
    "Finding",
    "Layout",
    "Mark",
    "Move",
    "Occupation",
    "Opening",
    "Payload",
    "Progress",
    "Superseded",
    "TermNumber",
    "Version",
    "Waiting",
    "Waiver",
]
