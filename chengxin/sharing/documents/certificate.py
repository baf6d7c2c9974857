"""A certificate (专项信用报告) on paper and as JSON. Reads a ``Certificate`` alone."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chengxin.lib.periods import SHANGHAI
from chengxin.sharing.documents import words
from chengxin.sharing.documents.checking import check_box
from chengxin.sharing.documents.glyphs import printable
from chengxin.sharing.documents.pdf import card, heading, printed
from chengxin.sharing.documents.structured import record_json
from chengxin.sharing.documents.typeset import lay_out

if TYPE_CHECKING:
    from chengxin.sharing.certificates import Certificate, Covered

DAY = timedelta(days=1)


def certificate_pdf(certificate: "Certificate", *, check_at: str, demo: bool = False, sandbox: bool = False) -> bytes:
    """Lay a certificate out as a tagged PDF. The same certificate gives the same bytes. Raises FontsMissing."""
    data = layout(certificate, check_at=check_at, demo=demo, sandbox=sandbox)
    return lay_out("certificate.typ", data, certificate.issued_at)


def layout(certificate: "Certificate", *, check_at: str, demo: bool = False, sandbox: bool = False) -> dict[str, Any]:
    """Give everything that ``certificate.typ`` prints, in words, in the order it prints it."""
    about = [
        ("报告编号", certificate.number),
        ("用途", certificate.purpose),
        ("查询时间", words.moment(certificate.issued_at)),
        ("有效至", f"{words.day(certificate.valid_until - DAY)}（含当日），以核对结果为准"),
        ("依据", certificate.basis),
        *words.salt_rows(certificate.salt),
    ]
    code = certificate.subject.code
    return {
        "title": heading(words.CERTIFICATE),
        "demo": heading(mark) if (mark := words.mark(demo=demo, sandbox=sandbox)) else None,
        "number": printable(certificate.number),
        "footer": words.OWN_FOOTER,
        "sections": [
            {"heading": heading(words.ABOUT), "rows": printed(about)},
            {
                "heading": heading(words.SUBJECT),
                "rows": printed([("姓名", certificate.subject.name), ("证件号码", words.masked(code))]),
            },
        ],
        "check": check_box(check_at, certificate.number, certificate.check_code),
        "covers": {
            "heading": heading(words.COVERS),
            "intro": words.COVERS_INTRO,
            "fields": [_field(field, code) for field in certificate.fields],
        },
        "closing": [
            {"heading": heading(words.MEANS), "points": words.CERTIFICATE_MEANS},
            {"heading": heading(words.OBJECTION), "points": words.OBJECTIONS},
            {"heading": heading(words.NOTICE), "points": (*words.CERTIFICATE_NOTICES, words.FACTS_ONLY)},
        ],
    }


def _field(field: "Covered", code: str) -> dict[str, Any]:
    return {
        "name": printable(field.name),
        "name_en": printable(field.name_en),
        "found": found_line(field),
        "cards": [card(record, code) for record in field.records],
        "rows": printed(source_rows(field)),
    }


def found_line(field: "Covered") -> str:
    return f"查询日查到本系统持有、可以展示的记录 {len(field.records)} 条。" if field.records else words.NOT_FOUND


def source_rows(field: "Covered") -> list[tuple[str, str]]:
    """Say who hands this field in and until when, so that nobody takes it for more than it is."""
    source = field.source
    if source.until is None:
        return [("报送情况", "还没有单位报送过这个领域的信息。")]
    names = "、".join(source.names)
    return [
        ("报送单位", f"{names}等 {source.organs} 家" if source.organs > len(source.names) else names),
        ("报送到", f"{words.day(source.until)}（最近一次收到报送的日子）"),
    ]


def certificate_json(certificate: "Certificate", *, demo: bool = False, sandbox: bool = False) -> dict[str, Any]:
    """Give a certificate as plain JSON values; dates are ISO dates in Asia/Shanghai. Its keys are stable."""
    code = certificate.subject.code
    return {
        "number": certificate.number,
        "check_code": certificate.check_code,
        "salt": certificate.salt,
        "kind": "special",
        "issued_at": certificate.issued_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "valid_through": (certificate.valid_until - DAY).isoformat(),
        "purpose": certificate.purpose,
        "basis": certificate.basis,
        "subject": {"name": certificate.subject.name, "code": words.masked(code)},
        "fields": [
            {
                "item": field.code,
                "item_name": field.name,
                "found": found_line(field),
                "records": [record_json(record, code) for record in field.records],
                "organs": field.source.organs,
                "received_until": field.source.until.isoformat() if field.source.until else None,
            }
            for field in certificate.fields
        ],
        "meaning": list(words.CERTIFICATE_MEANS),
        "demo": demo,
        "sandbox": sandbox,
    }
