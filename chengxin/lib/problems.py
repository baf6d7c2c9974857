"""Errors as problem documents (RFC 9457), for pages' scripts and for the API alike. None holds a personal value."""

from http import HTTPStatus
from typing import Any

from chengxin.lib.errors import ChengxinError

PROBLEM = "application/problem+json"


def problem(error: ChengxinError) -> dict[str, Any]:
    source = getattr(error, "source", None)
    return {
        "type": f"urn:chengxin:error:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.text,
        "detail_en": error.text_en,
        **({"source": str(source)} if source else {}),
    }
