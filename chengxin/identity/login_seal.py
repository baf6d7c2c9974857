"""Sealing what logging in needs, sessions and second factors, under the installation's secret: the administration has no vault keys.

Values sealed under an earlier secret (SECRET_KEY_FALLBACKS) or suite still open.
"""

import hmac
from functools import lru_cache

from django.conf import settings

from chengxin.lib.crypto import SealBroken, suites
from chengxin.lib.crypto.suites import Box


@lru_cache(maxsize=8)
def _box(secret: str, suite: str) -> Box:
    family = suites()[suite]
    return family.box(family.derive(secret.encode(), "login"))


def seal_text(text: str, *, use: str) -> bytes:
    """Seal a text; ``use`` is bound in, so that a box can't be moved to where another is looked for."""
    return _box(settings.SECRET_KEY, settings.VAULT_SUITE).seal(text.encode(), use.encode())


def open_text(box: bytes, *, use: str) -> str:
    """Open a sealed text. Raises SealBroken when no secret of the installation opens it."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        for suite in (settings.VAULT_SUITE, *(name for name in suites() if name != settings.VAULT_SUITE)):
            try:
                return _box(secret, suite).open(box, use.encode()).decode()
            except SealBroken:
                continue
    raise SealBroken


def bucket_of(text: str, buckets: int) -> int:
    """Give the bucket that a text falls into, which nobody without the secret can tell."""
    number = hmac.digest(settings.SECRET_KEY.encode(), b"bucket:" + text.encode(), "sha256")
    return int.from_bytes(number[:8], "big") % buckets
