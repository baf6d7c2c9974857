"""SM4-GCM, HMAC-SM3, SM3, SM2.

Sources: GB/T 32907-2016 (SM4), RFC 8998 (its GCM), GB/T 32905-2016 (SM3), GM/T 0042-2015 (its HMAC), GB/T 32918-2016 (SM2, with the
default identity of GB/T 35276). SM4 and SM3 are OpenSSL's, SM2 is GmSSL's. A working key has 32 bytes, of which SM4 takes sixteen.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from gmssl_pyx import GmsslInnerError, sm2_key_generate, sm2_sign, sm2_verify

from chengxin.lib.crypto.blocks import OneBlock
from chengxin.lib.crypto.errors import SealBroken
from chengxin.lib.crypto.suites import NONCE_BYTES, TAG_BYTES, Box, Hasher, Permutation, SigningKey, Suite, fresh_nonce

HALF = 32
SM4_BYTES = 16
# The order of the curve (GB/T 32918.5-2017): r and s lie between 1 and it.
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123

# Its field and base point (GB/T 32918.5-2017); a is -3.
FIELD = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
BASE = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)


class National(Suite):
    name = "national"

    def derive(self, master: bytes, use: str) -> bytes:
        return HKDF(algorithm=SM3(), length=32, salt=None, info=b"chengxin:" + use.encode()).derive(master)

    def box(self, key: bytes) -> Box:
        return SM4Box(key[:SM4_BYTES])

    def hasher(self, key: bytes) -> Hasher:
        keyed = HMAC(key, SM3())

        def hashed(data: bytes) -> bytes:
            state = keyed.copy()
            state.update(data)
            return state.finalize()

        return hashed

    def permutation(self, key: bytes) -> Permutation:
        return OneBlock(SM4(key[:SM4_BYTES]))

    def digest(self, data: bytes) -> bytes:
        state = Hash(SM3())
        state.update(data)
        return state.finalize()

    def new_signing_key(self) -> SigningKey:
        public, private = sm2_key_generate()
        return SigningKey(private, public)

    def signing_key(self, secret: bytes) -> SigningKey:
        private = int.from_bytes(secret, "big") % (ORDER - 2) + 1
        x, y = _multiplied(private)
        return SigningKey(private.to_bytes(HALF, "big"), x.to_bytes(HALF, "big") + y.to_bytes(HALF, "big"))

    def sign(self, key: SigningKey, data: bytes) -> bytes:
        r, s = decode_dss_signature(sm2_sign(key.private, key.public, data))
        return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        if len(public) != 2 * HALF or len(signature) != 2 * HALF:
            return False
        r, s = (int.from_bytes(part, "big") for part in (signature[:HALF], signature[HALF:]))
        if not (0 < r < ORDER and 0 < s < ORDER):
            return False
        try:
            return bool(sm2_verify(public, data, encode_dss_signature(r, s)))
        except GmsslInnerError:  # a public key that is no point of the curve
            return False


Point = tuple[int, int]


def _multiplied(number: int) -> Point:
    """Give a multiple of the curve's base point: GmSSL makes pairs of its own alone, and none for a given private number.

    Takes time that depends on the number, so it is for the once that a process makes its key, where nobody measures.
    """
    made: Point | None = None
    for bit in f"{number:b}":
        made = _added(made, made)
        if bit == "1":
            made = _added(made, BASE)
    if made is None:
        raise ValueError("no multiple of the order")
    return made


def _added(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return one or other
    if one == other:
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, FIELD)
    elif one[0] == other[0]:
        return None
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, FIELD)
    x = (slope * slope - one[0] - other[0]) % FIELD
    return x, (slope * (one[0] - x) - one[1]) % FIELD


class SM4Box:
    """OpenSSL's SM4 in GCM; ``cryptography`` has no ready-made class for it as for AES."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = SM4(key)

    def seal(self, text: bytes, bound: bytes) -> bytes:
        nonce = fresh_nonce()
        made = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        made.authenticate_additional_data(bound)
        return nonce + made.update(text) + made.finalize() + made.tag

    def open(self, box: bytes, bound: bytes) -> bytes:
        if len(box) < NONCE_BYTES + TAG_BYTES:
            raise SealBroken
        nonce, body, tag = box[:NONCE_BYTES], box[NONCE_BYTES:-TAG_BYTES], box[-TAG_BYTES:]
        opened = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        opened.authenticate_additional_data(bound)
        text = opened.update(body)
        try:
            return text + opened.finalize()
        except InvalidTag:
            raise SealBroken from None
