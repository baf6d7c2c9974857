"""A real SMTP server on loopback, and what came to it."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.conftest import free_port

DAY = timedelta(days=1)
CODE = re.compile(r"验证码 (\d{4}) (\d{4})")


@dataclass
class PostOffice:
    """Takes what it is sent, unless told to ``answer`` otherwise."""

    url: str = ""
    answer: str = "250 OK"
    came: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  # the server's own names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.came.extend((address, message) for address in envelope.rcpt_tos)
        return "250 OK"

    def text(self, place: int = -1) -> str:
        return str(self.came[place][1].get_content())

    def code(self) -> str:
        found = CODE.search(self.text())
        assert found is not None
        return found[1] + found[2]


def certificate(folder: Path) -> ssl.SSLContext:
    """Make a certificate for loopback in ``folder/ca.pem`` and give the server's side of it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    whole = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    (folder / "server.pem").write_bytes(whole)
    (folder / "ca.pem").write_bytes(made.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


@contextmanager
def post_office(*, password: str = "", **options: Any) -> Iterator[PostOffice]:
    """Open one; with a password nobody else may send."""
    office, port = PostOffice(), free_port()

    def known(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, said: Any) -> AuthResult:
        fits = isinstance(said, LoginPassword) and said == LoginPassword(b"register", password.encode())
        return AuthResult(success=fits)

    if password:
        options |= {"authenticator": known, "auth_required": True, "require_starttls": True}
    controller = Controller(office, hostname="127.0.0.1", port=port, **options)
    controller.start()
    office.url = f"smtp://{'register@' if password else ''}127.0.0.1:{port}"
    try:
        yield office
    finally:
        controller.stop()
