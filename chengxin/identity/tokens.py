"""How an organisation's system proves itself: a signed statement (RFC 7523) for a short-lived access token (RFC 6749, 9068)."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.db import connection, transaction
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from chengxin.identity.checking import ClientKeyLive, find_client_key
from chengxin.identity.errors import ClientUnproved, ScopeUnknown, TokenInvalid
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import find_organisation
from chengxin.lib.crypto import derive
from chengxin.lib.periods import shanghai_date

LIFE_S = 600
BOUND_SCOPE = "query.ask"
ASSERTION_MOST_S, LEEWAY_S = 300, 30
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# The kind of key settles the algorithm: whoever signs doesn't choose how strictly it is looked at.
ALGORITHMS = {"EC": "ES256", "OKP": "Ed25519", "RSA": "PS256"}
LEAST_RSA_BITS = 2048
TYPE, SIGNED_WITH = "at+jwt", "HS256"
PublicKey = jwk.ECKey | jwk.OKPKey | jwk.RSAKey
PEM = "-----BEGIN"
KINDS: tuple[tuple[type, type[jwk.ECKey | jwk.OKPKey | jwk.RSAKey]], ...] = (
    (EllipticCurvePublicKey, jwk.ECKey),
    (Ed25519PublicKey, jwk.OKPKey),
    (RSAPublicKey, jwk.RSAKey),
)
SHORT = ("RSA 密钥至少 2048 位。", "RSA keys have at least 2048 bits.")
PRIVATE = (
    "这是私钥。私钥不得离开贵单位，请换一把并只交公钥。",
    "This is a private key; it must never leave you.",
)


class KeyUnfit(ValueError):
    """A key that can't stand for a client, and why in two languages."""

    def __init__(self, words: str, words_en: str) -> None:
        self.words, self.words_en = words, words_en
        super().__init__(words_en)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as it is given out."""

    text: str
    life_s: int
    scope: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a token says: which client of which organisation, and which acts it may do until when.

    ``key``: the client's own that the token was got with. ``authorisation``: the number of the one that it is bound to, empty for a
    token of the system's own.
    """

    client_id: str
    organisation: str
    scope: frozenset[str]
    expires: int
    key: str
    authorisation: str = ""


def machine_acts() -> frozenset[str]:
    """Give the acts of the permission table that a system may do: the scopes of tokens."""
    return frozenset(act.code for act in permissions().acts.values() if act.machines)


def acts_open_to(kind: str) -> frozenset[str]:
    """Give the acts that a system of an organisation of this kind may do."""
    acts = permissions().acts
    return frozenset(code for code in machine_acts() if acts[code].open_to(kind))


def read_public_key(text: str) -> tuple[str, dict[str, Any]]:
    """Read a public key (JWK, or PEM of a SubjectPublicKeyInfo) and give its id (RFC 7638 thumbprint) and its members. Raises KeyUnfit."""
    try:
        content = _members(text.strip())
        short = content["kty"] == "RSA" and len(urlsafe_b64decode(content["n"].encode())) * 8 < LEAST_RSA_BITS
        key = None if short else _import(content)
    except KeyUnfit:
        raise
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, AttributeError):
        raise KeyUnfit(
            "不是可读的公钥：请交 JWK，或者以 -----BEGIN PUBLIC KEY----- 开头的 PEM；P-256、Ed25519 或者 RSA。",
            "This is no readable public key: send a JWK, or PEM that begins with -----BEGIN PUBLIC KEY-----; P-256, Ed25519 or RSA.",
        ) from None
    if key is None:
        raise KeyUnfit(*SHORT)
    if key.is_private:
        raise KeyUnfit(*PRIVATE)
    return key.thumbprint(), {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}


def _members(text: str) -> dict[str, Any]:
    """Give the members of a key written either way. Raises KeyUnfit for a private key in PEM, and ValueError and its like."""
    if not text.startswith(PEM):
        content: dict[str, Any] = json.loads(text)
        return content
    # A bag of several parts is none: what stands behind the first might be the private half.
    if "PRIVATE KEY" in text:
        raise KeyUnfit(*PRIVATE)
    if text.count(PEM) != 1 or not text.startswith(f"{PEM} PUBLIC KEY-----"):
        raise ValueError(PEM)
    public = load_pem_public_key(text.encode())
    if isinstance(public, RSAPublicKey) and public.key_size < LEAST_RSA_BITS:
        raise KeyUnfit(*SHORT)
    for kind, wrapped in KINDS:
        if isinstance(public, kind):
            return {**wrapped.import_key(text).as_dict(private=False)}
    raise ValueError(type(public).__name__)


def _import(content: dict[str, Any]) -> PublicKey:
    """Import a key of a kind that is taken: P-256, Ed25519, RSA. Raises ValueError on others."""
    kind = content["kty"]
    if kind == "EC" and content["crv"] == "P-256":
        return jwk.ECKey.import_key(content)
    if kind == "OKP" and content["crv"] == "Ed25519":
        return jwk.OKPKey.import_key(content)
    if kind == "RSA":
        return jwk.RSAKey.import_key(content)
    raise ValueError(kind)


