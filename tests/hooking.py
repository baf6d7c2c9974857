"""A recipient's machine: a TLS server with a certificate of its own authority, which keeps what it is sent and answers as told."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NAME = "localhost"


@dataclass
class Recipient:
    """What was sent, and how the next ones are answered; the last of ``answers`` goes on being given."""

    url: str
    authority: str
    answers: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    holds: threading.Event | None = None


def certify(folder: Path, name: str = NAME) -> tuple[str, str]:
    """Make a certificate that vouches for itself; gives the file of the chain and the file of the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(chain), str(secret)


@contextmanager
def receiving(folder: Path, name: str = NAME) -> Iterator[Recipient]:
    chain, secret = certify(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            recipient.sent.append(({key.lower(): value for key, value in self.headers.items()}, body))
            recipient.paths.append(self.path)
            if recipient.holds is not None:
                recipient.holds.wait(20)
            status = recipient.answers[0] if len(recipient.answers) == 1 else recipient.answers.pop(0)
            self.send_response(status)
            for key, value in recipient.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a side that hangs up is what some tests are about
    server.socket = context.wrap_socket(server.socket, server_side=True)
    recipient = Recipient(f"https://localhost:{server.server_port}/hook", chain)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield recipient
    finally:
        if recipient.holds is not None:
            recipient.holds.set()
        server.shutdown()
        server.server_close()
