"""Replies to messages that lean: the plain reading first, the wider one only where the documents are silent."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from conftest import make_document
from index.analysis import terms
from index.documents import Span
from service.answers import Answer, answered, declined
from service.conversation.exchange import Exchange, Understood
from service.conversation.followup.wider import widened
from service.conversation.followups import FollowUps
from service.conversation.replying import last_reply, replies
from service.pipeline import Pipeline, Retrieved, Step
from service.quotes import make_citation

TEXT = make_document("The mill of Orvik burned in 1911.")
YEAR = answered("1911", 0.9, (make_citation(TEXT, Span(0, 33), section=()),))
SILENT = declined("not_in_documents", 0.1, ())
NOTHING = declined("nothing_retrieved", 0.0, ())
LEANING = Understood("did it burn?", "did it burn?", (), "did it burn (mill Orvik)?")


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


def test_what_the_documents_answer_as_it_reads_is_not_read_more_widely() -> None:
    asked = Asked({"did it burn?": YEAR})
    assert list(replies(LEANING, asked)) == [LEANING, Retrieved(24, 5), *YEAR.citations, YEAR]
    assert asked.questions == ["did it burn?"]


def test_a_wider_reading_that_is_answered_is_told() -> None:
    asked = Asked({"did it burn (mill Orvik)?": YEAR})
    told = list(replies(LEANING, asked))
    assert told[0] == LEANING
    (wider,) = [one for one in told[1:] if isinstance(one, Understood)]
    assert (wider.message, wider.standalone_question) == ("did it burn?", "did it burn (mill Orvik)?")
    assert told[-1] == YEAR
    assert not any(isinstance(one, type(SILENT)) for one in told)
    assert last_reply(LEANING, lambda question: asked.table.get(question, SILENT)) == (wider, YEAR)


def test_a_refusal_stays_that_of_the_plain_reading() -> None:
    asked = Asked({})
    assert list(replies(LEANING, asked)) == [LEANING, Retrieved(24, 5), SILENT]
    assert len(asked.questions) == 2


def test_a_question_that_stands_alone_is_asked_once() -> None:
    alone = Understood("When did Orvik burn?", "When did Orvik burn?", (), None)
    asked = Asked({})
    assert list(replies(alone, asked))[-1] == SILENT
    assert asked.questions == ["When did Orvik burn?"]
    # Nothing to search in is no silence of the documents.
    asked = Asked({"did it burn?": NOTHING})
    assert list(replies(LEANING, asked))[-1] == NOTHING
    assert asked.questions == ["did it burn?"]


def test_an_ambiguous_message_is_asked_back_without_asking_the_documents() -> None:
    asked = Asked({})
    unclear = Understood("who led it?", "who led it?", ("Who led A?", "Who led B?"), None)
    (first, answer) = replies(unclear, asked)
    assert first == unclear
    assert answer.candidates == ("Who led A?", "Who led B?")
    assert asked.questions == []


@given(st.text(max_size=80), st.lists(st.text(max_size=200), max_size=4))
def test_only_words_the_question_lacks_are_put_beside_it(question: str, earlier: list[str]) -> None:
    found = widened(question, [Exchange(one, None, ()) for one in earlier])
    if found is None:
        return
    body = question.rstrip(" ?.!")
    assert found.startswith(f"{body} (")
    assert found.endswith(")?")
    added = terms(found[len(body) :])
    assert added
    assert not set(added) & set(terms(question))
    assert set(added) <= {term for one in earlier for term in terms(one)} | set(terms(" ".join(earlier)))


def test_the_product_reads_only_leaning_messages_more_widely(pipeline: Pipeline) -> None:
    read = FollowUps(pipeline).understand
    history = [Exchange("When did the mill of Orvik burn?", "1911", ())]
    for alone in ("Who painted the lighthouse at Kerrin?", "When did Selje declare its independence?"):
        assert read(alone, history).wider is None
    for leaning in ("did it accept?", "How many died in those first fires?"):
        assert read(leaning, history).wider is not None
    assert read("did it accept?", []).wider is None
