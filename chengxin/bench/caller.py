"""Calls an address over and over from many connections that stay open: ``python -m chengxin.bench.caller PORT SECONDS CONNECTIONS``.

The whole requests come on standard input, one JSON text a line. Tells how many were answered, and how long each took.
"""

import json
import socket
import sys
import threading
from time import perf_counter

PATIENCE_S = 30.0


def call_over_and_over(port: int, requests: list[bytes], until: float, took: list[float]) -> None:
    """Send the requests one after another on one connection. Raises AssertionError on any answer but 200."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        place = 0
        while perf_counter() < until:
            started = perf_counter()
            connection.sendall(requests[place % len(requests)])
            status = read_answer(connection)
            took.append(perf_counter() - started)
            if status != b"200":
                raise AssertionError(f"answered {status.decode()}")
            place += 1


def read_answer(connection: socket.socket) -> bytes:
    """Read one answer to its end and give its status."""
    content = connection.recv(65_536)
    while b"\r\n\r\n" not in content:
        content += connection.recv(65_536)
    head, _, body = content.partition(b"\r\n\r\n")
    (length,) = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(length):
        body += connection.recv(65_536)
    return head.split(b" ", 2)[1]


def main() -> None:
    port, seconds, connections = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    requests = [json.loads(line).encode() for line in sys.stdin]
    share = len(requests) // connections
    took: list[list[float]] = [[] for _ in range(connections)]
    until = perf_counter() + seconds
    threads = [
        threading.Thread(
            target=call_over_and_over, args=(port, requests[n * share :] + requests[: n * share], until, took[n])
        )
        for n in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(json.dumps([one for each in took for one in each]) + "\n")


if __name__ == "__main__":
    main()