def prove_client(assertion: str, *, address: str, at: datetime) -> ClientKeyLive:
    """Give the client that signed a statement and calls from one of its networks, and note the statement as shown.

    Raises ClientUnproved for every reason alike. Source: RFC 7523 section 3; RFC 7521 section 8.1 (shown once).
    """
    try:
        client_id, kid = _named(assertion)
        found = find_client_key(client_id, kid, address)
        if found is None:
            raise ClientUnproved
        key = _import(json.loads(found.public))
        claims = jwt.decode(assertion, key, algorithms=[ALGORITHMS[key.key_type]]).claims
        _judge(claims, client_id, int(at.timestamp()))
    except (JoseError, ValueError, TypeError, KeyError):
        raise ClientUnproved from None
    if not _shown_first(found.client_pk, claims, at):
        raise ClientUnproved
    return found


def _named(assertion: str) -> tuple[str, str]:
    """Read which client and key a statement names, before anything of it is believed."""
    parts = jws.extract_compact(assertion.encode())
    client_id, kid = json.loads(parts.payload)["sub"], parts.headers()["kid"]
    if not isinstance(client_id, str) or not isinstance(kid, str):
        raise TypeError("sub and kid are texts")
    return client_id, kid


def _judge(claims: dict[str, Any], client_id: str, now: int) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY_S,
        iss={"essential": True, "value": client_id},
        sub={"essential": True, "value": client_id},
        aud={"essential": True, "value": settings.API_ISSUER},
        exp={"essential": True},
        jti={"essential": True},
    )
    registry.validate(claims)
    if not isinstance(claims["jti"], str) or claims["exp"] > now + ASSERTION_MOST_S + LEEWAY_S:
        raise ValueError("a statement holds for five minutes at most")


def _shown_first(client_pk: int, claims: dict[str, Any], at: datetime) -> bool:
    hashed = hashlib.sha256(claims["jti"].encode()).digest()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_client_assertion (client_id, jti_hash, expires_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [client_pk, hashed, at + timedelta(seconds=ASSERTION_MOST_S + 2 * LEEWAY_S)],
        )
        return bool(cursor.rowcount == 1)


def issue_token(client: ClientKeyLive, scope: str, *, at: datetime) -> Token:
    """Make an access token of ten minutes for the scopes asked for; when none is named, for all open ones that needn't be.

    Raises ClientUnproved when its organisation doesn't stand, be it for a licence that lapsed; ScopeUnknown.
    """
    organisation = find_organisation(client.organisation, shanghai_date(at))
    if organisation is None:
        raise ClientUnproved
    open_to_it = acts_open_to(organisation.kind)
    acts = permissions().acts
    scopes = frozenset(scope.split()) or frozenset(code for code in open_to_it if not acts[code].by_name)
    if not scopes or not scopes <= open_to_it:
        raise ScopeUnknown
    return _sealed(client, " ".join(sorted(scopes)), at)


def bind_token(client: ClientKeyLive, authorisation: str, *, at: datetime) -> Token:
    """Make an access token of ten minutes that queries by one authorisation and does nothing else."""
    return _sealed(client, BOUND_SCOPE, at, authorisation=authorisation)


def _sealed(client: ClientKeyLive, covered: str, at: datetime, **bound: str) -> Token:
    now = int(at.timestamp())
    claims = {
        "iss": settings.API_ISSUER,
        "aud": settings.API_ISSUER,
        "sub": client.client_id,
        "client_id": client.client_id,
        "organisation": client.organisation,
        "key": client.kid,
        "iat": now,
        "exp": now + LIFE_S,
        "jti": secrets.token_urlsafe(12),
        "scope": covered,
        **bound,
    }
    text = jwt.encode({"alg": SIGNED_WITH, "typ": TYPE}, claims, _signing_key(settings.SECRET_KEY))
    return Token(text, LIFE_S, covered)


def read_token(text: str, *, at: datetime) -> Bearer:
    """Give what a token says. Raises TokenInvalid. Whether its client still holds is asked where the client does something."""
    bearer = _read(text, settings.SECRET_KEY, settings.API_ISSUER)
    if bearer.expires <= at.timestamp():
        raise TokenInvalid
    return bearer


@lru_cache(maxsize=4096)
def _read(text: str, secret: str, issuer: str) -> Bearer:
    """Check a token's signature, once for each token; errors are not kept."""
    try:
        token = jwt.decode(text, _signing_key(secret), algorithms=[SIGNED_WITH])
        claims = token.claims
        if token.header.get("typ") != TYPE or claims["iss"] != issuer or claims["aud"] != issuer:
            raise TokenInvalid
        scope = frozenset(claims["scope"].split())
        bound = claims.get("authorisation", "")
        return Bearer(claims["sub"], claims["organisation"], scope, claims["exp"], claims["key"], bound)
    except (JoseError, ValueError, KeyError, TypeError):
        raise TokenInvalid from None


@lru_cache(maxsize=4)
def _signing_key(secret: str) -> jwk.OctKey:
    return jwk.OctKey.import_key(derive(secret.encode(), b"access-token"))
