"""Refusals of the OpenAI endpoint: OpenAI's error shape and the contract's in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openai import BadRequestError, OpenAI

from service.openai.requests import MAX_MESSAGE_CHARACTERS, MAX_MESSAGES

QUESTION = {"role": "user", "content": "When did the rebels take Timbuktu?"}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}


@pytest.fixture
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{live_server}/v1", timeout=30) as client:
        yield client


def refusal(client: httpx.Client, status: int, messages: object, **options: object) -> dict[str, Any]:
    """The error of a request, the same with and without a stream."""
    body = {"model": "citecheck", "messages": messages, **options}
    answers = [client.post("/chat/completions", json={**body, "stream": stream}) for stream in (False, True)]
    assert [answer.status_code for answer in answers] == [status, status]
    first, second = (answer.json()["error"] for answer in answers)
    assert first == second
    assert set(first) == {"code", "message", "details", "type", "param"}
    assert isinstance(first["details"], dict)
    assert first["type"] == "invalid_request_error"
    assert first["message"].endswith(".")
    found: dict[str, Any] = first
    return found


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([], "messages"),
        ("hello", "messages"),
        ([{"content": "hello"}], "messages[0].role"),
        ([{"role": "narrator", "content": "hello"}], "messages[0].role"),
        ([{"role": "user", "content": 5}], "messages[0].content"),
        ([{"role": "user", "content": [{"text": "hello"}]}], "messages[0].content[0].type"),
        ([QUESTION] * (MAX_MESSAGES + 1), "messages"),
    ],
)
def test_messages_of_another_shape(client: httpx.Client, messages: object, param: str) -> None:
    error = refusal(client, 400, messages)
    assert (error["code"], error["param"]) == ("invalid_request", param)


def test_half_a_character_is_refused(client: httpx.Client) -> None:
    content = b'{"model": "citecheck", "messages": [{"role": "user", "content": "When \\ud800?"}]}'
    answer = client.post("/chat/completions", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_no_json(client: httpx.Client) -> None:
    answer = client.post("/chat/completions", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] is None


def test_a_model_there_is_not(client: httpx.Client) -> None:
    error = refusal(client, 404, [QUESTION], model="gpt-5")
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert "citecheck-plain" in error["message"]


@pytest.mark.parametrize("content", ["", "  ", "?!", None, []])
def test_an_empty_question(client: httpx.Client, content: object) -> None:
    assert refusal(client, 400, [{"role": "user", "content": content}])["code"] == "empty_question"


@pytest.mark.parametrize("role", ["assistant", "tool"])
def test_no_question_at_the_end(client: httpx.Client, role: str) -> None:
    error = refusal(client, 400, [QUESTION, {"role": role, "content": "Well,"}])
    assert (error["code"], error["param"]) == ("no_question", "messages")


def test_a_picture_is_refused_where_it_is_asked_about_only(client: httpx.Client, live_server: str) -> None:
    shown = {"role": "user", "content": [{"type": "text", "text": "What is this?"}, IMAGE]}
    error = refusal(client, 400, [QUESTION, shown])
    assert (error["code"], error["param"]) == ("unsupported_content", "messages[1].content[1].type")
    with OpenAI(base_url=f"{live_server}/v1", api_key="x") as openai:
        with pytest.raises(BadRequestError):
            openai.chat.completions.create(model="citecheck", messages=[shown])  # type: ignore[list-item]
        later = [shown, {"role": "assistant", "content": "A map."}, QUESTION]
        answer = openai.chat.completions.create(model="citecheck", messages=later)  # type: ignore[arg-type]
    assert (answer.choices[0].message.content or "").startswith("1 April")


def test_too_long(client: httpx.Client) -> None:
    assert refusal(client, 413, [{"role": "user", "content": "word " * 1000}])["code"] == "question_too_long"
    error = refusal(client, 413, [{"role": "system", "content": "x" * (MAX_MESSAGE_CHARACTERS + 1)}, QUESTION])
    assert (error["code"], error["param"]) == ("message_too_long", "messages[0].content")


def test_a_document_there_is_not(client: httpx.Client) -> None:
    assert refusal(client, 404, [QUESTION], citecheck={"documents": ["nothing"]})["code"] == "document_not_found"


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"footnote": True}, "citecheck.footnote"),
        ({"min_confidence": 2}, "citecheck.min_confidence"),
        ({"top_k": 0}, "citecheck.top_k"),
    ],
)
def test_our_own_options_are_checked(client: httpx.Client, options: dict[str, object], param: str) -> None:
    assert refusal(client, 400, [QUESTION], citecheck=options)["param"] == param
