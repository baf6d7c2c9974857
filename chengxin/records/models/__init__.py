"""The ledger, what intake leaves beside it, and what humans decide about both."""

from chengxin.records.models.backtests import Backtest, BacktestMonth
from chengxin.records.models.batches import Batch, CheckRule, Finding, Mark, Progress, Waiting
from chengxin.records.models.deciding import Adjudication, Move, Opening
from chengxin.records.models.ledger import Layout, Occupation, Payload, Superseded, TermNumber, Version
from chengxin.records.models.proving import ProofPart, ProofRun, ProofSeal
from chengxin.records.models.reporting import ColumnMapping, DayFigures, DayReceipt, NothingToReport, RefusalsSettled
from chengxin.records.models.undoing import Undoing, UndoRow
from chengxin.records.models.waiving import Waiver

__all__ = [
    "Adjudication",
    "Backtest",
    "BacktestMonth",
    "Batch",
    "CheckRule",
    "ColumnMapping",
    "DayFigures",
    "DayReceipt",
    "Finding",
    "Layout",
    "Mark",
    "Move",
    "NothingToReport",
    "Occupation",
    "Opening",
    "Payload",
    "Progress",
    "ProofPart",
    "ProofRun",
    "ProofSeal",
    "RefusalsSettled",
    "Superseded",
    "TermNumber",
    "UndoRow",
    "Undoing",
    "Version",
    "Waiting",
    "Waiver",
]
