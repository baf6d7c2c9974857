"""A system's public key may come as JWK or as PEM; either way it is the same key, and a private one is never taken."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwk

from chengxin.identity.tokens import KeyUnfit, read_public_key

KINDS = {
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "RSA": rsa.generate_private_key(65537, 2048),
}
OTHERS = {
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "X25519": x25519.X25519PrivateKey.generate(),
    "DSA": dsa.generate_private_key(2048),
}
WRAPPED: dict[str, Any] = {"P-256": jwk.ECKey, "Ed25519": jwk.OKPKey, "RSA": jwk.RSAKey}


def public_pem(private: object) -> str:
    public = private.public_key()  # type: ignore[attr-defined]
    return str(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def private_pem(private: object, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return str(private.private_bytes(Encoding.PEM, form, NoEncryption()).decode())  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS)
def test_pem_and_jwk_are_one_key(kind: str) -> None:
    pem = public_pem(KINDS[kind])
    as_jwk = json.dumps(WRAPPED[kind].import_key(pem).as_dict(private=False))
    assert read_public_key(pem) == read_public_key(as_jwk)
    assert read_public_key(f"\r\n  {pem.replace(chr(10), chr(13) + chr(10))}  \n") == read_public_key(as_jwk)
    assert not {"d", "p", "q"} & read_public_key(pem)[1].keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_private_key_in_pem_is_named_as_one(kind: str) -> None:
    private = KINDS[kind]
    for text in (private_pem(private), public_pem(private) + private_pem(private)):
        with pytest.raises(KeyUnfit, match="private key"):
            read_public_key(text)


def test_the_older_form_of_a_private_key_is_one_too() -> None:
    with pytest.raises(KeyUnfit, match="private key"):
        read_public_key(private_pem(KINDS["RSA"], PrivateFormat.TraditionalOpenSSL))


@pytest.mark.parametrize("kind", OTHERS)
def test_other_kinds_are_not_taken(kind: str) -> None:
    with pytest.raises(KeyUnfit, match="BEGIN PUBLIC KEY"):
        read_public_key(public_pem(OTHERS[kind]))


def test_short_rsa_is_not_taken_in_pem() -> None:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505  # that it is short is what is tried
    with pytest.raises(KeyUnfit, match="2048"):
        read_public_key(public_pem(short))


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        public_pem(KINDS["P-256"]) * 2,
        "",
        "公钥",
    ],
    ids=["empty", "no-key", "certificate", "two-keys", "nothing", "words"],
)
def test_what_is_no_key_is_told_with_both_ways(text: str) -> None:
    with pytest.raises(KeyUnfit, match="BEGIN PUBLIC KEY"):
        read_public_key(text)
