from hashlib import sha256

EMPTY_ROOT = sha256().digest()


def leaf_hash(content: bytes) -> bytes:
    """Hash an entry. Source: RFC 9162, 2.1.1."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees together. Source: RFC 9162, 2.1.1."""
    return sha256(b"\x01" + left + right).digest()
