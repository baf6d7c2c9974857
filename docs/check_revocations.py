"""Check a copy against the feed of revocations, offline. Python 3.11 and the package `cryptography`; nothing else, no network.

    python check_revocations.py KEY FOLDER COPY.json            a report or certificate as JSON
    python check_revocations.py KEY FOLDER NUMBER SALT [RECORD …]   what stands on paper

KEY is the feed's public key as you keep it (a line of keys.txt, fetched once and compared by another way), FOLDER what you downloaded
from /revocations/: index.txt and every page 1.txt, 2.txt, … Ends with 0 where nothing of the copy is revoked, 1 where something is,
2 where the feed can't be trusted or the copy can't be read: then ask again, don't go on.
"""

import hashlib
import json
import sys
from base64 import b64decode
from datetime import date, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

STALE = timedelta(days=3)


class Untrusted(Exception):
    """The feed isn't whole, isn't signed by the key, or is old."""


def read_note(text: str, key: str) -> list[str]:
    """Give the lines of a signed note (C2SP signed-note, Ed25519) that the key signed."""
    name, key_id, public = key.strip().split("+", 2)
    body, _, signatures = text.partition("\n\n")
    for line in signatures.splitlines():
        who, _, sealed = line.removeprefix("— ").partition(" ")
        whole = b64decode(sealed)
        if who == name and whole[:4].hex() == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(b64decode(public)[1:]).verify(whole[4:], f"{body}\n".encode())
            except InvalidSignature:
                raise Untrusted("a signature is wrong") from None
            lines = body.split("\n")
            if lines[0] != name:
                raise Untrusted("signed for something else")
            return lines[1:]
    raise Untrusted("not signed by the key")


def value(line: str, name: str) -> str:
    found, _, rest = line.partition(" ")
    if found != name:
        raise Untrusted(f"no {name} where one should be")
    return rest


def read_feed(folder: Path, key: str, today: date) -> set[str]:
    """Give every token of the feed: each page signed, and leading to the one before without a gap up to the signed index."""
    index = read_note((folder / "index.txt").read_text(encoding="utf-8"), key)
    pages, last, on = int(value(index[0], "pages")), value(index[1], "last"), date.fromisoformat(value(index[2], "on"))
    if today - on > STALE:
        raise Untrusted(f"the index is of {on}: download it anew")
    tokens: set[str] = set()
    for number in range(pages, 0, -1):
        text = (folder / f"{number}.txt").read_text(encoding="utf-8")
        lines = read_note(text, key)
        if hashlib.sha256(text.encode()).hexdigest() != last or value(lines[0], "page") != str(number):
            raise Untrusted(f"page {number} isn't the one that was published")
        last = value(lines[1], "before")
        tokens.update(lines[2:])
    if last != "-":
        raise Untrusted("pages are missing")
    return tokens


def token(salt: bytes, report: str, record: str = "") -> str:
    return hashlib.sha256(salt + f"{report}\n{record}".encode()).hexdigest()


def read_copy(arguments: list[str]) -> tuple[str, bytes, list[str]]:
    """Give number, salt and record numbers of a copy, from its file or as typed."""
    if len(arguments) > 1:
        return arguments[0], bytes.fromhex(arguments[1]), arguments[2:]
    copy = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    groups = [copy.get("records") or [], *(field["records"] for field in copy.get("fields") or [])]
    return copy["number"], bytes.fromhex(copy["salt"]), [one["number"] for group in groups for one in group]


def main(arguments: list[str], today: date) -> int:
    if len(arguments) < 3:
        print(__doc__)
        return 2
    try:
        tokens = read_feed(Path(arguments[1]), arguments[0], today)
        number, salt, records = read_copy(arguments[2:])
    except (Untrusted, OSError, ValueError, KeyError, TypeError) as wrong:
        print(f"not checked: {wrong!r}")
        return 2
    fallen = [record for record in records if token(salt, number, record) in tokens]
    for record in fallen:
        print(f"revoked: record {record}")
    if fallen or token(salt, number) in tokens:
        print(f"revoked: {number} holds no longer as it stands; ask anew")
        return 1
    print(f"nothing of {number} is revoked")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], date.today()))
