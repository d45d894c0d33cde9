"""Steps of a reply: refused when there is no place, kept alive while waiting, ended when it fails or nobody listens."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import APIError, OpenAI
from starlette.requests import Request
from starlette.types import Message

from index.errors import InputError, SpanError
from service.metrics import Metrics
from service.openai.errors import body_of, status_of
from service.openai.streaming import begin, data, going_on, guarded
from service.pool import Busy, WorkPool
from service.routes.state import State
from service.routes.streaming import KEEP_ALIVE, Wording, kept_alive
from service.settings import Settings


def state_with(pool: WorkPool, folder: Path) -> State:
    return State(
        settings=Settings(data=folder),
        pool=pool,
        ingest_pool=pool,
        understanding_pool=pool,
        wording_pool=pool,
        metrics=Metrics(),
        pipeline=None,
        chat=None,
        chat_failure=None,
        failure=None,
    )


def request_of(*heard: Message) -> Request:
    """A request whose client says this, one message each time it is listened to, the last for good."""
    said = list(heard)

    async def receive() -> Message:
        if not said:
            await asyncio.Event().wait()
        return said.pop(0) if len(said) > 1 else said[0]

    return Request({"type": "http"}, receive)


async def collect(lines: AsyncIterator[Any]) -> list[Any]:
    return [line async for line in lines]


def test_a_reply_without_a_place_is_refused_at_once(tmp_path: Path) -> None:
    pool, free = WorkPool(1, 0), threading.Event()

    async def ask_twice() -> None:
        state = state_with(pool, tmp_path)
        busy = asyncio.ensure_future(pool.run(free.wait))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await begin(iter("ab"), state)
        free.set()
        await busy

    asyncio.run(ask_twice())
    pool.close()


def test_a_reply_begins_without_waiting_and_gives_all_its_steps(tmp_path: Path) -> None:
    pool, free = WorkPool(1, 1), threading.Event()

    def work() -> Iterator[int]:
        free.wait()
        yield from (1, 2, 3)

    async def ask() -> list[int]:
        state, steps = state_with(pool, tmp_path), work()
        first = await begin(steps, state)
        assert not first.done()
        free.set()
        return await collect(going_on(first, steps, state, request_of(), Wording(lambda _: True)))

    assert asyncio.run(ask()) == [1, 2, 3]
    pool.close()


def test_the_work_stops_when_the_client_is_gone(tmp_path: Path) -> None:
    pool = WorkPool(1, 1)
    done: list[object] = []

    def work() -> Iterator[int]:
        try:
            for step in range(3):
                done.append(step)
                yield step
        finally:
            done.append("closed")

    async def ask() -> list[int]:
        state, steps = state_with(pool, tmp_path), work()
        gone = request_of({"type": "http.disconnect"})
        return await collect(going_on(await begin(steps, state), steps, state, gone, wording))

    wording = Wording(lambda _: False)
    assert asyncio.run(ask()) == [0]
    assert wording.stopped.is_set()
    assert done == [0, "closed"]
    pool.close()


def test_a_silent_stream_is_kept_alive() -> None:
    async def silent_until(heard: asyncio.Event) -> AsyncIterator[bytes]:
        yield b"a"
        await heard.wait()
        yield b"b"

    async def listen() -> list[bytes]:
        heard, lines = asyncio.Event(), []
        async for line in kept_alive(silent_until(heard), seconds=0.001):
            lines.append(line)
            if lines.count(KEEP_ALIVE) == 2:
                heard.set()
        return lines

    lines = asyncio.run(listen())
    assert [line for line in lines if line != KEEP_ALIVE] == [b"a", b"b"]
    assert lines[1:3] == [KEEP_ALIVE, KEEP_ALIVE]


def test_a_stream_nobody_listens_to_any_more_is_ended() -> None:
    ended = []

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def leave() -> None:
        lines = kept_alive(endless(), seconds=0.001)
        assert [await anext(lines), await anext(lines)] == [b"a", KEEP_ALIVE]
        await lines.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert ended == [True]


def failing(error: Exception) -> AsyncIterator[bytes]:
    async def lines() -> AsyncIterator[bytes]:
        yield data({"choices": []})
        raise error

    return guarded(lines())


def test_a_failure_ends_the_stream_with_an_error() -> None:
    lines = asyncio.run(collect(failing(InputError("Ask again.", code="odd", param="messages", why=1))))
    error = {"code": "odd", "message": "Ask again.", "details": {"why": 1}}
    expected = {"error": {**error, "type": "invalid_request_error", "param": "messages"}}
    assert [json.loads(line.removeprefix(b"data: ")) for line in lines] == [{"choices": []}, expected]


def test_a_defect_is_told_without_its_details_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def listen() -> bytes:
        lines = failing(ZeroDivisionError("secret"))
        await anext(lines)
        last = await anext(lines)
        with pytest.raises(ZeroDivisionError):
            await anext(lines)
        return last

    last = asyncio.run(listen())
    assert json.loads(last.removeprefix(b"data: "))["error"]["code"] == "internal_error"
    assert b"secret" not in last
    assert "secret" in caplog.text


def test_a_false_quote_is_an_error_of_the_service() -> None:
    false = SpanError("The quote is not verbatim; it was withheld.", code="quote_not_verbatim")
    assert status_of(false) == 500
    assert body_of(false)["error"]["type"] == "server_error"
    assert status_of(Busy("Busy.", code="busy")) == 503


def test_the_openai_client_understands_keep_alive_and_errors() -> None:
    """The lines of a stream as the real client decodes them; only the network is left out."""
    import httpx2

    body = KEEP_ALIVE + data({"id": "1", "object": "chat.completion.chunk", "choices": []}) + KEEP_ALIVE
    body += data(body_of(InputError("Ask again.", code="odd", param="messages")))
    headers = {"content-type": "text/event-stream"}
    transport = httpx2.MockTransport(lambda _request: httpx2.Response(200, headers=headers, content=body))
    client = OpenAI(base_url="http://orvik.example/v1", api_key="x", http_client=httpx2.Client(transport=transport))
    stream = client.chat.completions.create(model="citecheck", messages=[], stream=True)
    assert next(stream).id == "1"
    with pytest.raises(APIError) as failure:
        next(stream)
    assert (failure.value.message, failure.value.code, failure.value.param) == ("Ask again.", "odd", "messages")
