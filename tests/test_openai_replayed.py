"""What clients send again: other services' replies, parts, instructions, tools; and how it is understood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from service.conversation.chat import Chat, open_chat
from service.conversation.exchange import Exchange
from service.openai.replayed import MAX_EXCHANGES, Replayed, earlier_exchanges, history_of, question_of
from service.openai.requests import Message
from service.pipeline import Pipeline

OURS = (
    "1 April[^1][^2]\n\n"
    "[^1]: “\\| Timbuktu \\| 1 April \\| \\| \\| MNLA/Ansar Dine \\|” — Tuareg rebellion, Towns (`c1:a@b:1-2`)\n\n"
    "[^2]: “They said: “no” — and left.” — A — B (`c1:a@b:3-4`)"
)
ASKED = {"role": "user", "content": "When did the rebels take Timbuktu?"}
NOW = {"role": "user", "content": "And Gao?"}


def messages(*sent: dict[str, Any]) -> list[Message]:
    return [Message.model_validate(one) for one in sent]


@pytest.fixture(scope="module")
def chat(pipeline: Pipeline) -> Iterator[Chat]:
    opened = open_chat(pipeline)
    yield opened
    opened.close()


def test_our_own_footnotes_do_not_stay_in_the_history() -> None:
    found = earlier_exchanges(messages(ASKED, {"role": "assistant", "content": OURS}, NOW))
    evidence = ("| Timbuktu | 1 April | | | MNLA/Ansar Dine |", "They said: “no” — and left.")
    assert found == (Replayed(ASKED["content"], None, "1 April", evidence, ours=True),)


def test_another_services_footnotes_are_its_text() -> None:
    reply = "See the note.[^1]\n[^1]: A book, page 3."
    (found,) = earlier_exchanges(messages(ASKED, {"role": "assistant", "content": reply}, NOW))
    assert found == Replayed(ASKED["content"], None, reply, (), ours=False)


def test_parts_and_fields_of_clients_are_accepted() -> None:
    parts = [
        {"type": "text", "text": "1 April"},
        {"type": "refusal", "refusal": ""},
        {"type": "output_text", "text": "."},
    ]
    reply = {
        "role": "assistant", "content": parts, "name": "citecheck", "refusal": None, "tool_calls": None,
        "function_call": None, "audio": None, "reasoning_content": "hm", "id": "m1", "annotations": [{"type": "odd"}],
    }  # fmt: skip
    question = [{"type": "text", "text": "And"}, {"type": "image_url", "image_url": {"url": "data:"}}, "Gao?"]
    earlier = messages(ASKED, reply, {"role": "user", "content": question, "name": "ann"}, NOW)
    assert earlier_exchanges(earlier) == (
        Replayed(ASKED["content"], None, "1 April\n.", (), ours=False),
        Replayed("And\nGao?", None, None, (), ours=False),
    )


@pytest.mark.parametrize("annotations", [None, [], "x", [None], [{"citation": 3}], [{"citation": {"text": 3}}], {}])
def test_annotations_of_any_shape_are_accepted(annotations: object) -> None:
    reply = {"role": "assistant", "content": "1 April", "annotations": annotations}
    (found,) = earlier_exchanges(messages(ASKED, reply, NOW))
    assert (found.answer, found.evidence) == ("1 April", ())


def test_instructions_tools_and_empty_messages_are_passed_over() -> None:
    sent = messages(
        {"role": "system", "content": "You are a pirate."},
        {"role": "assistant", "content": "Ahoy!"},
        ASKED,
        {"role": "assistant", "content": None, "tool_calls": [{"id": "t", "type": "function", "function": {}}]},
        {"role": "tool", "content": "42", "tool_call_id": "t"},
        {"role": "assistant", "content": "1 April"},
        {"role": "user", "content": "  "},
        {"role": "developer", "content": "Be brief."},
        NOW,
        {"role": "system", "content": "Answer now."},
    )
    assert earlier_exchanges(sent) == (Replayed(ASKED["content"], None, "1 April", (), ours=False),)
    assert question_of(sent) == NOW["content"]


@pytest.mark.parametrize(
    "text",
    [
        "The documents do not say.\n\nThe nearest passages, which do not answer the question:\n\n- [A](http://b): “c”",
        "This can be read in more than one way. Which do you mean?\n\n- When?\n- Where?",
    ],
)
def test_a_refusal_is_no_answer(text: str) -> None:
    (found,) = earlier_exchanges(messages(ASKED, {"role": "assistant", "content": text}, NOW))
    assert (found.answer, found.evidence, found.ours) == (None, (), True)


def test_of_rival_answers_the_best_is_leant_on() -> None:
    text = (
        "The documents disagree:\n\n- 1911[^1]\n- 1912[^2]\n\n[^1]: “In 1911.” — A (`x`)\n\n[^2]: “In 1912.” — A (`y`)"
    )
    (found,) = earlier_exchanges(messages(ASKED, {"role": "assistant", "content": text}, NOW))
    assert (found.answer, found.evidence) == ("1911", ("In 1911.",))


def test_only_the_last_exchanges_are_read() -> None:
    talk = [one for number in range(20) for one in ({"role": "user", "content": f"q{number}"}, {"role": "assistant"})]
    found = earlier_exchanges(messages(*talk, NOW))
    assert [one.message for one in found] == [f"q{number}" for number in range(20)][-MAX_EXCHANGES:]


def test_what_we_read_a_message_as_is_taken_up_again(chat: Chat) -> None:
    replies = (
        Replayed("When did they take Timbuktu?", "When did the rebels take Timbuktu?", "1 April", ("x",), ours=True),
        Replayed("When did the rebels take Kidal?", None, "30 March", (), ours=True),
    )
    assert history_of(chat, replies) == (
        Exchange("When did the rebels take Timbuktu?", "1 April", ("x",)),
        Exchange("When did the rebels take Kidal?", "30 March", ()),
    )


def test_what_another_answered_is_understood_again(chat: Chat) -> None:
    alone = Replayed("When did the rebels take Timbuktu?", None, "1 April", (), ours=False)
    assert history_of(chat, (alone,)) == (Exchange("When did the rebels take Timbuktu?", "1 April", ()),)


@pytest.mark.parametrize("message", ["?", "word " * 1000])
def test_what_could_not_be_asked_then_is_passed_over(chat: Chat, message: str) -> None:
    assert history_of(chat, (Replayed(message, None, "Pardon?", (), ours=False),)) == ()


def test_the_last_message_must_be_the_users() -> None:
    for last in ({"role": "assistant", "content": "Well,"}, {"role": "tool", "content": "42"}, {"role": "system"}):
        with pytest.raises(InputError) as failure:
            question_of(messages(last) if last["role"] == "system" else messages(ASKED, last))
        assert failure.value.code == "no_question"


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file", "video"])
def test_a_question_that_is_not_text_is_refused(kind: str) -> None:
    content = [{"type": "text", "text": "What is this?"}, {"type": kind, kind: {"url": "data:"}}]
    with pytest.raises(InputError) as failure:
        question_of(messages(ASKED, {"role": "assistant", "content": "1"}, {"role": "user", "content": content}))
    assert failure.value.code == "unsupported_content"
    assert failure.value.details["param"] == "messages[2].content[1].type"


lines = st.sampled_from(
    (
        "[^1]: “",
        "[^1]: “a” — b (`c`)",
        "*Read as: ",
        "*Read as: x*",
        "- ",
        "The documents disagree:",
        "\\",
        "[^1]",
        "a",
        "",
    )
)


@given(st.lists(lines, max_size=8).map("\n".join), st.lists(lines, max_size=4).map("".join))
def test_any_reply_can_be_read(first: str, second: str) -> None:
    sent = messages(ASKED, {"role": "assistant", "content": first + second}, NOW)
    assert [one.message for one in earlier_exchanges(sent)] == [ASKED["content"]]


def test_a_long_hostile_reply_is_read_in_one_pass() -> None:
    hostile = "[^1]: “" + "” — " * 20_000 + "\n" + "[^" * 40_000 + "\n" + "*Read as: " * 5_000 + "\\" * 30_000
    (found,) = earlier_exchanges(messages(ASKED, {"role": "assistant", "content": hostile}, NOW))
    assert found.answer is not None
    assert len(found.answer) <= 2_000
