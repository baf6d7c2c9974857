"""What the installation signs for: a pair of keys derived from the vault's anchor, which lives as long as the database.

ES256 or SM2, as the anchor's suite says. Nothing is stored: a restored installation with its keys signs as before.
"""

from dataclasses import dataclass

from django.conf import settings

from chengxin.identity.vault import vault
from chengxin.lib.crypto import SigningKey, Suite, suites

USE = "signing"
ALGORITHMS = {"international": "ES256", "national": "SM2"}


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature with what it is checked by: the suite's name and the public key."""

    suite: str
    public: bytes
    signature: bytes


def sign(text: str) -> Signature:
    suite, key = _key()
    return Signature(suite.name, key.public, suite.sign(key, text.encode()))


def is_ours(text: str, signature: Signature) -> bool:
    """Tell whether this installation signed this very text."""
    suite, key = _key()
    if (signature.suite, signature.public) != (suite.name, key.public):
        return False
    return suites()[signature.suite].verify(signature.public, text.encode(), signature.signature)


def _key() -> tuple[Suite, SigningKey]:
    keys = vault()
    anchor = keys.keys[keys.pointers.anchor]
    # Another key than a province's, even under the same master keys: nothing that a sandbox signs is ever taken for the real thing.
    use = f"{USE}-sandbox" if settings.SANDBOX else USE
    return anchor.suite, anchor.suite.signing_key(anchor.derive(use))
