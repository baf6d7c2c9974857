"""The faces of a report: text for a terminal, JSON for a program, PDF for paper. They read a ``Report``, or a ``Certificate``, alone."""

from chengxin.sharing.documents.certificate import certificate_json, certificate_pdf
from chengxin.sharing.documents.entries import entries_pdf
from chengxin.sharing.documents.leave_receipt import leave_receipt_json, leave_receipt_pdf
from chengxin.sharing.documents.pdf import as_pdf, warm_up
from chengxin.sharing.documents.scan_receipt import scan_receipt_pdf
from chengxin.sharing.documents.structured import as_json
from chengxin.sharing.documents.text import as_text

__all__ = [
    "as_json",
    "as_pdf",
    "as_text",
    "certificate_json",
    "certificate_pdf",
    "entries_pdf",
    "leave_receipt_json",
    "leave_receipt_pdf",
    "scan_receipt_pdf",
    "warm_up",
]
