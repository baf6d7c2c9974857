"""Errors as problem documents (RFC 9457), for pages' scripts and for the API alike. None holds a personal value."""

from http import HTTPStatus
from typing import Any

from chengxin.lib.errors import ChengxinError

PROBLEM = "application/problem+json"
CODES = "/errors/"


def problem(error: ChengxinError, site: str) -> dict[str, Any]:
    """Describe an error; its type opens a page of the public site, by whose address ``site`` it begins."""
    source = getattr(error, "source", None)
    return {
        "type": type_of(error.code, site),
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.text,
        "detail_en": error.text_en,
        **({"source": str(source)} if source else {}),
    }


def type_of(code: str, site: str) -> str:
    return f"{site}{CODES}{code}/"
