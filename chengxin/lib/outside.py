"""Speaking to an address that somebody outside named: over TLS, to the machine that was looked at, for so long and no longer.

Whoever names an address must not make this machine speak to its own neighbours: the name is resolved once, what it leads to is looked
at, and the connection goes to that very address. Redirects aren't followed; of the answer the status alone is of use.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

HTTPS_PORT, MOST_BYTES, LONGEST = 443, 1024, 300
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class NotReached(Exception):  # no error of the program: what kept a message from being handed over
    """A message wasn't handed over; ``fault`` is a code, never an address."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Way:
    """How this installation speaks to the outside: inner networks that its operator opened, a further authority, and for how long."""

    networks: tuple[Network, ...] = ()
    authority: str = ""
    timeout_s: float = 5.0


def read_address(url: str) -> SplitResult | None:
    """Take an address apart; None where it isn't plain https with a name and nothing that hides where it leads."""
    if len(url) > LONGEST or any(sign <= " " or sign == "\\" for sign in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    plain = parts.scheme == "https" and parts.hostname and parts.username is None and not parts.fragment and port != 0
    return parts if plain else None


def is_open(address: Address, networks: Sequence[Network]) -> bool:
    """Tell whether a machine may be spoken to: out in the world, or in a network that the operator opened."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_open(inner, networks)
    if any(address.version == one.version and address in one for one in networks):
        return True
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def find_machine(host: str, port: int, networks: Sequence[Network]) -> str:
    """Resolve a name and give the address to speak to. Raises NotReached where any of its addresses is closed: then none is trusted."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached("name-unknown") from None
    texts = [str(place[4][0]).partition("%")[0] for place in found]
    if not texts or not all(is_open(ipaddress.ip_address(text), networks) for text in texts):
        raise NotReached("address-refused")
    return texts[0]


class _Pinned(HTTPSConnection):
    """A connection to one machine under the name that its certificate must have."""

    def __init__(self, host: str, port: int, machine: str, context: ssl.SSLContext, timeout_s: float) -> None:
        super().__init__(host, port, timeout=timeout_s, context=context)
        self._machine, self._context = machine, context

    def connect(self) -> None:
        plain = socket.create_connection((self._machine, self.port), self.timeout)
        try:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def cut(self) -> None:
        """End it from another thread, whatever it waits for."""
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str], *, way: Way) -> int:
    """Hand a body over and give the status of the answer. Takes at most twice the timeout. Raises NotReached."""
    parts = read_address(url)
    if parts is None or parts.hostname is None:
        raise NotReached("address-refused")
    port = parts.port or HTTPS_PORT
    machine = find_machine(parts.hostname, port, way.networks)
    connection = _Pinned(parts.hostname, port, machine, _context(way), way.timeout_s)
    # Each wait for the other side has the timeout; a side that sends a byte now and then is cut off all the same.
    end = threading.Timer(2 * way.timeout_s, connection.cut)
    end.daemon = True
    end.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        with connection.getresponse() as answer:
            answer.read(MOST_BYTES)
            return answer.status
    except ssl.SSLError:
        raise NotReached("certificate") from None
    except TimeoutError:
        raise NotReached("timeout") from None
    except (OSError, HTTPException):
        raise NotReached("connection") from None
    finally:
        end.cancel()
        connection.close()


def _context(way: Way) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if way.authority:
        context.load_verify_locations(way.authority)
    return context
