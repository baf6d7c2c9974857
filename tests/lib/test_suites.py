"""Both suites against published vectors, and what is common to them."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.crypto import SealBroken, SigningKey, Suite, national, suites
from chengxin.lib.crypto import international as intl

INTERNATIONAL, NATIONAL = suites()["international"], suites()["national"]
BOTH = pytest.mark.parametrize("suite", suites().values(), ids=list(suites()))


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def fix_nonce(monkeypatch: pytest.MonkeyPatch, nonce: str) -> None:
    for module in (intl, national):
        monkeypatch.setattr(module, "fresh_nonce", lambda: unhex(nonce))


# GCM specification (McGrew, Viega), test cases 13-16: AES with a key of 256 bits.
KEY_16 = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
TEXT_16 = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
AES_GCM = [
    pytest.param("00" * 32, "00" * 12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b", id="13"),
    pytest.param("00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919", id="14"),
    pytest.param(
        KEY_16, "cafebabefacedbaddecaf888", TEXT_16, "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b", id="16",
    ),
]  # fmt: skip
# RFC 8998 A.1.
SM4_GCM = [
    pytest.param(
        "0123456789abcdeffedcba9876543210", "00001234567800000000abcd",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
        "83de3541e4c2b58177e065a9bf7b62ec", id="rfc8998",
    ),
]  # fmt: skip


def seals_as_published(suite: Suite, key: str, text: str, bound: str, wanted: str) -> None:
    box = suite.box(unhex(key))
    assert box.seal(unhex(text), unhex(bound)).hex() == wanted
    assert box.open(unhex(wanted), unhex(bound)) == unhex(text)


@pytest.mark.parametrize(("key", "nonce", "text", "bound", "sealed", "tag"), AES_GCM)
def test_aes_gcm(
    key: str, nonce: str, text: str, bound: str, sealed: str, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix_nonce(monkeypatch, nonce)
    seals_as_published(INTERNATIONAL, key, text, bound, nonce + sealed + tag)


@pytest.mark.parametrize(("key", "nonce", "text", "bound", "sealed", "tag"), SM4_GCM)
def test_sm4_gcm(
    key: str, nonce: str, text: str, bound: str, sealed: str, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix_nonce(monkeypatch, nonce)
    seals_as_published(NATIONAL, key, text, bound, nonce + sealed + tag)


HIGH, LOW = "what do ya want for nothing?", "Test Using Larger Than Block-Size Key - Hash Key First"
HMACS = [
    # RFC 4231.
    pytest.param(INTERNATIONAL, "0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", id="4231-1"),
    pytest.param(INTERNATIONAL, "4a656665", HIGH.encode(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", id="4231-2"),
    pytest.param(INTERNATIONAL, "aa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", id="4231-3"),
    pytest.param(INTERNATIONAL, "aa" * 131, LOW.encode(), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", id="4231-6"),
    # GM/T 0042-2015, annex D.3.
    pytest.param(NATIONAL, bytes(range(1, 33)).hex(), b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2,
                 "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a", id="gmt-1"),
    pytest.param(NATIONAL, bytes(range(1, 38)).hex(), b"\xcd" * 50,
                 "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae", id="gmt-2"),
    pytest.param(NATIONAL, "0b" * 32, b"Hi There", "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e", id="gmt-3"),
    pytest.param(NATIONAL, "4a656665", HIGH.encode(), "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882", id="gmt-4"),
]  # fmt: skip


@pytest.mark.parametrize(("suite", "key", "data", "wanted"), HMACS)
def test_keyed_hash(suite: Suite, key: str, data: bytes, wanted: str) -> None:
    hashed = suite.hasher(unhex(key))
    assert [hashed(data).hex(), hashed(data).hex()] == [wanted, wanted], "a hasher is used again and again"


@pytest.mark.parametrize(
    ("suite", "data", "wanted"),
    [
        # FIPS 180-4 and GB/T 32905-2016 annex A.
        (INTERNATIONAL, b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (NATIONAL, b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (NATIONAL, b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_digest(suite: Suite, data: bytes, wanted: str) -> None:
    assert suite.digest(data).hex() == wanted


@pytest.mark.parametrize(
    ("suite", "key", "block", "wanted"),
    [
        # FIPS 197 C.3 and GB/T 32907-2016 A.1.
        (INTERNATIONAL, bytes(range(32)).hex(), "00112233445566778899aabbccddeeff", "8ea2b7ca516745bfeafc49904b496089"),
        (NATIONAL, "0123456789abcdeffedcba9876543210" * 2, "0123456789abcdeffedcba9876543210", "681edf34d206965e86b3e94f536e4246"),
    ],
)  # fmt: skip
def test_permutation(suite: Suite, key: str, block: str, wanted: str) -> None:
    made = suite.permutation(unhex(key))
    assert (made.forth(unhex(block)).hex(), made.back(unhex(wanted)).hex()) == (wanted, block)


def test_derivation_is_hkdf() -> None:
    """RFC 5869 by the library's own vectors; here that the use goes in as the information and nothing else is added."""
    wanted = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chengxin:seal").derive(b"\x0b" * 32)
    assert INTERNATIONAL.derive(b"\x0b" * 32, "seal") == wanted


