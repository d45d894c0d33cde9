"""Chat turns are read and timed as a reader hears them, and a crowd of them is counted."""

from __future__ import annotations

import itertools
import json
import random
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chatting import Crowd, counted, timed
from benchmarks.streaming import Heard, conversation, events, listen

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.sampled_from(["understood", "quote", "done"])
STREAMS = st.lists(st.tuples(NAMES, st.dictionaries(texts, texts, max_size=2)), max_size=5)


@given(STREAMS, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.lists(st.integers(0, 400), max_size=6))
def test_events_are_whole_however_they_arrive(
    sent: list[tuple[str, dict[str, str]]], newline: str, pinged: bool, cuts: list[int]
) -> None:
    ping = f": still here{newline}{newline}" if pinged else ""
    told = (f"event: {name}{newline}data: {json.dumps(data)}{newline}{newline}" for name, data in sent)
    stream = (ping + ping.join(told) + ping + "event: unfinished").encode()
    places = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    chunks = [stream[start:stop] for start, stop in itertools.pairwise(places)]
    assert list(events(chunks)) == sent


def told(name: str, data: dict[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


UNDERSTOOD = told("understood", {"conversation_id": "c", "standalone_question": "Why?"})
DONE = told("done", {"conversation_id": "c", "status": "declined"})
ERROR = told("error", {"error": {"code": "busy", "message": "Try later.", "details": {}}})


def test_a_turn_is_timed_to_its_first_event_and_to_done() -> None:
    heard = listen(iter([UNDERSTOOD, DONE]), time.perf_counter() - 5)
    assert heard.first is not None
    assert heard.full is not None
    assert 5 <= heard.first <= heard.full
    assert (heard.status, heard.problem, heard.conversation_id) == ("declined", None, "c")


@pytest.mark.parametrize(
    ("chunks", "problem"), [([UNDERSTOOD, ERROR], "busy"), ([UNDERSTOOD, DONE[:-1]], "no_done"), ([], "no_done")]
)
def test_a_stream_that_fails_or_breaks_off_is_an_error(chunks: list[bytes], problem: str) -> None:
    heard = listen(chunks, time.perf_counter())
    assert heard.problem == problem
    assert heard.full is None
    assert heard.status is None


def test_a_crowd_is_counted_and_timed() -> None:
    turns = [
        {"first": 0.02, "full": 0.3, "status": "answered", "problem": None},
        {"first": 0.04, "full": 0.5, "status": "declined", "problem": None},
        {"first": 0.06, "full": None, "status": None, "problem": "busy"},
        {"first": None, "full": None, "status": None, "problem": "http_503"},
    ]
    probes = [{"health": 0.01, "problem": None}, {"health": 0.03, "problem": "http_503"}]
    alone = [Heard(0.01, 0.2, "answered", None, "c"), Heard(0.01, None, None, "no_done", None)]
    crowd = Crowd(turns, probes)
    assert counted(crowd, alone) == {
        "turns": "4",
        "answered": "1",
        "conflicting": "0",
        "declined": "1",
        "errors": "4",
        "error: busy": "1",
        "error: http_503": "2",
        "error: no_done (alone)": "1",
    }
    assert list(timed(crowd, alone)) == [
        ("first event", "40", "58", "60"),
        ("full answer", "400", "490", "500"),
        ("health beside them", "20", "29", "30"),
        ("alone: first event", "10", "10", "10"),
        ("alone: full answer", "200", "200", "200"),
    ]
    assert next(iter(timed(Crowd([], []), alone))) == ("first event", "–", "–", "–")


def test_conversations_begin_with_an_opening_and_go_on() -> None:
    openings = ["When was it founded?", "Who led it?"]
    made = [conversation(openings, random.Random(number)) for number in range(30)]
    assert all(messages[0] in openings and 2 <= len(messages) <= 5 for messages in made)
    assert made == [conversation(openings, random.Random(number)) for number in range(30)]
    assert len(set(map(tuple, made))) > 20


def test_a_turn_of_the_real_server_is_heard(live_server: str) -> None:
    body = {"message": "When did the MNLA declare the independence of Azawad?", "stream": True}
    with httpx.Client(base_url=live_server, timeout=60) as client:
        with client.stream("POST", "/v1/chat", json=body) as response:
            heard = listen(response.iter_bytes(), time.perf_counter())
        assert (heard.status, heard.problem) == ("answered", None)
        kept = client.get(f"/v1/conversations/{heard.conversation_id}").raise_for_status().json()
    assert [turn["message"] for turn in kept["turns"]] == [body["message"]]
