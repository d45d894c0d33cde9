"""A language model that hangs: nobody else waits for it, and who goes away ends the wait and its connection."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from llm_server import Behaviour, Handler, ModelServer, model_server

from conftest import serving
from service.answers import Answered
from service.llm.writer import open_writer
from service.llm.written import Stopped
from service.pipeline import Pipeline
from service.settings import Settings

QUESTION = "When did the MNLA declare independence?"
CHAT = ("/v1/chat", {"message": QUESTION})
COMPLETION = ("/v1/chat/completions", {"model": "citecheck", "messages": [{"role": "user", "content": QUESTION}]})
# Seconds; what happens because of the timeout comes too late for everything here.
TIMEOUT = 120
PATIENCE = 40


def hangs(asked: threading.Semaphore, *, headers: bool = True) -> Behaviour:
    """A server that takes the question and says no word until the other side hangs up."""

    def behave(handler: Handler) -> None:
        if headers:
            handler.open_stream()
        asked.release()
        if not handler.connection.recv(1):
            handler.server.gone.set()

    return behave


class Hanging:
    """A model server that hangs, and the address of a service with two workers that asks it."""

    def __init__(self, model: ModelServer, asked: threading.Semaphore, address: str) -> None:
        self.model = model
        self.asked = asked
        self.address = address

    def send(self, path: str, body: dict[str, Any]) -> HTTPConnection:
        """Send a request and wait until the model is asked because of it, not for the response."""
        connection = HTTPConnection(self.address.removeprefix("http://"), timeout=PATIENCE)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        assert self.asked.acquire(timeout=PATIENCE)
        return connection


@pytest.fixture
def hanging(data_folder: Path) -> Iterator[Hanging]:
    asked = threading.Semaphore(0)
    settings = {"CITECHECK_LLM_MODEL": "m", "CITECHECK_LLM_TIMEOUT": str(TIMEOUT), "CITECHECK_WORKERS": "2"}
    with (
        model_server(hangs(asked)) as model,
        serving(data_folder, CITECHECK_LLM_URL=model.url, **settings) as address,
    ):
        yield Hanging(model, asked, address)


def test_two_chats_that_wait_for_the_model_keep_no_question_waiting(hanging: Hanging) -> None:
    waiting = [hanging.send(*CHAT), hanging.send(*COMPLETION)]
    with httpx.Client(base_url=hanging.address, timeout=PATIENCE) as client:
        assert client.post("/v1/ask", json={"question": QUESTION}).json()["status"] == "answered"
        assert client.post("/v1/check", json={"claims": ["The MNLA declared independence."]}).status_code == 200
        # Both are still at it.
        assert not hanging.model.gone.is_set()
        waiting[0].close()
        assert hanging.model.gone.wait(PATIENCE)
        hanging.model.gone.clear()
        waiting[1].close()
        assert hanging.model.gone.wait(PATIENCE)
        assert client.get("/v1/conversations").json()["total"] == 0


@pytest.mark.parametrize(("path", "body"), [CHAT, COMPLETION], ids=["chat", "completion"])
def test_who_leaves_a_stream_ends_the_models_connection(hanging: Hanging, path: str, body: dict[str, Any]) -> None:
    connection = hanging.send(path, {**body, "stream": True})
    told = connection.getresponse()
    assert told.readline()
    connection.close()
    told.close()
    assert hanging.model.gone.wait(PATIENCE)


@pytest.mark.parametrize("headers", [False, True])
def test_a_writer_that_is_stopped_raises_and_hangs_up(pipeline: Pipeline, headers: bool) -> None:
    answer = pipeline.ask(QUESTION)
    assert isinstance(answer, Answered)
    asked, stopped = threading.Semaphore(0), threading.Event()

    def stop() -> None:
        asked.acquire(timeout=PATIENCE)
        stopped.set()

    with model_server(hangs(asked, headers=headers)) as model:
        settings = Settings(data=pipeline.settings.data, llm_url=model.url, llm_model="m", llm_timeout=TIMEOUT)
        writer = open_writer(settings, pipeline.reader)
        assert writer is not None
        threading.Thread(target=stop).start()
        with pytest.raises(Stopped):
            list(writer.write(QUESTION, answer, stopped))
        assert model.gone.wait(PATIENCE)
