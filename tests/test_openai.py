"""OpenAI's protocol over a real server, through the real client."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from conftest import SEEDS
from index.encoder import Encoder

QUESTION = "When did the rebels take Timbuktu?"
BEYOND = "What is the melting point of tungsten?"


@pytest.fixture
def client(live_server: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{live_server}/v1", api_key="not-needed", max_retries=0) as client:
        yield client


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def ask(client: OpenAI, *messages: Any, model: str = "citecheck", **options: Any) -> ChatCompletion:
    completion = client.chat.completions.create(model=model, messages=list(messages), **options)
    assert isinstance(completion, ChatCompletion)
    return completion


def stream(client: OpenAI, *messages: Any, **options: Any) -> list[ChatCompletionChunk]:
    return list(client.chat.completions.create(model="citecheck", messages=list(messages), stream=True, **options))


def content_of(completion: ChatCompletion) -> str:
    content = completion.choices[0].message.content
    assert content is not None
    return content


def annotations_of(completion: ChatCompletion) -> list[dict[str, Any]]:
    return [one.model_dump() for one in completion.choices[0].message.annotations or ()]


def test_the_models_are_listed(client: OpenAI) -> None:
    models = client.models.list().data
    assert [(model.id, model.object, model.owned_by) for model in models] == [
        ("citecheck", "model", "citecheck"),
        ("citecheck-plain", "model", "citecheck"),
    ]
    assert client.models.retrieve("citecheck-plain") == models[1]
    with pytest.raises(NotFoundError) as failure:
        client.models.retrieve("gpt-5")
    assert (failure.value.code, failure.value.type) == ("model_not_found", "invalid_request_error")


def test_an_answer_has_openais_shape(client: OpenAI) -> None:
    completion = ask(client, user(QUESTION))
    assert re.fullmatch(r"chatcmpl-[0-9a-f]{32}", completion.id)
    assert (completion.object, completion.model) == ("chat.completion", "citecheck")
    assert completion.created > 1_700_000_000
    (choice,) = completion.choices
    assert (choice.index, choice.finish_reason, choice.logprobs) == (0, "stop", None)
    assert (choice.message.role, choice.message.refusal, choice.message.tool_calls) == ("assistant", None, None)
    assert completion.id != ask(client, user(QUESTION)).id


def test_quotes_stand_in_the_content_and_in_the_annotations(client: OpenAI, live_server: str) -> None:
    completion = ask(client, user(QUESTION))
    answer, *footnotes = content_of(completion).split("\n\n")
    found = annotations_of(completion)
    assert answer == "1 April" + "".join(f"[^{number}]" for number in range(1, len(found) + 1))
    assert len(footnotes) == len(found) >= 1
    for number, (footnote, one) in enumerate(zip(footnotes, found, strict=True), start=1):
        citation, place = one["citation"], one["url_citation"]
        assert footnote.startswith(f"[^{number}]: “")
        assert footnote.endswith(f" (`{citation['id']}`)")
        text = (SEEDS / f"{citation['document_id']}.txt").read_text(encoding="utf-8")
        assert text[citation["start"] : citation["end"]] == citation["text"]
        assert content_of(completion)[place["start_index"] : place["end_index"]] == "1 April"
        assert place["title"] == citation["title"]
        assert place["url"] == f"{live_server}/v1/citations/{citation['id']}"
        assert httpx.get(place["url"]).json()["citation"]["text"] == citation["text"]


def test_tokens_are_counted(client: OpenAI, encoder: Encoder) -> None:
    system = "You are a helpful librarian."
    completion = ask(client, {"role": "system", "content": system}, user(QUESTION))
    usage = completion.usage
    assert usage is not None
    assert usage.prompt_tokens == encoder.count_tokens(system) + encoder.count_tokens(QUESTION)
    assert usage.completion_tokens == encoder.count_tokens(content_of(completion))
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


@pytest.mark.parametrize(
    ("model", "chosen", "shown"),
    [
        ("citecheck", None, True), ("citecheck-plain", None, False), ("citecheck", False, False),
        ("citecheck-plain", True, True),
    ],
)  # fmt: skip
def test_footnotes_can_be_switched(client: OpenAI, model: str, chosen: bool | None, shown: bool) -> None:
    body = None if chosen is None else {"citecheck": {"footnotes": chosen}}
    completion = ask(client, user(QUESTION), model=model, extra_body=body)
    assert ("[^" in content_of(completion)) == shown
    assert content_of(completion).startswith("1 April")
    assert [one["citation"]["id"] for one in annotations_of(completion)] == [
        one["citation"]["id"] for one in annotations_of(ask(client, user(QUESTION)))
    ]


def test_a_question_may_name_its_documents_and_its_bar(client: OpenAI) -> None:
    wanted = "004_c68bcb3c133b9df2"
    found = ask(client, user(QUESTION), extra_body={"citecheck": {"documents": [wanted], "min_confidence": 0.0}})
    assert {one["citation"]["document_id"] for one in annotations_of(found)} == {wanted}
    declined = ask(client, user(QUESTION), extra_body={"citecheck": {"min_confidence": 1.0}})
    assert content_of(declined).startswith("The documents do not say.")


def test_a_refusal_links_the_nearest_passages_and_quotes_nothing(client: OpenAI) -> None:
    completion = ask(client, user(BEYOND))
    said, warning, links = content_of(completion).split("\n\n")
    assert (said, warning) == ("The documents do not say.", "The nearest passages, which do not answer the question:")
    assert annotations_of(completion) == []
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model_extra is not None
    assert completion.model_extra["citecheck"]["status"] == "declined"
    for link in links.split("\n"):
        found = re.search(r"\]\((http://[^)]+/v1/citations/[^)]+)\)", link)
        assert found is not None
        assert httpx.get(found[1]).json()["status"] == "current"


@pytest.mark.parametrize("question", [QUESTION, BEYOND, "When did the rebbels take Gao?"])
def test_a_stream_says_the_same_in_pieces(client: OpenAI, question: str) -> None:
    whole = ask(client, user(question))
    chunks = stream(client, user(question))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert (deltas[0].role, deltas[0].content) == ("assistant", "")
    assert "".join(delta.content or "" for delta in deltas) == content_of(whole)
    annotations = [one for delta in deltas for one in (delta.model_extra or {}).get("annotations", ())]
    assert annotations == annotations_of(whole)
    assert deltas[-1].content is None
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len({(chunk.id, chunk.created, chunk.model, chunk.object) for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_a_stream_counts_tokens_when_asked(client: OpenAI) -> None:
    *chunks, last = stream(client, user(QUESTION), stream_options={"include_usage": True})
    assert last.choices == []
    assert last.usage == ask(client, user(QUESTION)).usage
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_stream_ends_with_done(live_server: str) -> None:
    body = {"model": "citecheck", "messages": [user(QUESTION)], "stream": True}
    response = httpx.post(f"{live_server}/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    lines = [line for line in response.text.split("\n\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    assert lines.count("data: [DONE]") == 1
    assert '"finish_reason":"stop"' in lines[-2]
    assert "April" not in lines[-2]


def test_the_asynchronous_client_streams_too(live_server: str) -> None:
    async def listen() -> str:
        async with AsyncOpenAI(base_url=f"{live_server}/v1", api_key="x") as client:
            chunks = await client.chat.completions.create(
                model="citecheck-plain", messages=[{"role": "user", "content": QUESTION}], stream=True
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

    assert asyncio.run(listen()) == "1 April"


def test_a_replayed_conversation_goes_on(client: OpenAI) -> None:
    first = ask(client, user(QUESTION))
    replayed = first.choices[0].message.model_dump()
    replayed |= {"name": "citecheck", "reasoning_content": "", "id": "m-1", "tool_calls": None, "rating": 5}
    system = {"role": "system", "content": "You are ChatGPT. Answer in French."}
    told = ask(client, system, {**user(QUESTION), "name": "ann"}, replayed, user("When did the rebels take Gao?"))
    assert content_of(told) == content_of(ask(client, user("When did the rebels take Gao?")))


def test_a_follow_up_is_read_by_what_was_said(client: OpenAI) -> None:
    first = ask(client, user("When did the rebels take Kidal?"))
    told = ask(client, user("When did the rebels take Kidal?"), first.choices[0].message.model_dump(), user("and Gao?"))
    assert content_of(told).startswith("*Read as: ")
    assert "Gao" in content_of(told).split("\n")[0]
    assert any("31 March" in one["citation"]["text"] for one in annotations_of(told))


def test_messages_may_come_in_parts(client: OpenAI) -> None:
    parts = [{"type": "text", "text": QUESTION}]
    assert content_of(ask(client, user(parts))) == content_of(ask(client, user(QUESTION)))


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0.7, "top_p": 0.9, "seed": 1, "user": "ann", "stop": ["\n"], "max_tokens": 5, "n": 1},
        {"presence_penalty": 1, "frequency_penalty": 1, "logit_bias": {"1": 2}, "metadata": {"a": "b"}, "store": True},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}], "tool_choice": "auto"},
        {"response_format": {"type": "text"}, "logprobs": False, "reasoning_effort": "low", "modalities": ["text"]},
        {"extra_body": {"chat_id": "c", "session_id": "s", "options": {"num_ctx": 2048}, "background_tasks": {}}},
    ],
)
def test_what_changes_nothing_is_accepted(client: OpenAI, options: dict[str, Any]) -> None:
    assert content_of(ask(client, user(QUESTION), **options)).startswith("1 April[^1]")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice"),
        ({"function_call": {"name": "f"}}, "function_call"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"modalities": ["text", "audio"]}, "modalities"),
    ],
)
def test_what_cannot_be_done_is_refused(client: OpenAI, options: dict[str, Any], param: str, streamed: bool) -> None:
    asked: Any = user(QUESTION)
    with pytest.raises(BadRequestError) as failure:
        client.chat.completions.create(model="citecheck", messages=[asked], stream=streamed, **options)
    assert (failure.value.code, failure.value.param) == ("unsupported_value", param)
    assert failure.value.type == "invalid_request_error"


def test_the_example_of_the_documentation_is_true(live_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent / "docs" / "openai-protocol.md").read_text(encoding="utf-8")
    example, shown = re.findall(r"```(?:python|text)\n(.*?)```", page, re.DOTALL)
    exec(example.replace("http://127.0.0.1:8000", live_server), {})
    assert capsys.readouterr().out == shown
