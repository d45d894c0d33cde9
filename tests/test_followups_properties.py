"""Follow-ups hold for any input: never an error, the same every time, of bounded length."""

from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.conversation.exchange import Exchange
from service.conversation.followup.mentions import MAX_ANSWER, MAX_QUESTION, REACH
from service.conversation.followup.reading import Reader
from service.conversation.followups import FollowUps
from service.pipeline import Pipeline

LEANING = [
    "it",
    "its",
    "they",
    "them",
    "he",
    "she",
    "his",
    "her",
    "that",
    "this",
    "there",
    "then",
    "the",
    "other",
    "group",
    "and",
    "what",
    "about",
    "why",
    "no",
    "meant",
]
NAMES = ["Orvik", "Kelm", "Tarn", "Anna Borg", "Carl Lind", "the Dockers' Union", "the Millers' Guild"]
WHOLE = [
    "When did {0} leave {1}?",
    "Who captured {0} in 1850?",
    "What is the name of the mayor of {0}?",
    "Was {0} in {1}?",
]

chatter = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([*LEANING, *NAMES, "?", ",", "1850", "captured"]), max_size=30).map(" ".join),
)
exchanges = st.lists(
    st.builds(Exchange, chatter, st.one_of(st.none(), chatter), st.lists(chatter, max_size=2).map(tuple)), max_size=8
)
quiet = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def followups(pipeline: Pipeline) -> FollowUps:
    return FollowUps(pipeline)


@quiet
@given(message=chatter, history=exchanges)
def test_any_message_is_read(followups: FollowUps, message: str, history: list[Exchange]) -> None:
    understood = followups.understand(message, history)
    assert understood == followups.understand(message, history)
    assert understood.message == message
    assert len(understood.candidates) != 1
    if understood.candidates:
        assert understood.standalone_question == message
        assert len(set(understood.candidates)) == len(understood.candidates)
    # What is put in comes from the history: a few phrases of it, or its last question.
    longest = max((len(part) for one in history[-REACH:] for part in (one.question, one.answer or "")), default=0)
    assert len(understood.standalone_question) <= len(message) + 4 * max(longest, 200)


@quiet
@given(message=chatter)
def test_without_a_history_nothing_changes(followups: FollowUps, message: str) -> None:
    assert followups.understand(message, ()).standalone_question == message


@quiet
@given(
    frame=st.sampled_from(WHOLE),
    names=st.permutations(NAMES),
    history=st.lists(
        st.builds(
            lambda frame, names, answer: Exchange(frame.format(*names), answer, ()),
            st.sampled_from(WHOLE),
            st.permutations(NAMES),
            st.one_of(st.none(), st.sampled_from([*NAMES, "12 May 1850", "yes"])),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_a_whole_question_is_never_touched(
    followups: FollowUps, frame: str, names: list[str], history: list[Exchange]
) -> None:
    message = frame.format(*names)
    understood = followups.understand(message, history)
    assert understood.standalone_question == message
    assert understood.candidates == ()


HOSTILE = [
    "they " * 20_000,
    "it's " * 20_000,
    "the other the other " * 5_000,
    "and " * 25_000,
    "no, not " * 12_000,
    "a" * 100_000,
    "A. " * 33_000,
    "\x00\x01\x02" * 30_000,
    "what about " * 10_000,
    "not " + "x" * 100_000,
    "Aa Bb " * 16_000,
    "'" * 100_000,
    "in 1850 " * 12_000,
    " ".join(string.ascii_uppercase) * 2_000,
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_hostile_text_is_read_and_bounded(reader: Reader, hostile: str) -> None:
    history = [Exchange(hostile, hostile, (hostile, hostile))] * 50
    for message in (hostile, hostile[:2_000], "when was that?", "who leads them?", "and Kelm?", "no, I meant 1850"):
        understood = reader.read(message, history, {})
        assert len(understood.standalone_question) <= len(message) + 4 * MAX_QUESTION


def test_what_is_put_in_is_bounded(reader: Reader) -> None:
    history = [Exchange("Who took " + "Orvik " * 1_000 + "?", "Anna " * 1_000, ())]
    understood = reader.read("when was that?", history, {})
    assert len(understood.standalone_question) <= MAX_QUESTION + MAX_ANSWER + 100
