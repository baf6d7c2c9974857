"""Signed notes and heads of trees in the forms that others read too."""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.notes import Head, NoteBroken, Signer, Verifier, notes_in, read_note

SIGNER = Signer("example.org/register", bytes(range(32)))
OTHER = Signer("example.org/register", bytes(range(1, 33)))
HEAD = Head("example.org/register/2026-11/07", 42, sha256(b"x").digest(), ("sealed-at 2026-11-27T21:00:00Z",))
NOTE = SIGNER.sign(HEAD.text())
line = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1).filter(
    lambda text: not text.startswith("— ") and len(text.splitlines()) == 1
)


def test_form_is_that_of_signed_notes() -> None:
    """Written out: text, empty line, dash, name, key's id and signature; the key with its name and id."""
    text, lines = NOTE.split("\n\n")
    assert text.splitlines()[:2] == ["example.org/register/2026-11/07", "42"]
    assert re.fullmatch(r"— example\.org/register [A-Za-z0-9+/]{91}=\n", lines)
    assert re.fullmatch(r"example\.org/register\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", f"{SIGNER.verifier}")


def test_a_key_that_others_made_is_read() -> None:
    """The example of the signed-note form: PeterNeumann."""
    key = Verifier.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert read_note(note, [key]).startswith("If you think")


def test_head_comes_back() -> None:
    assert Head.read(read_note(NOTE, [SIGNER.verifier])) == HEAD
    assert Verifier.read(f"{SIGNER.verifier}\n") == SIGNER.verifier


@given(st.lists(line, min_size=1, max_size=6))
def test_any_lines_come_back(lines: list[str]) -> None:
    text = "".join(f"{one}\n" for one in lines)
    assert read_note(SIGNER.sign(text), [OTHER.verifier, SIGNER.verifier]) == text


@given(st.integers(0, len(NOTE) - 1), st.characters(min_codepoint=32, max_codepoint=0x9FFF))
def test_no_sign_of_it_can_be_changed(at: int, sign: str) -> None:
    """A changed signature by somebody else's name or key leaves none by ours."""
    changed = NOTE[:at] + sign + NOTE[at + 1 :]
    if changed != NOTE:
        with pytest.raises(NoteBroken):
            read_note(changed, [SIGNER.verifier])


def test_other_signatures_are_passed_over() -> None:
    signed_twice = NOTE + "— witness.example AAAAAAAA\n"
    assert read_note(signed_twice, [SIGNER.verifier]) == HEAD.text()
    with pytest.raises(NoteBroken, match="none of the known"):
        read_note(NOTE, [OTHER.verifier])


def test_several_notes_stand_one_after_another() -> None:
    other = OTHER.sign("x\n")
    assert list(notes_in(NOTE + other + NOTE)) == [NOTE, other, NOTE]
    with pytest.raises(NoteBroken):
        list(notes_in(NOTE + "x\n"))
    with pytest.raises(NoteBroken):
        list(notes_in(NOTE[:-10] + "\n" + NOTE[5:20]))


@pytest.mark.parametrize("text", ["", "x", "a\n\nb\n", "\nx\n"])
def test_what_is_no_text_of_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteBroken):
        SIGNER.sign(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(NoteBroken):
        Signer(name, bytes(32))


@pytest.mark.parametrize(
    "text",
    ["o\n1\n", "o\n01\nAAAA\n", "o\n-1\nAAAA\n", "o\n1\nAAAA\n", "o\n1\n*\n", "o\nx\n" + HEAD.text().splitlines()[2]],
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(NoteBroken):
        Head.read(text)


@pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+AAAA", f"{SIGNER.verifier}".replace("register", "other")])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteBroken):
        Verifier.read(text)
