"""A small key service for the tests: keeps keys in a folder, wraps others under a key of its own.

Run as ``python key_program.py FOLDER [FAULT]``.
"""

import os
import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap


def answer(folder: Path, verb: str, rest: str) -> str:
    if verb == "list":
        return "ok " + " ".join(f"{path.stem}:{path.suffix[1:]}" for path in sorted(folder.glob("k*.*al")))
    if verb == "get":
        (path,) = folder.glob(f"{rest}.*")
        return f"ok {path.read_text()}"
    if verb == "new":
        key_id = f"k{len(list(folder.glob('k*.*al'))):03d}"
        (folder / f"{key_id}.{rest}").write_text(secrets.token_hex(32))
        return f"ok {key_id}"
    own = folder / "module.key"
    if not own.exists():
        own.write_bytes(secrets.token_bytes(32))
    if verb == "wrap":
        return f"ok {aes_key_wrap(own.read_bytes(), bytes.fromhex(rest)).hex()}"
    if verb == "unwrap":
        return f"ok {aes_key_unwrap(own.read_bytes(), bytes.fromhex(rest)).hex()}"
    return "error 没有这个命令"


def main() -> None:
    folder, fault = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    sys.stderr.write("this must not be shown\n")
    for line in sys.stdin:
        verb, _, rest = line.strip().partition(" ")
        made = answer(folder, verb, rest)
        if fault == "error":
            made = "error 密码机未开机"
        elif fault == "chatter":
            made = made.removeprefix("ok ")
        elif fault == "garbled":
            made = made + "zz"
        elif fault == "short":
            made = made[:-2]
        elif fault == "silent":
            continue
        elif fault == "dies":
            os._exit(3)
        sys.stdout.write(made + "\n")


main()
