"""The HTTP service as the contract promises it, over a real server process."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import SEEDS, serving

CITATION_KEYS = {
    "id", "document_id", "version", "title", "section", "page", "start", "end", "text", "prefix", "suffix", "highlight",
    "copies",
}  # fmt: skip
ANSWER_KEYS = {
    "status",
    "answer",
    "confidence",
    "citations",
    "alternatives",
    "reason",
    "nearest",
    "read_as",
    "candidates",
}


@pytest.fixture
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=30) as client:
        yield client


def check_citation(citation: dict[str, Any]) -> None:
    assert set(citation) == CITATION_KEYS
    text = (SEEDS / f"{citation['document_id']}.txt").read_text(encoding="utf-8")
    start, end = citation["start"], citation["end"]
    assert text[start:end] == citation["text"]
    assert citation["id"] == f"c1:{citation['document_id']}@{citation['version']}:{start}-{end}"
    assert text[:start].endswith(citation["prefix"])
    assert text[end:].startswith(citation["suffix"])
    assert len(citation["prefix"]) == min(64, start)
    if citation["highlight"]:
        assert start <= citation["highlight"]["start"] < citation["highlight"]["end"] <= end


def test_the_question_of_the_readme(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": "When did the rebels take Timbuktu?"}).json()
    assert set(answer) == ANSWER_KEYS
    assert answer["status"] == "answered"
    assert answer["citations"]
    for citation in answer["citations"]:
        check_citation(citation)
    assert answer["answer"] in answer["citations"][0]["text"]
    assert any("1 April" in citation["text"] for citation in answer["citations"])


@pytest.mark.parametrize(
    "question",
    [
        "What is the melting point of tungsten?",
        "How tall is Mount Everest?",
        "Who wrote Hamlet?",
        "When was the Eiffel Tower built?",
        "How do I bake sourdough bread?",
        "What is the boiling point of water?",
    ],
)
def test_a_question_beyond_the_documents_is_declined(client: httpx.Client, question: str) -> None:
    answer = client.post("/v1/ask", json={"question": question}).json()
    assert set(answer) == ANSWER_KEYS
    assert (answer["status"], answer["answer"], answer["citations"]) == ("declined", None, [])
    assert answer["reason"] == "not_in_documents"
    for citation in answer["nearest"]:
        check_citation(citation)


def test_a_question_may_name_its_own_bar(client: httpx.Client) -> None:
    def status(bar: float) -> str:
        body = {"question": "When did the rebels take Timbuktu?", "min_confidence": bar}
        return str(client.post("/v1/ask", json=body).json()["status"])

    assert status(1.0) == "declined"
    assert status(0.0) != "declined"
    assert client.post("/v1/ask", json={"question": "Who?", "min_confidence": 1.5}).status_code == 422


def test_nothing_to_search_in_is_its_own_reason(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": "Who held Kidal?", "documents": []}).json()
    assert (answer["status"], answer["reason"], answer["nearest"]) == ("declined", "nothing_retrieved", [])


def test_the_same_question_gives_the_same_bytes(client: httpx.Client) -> None:
    body = {"question": "Who led Ansar Dine?"}
    assert len({client.post("/v1/ask", json=body).content for _ in range(5)}) == 1


def test_search_finds_the_row_by_its_headings(client: httpx.Client) -> None:
    hits = client.post("/v1/search", json={"query": "who held Kidal", "top_k": 5}).json()["hits"]
    assert "| Kidal | 30 March | | | Ansar Dine |" in [hit["passage"]["text"] for hit in hits[:3]]
    for hit in hits:
        check_citation(hit["passage"])
        assert set(hit["legs"]) == {"lexical", "dense", "rerank"}
        assert set(hit["legs"]["dense"]) == {"rank", "score"}


def test_documents_come_update_and_go(client: httpx.Client) -> None:
    added = client.post("/v1/documents", json={"id": "zoo", "title": "Zoo", "text": "A zebra named Ada lives here."})
    assert added.status_code == 200
    assert added.json()["status"] == "added"
    old = client.post("/v1/search", json={"query": "zebra Ada", "top_k": 1}).json()["hits"][0]["passage"]
    assert old["document_id"] == "zoo"
    assert client.get(f"/v1/citations/{old['id']}").json()["status"] == "current"
    again = client.post("/v1/documents", json={"id": "zoo", "title": "Zoo", "text": "A zebra named Ada lives here."})
    assert again.json()["status"] == "unchanged"
    client.post("/v1/documents", json={"id": "zoo", "title": "Zoo", "text": "News!\n\nA zebra named Ada lives here."})
    resolved = client.get(f"/v1/citations/{old['id']}").json()
    assert resolved["status"] == "moved"
    assert resolved["citation"]["text"] == resolved["current"]["text"] == old["text"]
    client.post("/v1/documents", json={"id": "zoo", "title": "Zoo", "text": "A giraffe named Bo lives somewhere else."})
    assert client.get(f"/v1/citations/{old['id']}").json()["status"] in ("changed", "gone")
    listed = client.get("/v1/documents", params={"limit": 1000}).json()
    assert "zoo" in [item["document_id"] for item in listed["documents"]]
    assert client.get("/v1/documents/zoo/text", params={"version": old["version"]}).json()["text"].startswith("A zebra")
    assert client.delete("/v1/documents/zoo").json()["status"] == "removed"
    assert client.get(f"/v1/citations/{old['id']}").json()["status"] == "gone"
    assert client.delete("/v1/documents/zoo").status_code == 404


def test_uploads(client: httpx.Client) -> None:
    text = "Le café fermé — “naïve” 🎯"
    for name, data in (("a b.txt", text.encode()), ("bom.txt", b"\xef\xbb\xbf" + text.encode())):
        change = client.post("/v1/documents", files={"file": (name, data)}).json()
        assert client.get(f"/v1/documents/{change['document_id']}/text").json()["text"] == text
        client.delete(f"/v1/documents/{change['document_id']}")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "empty_document"),
        ("blank.txt", b" \n\t\n", "empty_document"),
        ("binary.txt", b"\x00\x01\x02\xff" * 100, "not_text"),
        ("paper.pdf", b"%PDF-1.7 ...", "broken_file"),
        ("paper.txt", b"%PDF-1.7 ...", "unsupported_format"),
    ],
)
def test_unusable_uploads_say_what_to_do(client: httpx.Client, name: str, data: bytes, code: str) -> None:
    answer = client.post("/v1/documents", files={"file": (name, data)})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


def test_hostile_file_names_stay_inside(client: httpx.Client) -> None:
    for name in ("../../etc/passwd", "..", "con\u202etxt.exe", "a" * 500 + ".txt", "🎯.txt", "%2e%2e%2f.txt"):
        answer = client.post("/v1/documents", files={"file": (name, b"Some harmless text here.")})
        if answer.status_code == 200:
            document_id = answer.json()["document_id"]
            assert set(document_id) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
            assert document_id not in (".", "..")
            assert client.delete(f"/v1/documents/{document_id}").status_code == 200
        else:
            assert answer.status_code == 422


BAD_REQUESTS = [
    ("/v1/ask", {"question": ""}, 422),
    ("/v1/ask", {"question": "   "}, 422),
    ("/v1/ask", {"question": "x" * 100_000}, 413),
    ("/v1/ask", {"question": "x", "top_k": 0}, 422),
    ("/v1/ask", {"question": "x", "surprise": 1}, 422),
    ("/v1/ask", {}, 422),
    ("/v1/ask", {"question": "Who?", "documents": ["no-such"]}, 404),
    ("/v1/search", {"query": "\n"}, 422),
    ("/v1/lookup", {"quote": "a"}, 422),
    ("/v1/lookup", {"quote": "word " * 30_000}, 413),
    ("/v1/documents", {"text": ""}, 422),
    ("/v1/documents", {"text": "x", "id": "../x"}, 422),
]


@pytest.mark.parametrize(("path", "body", "status"), BAD_REQUESTS)
def test_bad_requests_get_a_clear_error(client: httpx.Client, path: str, body: dict[str, object], status: int) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "details"}
    assert len(error["message"]) > 10
    assert len(answer.content) < 5_000


def test_a_body_that_is_not_json(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", content=b"{not json", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"


def test_an_oversized_body_is_refused_even_without_a_length(client: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    answer = client.post("/v1/ask", content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "request_too_large"


def test_lone_surrogates_do_not_break_anything(client: httpx.Client) -> None:
    for path, body in (
        ("/v1/ask", b'{"question": "who \\ud800 held Kidal?"}'),
        ("/v1/lookup", b'{"quote": "the rebels \\ud800 seized control"}'),
        ("/v1/documents", b'{"text": "bad \\ud800 text", "id": "surrogate"}'),
    ):
        answer = client.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (200, 422), answer.text
        assert json.loads(answer.content.decode("utf-8"))


@pytest.mark.parametrize(
    ("citation_id", "status"),
    [
        ("nonsense", 422),
        ("c1:x@0123456789ab:5-5", 422),
        ("c1:../x@0123456789ab:5-9", 422),
        ("c1:003_2ac005a384697a87@000000000000:5-9", 404),
        ("c1:no-such@0123456789ab:5-9", 404),
    ],
)
def test_unusable_citation_ids(client: httpx.Client, citation_id: str, status: int) -> None:
    answer = client.get(f"/v1/citations/{citation_id}")
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_unknown_routes_and_methods(client: httpx.Client) -> None:
    assert client.get("/v1/nothing").json()["error"]["code"] == "not_found"
    assert client.put("/v1/ask").json()["error"]["code"] == "method_not_allowed"


def test_operation_endpoints(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    client.post("/v1/ask", json={"question": "Who held Kidal?"})
    metrics = client.get("/metrics").text
    assert 'citecheck_requests_total{route="/v1/ask",status="200"}' in metrics


def test_api_documentation_works_offline(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text
    schema = client.get("/openapi.json").json()
    assert {"/v1/ask", "/v1/search", "/v1/lookup", "/v1/citations/{citation_id}", "/v1/documents"} <= set(
        schema["paths"]
    )
    assert schema["components"]["schemas"]["AskRequest"]["properties"]["question"]["examples"]


def test_security_headers(client: httpx.Client) -> None:
    headers = client.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_full_queue_says_so_and_health_stays_quick(data_folder: Path) -> None:
    with serving(data_folder, CITECHECK_WORKERS="1", CITECHECK_QUEUE="2") as address:
        statuses: list[int] = []
        retry: list[str | None] = []

        def ask() -> None:
            # A search over words that are everywhere, with the longest question allowed: as slow as one gets.
            answer = httpx.post(
                f"{address}/v1/ask", json={"question": "the rebels of Mali " * 100, "top_k": 100}, timeout=60
            )
            statuses.append(answer.status_code)
            retry.append(answer.headers.get("retry-after") if answer.status_code == 503 else "1")

        threads = [threading.Thread(target=ask) for _ in range(30)]
        for thread in threads:
            thread.start()
        slowest = 0.0
        while any(thread.is_alive() for thread in threads):
            started = time.perf_counter()
            assert httpx.get(f"{address}/health", timeout=10).status_code == 200
            slowest = max(slowest, time.perf_counter() - started)
        assert set(statuses) == {200, 503}
        assert set(retry) == {"1"}
        # Not a speed test: with the event loop blocked, health would wait for all of the queue.
        assert slowest < 5


def test_pages_of_other_sites_cannot_reach_the_service(client: httpx.Client) -> None:
    body = {"question": "Who held Kidal?"}
    foreign = client.post("/v1/ask", json=body, headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert foreign.json()["error"]["code"] == "foreign_origin"
    renamed = client.get("/v1/documents", headers={"host": "evil.example"})
    assert renamed.status_code == 403
    own = str(client.base_url).rstrip("/")
    assert client.post("/v1/ask", json=body, headers={"origin": own}).status_code == 200


def test_hostile_document_ids_are_unknown_ones(client: httpx.Client) -> None:
    for document_id in (b'"\\ud800"', b'"../x"', b'""', b'"' + b"x" * 5000 + b'"'):
        content = b'{"question": "who", "documents": [' + document_id + b"]}"
        answer = client.post("/v1/ask", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 404
        assert len(answer.content) < 1000
    assert client.get("/v1/documents/%ff").status_code == 404


def test_a_removed_document_can_still_be_purged(client: httpx.Client) -> None:
    client.post("/v1/documents", json={"id": "secret", "text": "The password is swordfish."})
    quote = client.post("/v1/lookup", json={"quote": "The password is swordfish."}).json()["results"][0]["citation"]
    assert client.delete("/v1/documents/secret").status_code == 200
    assert client.get(f"/v1/citations/{quote['id']}").json()["status"] == "gone"
    assert client.delete("/v1/documents/secret", params={"purge": True}).status_code == 200
    assert client.get(f"/v1/citations/{quote['id']}").status_code == 404


def test_the_page_answers_head_and_is_checked_for_changes(client: httpx.Client) -> None:
    assert client.head("/").status_code == 200
    assert client.get("/static/main.js").headers["cache-control"] == "no-cache"


def test_asking_needs_no_writer(data_folder: Path) -> None:
    """Another process holds the write lock: questions are answered all the same, also ones about rows."""
    writer = sqlite3.connect(data_folder / "citecheck.sqlite", isolation_level=None)
    with serving(data_folder) as address:
        writer.execute("BEGIN IMMEDIATE")
        for question in ("Who held Kidal?", "When was Gao captured?", "Who are the leaders of the MNLA?"):
            assert httpx.post(f"{address}/v1/ask", json={"question": question}, timeout=10).status_code == 200
        writer.execute("ROLLBACK")
    writer.close()
