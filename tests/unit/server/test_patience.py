"""A slow client is cut off; one that is slow but steady is waited for."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
import uvicorn

from tanlu.server.patience import PatientProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

SECONDS = 0.4


class Hurried(PatientProtocol):
    """The same protocol with deadlines a test can wait for."""

    header_seconds = SECONDS
    body_seconds = SECONDS
    least_bytes = 50


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the length of the body."""
    assert scope["type"] == "http"
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve on a free port of the loopback address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(echo, http=Hurried, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    listener.close()


def sent(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send parts with pauses and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        try:
            for part in parts:
                client.sendall(part)
                time.sleep(pause)
        except OSError:
            return b"closed"
        answer = b""
        while piece := client.recv(4096):
            answer += piece
        return answer


def test_a_whole_request_is_answered(port: int) -> None:
    answer = sent(port, b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                  b"Content-Length: 3\r\n\r\nabc")  # fmt: skip

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"3")


def test_a_header_that_does_not_come_to_an_end_is_cut_off(port: int) -> None:
    began = time.monotonic()

    assert b"200" not in sent(port, b"GET / HTTP/1.1\r\n", b"A: 1\r\n")
    assert time.monotonic() - began < 5 * SECONDS


def test_a_body_that_drips_is_cut_off(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"

    assert b"200" not in sent(port, head, *[b"x"] * 20, pause=0.1)


def test_a_body_that_is_slow_but_steady_is_taken(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n"

    assert b"200 OK" in sent(port, head, *[b"x" * 100] * 10, pause=0.1)


def test_a_connection_that_is_kept_may_ask_again(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        for pause in (0.0, 1.5 * SECONDS):
            time.sleep(pause)
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")

            answer = b""
            while not answer.endswith(b"\r\n\r\n0"):
                answer += client.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200")
