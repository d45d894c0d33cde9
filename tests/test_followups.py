"""Follow-ups: what leans is filled from the conversation, what stands alone comes back character for character."""

from __future__ import annotations

import pytest

from service.conversation.exchange import Exchange
from service.conversation.followup.reading import MAX_MESSAGE
from service.conversation.followups import FollowUps
from service.pipeline import Pipeline


@pytest.fixture(scope="module")
def followups(pipeline: Pipeline) -> FollowUps:
    return FollowUps(pipeline)


def said(*turns: tuple[str, str | None]) -> list[Exchange]:
    return [Exchange(question, answer, ()) for question, answer in turns]


UNION = said(("When did the Dockers' Union take the port of Orvik?", "12 May 1850"))
TAKEN = said(("Who captured Orvik?", "the Dockers' Union"))
LEADER = said(("Who leads the Dockers' Union?", "Anna Borg"))
OUSTED = said(("What happened on 3 March 1851?", "Mayor Carl Lind was ousted in a coup"))
COUNTED = said(("How many sailors were killed at Tarn?", "82"))
LEFT = said(("When did the French leave Orvik?", "1850"))
TWO = said(("Who are the founders of the mill?", "Anna Borg and Carl Lind"))

FILLED = [
    (LEADER, "when was she born?", "when was Anna Borg born?"),
    (LEADER, "What is her role?", "What is Anna Borg's role?"),
    (TAKEN, "Who leads them?", "Who leads the Dockers' Union?"),
    (TAKEN, "When was it founded?", "When was the Dockers' Union founded?"),
    (OUSTED, "who replaced him?", "who replaced Mayor Carl Lind?"),
    (COUNTED, "who was responsible?", "who was responsible at Tarn?"),
    (UNION, "who was mayor at that time?", "who was mayor on 12 May 1850?"),
    (UNION, "what happened that year?", "what happened in 1850?"),
    (UNION, "what happened the next day?", "what happened the day after 12 May 1850?"),
]
AGAIN = [
    (TAKEN, "when was that?", "When did the Dockers' Union capture Orvik?"),
    (TAKEN, "when did that happen?", "When did the Dockers' Union capture Orvik?"),
    (TAKEN, "why?", "Why did the Dockers' Union capture Orvik?"),
    (TAKEN, "how?", "How did the Dockers' Union capture Orvik?"),
    (UNION, "why did they do that?", "Why did the Dockers' Union take the port of Orvik?"),
    (OUSTED, "why?", "Why was Mayor Carl Lind ousted in a coup?"),
    (TAKEN, "and after that?", "What happened after the Dockers' Union captured Orvik?"),
    (UNION, "what happened next?", "What happened after 12 May 1850?"),
    (COUNTED, "when was that?", "When were sailors killed at Tarn?"),
    (said(("Were sailors killed at Tarn?", "yes")), "how many?", "How many sailors were killed at Tarn?"),
    (said(("Were sailors killed at Tarn?", "yes")), "by whom?", "By whom were sailors killed at Tarn?"),
]
INSTEAD = [
    (TAKEN, "and Kelm?", "Who captured Kelm?"),
    (TAKEN, "what about Kelm", "Who captured Kelm?"),
    (TAKEN, "Kelm?", "Who captured Kelm?"),
    (LEADER, "and the Millers' Guild?", "Who leads the Millers' Guild?"),
    (COUNTED, "and in Kelm?", "How many sailors were killed in Kelm?"),
    (COUNTED, "and wounded?", "How many sailors were wounded at Tarn?"),
    (OUSTED, "what about 1 April 1851?", "What happened on 1 April 1851?"),
    (said(("How many ships sank in 1850?", "12")), "and in 1851?", "How many ships sank in 1851?"),
    (
        said(("When did the French leave Orvik?", "1850")),
        "what about the British?",
        "When did the British leave Orvik?",
    ),
]
CORRECTED = [
    (TAKEN, "no, I meant Kelm", "Who captured Kelm?"),
    (TAKEN, "not Orvik, Kelm", "Who captured Kelm?"),
    (said(("How many ships sank in 1850?", "12")), "No, I meant 1851", "How many ships sank in 1851?"),
    (LEFT, "I mean the British", "When did the British leave Orvik?"),
    (TAKEN, "Kelm i mean", "Who captured Kelm?"),
    (said(("When was he born?", None)), "Carl Lind", "When was Carl Lind born?"),
]
LISTED = said(("Which towns did the Dockers' Union capture?", "Orvik, Kelm and Tarn"))
PAIR = said(("Who are the founders of the mill?", "Anna Borg and Carl Lind"), ("When was Anna Borg born?", "1820"))
SEVERAL = [
    (LISTED, "When did they capture them?", "When did the Dockers' Union capture Orvik, Kelm and Tarn?"),
    (TWO, "where was the latter born?", "where was Carl Lind born?"),
    (PAIR, "and the other one?", "When was Carl Lind born?"),
]
ASKED_ON = [
    (said(("Did the Dockers' Union sign it?", "no")), "why not?", "Why did the Dockers' Union not sign it?"),
    (said(("Who won the election of 1850?", "Anna Borg")), "With how many votes?",
     "With how many votes did Anna Borg win the election of 1850?"),
    (said(("What happened in Tarn?", "rebels took the mill")), "when was this?", "When did rebels take the mill?"),
]  # fmt: skip
ALONE = [
    "When did the harbour strike of Kelm begin?",
    "Who is Carl Lind?",
    "What is the population of Kelm?",
    "and who captured Kelm?",
    "Did Tarn ever lose its mill?",
    "Which groups changed their names in 1851?",
    "Is it true that the mayor fled in 1850?",
    "Were there any ships in Orvik?",
    "Who said that Tarn would fall?",
    "  What   happened in Tarn in 1849 ?? ",
    "how long did it take to build the mill of Tarn?",
    "No",
    "thanks!",
]


