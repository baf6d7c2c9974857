"""AES-256-GCM, HMAC-SHA-256, SHA-256, ES256.

Sources: FIPS 197, NIST SP 800-38D, RFC 2104, FIPS 180-4, RFC 5869, RFC 7518 3.4.
"""

import hashlib

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chengxin.lib.crypto.blocks import OneBlock
from chengxin.lib.crypto.errors import SealBroken
from chengxin.lib.crypto.suites import NONCE_BYTES, Box, Hasher, Permutation, SigningKey, Suite, fresh_nonce

HALF = 32
# The order of P-256 (FIPS 186-4 D.1.2.3): private numbers lie between 0 and it.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class International(Suite):
    name = "international"

    def derive(self, master: bytes, use: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chengxin:" + use.encode()).derive(master)

    def box(self, key: bytes) -> Box:
        return AESBox(key)

    def hasher(self, key: bytes) -> Hasher:
        keyed = HMAC(key, SHA256())

        def hashed(data: bytes) -> bytes:
            # A copy of the keyed state costs a third of making it anew.
            state = keyed.copy()
            state.update(data)
            return state.finalize()

        return hashed

    def permutation(self, key: bytes) -> Permutation:
        return OneBlock(algorithms.AES(key))

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def new_signing_key(self) -> SigningKey:
        return _pair(ec.generate_private_key(ec.SECP256R1()))

    def signing_key(self, secret: bytes) -> SigningKey:
        return _pair(ec.derive_private_key(int.from_bytes(secret, "big") % (ORDER - 1) + 1, ec.SECP256R1()))

    def sign(self, key: SigningKey, data: bytes) -> bytes:
        private = ec.derive_private_key(int.from_bytes(key.private, "big"), ec.SECP256R1())
        r, s = decode_dss_signature(private.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * HALF:
            return False
        r, s = (int.from_bytes(part, "big") for part in (signature[:HALF], signature[HALF:]))
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public)
            point.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True


def _pair(made: ec.EllipticCurvePrivateKey) -> SigningKey:
    point = made.public_key().public_numbers()
    private = made.private_numbers().private_value
    return SigningKey(private.to_bytes(HALF, "big"), point.x.to_bytes(HALF, "big") + point.y.to_bytes(HALF, "big"))


class AESBox:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: bytes, bound: bytes) -> bytes:
        nonce = fresh_nonce()
        return nonce + self._cipher.encrypt(nonce, text, bound)

    def open(self, box: bytes, bound: bytes) -> bytes:
        try:
            return self._cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):  # a box cut short leaves no nonce to speak of, which is a ValueError
            raise SealBroken from None
