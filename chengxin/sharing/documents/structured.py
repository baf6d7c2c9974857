"""The JSON face. Its keys are stable: one may be added, none renamed or dropped."""

from typing import TYPE_CHECKING, Any

from chengxin.lib.periods import SHANGHAI
from chengxin.sharing.documents import words

if TYPE_CHECKING:
    from chengxin.records.queries import ShownRecord
    from chengxin.sharing.duties.answers import Answer
    from chengxin.sharing.services import Report


def as_json(report: "Report", *, demo: bool = False, sandbox: bool = False) -> dict[str, Any]:
    """Give a report as plain JSON values. Dates are ISO dates in Asia/Shanghai; the code is masked as on paper."""
    return {
        "number": report.number,
        "issued_at": report.issued_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "purpose": report.purpose,
        "basis": report.basis,
        "case": report.case_reference,
        "organisation": report.organisation,
        "officer": report.officer,
        "subject": {"name": report.subject.name, "code": words.masked(report.subject.code)},
        "records": [record_json(record, report.subject.code) for record in report.records],
        "demo": demo,
        "sandbox": sandbox,
        **({"check_code": report.check_code} if report.check_code else {}),
        **({"salt": report.salt} if report.salt else {}),
        **({"duty": report.duty_code, "duty_name": report.duty} if report.duty else {}),
        **({"authorisation": report.authorisation} if report.authorisation else {}),
        **({"answer": answer_json(report.answer)} if report.answer else {}),
    }


def answer_json(answer: "Answer") -> dict[str, Any]:
    """Give an answer that holds no record, with the part alone that its form has."""
    band = {"least": answer.band.least, "most": answer.band.most} if answer.band else None
    parts = {"found": answer.found, "count": answer.count, "band": band, "disputed_count": answer.disputed_count}
    return {
        "form": answer.form.value,
        "items": list(answer.asked),
        **{name: part for name, part in parts.items() if part is not None},
        "disputed": answer.disputed.value,
        "text": answer.text,
        "text_en": answer.text_en,
    }


def record_json(record: "ShownRecord", code: str) -> dict[str, Any]:
    """Give one record. ``shown_through`` is the last day on which it shows, ``shown_until`` the day after."""
    return {
        "number": record.number,
        "item": record.item,
        "item_name": record.item_name,
        "nature": record.nature,
        "document": record.document,
        "organ": record.organ,
        "decided": record.decided.isoformat(),
        "grade": record.grade,
        "state": record.state,
        "shown_from": record.shown_from.isoformat(),
        "shown_until": record.shown_until.isoformat(),
        "shown_through": words.shown_through(record).isoformat(),
        "repair_from": record.repair_from.isoformat() if record.repair_from else None,
        "basis": record.basis,
        "fields": [
            {"code": field.code, "label": label, "text": text}
            for field, (label, text) in zip(record.fields, words.field_rows(record, code), strict=True)
        ],
    }
