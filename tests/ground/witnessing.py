"""A witness as C2SP tlog-witness has it, over HTTP on this machine: it remembers each last head and signs what grew out of it."""

import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chengxin.ground.sealing.witness import Witness
from chengxin.lib.cosignatures import Cosigner, cosigned_text
from chengxin.lib.merkle import proves_consistency
from chengxin.lib.notes import Head, NoteBroken, Verifier, read_note


@dataclass
class TestWitness:
    """What the witness knows and did. ``as_if`` makes it answer every request with a status, or with something that it never signed."""

    __test__ = False
    verifiers: list[Verifier]
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    seen: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: int = 0
    as_if: int | str = 0
    url: str = ""

    @property
    def key(self) -> Cosigner:
        return Cosigner("witness.example/one", self.secret.public_key().public_bytes_raw())

    @property
    def witness(self) -> Witness:
        return Witness(self.url, self.key)

    def answer(self, body: str) -> tuple[int, str, str]:
        """Give status, kind and text of the answer to a request."""
        self.asked += 1
        if isinstance(self.as_if, int) and self.as_if:
            return self.as_if, "text/plain", ""
        asked, _, note = body.partition("\n\n")
        first, *lines = asked.split("\n")
        old, proof = int(first.removeprefix("old ")), [b64decode(line, validate=True) for line in lines]
        try:
            text = read_note(note, self.verifiers)
        except NoteBroken:
            return 403, "text/plain", ""
        head = Head.read(text)
        size, root = self.seen.get(head.origin, (0, b""))
        if old > head.size:
            return 400, "text/plain", ""
        if old != size:
            return 409, "text/x.tlog.size", f"{size}\n"
        if old and not proves_consistency(old, head.size, root, head.root, proof):
            return (409 if old == head.size else 422), "text/plain", ""
        self.seen[head.origin] = (head.size, head.root)
        seconds = int(time.time())
        sealed = self.secret.sign(cosigned_text(text, seconds))
        told = (
            f"{text}"
            if self.as_if == "unsigned"
            else b64encode(self.key.key_id + seconds.to_bytes(8, "big") + sealed).decode()
        )
        return 200, "text/plain", f"— somebody.else AAAA\n— {self.key.name} {told}\n"


@contextmanager
def running_witness(verifiers: list[Verifier]) -> Iterator[TestWitness]:
    made = TestWitness(verifiers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/add-checkpoint"
            status, kind, text = made.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the tests' output to what fails."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