@pytest.mark.parametrize(
    ("history", "message", "reading"), [*FILLED, *AGAIN, *INSTEAD, *CORRECTED, *SEVERAL, *ASKED_ON]
)
def test_a_follow_up_reads_alone(followups: FollowUps, history: list[Exchange], message: str, reading: str) -> None:
    understood = followups.understand(message, history)
    assert understood.standalone_question == reading
    assert understood.candidates == ()
    assert understood.message == message


@pytest.mark.parametrize("message", ALONE)
@pytest.mark.parametrize("history", [UNION, TAKEN, LEADER, OUSTED, COUNTED, TWO])
def test_what_stands_alone_is_untouched(followups: FollowUps, history: list[Exchange], message: str) -> None:
    understood = followups.understand(message, history)
    assert understood.standalone_question == message
    assert understood.candidates == ()


def test_without_a_history_the_message_is_its_own_reading(followups: FollowUps) -> None:
    assert followups.understand("Who is he?", ()).standalone_question == "Who is he?"


def test_two_people_of_one_answer_are_asked_about(followups: FollowUps) -> None:
    understood = followups.understand("When was he born?", TWO)
    assert understood.standalone_question == "When was he born?"
    assert understood.candidates == ("When was Anna Borg born?", "When was Carl Lind born?")


def test_the_answer_to_asking_back_is_put_where_the_question_leaned(followups: FollowUps) -> None:
    asked = said(("Who are the founders of the mill?", "Anna Borg and Carl Lind"), ("When was he born?", None))
    assert followups.understand("Carl Lind", asked).standalone_question == "When was Carl Lind born?"


def test_the_reading_of_one_turn_carries_to_the_next(followups: FollowUps) -> None:
    first = followups.understand("and Kelm?", TAKEN).standalone_question
    history = [*TAKEN, Exchange(first, "the Millers' Guild", ())]
    assert followups.understand("when was that?", history).standalone_question == (
        "When did the Millers' Guild capture Kelm?"
    )


def test_slips_and_small_letters_are_read(followups: FollowUps) -> None:
    leader = said(("who leads ansar dine?", "Iyad Ag Ghaly"))
    assert followups.understand("wher is he from?", leader).standalone_question == "where is Iyad Ag Ghaly from?"
    assert followups.understand("and the mnla?", leader).standalone_question == "who leads the MNLA?"


def test_the_documents_tell_what_a_name_names(followups: FollowUps) -> None:
    history = said(("Who captured Gao?", "the MNLA"), ("When did the MNLA capture Gao?", "31 March 2012"))
    assert followups.understand("and Timbuktu?", history).standalone_question == "When did the MNLA capture Timbuktu?"
    assert followups.understand("and Ansar Dine?", history).standalone_question == "When did Ansar Dine capture Gao?"
    assert followups.understand("who was killed there?", history).standalone_question == "who was killed in Gao?"


def test_a_message_over_the_limit_is_untouched(followups: FollowUps) -> None:
    message = "Who leads them? " * (MAX_MESSAGE // 16 + 1)
    assert followups.understand(message, TAKEN).standalone_question == message


def test_the_same_reading_every_time(followups: FollowUps) -> None:
    readings = {followups.understand("Who leads them?", TAKEN) for _ in range(5)}
    assert len(readings) == 1


@pytest.mark.parametrize(
    ("question", "answer", "message", "reading"),
    [
        ("Who founded the guild?", None, "When?", "When was it that someone founded the guild?"),
        (
            "What did the guild do after the fire?",
            "suspended Orvik",
            "When was that?",
            "When did the guild suspend Orvik after the fire?",
        ),
        (
            "What did the guild do after the fire?",
            "a feast",
            "When was that?",
            "When did the guild do that after the fire?",
        ),
        (
            "Where did the guild's sailors come from?",
            "Tarn",
            "how many were there?",
            "How many of the guild's sailors were there?",
        ),
    ],
)
def test_a_question_asked_again_is_still_a_sentence(
    followups: FollowUps, question: str, answer: str | None, message: str, reading: str
) -> None:
    assert followups.understand(message, said((question, answer))).standalone_question == reading
