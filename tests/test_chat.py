"""Chat over HTTP: events in order, turns kept once, nothing kept for a client that went away."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from llm_server import KEY, model_server, refuses, writes

from conftest import SEEDS, build_pipeline, serving
from index.encoder import Encoder
from index.errors import InProgress, NotFound
from service.answers import Answered
from service.catalogue import remove_document
from service.conversation.chat import Chat, Opened, Scope, open_chat
from service.conversation.exchange import InContext
from service.conversation.turns import Turn

QUESTION = "When did the rebels take Timbuktu?"
UNANSWERABLE = "Who won the world chess championship in 1985?"
DOCUMENT = "003_2ac005a384697a87"


@pytest.fixture
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=30) as client:
        yield client


def say(client: httpx.Client, message: str, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/chat", json={"message": message, **fields})
    assert response.status_code == 200, response.text
    turn: dict[str, Any] = response.json()
    return turn


def events(response: httpx.Response) -> list[tuple[str, Any]]:
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = [block.split("\n", 1) for block in response.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_a_turn_has_the_answer_and_its_place_in_the_conversation(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    turn = say(client, f"  {QUESTION}\n")
    assert turn | answer == turn
    assert (turn["turn"], turn["message"], turn["standalone_question"]) == (1, QUESTION, QUESTION)
    assert turn["written"] is None
    again = say(client, UNANSWERABLE, conversation_id=turn["conversation_id"])
    assert (again["turn"], again["status"], again["citations"]) == (2, "declined", [])
    kept = client.get(f"/v1/conversations/{turn['conversation_id']}").json()
    assert kept["turns"] == [turn, again]
    assert kept["title"] == QUESTION


def test_the_stream_tells_each_step_and_ends_with_the_whole_turn(client: httpx.Client) -> None:
    told = events(client.post("/v1/chat", json={"message": QUESTION, "stream": True}))
    names = [name for name, _ in told]
    quotes = [data for name, data in told if name == "quote"]
    assert names == ["understood", "retrieved", *["quote"] * len(quotes), "answer", "done"]
    done = told[-1][1]
    assert quotes == done["citations"]
    assert {"conversation_id", "message", "standalone_question", "candidates", "context"} == set(told[0][1])
    assert told[0][1]["conversation_id"] == done["conversation_id"]
    assert told[1][1]["passages"] >= 24
    assert done | told[-2][1] == done
    assert client.get(f"/v1/conversations/{done['conversation_id']}").json()["turns"] == [done]


def test_a_retry_with_the_same_key_adds_no_turn(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = client.post("/v1/chat", json={"message": QUESTION}, headers=headers).json()
    assert client.post("/v1/chat", json={"message": QUESTION}, headers=headers).json() == first
    told = events(client.post("/v1/chat", json={"message": QUESTION, "stream": True}, headers=headers))
    assert told[-1] == ("done", first)
    assert [name for name, _ in told] == ["understood", *["quote"] * len(first["citations"]), "answer", "done"]
    other = client.post("/v1/chat", json={"message": UNANSWERABLE}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert client.get(f"/v1/conversations/{first['conversation_id']}").json()["turns"] == [first]


def test_a_client_that_goes_away_leaves_no_turn(client: httpx.Client) -> None:
    with client.stream("POST", "/v1/chat", json={"message": QUESTION, "stream": True}) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: understood"
        chosen = json.loads(next(lines).removeprefix("data: "))["conversation_id"]
    time.sleep(2)
    assert client.get(f"/v1/conversations/{chosen}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"message": ""}, 422, "empty_question"),
        ({"message": "…?!"}, 422, "empty_question"),
        ({"message": "a\ud800b"}, 422, "bad_question"),
        ({"message": "why " * 25_000}, 413, "question_too_long"),
        ({"message": QUESTION, "documents": ["nowhere"]}, 404, "document_not_found"),
        ({"message": QUESTION, "top_k": 0}, 422, "invalid_request"),
        ({"message": QUESTION, "min_confidence": 2}, 422, "invalid_request"),
        ({"message": QUESTION, "conversation_id": "nothing"}, 404, "conversation_not_found"),
        ({"message": QUESTION, "unknown": 1}, 422, "invalid_request"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_answered_is_refused_before_the_stream(
    client: httpx.Client, body: dict[str, Any], status: int, code: str, stream: bool
) -> None:
    response = client.post(
        "/v1/chat", content=json.dumps({**body, "stream": stream}), headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("key", ["x" * 201, ""])
def test_a_key_has_bounds(client: httpx.Client, key: str) -> None:
    response = client.post("/v1/chat", json={"message": QUESTION}, headers={"Idempotency-Key": key})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_idempotency_key")


def test_conversations_are_begun_renamed_listed_exported_and_removed(client: httpx.Client) -> None:
    begun = client.post("/v1/conversations", json={}).json()
    chosen = begun["conversation_id"]
    say(client, QUESTION, conversation_id=chosen)
    renamed = client.patch(f"/v1/conversations/{chosen}", json={"title": "Towns"}).json()
    assert (renamed["title"], renamed["turns"]) == ("Towns", 1)
    listed = client.get("/v1/conversations", params={"limit": 1}).json()
    assert [one["conversation_id"] for one in listed["conversations"]] == [chosen]
    markdown = client.get(f"/v1/conversations/{chosen}/export")
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "attachment" in markdown.headers["content-disposition"]
    assert markdown.text.startswith("# Towns\n")
    exported = client.get(f"/v1/conversations/{chosen}/export", params={"format": "json"}).json()
    assert exported == client.get(f"/v1/conversations/{chosen}").json()
    for citation in exported["turns"][0]["citations"]:
        text = (SEEDS / f"{citation['document_id']}.txt").read_text(encoding="utf-8")
        assert text[citation["start"] : citation["end"]] == citation["text"]
        assert citation["id"] in markdown.text
    assert client.delete(f"/v1/conversations/{chosen}").json() == {"conversation_id": chosen, "status": "removed"}
    for call in (client.get, client.delete):
        assert call(f"/v1/conversations/{chosen}").status_code == 404
    assert client.patch(f"/v1/conversations/{chosen}", json={"title": "x"}).status_code == 404
    assert client.get(f"/v1/conversations/{chosen}/export").status_code == 404


def test_feedback_stays_with_its_turn(client: httpx.Client) -> None:
    turn = say(client, QUESTION)
    place = {"conversation_id": turn["conversation_id"], "turn": 1}
    given = client.post("/v1/feedback", json={**place, "verdict": "evidence_wrong", "comment": "why?"}).json()
    assert given == {**place, "feedback": {"verdict": "evidence_wrong", "comment": "why?"}}
    kept = client.get(f"/v1/conversations/{turn['conversation_id']}").json()["turns"][0]
    assert kept == {**turn, "feedback": {"verdict": "evidence_wrong", "comment": "why?"}}
    assert client.post("/v1/feedback", json={**place, "verdict": "perhaps"}).status_code == 422
    assert client.post("/v1/feedback", json={**place, "turn": 2, "verdict": "right"}).status_code == 404


def test_an_old_turn_shows_what_was_answered_then(data_folder: Path) -> None:
    path = SEEDS / f"{DOCUMENT}.txt"
    changed = path.read_text(encoding="utf-8").replace("| Timbuktu | 1 April |", "| Timbuktu | 2 April |")
    with serving(data_folder) as address, httpx.Client(base_url=address, timeout=60) as client:
        turn = say(client, QUESTION)
        assert turn["citations"][0]["document_id"] == DOCUMENT
        client.post("/v1/documents", files={"file": (f"{DOCUMENT}.txt", changed.encode())}).raise_for_status()
        kept = client.get(f"/v1/conversations/{turn['conversation_id']}").json()["turns"]
        assert kept == [turn]
        cited = turn["citations"][0]["id"]
        assert client.get(f"/v1/citations/{cited}").json()["status"] in {"moved", "changed"}
    # ... also by another process, after a restart.
    with serving(data_folder) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert client.get(f"/v1/conversations/{turn['conversation_id']}").json()["turns"] == [turn]
        client.delete(f"/v1/documents/{DOCUMENT}", params={"purge": True}).raise_for_status()
        assert client.get(f"/v1/conversations/{turn['conversation_id']}").json()["turns"] == []


def with_model(data: Path, address: str, timeout: float = 20) -> serving:
    environment = {"CITECHECK_LLM_URL": address, "CITECHECK_LLM_MODEL": "a-model", "CITECHECK_LLM_KEY": KEY}
    return serving(data, **environment, CITECHECK_LLM_TIMEOUT=str(timeout))


def test_a_language_models_sentences_are_told_kept_and_counted(data_folder: Path) -> None:
    written = writes("The rebels took Timbuktu on 1 April. [1] ", "The moon is made of green cheese. [1]")
    with (
        model_server(written) as model,
        with_model(data_folder, model.url) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        told = events(client.post("/v1/chat", json={"message": QUESTION, "stream": True}))
        assert [name for name, _ in told][-4:] == ["answer", "sentence", "written", "done"]
        done = told[-1][1]
        assert done["written"]["text"] == "The rebels took Timbuktu on 1 April. [1]"
        assert (done["written"]["dropped"], done["written"]["problem"]) == (1, None)
        assert done["written"]["sentences"][0]["citations"] == [done["citations"][0]["id"]]
        assert client.get(f"/v1/conversations/{done['conversation_id']}").json()["turns"] == [done]
        # A refusal has no quotes: nothing is asked of the model.
        asked = len(model.received)
        assert say(client, UNANSWERABLE)["written"] is None
        assert len(model.received) == asked


def test_a_language_model_that_fails_leaves_the_documents_own_answer(data_folder: Path) -> None:
    with (
        model_server(refuses(500, "down")) as model,
        with_model(data_folder, model.url, timeout=3) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        turn = say(client, QUESTION)
    assert turn["status"] == "answered"
    assert turn["citations"]
    assert (turn["written"]["text"], turn["written"]["problem"]) == ("", "unreachable")
    assert KEY not in json.dumps(turn)


@pytest.fixture
def chat(data_folder: Path, encoder: Encoder) -> Iterator[Chat]:
    opened = open_chat(build_pipeline(data_folder, encoder))
    yield opened
    opened.close()
    opened.pipeline.library.close()


ANYWHERE = Scope(None, None, None)


def test_a_second_try_beside_the_first_waits_its_turn(chat: Chat) -> None:
    first = chat.converse(QUESTION, None, ANYWHERE, "a-key")
    next(first)
    with pytest.raises(InProgress, match="answered already"):
        next(chat.converse(QUESTION, None, ANYWHERE, "a-key"))
    *_, turn = first
    *_, again = chat.converse(QUESTION, None, ANYWHERE, "a-key")
    assert again == turn
    # A try that was given up leaves the way free.
    given_up = chat.converse(UNANSWERABLE, None, ANYWHERE, "b-key")
    next(given_up)
    given_up.close()  # type: ignore[attr-defined]
    *_, kept = chat.converse(UNANSWERABLE, None, ANYWHERE, "b-key")
    assert isinstance(kept, Turn)


def test_a_document_purged_during_the_answer_leaves_no_words_behind(chat: Chat) -> None:
    work = chat.converse(QUESTION, None, ANYWHERE, None)
    (opened, *_, answer) = itertools.takewhile(lambda event: not isinstance(event, Turn), itertools.islice(work, 4))
    assert isinstance(opened, Opened)
    assert isinstance(answer, Answered)
    chat.store.forget(DOCUMENT)
    remove_document(chat.pipeline.library, DOCUMENT, purge=True)
    with pytest.raises(NotFound):
        next(work)
    with pytest.raises(NotFound, match="no conversation"):
        chat.conversation(opened.conversation_id)


def test_one_purged_turn_does_not_hide_the_others(chat: Chat) -> None:
    *_, first = chat.converse(QUESTION, None, ANYWHERE, None)
    *_, second = chat.converse(UNANSWERABLE, first.conversation_id, ANYWHERE, None)
    shown = {citation.document_id for citation in second.answer.nearest}
    remove_document(chat.pipeline.library, DOCUMENT, purge=True)
    left = [turn.turn for turn in chat.conversation(first.conversation_id).turns]
    assert left == ([] if DOCUMENT in shown else [2])


def test_a_damaged_conversations_file_takes_nothing_else_down(data_folder: Path) -> None:
    (data_folder / "conversations.sqlite").write_bytes(b"no database" * 2000)
    with serving(data_folder) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert client.post("/v1/ask", json={"question": QUESTION}).json()["status"] == "answered"
        refused = client.post("/v1/chat", json={"message": QUESTION})
        assert refused.status_code == 503
        assert "conversations.sqlite" in refused.json()["error"]["message"]


def test_a_file_held_by_another_program_does_not_hold_up_questions(data_folder: Path) -> None:
    with serving(data_folder) as address, httpx.Client(base_url=address, timeout=60) as client:
        say(client, QUESTION)
        holder = sqlite3.connect(data_folder / "conversations.sqlite", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        refused = client.post("/v1/chat", json={"message": QUESTION})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "data_folder_busy")
        holder.execute("ROLLBACK")
        holder.close()
        assert say(client, QUESTION)["turn"] == 1


def test_a_follow_up_is_told_again_with_what_was_talked_about(chat: Chat) -> None:
    *_, first = chat.converse("Which truce was Ansar Dine asked for in 2016?", None, ANYWHERE, None)
    told = list(chat.converse("did it accept?", first.conversation_id, ANYWHERE, None))
    turn = told[-1]
    contexts = [event.context for event in told if isinstance(event, InContext)]
    assert turn.context == (contexts[0] if contexts else None)
    # What was put beside the question is no part of what the next message leans on.
    assert "(" not in turn.standalone_question
