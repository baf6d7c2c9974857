"""Nobody outside makes this machine speak to its neighbours, and nobody holds it up."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chengxin.lib.outside import NotReached, Way, find_machine, is_open, post, read_address
from tests.hooking import Recipient, receiving

HOME = (ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Network("::1/128"))


@pytest.fixture
def recipient(tmp_path: Path) -> Iterator[Recipient]:
    with receiving(tmp_path) as found:
        yield found


def way(recipient: Recipient, **changes: Any) -> Way:
    return Way(**{"networks": HOME, "authority": recipient.authority, "timeout_s": 3.0, **changes})


def missed(url: str, way: Way) -> str:
    with pytest.raises(NotReached) as caught:
        post(url, b"{}", {}, way=way)
    return caught.value.fault


def test_a_body_is_handed_over_with_its_headers(recipient: Recipient) -> None:
    assert post(f"{recipient.url}?a=1", b"{}", {"webhook-id": "msg_1"}, way=way(recipient)) == 204
    ((headers, body),) = recipient.sent
    assert (headers["webhook-id"], body, recipient.paths) == ("msg_1", b"{}", ["/hook?a=1"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104  # what is refused
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_that_isnt_out_in_the_world_is_closed(address: str) -> None:
    assert not is_open(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2400:3200::1", "64:ff9b::101:101"])
def test_an_address_out_in_the_world_is_open(address: str) -> None:
    assert is_open(ipaddress.ip_address(address), ())


def test_an_inner_network_is_open_where_the_operator_opened_it() -> None:
    assert is_open(ipaddress.ip_address("10.20.1.2"), (ipaddress.IPv4Network("10.20.0.0/16"),))
    assert is_open(ipaddress.ip_address("::ffff:10.20.1.2"), (ipaddress.IPv4Network("10.20.0.0/16"),))
    assert not is_open(ipaddress.ip_address("10.21.1.2"), (ipaddress.IPv4Network("10.20.0.0/16"),))


def test_this_machine_is_refused_before_anything_is_sent(recipient: Recipient) -> None:
    assert missed(recipient.url, way(recipient, networks=())) == "address-refused"
    assert missed("https://127.0.0.1/", way(recipient, networks=())) == "address-refused"
    assert missed("https://2130706433/", way(recipient, networks=())) == "address-refused"
    assert recipient.sent == []


def test_a_name_that_leads_to_one_closed_address_among_open_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("1.1.1.1", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(NotReached, match="address-refused"):
        find_machine("two.example", 443, ())


def test_a_name_is_resolved_once_and_spoken_to_where_it_was_looked_at(
    recipient: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and speaking the name leads elsewhere: that is never asked for again."""
    real, asked = socket.getaddrinfo, []

    def answers(host: str, *rest: Any, **named: Any) -> list[Any]:
        if host == "localhost":
            asked.append(host)
            return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *rest, **named)
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    assert post(recipient.url, b"{}", {}, way=way(recipient)) == 204
    assert asked == ["localhost"]


def test_a_redirect_is_an_answer_and_not_followed(recipient: Recipient) -> None:
    recipient.answers, recipient.headers = [302], {"Location": recipient.url}
    assert post(recipient.url, b"{}", {}, way=way(recipient)) == 302
    assert len(recipient.sent) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(recipient: Recipient) -> None:
    assert missed(recipient.url, way(recipient, authority="")) == "certificate"
    assert recipient.sent == []


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    with receiving(tmp_path, "other.example") as other:
        assert missed(other.url, way(other)) == "certificate"


def test_a_side_that_does_not_answer_is_left(recipient: Recipient) -> None:
    recipient.holds = threading.Event()
    assert missed(recipient.url, way(recipient, timeout_s=0.3)) == "timeout"


def test_a_side_that_drips_is_cut_off(tmp_path: Path) -> None:
    """Each byte comes in time, and the whole never does."""
    import ssl

    from tests.hooking import certify

    chain, secret = certify(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def drip() -> None:
        with context.wrap_socket(server.accept()[0], server_side=True) as side:
            side.recv(4096)
            while not ended.wait(0.05):
                try:
                    side.send(b"H")
                except OSError:
                    return

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    url = f"https://localhost:{server.getsockname()[1]}/"
    assert missed(url, Way(HOME, chain, 0.4)) in {"connection", "certificate"}
    assert time.monotonic() - began < 5
    ended.set()
    server.close()


def test_nobody_there_and_no_such_name(recipient: Recipient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert missed(f"https://127.0.0.1:{port}/", way(recipient)) == "connection"
    assert missed("https://nobody.invalid/", way(recipient)) == "name-unknown"


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/", "ftp://a.example/", "https://", "https://user@a.example/", "https://user:secret@a.example/",
        "https://a.example/#x", "https://a.example:99999/", "https://a.example:0/", "https://a.example/ x", "https://a.example\\@b/",
        "https://a.example/\nx", f"https://a.example/{'x' * 300}", "a.example", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_none(url: str) -> None:
    assert read_address(url) is None
    with pytest.raises(NotReached, match="address-refused"):
        post(url, b"", {}, way=Way())


def test_a_plain_address_is_taken() -> None:
    assert read_address("https://api.example.gov.cn:8443/chengxin?x=1") is not None
