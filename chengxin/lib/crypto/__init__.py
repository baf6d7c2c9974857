"""Suites of algorithms, where keys come from, and the vault that uses them."""

from chengxin.lib.crypto.errors import KeysMissing, KeySourceUnusable, SealBroken
from chengxin.lib.crypto.keys import KeyRing, MasterKey, Pointers
from chengxin.lib.crypto.program import KeyProgram
from chengxin.lib.crypto.sources import EnvironmentSource, FileSource, KeySource, ProgramSource
from chengxin.lib.crypto.suites import SigningKey, Suite, suites
from chengxin.lib.crypto.vault import Sealed, SealingVault, Vault

__all__ = [
    "EnvironmentSource",
    "FileSource",
    "KeyProgram",
    "KeyRing",
    "KeySource",
    "KeySourceUnusable",
    "KeysMissing",
    "MasterKey",
    "Pointers",
    "ProgramSource",
    "SealBroken",
    "Sealed",
    "SealingVault",
    "SigningKey",
    "Suite",
    "Vault",
    "derive",
    "suites",
]


def derive(secret: bytes, use: bytes) -> bytes:
    """Derive a key of 32 bytes for one use from a secret that is no master key (HKDF-SHA-256)."""
    return suites()["international"].derive(secret, use.decode())