# Signatures. GB/T 32918.5-2017 annex A.2 (identity 1234567812345678, message "message digest").
SM2_PUBLIC = unhex(
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SM2_PRIVATE = unhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
SM2_SIGNATURE = unhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
# RFC 6979 A.2.5: P-256 with SHA-256, message "sample".
ES256_PUBLIC = unhex(
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
ES256_PRIVATE = unhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
ES256_SIGNATURE = unhex(
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)
SIGNED = pytest.mark.parametrize(
    ("suite", "key", "data", "signature"),
    [
        pytest.param(NATIONAL, SigningKey(SM2_PRIVATE, SM2_PUBLIC), b"message digest", SM2_SIGNATURE, id="sm2"),
        pytest.param(INTERNATIONAL, SigningKey(ES256_PRIVATE, ES256_PUBLIC), b"sample", ES256_SIGNATURE, id="es256"),
    ],
)


@SIGNED
def test_published_signature_verifies(suite: Suite, key: SigningKey, data: bytes, signature: bytes) -> None:
    assert suite.verify(key.public, data, signature)
    assert suite.verify(key.public, data, suite.sign(key, data))


@SIGNED
def test_nothing_else_verifies(suite: Suite, key: SigningKey, data: bytes, signature: bytes) -> None:
    other = suite.new_signing_key()
    for public, told, made in (
        (key.public, data + b".", signature),
        (key.public, data, signature[:-1] + bytes([signature[-1] ^ 1])),
        (key.public, data, signature[:-1]),
        (key.public, data, b"\x00" * 64),
        (key.public, data, b"\xff" * 64),
        (key.public, data, b""),
        (other.public, data, signature),
        (b"\x01" * 64, data, signature),
        (key.public[:-1], data, signature),
        (b"", data, signature),
    ):
        assert not suite.verify(public, told, made)


@BOTH
def test_signatures_are_plain_numbers(suite: Suite) -> None:
    """Raw r and s, never the DER form, whose length changes."""
    key = suite.new_signing_key()
    for number in range(20):
        signature = suite.sign(key, bytes([number]))
        assert len(signature) == 64
        assert suite.verify(key.public, bytes([number]), signature)


# What holds for both.


@BOTH
@given(
    text=st.binary(max_size=200), bound=st.binary(max_size=40), at=st.integers(min_value=0), flip=st.integers(1, 255)
)
def test_changed_box_never_opens(suite: Suite, text: bytes, bound: bytes, at: int, flip: int) -> None:
    box = suite.box(bytes(32))
    sealed = box.seal(text, bound)
    assert box.open(sealed, bound) == text
    assert sealed != box.seal(text, bound)
    spoilt = bytearray(sealed)
    spoilt[at % len(sealed)] ^= flip
    for made, told in ((bytes(spoilt), bound), (sealed, bound + b"."), (sealed[: at % len(sealed)], bound)):
        with pytest.raises(SealBroken):
            box.open(made, told)


@BOTH
def test_keys_for_two_uses_differ(suite: Suite) -> None:
    uses = (
        "seal",
        "code-hash",
        "name-tag",
        "check",
        "record-id",
        "digest",
        "record-number",
        "pseudonym:a",
        "pseudonym:b",
    )
    assert len({suite.derive(bytes(32), use) for use in uses}) == len(uses)


def test_one_master_gives_other_keys_in_the_other_suite() -> None:
    assert INTERNATIONAL.derive(bytes(32), "seal") != NATIONAL.derive(bytes(32), "seal")


def test_suites_are_told_apart_by_their_boxes() -> None:
    sealed = INTERNATIONAL.box(bytes(32)).seal(b"x", b"")
    opening: Callable[..., Any] = NATIONAL.box(bytes(32)).open
    with pytest.raises(SealBroken):
        opening(sealed, b"")


@pytest.mark.parametrize("name", sorted(suites()))
def test_a_secret_gives_the_same_pair_each_time_and_it_signs(name: str) -> None:
    suite = suites()[name]
    for secret in (bytes(32), b"\xff" * 32, bytes(range(32))):
        key = suite.signing_key(secret)
        assert (key.private, key.public) == (suite.signing_key(secret).private, suite.signing_key(secret).public)
        signature = suite.sign(key, b"text")
        assert suite.verify(key.public, b"text", signature)
        assert not suite.verify(key.public, b"texts", signature)
