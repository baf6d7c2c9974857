"""What records are called in the addresses of the person's page: a name for one session alone, which says nothing to anybody else."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from django.http import Http404, HttpRequest

from chengxin.identity.login_seal import open_text, seal_text
from chengxin.lib.crypto import SealBroken

SECRET, USE = "own-records", "own-record"


def name_record(request: HttpRequest, record_id: int) -> str:
    """Give a record's name in this session: sealed with a secret of the session's own."""
    secret = request.session.setdefault(SECRET, secrets.token_urlsafe(16))
    return urlsafe_b64encode(seal_text(f"{secret}/{record_id}", use=USE)).decode().rstrip("=")


def record_named(request: HttpRequest, name: str) -> int:
    """Give the record behind a name of this session. Raises Http404 for another session's, and for what is none."""
    try:
        text = open_text(urlsafe_b64decode(name + "=" * (-len(name) % 4)), use=USE)
    except (SealBroken, Error, ValueError):
        raise Http404 from None
    secret, _, record_id = text.partition("/")
    if not secrets.compare_digest(secret, request.session.get(SECRET, "")):
        raise Http404
    return int(record_id)
