"""Replies to messages that lean: the plain reading first, the wider one only where the documents are silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import make_document
from index.analysis import terms
from index.documents import Span
from service.answers import Answer, Declined, answered, declined
from service.conversation.exchange import Exchange, InContext, Understood
from service.conversation.followup.beside import topic_beside
from service.conversation.followups import FollowUps
from service.conversation.replying import last_reply, replies
from service.pipeline import Pipeline, Retrieved, Step
from service.quotes import make_citation

TEXT = make_document("The mill of Orvik burned in 1911.")
YEAR = answered("1911", 0.9, (make_citation(TEXT, Span(0, 33), section=()),))
SILENT = declined("not_in_documents", 0.1, ())
NOTHING = declined("nothing_retrieved", 0.0, ())
LEANING = Understood("did it burn?", "did it burn?", (), "mill Orvik")
WIDER = "did it burn (mill Orvik)?"


class Asked:
    """Answers by a table, and remembers what was asked."""

    def __init__(self, table: dict[str, Answer]) -> None:
        self.table = table
        self.questions: list[str] = []

    def __call__(self, question: str) -> Iterator[Step]:
        self.questions.append(question)
        answer = self.table.get(question, SILENT)
        yield Retrieved(24, 5)
        yield from answer.citations
        yield answer


def test_what_the_documents_answer_as_it_reads_is_not_asked_more_widely() -> None:
    asked = Asked({"did it burn?": YEAR})
    assert list(replies(LEANING, asked)) == [Retrieved(24, 5), *YEAR.citations, YEAR]
    assert asked.questions == ["did it burn?"]


def test_an_answer_found_with_what_was_talked_about_says_so() -> None:
    asked = Asked({WIDER: YEAR})
    told = list(replies(LEANING, asked))
    assert told == [Retrieved(24, 5), InContext("mill Orvik"), Retrieved(24, 5), *YEAR.citations, YEAR]
    assert last_reply(LEANING, lambda question: asked.table.get(question, SILENT)) == YEAR


def test_a_refusal_stays_that_of_the_plain_reading() -> None:
    asked = Asked({})
    assert list(replies(LEANING, asked)) == [Retrieved(24, 5), SILENT]
    assert asked.questions == ["did it burn?", WIDER]


def test_a_question_that_stands_alone_is_asked_once() -> None:
    alone = Understood("When did Orvik burn?", "When did Orvik burn?", (), None)
    asked = Asked({})
    assert list(replies(alone, asked))[-1] == SILENT
    assert asked.questions == ["When did Orvik burn?"]
    # Nothing to search in is no silence of the documents.
    asked = Asked({"did it burn?": NOTHING})
    assert list(replies(LEANING, asked))[-1] == NOTHING
    assert asked.questions == ["did it burn?"]


def test_a_question_that_would_grow_too_long_is_asked_as_it_is() -> None:
    long = f"did it burn{' down' * 397}?"
    asked = Asked({})
    assert list(replies(Understood(long, long, (), "mill of Orvik"), asked))[-1] == SILENT
    assert asked.questions == [long]


def test_an_ambiguous_message_is_asked_back_without_asking_the_documents() -> None:
    asked = Asked({})
    unclear = Understood("who led it?", "who led it?", ("Who led A?", "Who led B?"), None)
    (answer,) = replies(unclear, asked)
    assert isinstance(answer, Declined)
    assert answer.candidates == ("Who led A?", "Who led B?")
    assert asked.questions == []


@given(st.text(max_size=80), st.lists(st.text(max_size=200), max_size=4))
def test_only_words_the_question_lacks_are_put_beside_it(question: str, earlier: list[str]) -> None:
    found = topic_beside(question, [Exchange(one, None, ()) for one in earlier])
    if found is None:
        return
    added = terms(found)
    assert added
    assert not set(added) & set(terms(question))
    assert set(added) <= set(terms(" ".join(earlier)))


@pytest.mark.parametrize("message", ["when was it?", "Who leads it today?", "and who joined them there?"])
def test_what_we_add_never_makes_a_message_too_long(pipeline: Pipeline, message: str) -> None:
    history = [Exchange(f"When did the {'very ' * 60}old Dockers' Union take Orvik?", "12 May 1850", ())]
    for length in (1_900, 1_990, 2_000):
        typed = f"{message[:-1]}{' indeed' * 300}"[: length - 1] + "?"
        understood = FollowUps(pipeline).understand(typed, history)
        assert len(understood.standalone_question) <= 2_000


def test_the_product_puts_a_topic_beside_leaning_messages_only(pipeline: Pipeline) -> None:
    read = FollowUps(pipeline).understand
    history = [Exchange("When did the mill of Orvik burn?", "1911", ())]
    for alone in (
        "Who painted the lighthouse at Kerrin?",
        "When did Selje declare its independence?",
        "what time is it?",
        "thanks",
    ):
        assert read(alone, history).topic is None, alone
    for leaning in ("did it accept?", "How many died in those first fires?"):
        assert read(leaning, history).topic is not None, leaning
    assert read("did it accept?", []).topic is None


def test_he_is_never_a_place(pipeline: Pipeline) -> None:
    history = [Exchange("Who were the presidents of Mali and Niger?", "Touré", ())]
    assert "Mali ousted" not in FollowUps(pipeline).understand("when was he ousted?", history).standalone_question
