"""Handing a scan to a browser: shown, run by nothing, kept by nobody."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from chengxin.identity.services.scans import Taken

# A picture needs nothing. The viewer of PDFs is the browser's own and won't open in a sandbox.
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"


def scan_shown(one: Taken, content: bytes) -> HttpResponse:
    """Show a scan in the browser's own viewer, under its number."""
    response = HttpResponse(content, content_type=one.content_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=False, filename=one.file_name) or "inline"
    )
    response.headers["Content-Security-Policy"] = PDF if one.form == "pdf" else PICTURE
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
