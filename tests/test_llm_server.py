"""The language model's server misbehaves in every way; the answer stands as it was found, and the key stays secret."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from llm_server import KEY, Behaviour, Handler, chunk, closed_port, model_server, refuses, repeats, sends, waits, writes

from index.errors import InputError
from service.answers import Answered
from service.evidence.reader import EvidenceReader
from service.llm import reply
from service.llm.writer import Writer, open_writer
from service.llm.written import Sentence, Written
from service.pipeline import Pipeline
from service.settings import Settings

QUESTION = "When did the MNLA declare independence?"
TRUE = "The MNLA declared independence from Mali on 6 April."


@pytest.fixture(scope="module")
def answer(pipeline: Pipeline) -> Answered:
    found = pipeline.ask(QUESTION)
    assert isinstance(found, Answered)
    return found


def open_for(pipeline: Pipeline, url: str, timeout: float = 60) -> Writer:
    settings = Settings(
        data=pipeline.settings.data, llm_url=url, llm_key=KEY, llm_model="small-model", llm_timeout=timeout
    )
    writer = open_writer(settings, pipeline.reader)
    assert writer is not None
    return writer


def written(
    pipeline: Pipeline, answer: Answered, *behaviours: Behaviour, timeout: float = 60, requests: int = 1
) -> Written:
    """What comes of a server that behaves like this; it is asked so many times."""
    with model_server(*behaviours) as server:
        *_, last = open_for(pipeline, server.url, timeout).write(QUESTION, answer)
        assert len(server.received) == requests
    assert isinstance(last, Written)
    return last


def assert_nothing(result: Written, problem: str) -> None:
    assert (result.text, result.sentences, result.problem) == ("", (), problem)


def test_a_good_reply_is_kept_with_its_markers(pipeline: Pipeline, answer: Answered) -> None:
    result = written(pipeline, answer, writes(TRUE[:20], TRUE[20:-1], " [1].\n"))
    assert result == Written(f"{TRUE} [1]", (Sentence(TRUE, (answer.citations[0].id,)),), 0, "small-model", None)


ERRORS = {
    "500": refuses(500, "it broke"),
    "503": refuses(503),
    "404": refuses(404, json.dumps({"error": {"message": "no such model"}})),
    "401": refuses(401, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})),
    "error event": sends('data: {"error": {"message": "out of memory"}}\n\n'),
    "not HTTP": lambda handler: handler.send(b"220 mail.example ESMTP\r\n"),
    "hangs up": lambda handler: handler.connection.close(),
    "cut off": sends(f"data: {json.dumps(chunk(TRUE + ' [1].'))}\n\n", Content_Length="5000"),
}


@pytest.mark.parametrize("behaviour", ERRORS.values(), ids=ERRORS.keys())
def test_a_server_in_trouble(pipeline: Pipeline, answer: Answered, behaviour: Behaviour) -> None:
    assert_nothing(written(pipeline, answer, behaviour), "unreachable")


def test_nobody_listens(pipeline: Pipeline, answer: Answered) -> None:
    (only,) = open_for(pipeline, f"http://127.0.0.1:{closed_port()}/v1").write(QUESTION, answer)
    assert isinstance(only, Written)
    assert_nothing(only, "unreachable")


PIECE = f"data: {json.dumps(chunk('word '))}\n\n".encode()
NONSENSE = {
    "HTML page": sends("<!doctype html><html><body>Sign in</body></html>", "text/html"),
    "empty": sends(""),
    "only done": writes(),
    "blank": writes(" \n", "\n "),
    "marks": writes("... [1] --- [2]\n"),
    "not JSON": sends("data: {not json}\n\n"),
    "not UTF-8": sends(b'data: {"choices": "\xff\xfe"}\n\n'),
    "nested": sends("data: " + "[" * 100_000 + "\n\n"),
    "whole, not streamed": sends(
        json.dumps({"choices": [{"message": {"content": TRUE + " [1]"}}]}), "application/json"
    ),
    "zipped": sends(gzip.compress(PIECE), Content_Encoding="gzip"),
    "endless": repeats([PIECE]),
    "endless sentences": repeats([f"data: {json.dumps(chunk('It was so. '))}\n\n".encode()]),
    "endless comments": repeats([b": still here\n\n" * 1000]),
    "endless line": repeats([b"data: " + b"x" * 60_000]),
}


@pytest.mark.parametrize("behaviour", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense(pipeline: Pipeline, answer: Answered, behaviour: Behaviour) -> None:
    assert_nothing(written(pipeline, answer, behaviour), "nonsense")


@pytest.mark.parametrize(
    "chunks",
    [
        [1],
        [None],
        ["text"],
        [[]],
        [{}],
        [{"choices": None}],
        [{"choices": []}],
        [{"choices": "abc"}],
        [{"choices": [3]}],
    ]
    + [[{"choices": [{"delta": value}]}] for value in (None, 1, [], {}, {"content": None}, {"content": [1]})],
    ids=repr,
)
def test_chunks_of_any_shape_are_passed_over(pipeline: Pipeline, answer: Answered, chunks: list[object]) -> None:
    events = "".join(f"data: {json.dumps(one)}\n\n" for one in [*chunks, chunk(f"{TRUE} [1]")])
    assert written(pipeline, answer, sends(events)).text == f"{TRUE} [1]"


def test_an_endless_error_page_is_not_read_to_the_end(pipeline: Pipeline, answer: Answered) -> None:
    def behave(handler: Handler) -> None:
        handler.send(b"HTTP/1.1 500 Oops\r\n\r\n")
        repeats([b"x" * 60_000], headers=False)(handler)

    assert_nothing(written(pipeline, answer, behave), "nonsense")


SLOW = {
    "silent after the headers": lambda handler: (handler.open_stream(), handler.server.gone.wait(20)),
    "silent after a sentence": lambda handler: (
        handler.open_stream(),
        handler.send_piece(f"{TRUE} [1].\nMore"),
        handler.server.gone.wait(20),
    ),
    "a header a byte at a time": repeats([b"X"], 0.05, headers=False),
    "a comment now and then": repeats([b": ping\n\n"], 0.05),
    "a word now and then": repeats([PIECE], 0.2),
}


@pytest.mark.parametrize("behaviour", SLOW.values(), ids=SLOW.keys())
def test_time_is_bounded_in_all(pipeline: Pipeline, answer: Answered, behaviour: Behaviour) -> None:
    assert_nothing(written(pipeline, answer, behaviour, timeout=1.5), "timeout")


def test_a_server_that_never_answers(pipeline: Pipeline, answer: Answered) -> None:
    done = threading.Event()
    assert_nothing(written(pipeline, answer, waits(done), timeout=0.5), "timeout")
    done.set()


def test_a_rate_limit_is_waited_for_once(pipeline: Pipeline, answer: Answered) -> None:
    busy = refuses(429, Retry_After="0")
    assert written(pipeline, answer, busy, writes(f"{TRUE} [1]"), requests=2).problem is None
    assert_nothing(written(pipeline, answer, busy, requests=2), "rate_limited")


@pytest.mark.parametrize("wait", ["3600", "inf", "nan"])
def test_a_rate_limit_beyond_the_time_is_not_waited_for(pipeline: Pipeline, answer: Answered, wait: str) -> None:
    assert_nothing(written(pipeline, answer, refuses(429, Retry_After=wait)), "rate_limited")


def test_a_redirect_is_not_followed(pipeline: Pipeline, answer: Answered) -> None:
    with model_server(writes(f"{TRUE} [1]")) as elsewhere:
        moved = refuses(307, Location=f"{elsewhere.url}/chat/completions")
        assert_nothing(written(pipeline, answer, moved), "unreachable")
        assert not elsewhere.received


def test_sentences_come_while_the_reply_does(pipeline: Pipeline, answer: Answered) -> None:
    told = threading.Event()

    def behave(handler: Handler) -> None:
        handler.open_stream()
        handler.send_piece(f"{TRUE} [1].\nThe")
        assert told.wait(30)
        handler.send_piece(" rest.")
        handler.send("data: [DONE]\n\n")

    with model_server(behave) as server:
        events = open_for(pipeline, server.url).write(QUESTION, answer)
        assert next(events) == Sentence(TRUE, (answer.citations[0].id,))
        told.set()
        (last,) = events
    assert isinstance(last, Written)
    assert (last.dropped, last.problem) == (1, None)


def test_who_stops_listening_stops_the_request(pipeline: Pipeline, answer: Answered) -> None:
    def behave(handler: Handler) -> None:
        handler.open_stream()
        handler.send_piece(f"{TRUE} [1].\nThe")
        repeats([b": still here\n\n"], 0.02, headers=False)(handler)

    with model_server(behave) as server:
        events = open_for(pipeline, server.url).write(QUESTION, answer)
        assert isinstance(next(events), Sentence)
        assert isinstance(events, Iterator)
        events.close()  # type: ignore[attr-defined]  # what a server does when its client goes away
        assert server.gone.wait(30)


def test_the_key_travels_in_one_header_and_nothing_else_is_told(
    pipeline: Pipeline, answer: Answered, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "ambient-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Extra: ambient-secret\nAuthorization: ambient-secret")
    caplog.set_level(logging.DEBUG)
    with model_server(ERRORS["401"], writes(f"{TRUE} [1]")) as server:
        writer = open_for(pipeline, server.url)
        results = [*writer.write(QUESTION, answer), *writer.write(QUESTION, answer)]
        first, second = server.received
    assert [one.problem for one in results if isinstance(one, Written)] == ["unreachable", None]
    for request in (first, second):
        assert request.path == "/v1/chat/completions"
        assert request.headers.pop("Authorization") == f"Bearer {KEY}"
        assert {name.lower() for name in request.headers} <= reply._HEADERS
        assert "ambient-secret" not in str(request)
        assert KEY not in str(request)
        sent = json.loads(request.body)
        assert (sent["model"], sent["temperature"], sent["stream"]) == ("small-model", 0, True)
    assert KEY not in caplog.text + repr(writer) + repr(results)


def test_no_key_no_header(pipeline: Pipeline, answer: Answered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "ambient-secret")
    with model_server(writes(f"{TRUE} [1]")) as server:
        settings = Settings(data=pipeline.settings.data, llm_url=server.url, llm_model="m")
        writer = open_writer(settings, pipeline.reader)
        assert writer is not None
        assert list(writer.write(QUESTION, answer))
        (request,) = server.received
    assert "Authorization" not in request.headers
    assert "ambient-secret" not in str(request)


def test_without_a_server_there_is_no_writer_and_no_client() -> None:
    script = (
        "import sys; from service.evidence.reader import EvidenceReader; from service.llm.writer import open_writer;"
        "from service.settings import Settings; assert open_writer(Settings(), EvidenceReader()) is None;"
        "assert not {'openai', 'httpx2', 'service.llm.reply'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)


BAD_URLS = [
    "ftp://host/v1",
    "localhost:11434",
    "http://",
    "https:///v1",
    "http://host:99999999/v1",
    "http://[::1/v1",
    "file:///etc",
    f"http://user:{KEY}@host/v1",
    f"http://host/v1?key={KEY}",
    "http://host/v1#part",
    " ",
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="CITECHECK_LLM_URL") as caught:
        open_writer(Settings(llm_url=url, llm_model="m"), EvidenceReader())
    assert KEY not in caught.value.message


def test_a_server_without_a_model_is_refused() -> None:
    with pytest.raises(InputError, match="CITECHECK_LLM_MODEL"):
        open_writer(Settings(llm_url="http://127.0.0.1:1/v1"), EvidenceReader())


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY} x", f"{KEY}é", f"{KEY}\x00"])
def test_a_key_that_is_none_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(InputError, match="CITECHECK_LLM_KEY") as caught:
        open_writer(Settings(llm_url="http://127.0.0.1:1/v1", llm_model="m", llm_key=key), EvidenceReader())
    assert KEY not in str(caught.value)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    monkeypatch.delitem(sys.modules, "service.llm.reply", raising=False)
    with pytest.raises(InputError, match=r"pip install citecheck\[llm\]"):
        open_writer(Settings(llm_url="http://127.0.0.1:1/v1", llm_model="m"), EvidenceReader())
