"""An outside witness: sent each new head with the proof that it grew out of the one before, it signs what it saw. C2SP tlog-witness.

Whoever is master of this server and of the signing key can still show two histories; not to a witness that remembers the first.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from chengxin.lib.cosignatures import Cosigner
from chengxin.lib.notes import NoteBroken

TIMEOUT_S, MOST_BYTES, PROOF_LINES = 5.0, 65_536, 63
CONFLICT = 409
SIZE_TYPE = "text/x.tlog.size"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class WitnessSilent(Exception):  # no error of the program: what kept the witness from signing
    """The witness can't be reached, or what it answers is no answer."""


class WitnessRefuses(Exception):
    """The witness doesn't sign: it doesn't know this register or its key, or holds the head for no growth of what it saw."""


class WitnessElsewhere(Exception):
    """The witness last signed another size than was thought."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Witness:
    """Where a witness takes heads, and by which key its word is known."""

    url: str
    key: Cosigner

    def __post_init__(self) -> None:
        """Raises ValueError for an address that is neither https nor this machine's own."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("a witness is reached over https")

    def cosign(self, text: str, note: str, old: int, proof: Sequence[bytes]) -> str:
        """Have a head signed that grew out of the one of size ``old``; gives the line of its signature, which was checked.

        ``text`` is what the note says. Takes at most ``TIMEOUT_S``. Raises WitnessElsewhere, WitnessRefuses, WitnessSilent.
        """
        if len(proof) > PROOF_LINES:
            raise WitnessRefuses("too long a proof")
        lines = "".join(f"{b64encode(one).decode()}\n" for one in proof)
        answer = self._post(f"old {old}\n{lines}\n{note}".encode())
        try:
            for line in answer.splitlines():
                if self.key.signed_at(text, line) is not None:
                    return line
        except NoteBroken:
            pass
        raise WitnessSilent("no signature of the witness's")

    def _post(self, body: bytes) -> str:
        request = Request(  # noqa: S310  # the scheme was looked at when the witness was named
            f"{self.url.rstrip('/')}/add-checkpoint", body, {"Content-Type": "text/plain; charset=utf-8"}, method="POST"
        )
        try:
            with build_opener(_NoRedirects).open(request, timeout=TIMEOUT_S) as answer:
                return str(answer.read(MOST_BYTES).decode())
        except HTTPError as error:
            with error:
                told = error.read(64).decode("ascii", "replace").strip() if error.code == CONFLICT else ""
                kind = error.headers.get_content_type()
            if kind == SIZE_TYPE and told.isascii() and told.isdigit():
                raise WitnessElsewhere(int(told)) from None
            raise WitnessRefuses(str(error.code)) from None
        except (URLError, HTTPException, OSError, UnicodeDecodeError):
            raise WitnessSilent("not reached") from None
