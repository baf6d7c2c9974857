"""Answers that aren't pages."""

from typing import TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

R = TypeVar("R", bound=HttpResponseBase)


def attachment(response: R, name: str) -> R:
    """Let the browser save an answer under a name, which never holds anything of a person."""
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def printed(content: bytes, name: str) -> HttpResponse:
    """Let the browser show a paper to print it: it is saved nowhere, and kept by no cache."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=False, filename=f"{name}.pdf") or "inline"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
