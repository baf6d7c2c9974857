"""A block cipher used on a single block."""

from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes


class OneBlock:
    """One block, never two: ECB over a single block is a keyed permutation."""

    def __init__(self, algorithm: CipherAlgorithm) -> None:
        self._cipher = Cipher(algorithm, modes.ECB())  # noqa: S305

    def forth(self, block: bytes) -> bytes:
        return self._cipher.encryptor().update(block)

    def back(self, block: bytes) -> bytes:
        return self._cipher.decryptor().update(block)
