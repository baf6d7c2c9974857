"""Heads are sent to an outside witness, who signs what grew out of what it saw; whatever it does, entries are numbered and signed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chengxin.ground.sealing.folder import WITNESSED
from chengxin.ground.sealing.keys import known_keys, settle_signer
from chengxin.ground.sealing.witness import Witness
from chengxin.lib.cosignatures import Cosigner
from chengxin.lib.notes import Head, read_note
from tests.ground.witnessing import TestWitness, running_witness
from tests.registering import NOW, Sealed


@pytest.fixture
def witness(sealed: Sealed) -> Iterator[TestWitness]:
    sealed.register.become("sealer")
    settle_signer(sealed.folder / "sealing.json", "test-register", at=NOW)
    with running_witness(known_keys()) as made:
        sealed.sealer.witness = made.witness
        yield made


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def kept(sealed: Sealed, witness: TestWitness) -> dict[str, int]:
    """Read what is kept of the witness's word, each signature looked at, and give the sizes by origin."""
    found = {}
    for file in (sealed.folder / "heads").glob(f"*/*{WITNESSED}"):
        note = file.read_text(encoding="utf-8")
        text = read_note(note, known_keys())
        assert any(witness.key.signed_at(text, line) for line in note.splitlines())
        head = Head.read(text)
        found[head.origin] = head.size
    return found


def test_what_grew_is_sent_with_its_proof_and_kept_with_the_signature(sealed: Sealed, witness: TestWitness) -> None:
    sizes = dict.fromkeys(("test-register/2026-11/03", "test-register/2026-11/05"), 0)
    for number, subjects in enumerate(([3], [3, 5, 5], [3] * 7, [5] * 300)):
        sealed.write(*subjects, at=NOW + minutes(number))
        assert sealed.seal(NOW + minutes(number))[2] == ""
        for origin in sizes:
            sizes[origin] += subjects.count(int(origin[-1]))
        assert kept(sealed, witness) == {origin: size for origin, size in sizes.items() if size}
    asked = witness.asked
    assert sealed.seal(NOW + minutes(9)) == (0, 0, "")
    assert witness.asked == asked, "nothing grew"
    assert sealed.fault() == ""


def test_a_sealer_that_forgot_is_told_how_far_the_witness_is(sealed: Sealed, witness: TestWitness) -> None:
    sealed.write(3, 3)
    sealed.seal()
    (told,) = (sealed.folder / "heads").glob(f"*/*{WITNESSED}")
    told.unlink()
    sealed.sealer = sealed.fresh()
    sealed.sealer.witness = witness.witness
    sealed.write(3, at=NOW + minutes(1))
    assert sealed.seal(NOW + minutes(1)) == (1, 1, "")
    assert list(kept(sealed, witness).values()) == [3]


@pytest.mark.parametrize(
    ("as_if", "trouble"),
    [(403, "witness-refuses"), (500, "witness-refuses"), (302, "witness-refuses"), ("unsigned", "witness")],
)
def test_a_witness_that_does_not_sign_stops_nothing(
    sealed: Sealed, witness: TestWitness, as_if: int | str, trouble: str
) -> None:
    witness.as_if = as_if
    sealed.write(3)
    assert sealed.seal() == (1, 1, trouble)
    assert kept(sealed, witness) == {}
    witness.as_if = 0
    assert sealed.seal(NOW + minutes(1)) == (0, 0, "")
    assert list(kept(sealed, witness).values()) == [1]


def test_a_witness_that_is_not_there_stops_nothing(sealed: Sealed, witness: TestWitness) -> None:
    sealed.sealer.witness = Witness("http://127.0.0.1:9", witness.key)
    sealed.write(3)
    assert sealed.seal() == (1, 1, "witness")
    assert sealed.fault() == ""


def test_another_history_is_not_signed_although_database_and_folder_agree(sealed: Sealed, witness: TestWitness) -> None:
    """Whoever has server, signing key and every file can rewrite all of them; the witness remembers."""
    sealed.write(3, 3)
    sealed.seal()
    (origin,) = witness.seen
    witness.seen[origin] = (2, bytes(32))
    sealed.write(3, at=NOW + minutes(1))
    assert sealed.seal(NOW + minutes(1)) == (1, 1, "witness-refuses")
    witness.seen[origin] = (9, bytes(32))
    assert sealed.seal(NOW + minutes(2)) == (0, 0, "witness-ahead")
    assert list(kept(sealed, witness).values()) == [2]


def test_a_register_cut_short_is_found_by_what_the_witness_signed_alone(sealed: Sealed, witness: TestWitness) -> None:
    sealed.write(3, 3, 3)
    sealed.seal()
    for file in (sealed.folder / "heads").glob("*/*"):
        if file.suffix != WITNESSED:
            file.unlink()
    sealed.tamper(
        "DELETE FROM ground_checkpoint", "DELETE FROM ground_sealed WHERE seq = 2",
        "DELETE FROM ground_access_entry e WHERE NOT EXISTS (SELECT FROM ground_sealed s WHERE s.entry_id = e.entry_id)",
    )  # fmt: skip
    assert sealed.fault() == "truncated"


@pytest.mark.parametrize("url", ["http://witness.example", "file:///etc/passwd", "ftp://127.0.0.1", ""])
def test_a_witness_is_reached_over_https_or_on_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Witness(url, Cosigner("w", bytes(32)))
