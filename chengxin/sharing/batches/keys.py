"""The key under which a batch is answered: the asker's own, whose private half we never have."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwe, jwk
from joserfc.errors import JoseError

from chengxin.sharing.batches.errors import ResultKeyPrivate, ResultKeyUnfit

CURVE, ALGORITHM, ENCRYPTION, CONTENT = "P-256", "ECDH-ES", "A256GCM", "application/x-ndjson"
PUBLIC, MOST_SIGNS = ("crv", "x", "y"), 64


def public_key(told: Mapping[str, Any]) -> str:
    """Give a key as it is kept: its public parts alone, always in one form. Raises ResultKeyPrivate, ResultKeyUnfit."""
    if "d" in told:
        raise ResultKeyPrivate
    parts = {name: told.get(name) for name in PUBLIC}
    if told.get("kty") != "EC" or parts["crv"] != CURVE:
        raise ResultKeyUnfit
    if not all(isinstance(part, str) and 0 < len(part) <= MOST_SIGNS for part in parts.values()):
        raise ResultKeyUnfit
    made = {"kty": "EC", **parts}
    _key(made)
    return json.dumps(made, sort_keys=True)


def encrypt_for(key: str, plain: bytes) -> str:
    """Encrypt so that the private half of the key alone opens it: a compact JWE (RFC 7516), with a fresh key of its own each time."""
    recipient = _key(json.loads(key))
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "cty": CONTENT, "kid": recipient.thumbprint()}
    return jwe.encrypt_compact(header, plain, recipient, algorithms=[ALGORITHM, ENCRYPTION])


def _key(parts: dict[str, Any]) -> jwk.ECKey:
    try:
        key = jwk.ECKey.import_key(parts)
        # Only now the point itself is looked at.
        _ = key.public_key
    except (JoseError, ValueError):
        raise ResultKeyUnfit from None
    return key
