"""The people of benchmarks.chatting, as locust runs them: they chat and think, and one more looks after the health."""

from __future__ import annotations

import json
import random
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import requests
from locust import HttpUser, between, constant_pacing, events, task
from locust.clients import ResponseContextManager
from locust.env import Environment

from benchmarks.streaming import Heard, conversation, listen
from eval.goldset import GOLD_FILE

_OPENINGS = [json.loads(line)["question"] for line in GOLD_FILE.read_text(encoding="utf-8").splitlines()]
_TIMEOUT = 60
_made: list[dict[str, Any]] = []


@events.init_command_line_parser.add_listener
def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=str, required=True, help="JSON lines: every turn and probe")


@events.quitting.add_listener
def _write(environment: Environment, **_: object) -> None:
    options = environment.parsed_options
    if options is not None:
        lines = "".join(json.dumps(one) + "\n" for one in _made)
        Path(options.out).write_text(lines, encoding="utf-8")


class Person(HttpUser):
    """Holds one conversation after the other and thinks three to eight seconds before each further message."""

    wait_time = between(3, 8)
    _met = 0

    def on_start(self) -> None:
        """Give everybody conversations of their own, the same at every run."""
        Person._met += 1
        self._chance = random.Random(Person._met)
        self._begin()

    def _begin(self) -> None:
        self._messages = conversation(_OPENINGS, self._chance)
        self._conversation_id: str | None = None

    @task
    def say(self) -> None:
        """Send the next message and listen to the end."""
        body = {"message": self._messages.pop(0), "stream": True}
        if self._conversation_id is not None:
            body["conversation_id"] = self._conversation_id
        heard = self._heard(body)
        _made.append({"first": heard.first, "full": heard.full, "status": heard.status, "problem": heard.problem})
        self._conversation_id = heard.conversation_id
        if heard.problem is not None or not self._messages:
            self._begin()

    def _heard(self, body: dict[str, Any]) -> Heard:
        started = time.perf_counter()
        try:
            with self.client.post(
                "/v1/chat", json=body, stream=True, timeout=_TIMEOUT, catch_response=True
            ) as response:
                if (refused := _refused(response)) is not None:
                    return Heard(None, None, None, refused, None)
                # Without a size, each piece is handed on as it arrives.
                heard = listen(response.iter_content(chunk_size=None), started)
                if heard.problem is not None:
                    response.failure(heard.problem)
                return heard
        except requests.RequestException as error:
            return Heard(None, None, None, type(error).__name__, None)


def _refused(response: ResponseContextManager) -> str | None:
    """Name what kept a request from being answered: an HTTP status, or the error of a connection that broke."""
    if response.status_code == requests.codes.ok:
        return None
    return type(response.error).__name__ if response.status_code == 0 else f"http_{response.status_code}"


class Prober(HttpUser):
    """Asks for the health every half second."""

    fixed_count = 1
    wait_time = constant_pacing(0.5)

    @task
    def probe(self) -> None:
        """Ask once."""
        started = time.perf_counter()
        with self.client.get("/health", timeout=_TIMEOUT, catch_response=True) as response:
            problem = _refused(response)
        _made.append({"health": time.perf_counter() - started, "problem": problem})
