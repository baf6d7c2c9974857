"""What the vault makes of its keys: hashes, numbers of records, and pseudonyms that two recipients can't compare."""

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.crypto import KeysMissing, MasterKey, Pointers, SealBroken, Sealed, SealingVault, suites

OLD, NEW = "k-old", "k-new"
SUBJECTS = st.integers(min_value=0, max_value=2**63 - 1)
RECIPIENTS = st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18)
BOTH = pytest.mark.parametrize("suite", list(suites()))


def vault(suite: str, pointers: Pointers | None = None, *, seed: int = 1) -> SealingVault:
    keys = {name: MasterKey.of(suite, bytes([seed + place]) * 32, name) for place, name in enumerate((OLD, NEW))}
    return SealingVault(keys, pointers or Pointers.all_at(OLD))


VAULTS = {suite: vault(suite) for suite in suites()}


# Pseudonyms.


@BOTH
@given(subject=SUBJECTS, recipient=RECIPIENTS)
def test_pseudonym_leads_back_for_its_recipient(suite: str, subject: int, recipient: str) -> None:
    keys = VAULTS[suite]
    name = keys.pseudonym(recipient, subject)
    assert name == keys.pseudonym(recipient, subject), "the same each time"
    assert (len(name), name[0], name.isascii(), name.isalnum()) == (27, "P", True, True)
    assert keys.read_pseudonym(recipient, f" {name.lower()} ") == subject


@BOTH
@given(subjects=st.sets(SUBJECTS, min_size=2, max_size=20), recipients=st.sets(RECIPIENTS, min_size=2, max_size=4))
def test_two_recipients_share_nothing(suite: str, subjects: set[int], recipients: set[str]) -> None:
    """No name is known to two, none leads to anybody for the other, and one recipient's names are all different."""
    keys = VAULTS[suite]
    known = {recipient: [keys.pseudonym(recipient, subject) for subject in subjects] for recipient in recipients}
    for names in known.values():
        assert len(set(names)) == len(subjects)
    for one, other in pairwise(sorted(recipients)):
        assert not set(known[one]) & set(known[other])
        assert [keys.read_pseudonym(other, name) for name in known[one]] == [None] * len(subjects)


@BOTH
def test_neighbours_have_nothing_in_common(suite: str) -> None:
    """Subjects are numbered as they came; their names must not tell: half of all bits differ, and none is constant."""
    keys = VAULTS[suite]
    blocks = [
        int.from_bytes(base64.b32decode(keys.pseudonym("A", subject)[1:] + "=" * 6)) for subject in range(1, 2001)
    ]
    differing = sum((one ^ other).bit_count() for one, other in pairwise(blocks)) / (128 * (len(blocks) - 1))
    assert differing == pytest.approx(0.5, abs=0.01)
    shares = [sum(block >> bit & 1 for block in blocks) / len(blocks) for bit in range(128)]
    assert all(share == pytest.approx(0.5, abs=0.07) for share in shares)
    order = [blocks.index(block) for block in sorted(blocks)]
    assert order not in (sorted(order), sorted(order, reverse=True))


@BOTH
@given(made_up=st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=26, max_size=26))
def test_made_up_pseudonym_leads_nowhere(suite: str, made_up: str) -> None:
    assert VAULTS[suite].read_pseudonym("A" * 18, f"P{made_up}") is None


