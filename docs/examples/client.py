#!/usr/bin/env python3
"""A client of Chengxin's interface in one file: Python 3.11 and the package ``cryptography``, nothing else.

    python client.py new-key KEY.pem          make a key of your own; prints the public half, which is what you hand in
    python client.py duties                   for what your organisation stands enrolled
    python client.py query < question.json    ask about one person under one of them
    python client.py purposes                 the registered purposes for real-name checks
    python client.py verify < check.json      check a real name
    python client.py hand-in ITEM < rows.jsonl   hand records in and wait for the receipt

Where and who, from the environment: CHENGXIN_API (https://…), CHENGXIN_CLIENT (c-…), CHENGXIN_KEY (KEY.pem, or while keys change
NEW.pem:OLD.pem, the first that is taken is used). What is about a person comes from standard input and never from the command line,
which other users of the machine can read. Answers are printed as JSON, for you to keep as the duty item allows.
"""

import base64
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = {
    "duties": "query.ask",
    "query": "query.ask",
    "purposes": "verification.check",
    "verify": "verification.check",
    "hand-in": "intake.hand_in intake.follow",
}
PATIENCE_S, TRIES = 120, 5


class Refused(Exception):
    """What the interface answered instead; ``code`` is stable, see /errors/ of the public site."""

    def __init__(self, status: int, problem: dict[str, Any], wait_s: int) -> None:
        self.status, self.code, self.wait_s = status, problem.get("code", ""), wait_s
        super().__init__(
            f"{status} {self.code}: {problem.get('detail', '')} {problem.get('detail_en', '')} {problem.get('type', '')}"
        )


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key(path: str) -> str:
    """Make a key that never leaves this machine, readable by its owner alone; give the public half."""
    key = ec.generate_private_key(ec.SECP256R1())
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def read_key(path: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        sys.exit(f"{path} holds no key of P-256: make one with new-key")
    return key


class Client:
    def __init__(self, base: str, client_id: str, keys: list[str], scope: str) -> None:
        self.base, self.client_id, self.scope, self.token = base.rstrip("/"), client_id, scope, ""
        self.keys = [read_key(path) for path in keys]

    def assertion(self, key: ec.EllipticCurvePrivateKey) -> str:
        """Sign who we are (RFC 7523): for this interface alone, for a minute, once."""
        numbers = key.public_key().public_numbers()
        members = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big")),
        }
        thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
        audience = self.send("GET", "/.well-known/oauth-authorization-server")["issuer"]
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "jti": str(uuid.uuid4()),
            "exp": int(time.time()) + 60,
        }
        head = {"alg": "ES256", "kid": b64(thumbprint)}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def log_in(self) -> None:
        """Get a token with the first key that is taken: while keys change, two of yours are."""
        for place, key in enumerate(self.keys, 1):
            form = {
                "grant_type": "client_credentials",
                "scope": self.scope,
                "client_assertion_type": ASSERTION,
                "client_assertion": self.assertion(key),
            }
            try:
                self.token = self.send("POST", "/api/v1/token", urllib.parse.urlencode(form).encode())["access_token"]
            except Refused as refused:
                if refused.code != "invalid-client" or place == len(self.keys):
                    raise
            else:
                return

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.load(error), int(error.headers.get("Retry-After") or 0)) from None

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """Call an operation. Sent again it bears the same key, so it is done, and counted, once."""
        headers = {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
        for _ in range(TRIES - 1):
            try:
                return self.send(method, path, body, **headers, **self.proof())
            except Refused as refused:
                self.mend(refused)
            except urllib.error.URLError:
                time.sleep(1)
        return self.send(method, path, body, **headers, **self.proof())

    def proof(self) -> dict[str, str]:
        if not self.token:
            self.log_in()
        return {"Authorization": f"Bearer {self.token}"}

    def mend(self, refused: Refused) -> None:
        """Do what a refusal says may help, or give up."""
        if refused.code == "invalid-token":
            self.token = ""
        elif refused.status in {429, 503} and refused.wait_s <= PATIENCE_S:
            print(f"waiting {refused.wait_s} s: {refused.code}", file=sys.stderr)
            time.sleep(refused.wait_s)
        else:
            raise refused


def hand_in(client: Client, item: str, rows: bytes) -> Any:
    """Hand in JSON Lines; a body with a length needs no last line that counts."""
    batch = client.call("POST", f"/api/v1/items/{item}/batches", rows, "application/x-ndjson")
    while batch["state"] == "received":
        time.sleep(1)
        batch = client.call("GET", f"/api/v1/batches/{batch['batch']}")
    return batch


def main(words: list[str]) -> None:
    if words[:1] == ["new-key"]:
        print(new_key(words[1]), end="")
        return
    name, *more = words
    client = Client(
        os.environ["CHENGXIN_API"], os.environ["CHENGXIN_CLIENT"], os.environ["CHENGXIN_KEY"].split(":"), SCOPES[name]
    )
    if name in {"duties", "purposes"}:
        answer = client.call("GET", f"/api/v1/{name}")
    elif name == "hand-in":
        answer = hand_in(client, more[0], sys.stdin.buffer.read())
    else:
        answer = client.call(
            "POST", {"query": "/api/v1/queries", "verify": "/api/v1/verifications"}[name], sys.stdin.buffer.read()
        )
    print(json.dumps(answer, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
