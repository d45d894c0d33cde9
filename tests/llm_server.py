"""A language model's server for tests: real HTTP on 127.0.0.1, the chat completions protocol, any misbehaviour."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-test-4f1c9a77"


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def messages(self) -> list[dict[str, str]]:
        return json.loads(self.body)["messages"]


Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the next behaviour; the last one stays."""

    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.received.append(Received(self.path, dict(self.headers), body))
        behaviours = self.server.behaviours
        self.close_connection = True
        try:
            (behaviours.pop(0) if len(behaviours) > 1 else behaviours[0])(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.gone.set()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def open_stream(self, content_type: str = "text/event-stream", **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, data: str | bytes) -> None:
        self.wfile.write(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
        self.wfile.flush()

    def send_piece(self, text: str) -> None:
        self.send(f"data: {json.dumps(chunk(text))}\n\n")


class ModelServer(ThreadingHTTPServer):
    """The server, what it received, what it does, and whether somebody hung up on it."""

    daemon_threads = True

    def __init__(self, behaviours: list[Behaviour]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours = behaviours
        self.received: list[Received] = []
        self.gone = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


@contextmanager
def model_server(*behaviours: Behaviour) -> Iterator[ModelServer]:
    """A running server that answers its first request with the first behaviour, and so on."""
    server = ModelServer(list(behaviours))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def chunk(text: str) -> dict[str, object]:
    """One piece of a reply in the protocol's shape."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def writes(*pieces: str) -> Behaviour:
    """A well-behaved reply in these pieces."""

    def behave(handler: Handler) -> None:
        handler.open_stream()
        for piece in pieces:
            handler.send_piece(piece)
        handler.send("data: [DONE]\n\n")

    return behave


def sends(body: str | bytes, content_type: str = "text/event-stream", **headers: str) -> Behaviour:
    """A reply of these very bytes."""

    def behave(handler: Handler) -> None:
        handler.open_stream(content_type, **headers)
        handler.send(body)

    return behave


def refuses(status: int, body: str = "", **headers: str) -> Behaviour:
    """An HTTP error."""

    def behave(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body.encode())), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.send(body)

    return behave


def repeats(pieces: Iterable[bytes], pause: float = 0.0, *, headers: bool = True) -> Behaviour:
    """A reply that never ends: the pieces over and over, until the other side hangs up."""
    sequence = tuple(pieces)

    def behave(handler: Handler) -> None:
        if headers:
            handler.open_stream()
        while True:
            for piece in sequence:
                handler.send(piece)
                handler.server.gone.wait(pause)

    return behave


def waits(event: threading.Event) -> Behaviour:
    """A server that takes the question and says nothing until the event."""

    def behave(handler: Handler) -> None:
        event.wait(30)

    return behave


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