@BOTH
@given(subject=SUBJECTS, place=st.integers(1, 26), sign=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_changed_pseudonym_leads_nowhere(suite: str, subject: int, place: int, sign: str) -> None:
    name = VAULTS[suite].pseudonym("A" * 18, subject)
    changed = name[:place] + sign + name[place + 1 :]
    assert VAULTS[suite].read_pseudonym("A" * 18, changed) == (subject if changed == name else None)


@BOTH
@pytest.mark.parametrize("text", ["", "P", "R" + "A" * 26, "P" + "A" * 25, "P" + "1" * 26, "P" + "一" * 26])
def test_what_has_not_the_form_is_no_pseudonym(suite: str, text: str) -> None:
    assert VAULTS[suite].read_pseudonym("A", text) is None


@BOTH
def test_other_keys_make_other_pseudonyms(suite: str) -> None:
    one, other = vault(suite), vault(suite, seed=7)
    assert other.read_pseudonym("A", one.pseudonym("A", 5)) is None


def test_a_subject_that_is_no_number_of_ours_is_an_error() -> None:
    with pytest.raises(OverflowError):
        VAULTS["national"].pseudonym("A", -1)


# Pointers.


@BOTH
@given(subject=SUBJECTS, record=SUBJECTS)
def test_record_number_leads_back(suite: str, subject: int, record: int) -> None:
    keys = VAULTS[suite]
    assert keys.read_record_number(keys.record_number(subject, record)) == (subject, record)


@BOTH
def test_rotation_leaves_what_hangs_on_the_anchor(suite: str) -> None:
    before, after = vault(suite), vault(suite, Pointers(OLD, NEW, NEW, former=OLD))
    for value in (
        lambda one: one.record_number(1, 2), lambda one: one.pseudonym("A", 1), lambda one: one.record_key, lambda one: one.digest_key,
    ):  # fmt: skip
        assert value(before) == value(after)  # type: ignore[no-untyped-call]
    assert before.code_hash("t", "c") != after.code_hash("t", "c")
    assert after.code_hash("t", "c", OLD) == before.code_hash("t", "c")
    assert after.look_up_hashes("t", "c") == [after.code_hash("t", "c"), before.code_hash("t", "c")]
    assert before.look_up_hashes("t", "c") == [before.code_hash("t", "c")]
    assert after.code_hashes([("t", "c"), ("t", "d")]) == [after.code_hash("t", "c"), after.code_hash("t", "d")]


@BOTH
def test_name_fits_under_the_key_of_its_row(suite: str) -> None:
    before, after = vault(suite), vault(suite, Pointers(OLD, NEW, NEW, former=OLD))
    tag = before.name_tag("t", "c", "n")
    assert len(tag) == 16
    assert after.name_fits(tag, OLD, code_type="t", code="c", name="n")
    assert not after.name_fits(tag, NEW, code_type="t", code="c", name="n")
    assert not after.name_fits(tag, OLD, code_type="t", code="c", name="m")


@BOTH
def test_what_the_old_key_sealed_opens_and_new_seals_are_the_current_keys(suite: str) -> None:
    before, after = vault(suite), vault(suite, Pointers(OLD, NEW, NEW, former=OLD))
    sealed = before.seal("值", use="u")
    assert after.open(sealed, use="u") == "值"
    assert after.seal("值", use="u").key_id == NEW
    assert [after.open(Sealed(NEW, box), use="u") for box in after.seal_many(["甲", "乙"], use="u")] == ["甲", "乙"]
    with pytest.raises(SealBroken):
        after.open(sealed, use="v")
    with pytest.raises(SealBroken):
        after.open(Sealed(NEW, sealed.box), use="u")
    with pytest.raises(KeysMissing):
        after.open(Sealed("k-lost", sealed.box), use="u")


def test_suites_stand_beside_one_another() -> None:
    """While one is exchanged for the other."""
    keys = {OLD: MasterKey.of("international", b"\x01" * 32, OLD), NEW: MasterKey.of("national", b"\x02" * 32, NEW)}
    before = SealingVault(keys, Pointers.all_at(OLD))
    after = SealingVault(keys, Pointers(OLD, NEW, NEW, former=OLD))
    assert after.open(before.seal("值", use="u"), use="u") == "值"
    assert after.look_up_hashes("t", "c")[1] == before.code_hash("t", "c")
    assert after.record_number(1, 2) == before.record_number(1, 2)


def test_pointer_to_a_key_that_is_not_there() -> None:
    with pytest.raises(KeysMissing, match="k-lost"):
        vault("national", Pointers(OLD, "k-lost", NEW))


VALUES = {
    # As the first release wrote them.
    "international": ("05fc656746c07d20d1a95173f0cfaef0f68ce2f345c17fe3e7c010a99df475cd", "53fae2109772231d1a5fa154d1d30e6a",
                      "R7C7DV3VQH2XVGGOMJTQ2MTTXRM", "8c500604f692de031fd77e9054b38b93", "PWLM2YWZFWXS4H4RVF5MESEASFY"),
    "national": ("350b6588b1d9a76b2f7c6610e0c3cb7913577a8f42d3a1079831d63425fc381d", "246d6387c30f30c71cb2fc590d3b53dd",
                 "RFSOSDQYLMXMTK6Y6SVAPVHMWRU", "bb65d2b9bb2b6e627a87a6bcf48e334a", "PX6DUQUPVLRVFCEQF34RJWKTD5U"),
}  # fmt: skip


@pytest.mark.parametrize("suite", VALUES)
def test_values_stay_as_they_were_written(suite: str) -> None:
    """Databases are full of them: a change of any derivation would lose everybody."""
    keys, code = vault(suite), "149999199001010013"
    assert VALUES[suite] == (
        keys.code_hash("resident-id", code).hex(),
        keys.name_tag("resident-id", code, "王伟").hex(),
        keys.record_number(1, 2),
        keys.keys[OLD].check_value().hex(),
        keys.pseudonym("91140000000000000X", 1),
    )
