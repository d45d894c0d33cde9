"""One request to an OpenAI-compatible server: its reply as pieces of text, within a time and a size.

Imports the `openai` package, so this module is itself imported only where a server is set.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam
from pydantic import SecretStr

from service.llm.connection import Connection
from service.llm.prompt import Message
from service.llm.written import NoReply, Problem, Stopped

# A reply of six sentences has about a thousand; a model that thinks aloud first writes more.
MAX_CHARACTERS = 20_000
# The protocol wraps every few characters in some hundred bytes.
MAX_BYTES = 8_000_000
_HEADERS = frozenset(("host", "accept", "connection", "content-type", "content-length", "user-agent", "authorization"))
_RETRY_SECONDS = 1.0
# How often somebody who waits looks whether it is still wanted.
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask, with which key ("" for none) and for which model; `timeout` seconds in all."""

    url: str
    key: SecretStr
    model: str
    timeout: float
    tls: ssl.SSLContext


def open_server(url: str, key: SecretStr, model: str, timeout: float) -> Server:
    """Return the server; nothing is contacted yet."""
    return Server(url, key, model, timeout, httpx2.create_ssl_context())


def stream_reply(
    server: Server, messages: Sequence[Message], stopped: threading.Event | None
) -> Generator[str, None, None]:
    """Yield the pieces of a reply as they arrive; raises NoReply when there is none, or no end of it.

    The request runs in a thread of its own, for no timeout of a connection bounds the whole: a server may send a
    byte now and then for ever. Closing the generator stops it; so does `stopped`, set while the generator waits, which
    then raises Stopped. Either way the connection ends.
    """
    deadline = time.monotonic() + server.timeout
    request = _Request(server, messages, deadline, threading.Event() if stopped is None else stopped)
    threading.Thread(target=request.run, name="language-model", daemon=True).start()
    characters = 0
    try:
        while (piece := request.next()) is not None:
            characters += len(piece)
            if characters > MAX_CHARACTERS:
                raise NoReply("nonsense")
            yield piece
    finally:
        request.stop()


class _Request:
    """A request under way: `run` fills what `next` empties."""

    def __init__(self, server: Server, messages: Sequence[Message], deadline: float, unwanted: threading.Event) -> None:
        self._server = server
        self._messages: list[ChatCompletionMessageParam] = [_message(one) for one in messages]
        self._deadline = deadline
        self._arrived: SimpleQueue[str | NoReply | None] = SimpleQueue()
        self._unwanted = unwanted
        self._stopped = threading.Event()
        self._connection = Connection()
        self._http = _http_client(server, self._connection)

    def next(self) -> str | None:
        """Return the next piece, None after the last; raises NoReply, and Stopped where it is not wanted any more."""
        while not self._unwanted.is_set():
            left = self._deadline - time.monotonic()
            try:
                piece = self._arrived.get(timeout=max(0.0, min(left, _LOOK_SECONDS)))
            except Empty:
                if left <= _LOOK_SECONDS:
                    raise NoReply("timeout") from None
                continue
            if isinstance(piece, NoReply):
                raise piece
            return piece
        raise Stopped

    def stop(self) -> None:
        """End the request, finished or not, and its connection."""
        self._stopped.set()
        self._connection.cut()
        self._http.close()

    def run(self) -> None:
        """Ask, once more where the server says "not now", and pass on what comes."""
        # Whatever happens here, who waits for the reply is told that it has ended.
        end: NoReply | None = NoReply("unreachable")
        try:
            self._ask_twice()
            end = None
        except NoReply as error:
            end = error
        except openai.OpenAIError as error:
            end = NoReply(_problem(error))
        except (ValueError, RecursionError):
            # What was sent is no UTF-8 or no JSON.
            end = NoReply("nonsense")
        except (httpx2.HTTPError, httpx2.StreamError, OSError, RuntimeError):
            # The connection broke, or was closed by `stop` while it was in use.
            end = NoReply("unreachable")
        finally:
            self._connection.release()
            self._arrived.put(end)

    def _ask_twice(self) -> None:
        try:
            self._ask()
        except openai.RateLimitError as error:
            self._wait(error)
            self._ask()

    def _ask(self) -> None:
        client = openai.OpenAI(
            # The header is written by `_http_client`; an empty key would be looked for in the environment.
            api_key="none",
            admin_api_key="",
            base_url=self._server.url,
            timeout=self._server.timeout,
            max_retries=0,
            http_client=self._http,
        )
        with client.chat.completions.create(
            model=self._server.model, messages=self._messages, temperature=0, stream=True
        ) as stream:
            for chunk in stream:
                if self._stopped.is_set():
                    return
                self._arrived.put(text_of(chunk))

    def _wait(self, error: openai.RateLimitError) -> None:
        """Wait as long as the server asks to, unless the time would be up; then raise the error again."""
        seconds = _seconds(error.response.headers.get("retry-after", ""))
        if time.monotonic() + seconds >= self._deadline or self._stopped.wait(seconds):
            raise error


def text_of(chunk: object) -> str:
    """Return the text in a chunk, "" where it has none: the client passes on whatever JSON a server sends."""
    choices = getattr(chunk, "choices", None)
    first = choices[0] if isinstance(choices, list) and choices else None
    content = getattr(getattr(first, "delta", None), "content", None)
    return content if isinstance(content, str) else ""


def _message(message: Message) -> ChatCompletionMessageParam:
    if message["role"] == "system":
        return {"role": "system", "content": message["content"]}
    return {"role": "user", "content": message["content"]}


def _problem(error: openai.OpenAIError) -> Problem:
    if isinstance(error, openai.RateLimitError):
        return "rate_limited"
    if isinstance(error, openai.APITimeoutError):
        return "timeout"
    return "nonsense" if isinstance(error, openai.APIResponseValidationError) else "unreachable"


def _seconds(header: str) -> float:
    try:
        seconds = float(header)
    except ValueError:
        return _RETRY_SECONDS
    return max(0.0, seconds) if math.isfinite(seconds) else math.inf


def _http_client(server: Server, connection: Connection) -> httpx2.Client:
    """Return a client that sends the key in one header, and of the others only what HTTP needs."""

    def send_only_what_is_needed(request: httpx2.Request) -> None:
        # Whatever the environment or the package would add: organisations, other keys, what machine this is.
        for name in [name for name in request.headers if name.lower() not in _HEADERS]:
            del request.headers[name]
        key = server.key.get_secret_value()
        if key:
            request.headers["Authorization"] = f"Bearer {key}"
        else:
            request.headers.pop("Authorization", None)
        request.extensions["trace"] = connection.trace

    return httpx2.Client(
        verify=server.tls,
        timeout=server.timeout,
        # A server that sends elsewhere is not the one that was set.
        follow_redirects=False,
        # A second try makes a connection of its own: the server may be closing the first.
        limits=httpx2.Limits(max_keepalive_connections=0),
        event_hooks={"request": [send_only_what_is_needed], "response": [_bound]},
    )


def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        # Not asked for, and a few bytes could unpack to gigabytes.
        raise NoReply("nonsense")
    if not isinstance(response.stream, httpx2.SyncByteStream):
        raise NoReply("nonsense")
    response.stream = _BoundedStream(response.stream)


class _BoundedStream(httpx2.SyncByteStream):
    """A response's bytes, up to MAX_BYTES."""

    def __init__(self, inner: httpx2.SyncByteStream) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for piece in self._inner:
            read += len(piece)
            if read > MAX_BYTES:
                raise NoReply("nonsense")
            yield piece

    def close(self) -> None:
        self._inner.close()
