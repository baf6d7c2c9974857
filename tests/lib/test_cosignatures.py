"""A witness's signature is known by name and key; anything else is nobody's, or refused."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.cosignatures import Cosigner, cosigned_text
from chengxin.lib.notes import NoteBroken

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Cosigner("witness.example/w1", SECRET.public_key().public_bytes_raw())
TEXT = "register/2026-11/03\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def line(
    *, name: str = KEY.name, key: bytes = KEY.key_id, seconds: int = 1_679_315_147, text: str = TEXT, cut: int = 64
) -> str:
    signature = SECRET.sign(cosigned_text(text, seconds))[:cut]
    return f"— {name} {b64encode(key + seconds.to_bytes(8, 'big') + signature).decode()}"


def test_it_is_signed_with_its_time_before_the_heads_text() -> None:
    assert cosigned_text(TEXT, 1_679_315_147).decode() == f"cosignature/v1\ntime 1679315147\n{TEXT}"
    assert KEY.signed_at(TEXT, line()) == datetime.fromtimestamp(1_679_315_147, UTC)


def test_a_key_is_written_and_read() -> None:
    assert Cosigner.read(f"{KEY}\n") == KEY


@pytest.mark.parametrize(
    "text", ["", "x", "w+00000000+AAAA", f"{KEY}".replace("w1+", "w2+"), f"{KEY}"[:-4], f"{KEY}".replace("+B", "+A", 1)]
)
def test_what_is_no_witness_key_is_refused(text: str) -> None:
    with pytest.raises(NoteBroken):
        Cosigner.read(text)


@pytest.mark.parametrize(
    "told", [line(name="other"), line(key=b"AAAA"), "— witness.example/w1 %%%", "witness.example/w1 AAAA", ""]
)
def test_another_line_is_nobodys(told: str) -> None:
    assert KEY.signed_at(TEXT, told) is None


@pytest.mark.parametrize("told", [line(text=TEXT.replace("7", "8")), line(cut=63), line(seconds=1 << 62)])
def test_a_wrong_line_under_its_name_and_key_is_refused(told: str) -> None:
    with pytest.raises(NoteBroken):
        KEY.signed_at(TEXT, told)


@given(st.integers(0, 253_402_300_799), st.text(min_size=1), st.integers(0, 253_402_300_799))
def test_time_and_text_are_both_signed(seconds: int, text: str, other: int) -> None:
    told = line(seconds=seconds, text=text)
    assert KEY.signed_at(text, told) == datetime.fromtimestamp(seconds, UTC)
    with pytest.raises(NoteBroken):
        KEY.signed_at(f"{text}x", told)
    forged = b64encode(KEY.key_id + other.to_bytes(8, "big") + SECRET.sign(cosigned_text(text, seconds))).decode()
    if other != seconds:
        with pytest.raises(NoteBroken):
            KEY.signed_at(text, f"— {KEY.name} {forged}")
