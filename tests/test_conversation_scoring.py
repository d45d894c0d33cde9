"""Conversations held and scored: what a turn leans on, figures computed by hand, and the comparison with standalone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from conftest import SEEDS, make_document
from eval.anchoring import Evidence
from eval.conversation_scoring import Reply, TurnResult, paired, reply_scores, summarise_conversations
from eval.conversationset import GoldConversation, GoldTurn, Part
from eval.conversing import converse
from eval.report import conversations_terminal
from index.documents import Document, Span
from index.errors import InputError
from service.answers import Answer, answered, declined
from service.catalogue import read_document
from service.conversation.exchange import Exchange, Understood
from service.pipeline import Pipeline
from service.quotes import Citation, make_citation

TOWNS = make_document("Orvik fell on 30 March. Selje fell on 31 March. Bread was dear.", "towns")
LEAFLET = make_document("Selje fell on 31 March.", "leaflet")


def find(identity: str) -> Document:
    return {TOWNS.id: TOWNS, LEAFLET.id: LEAFLET}[identity]


def span(text: str) -> Span:
    start = TOWNS.text.index(text)
    return Span(start, start + len(text))


def cite(text: str) -> Citation:
    return make_citation(TOWNS, span(text), section=())


def turn(
    message: str, standalone: str | None = None, *, answers: Sequence[str] = (), quote: str = "", **changes: Any
) -> GoldTurn:
    part: Part = "self_contained" if standalone is None else "follow_up"
    evidence = (Evidence(TOWNS.id, span(quote), quote),) if quote else ()
    made = GoldTurn(message, standalone or message, "kind", tuple(answers), evidence, not answers, (), part)
    return replace(made, **changes)


ORVIK = turn("When did Orvik fall?", answers=["30 March"], quote="Orvik fell on 30 March.", part="opening")
SELJE = turn("and Selje?", "When did Selje fall?", answers=["31 March"], quote="Selje fell on 31 March.")
UNCLEAR = turn(
    "how big is it",
    part="ambiguous",
    unanswerable=False,
    candidates=("How big is Orvik?", "How big is Selje?"),
    kind="ambiguous",
)
TAKER = turn("who took it?", "Who took Selje?")
TALK = GoldConversation("c1", "dev", (ORVIK, SELJE, UNCLEAR, TAKER))


class Documents:
    """Answers from a table of questions, and keeps what it was asked."""

    def __init__(self, table: dict[str, str]) -> None:
        self.table = table
        self.asked: list[str] = []

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        if question == "?":
            raise InputError("The question has no words.", code="empty_question")
        if question not in self.table:
            return declined("not_in_documents", 0.1, (cite("Bread was dear."),))
        return answered(self.table[question], 0.9, (cite(self.table[question]),))


class Reader:
    """Understands messages by a table, leaves others alone, and keeps the history it was shown."""

    def __init__(self, table: dict[str, Understood]) -> None:
        self.table = table
        self.shown: list[tuple[Exchange, ...]] = []

    def understand(self, message: str, history: Sequence[Exchange]) -> Understood:
        self.shown.append(tuple(history))
        return self.table.get(message, Understood(message, message, (), None))


FACTS = {"When did Orvik fall?": "30 March", "When did Selje fall?": "31 March"}
READINGS = ("How big is Orvik?", "How big was Selje?")


def test_a_turn_leans_on_what_the_product_made_of_those_before_it() -> None:
    documents = Documents(FACTS)
    reader = Reader(
        {
            "and Selje?": Understood("and Selje?", "When did Selje fall?", (), None),
            "how big is it": Understood("how big is it", "how big is it", READINGS, None),
        }
    )
    results = converse(documents, reader, find, [TALK])
    first = Exchange("When did Orvik fall?", "30 March", ("30 March",))
    second = Exchange("When did Selje fall?", "31 March", ("31 March",))
    assert reader.shown == [(), (first,), (first, second), (first, second, Exchange("how big is it", None, ()))]
    assert [one.status for one in results] == ["answered", "answered", "asked_back", "declined"]
    assert results[2].candidates == READINGS
    # What was asked alone is asked again only where the message was understood otherwise.
    assert documents.asked == ["When did Orvik fall?", "When did Selje fall?", "who took it?", "Who took Selje?"]


def test_a_wrong_answer_stays_in_the_history_and_every_conversation_begins_anew() -> None:
    reader = Reader({})
    documents = Documents({"When did Orvik fall?": "Bread was dear."})
    converse(
        documents,
        reader,
        find,
        [GoldConversation("c1", "dev", (ORVIK, SELJE)), GoldConversation("c2", "dev", (ORVIK,))],
    )
    wrong = Exchange("When did Orvik fall?", "Bread was dear.", ("Bread was dear.",))
    assert reader.shown == [(), (wrong,), ()]


def test_a_failure_is_an_error_and_no_refusal() -> None:
    meaningless = turn("?", "Who took Selje?")
    (_, result) = converse(Documents(FACTS), Reader({}), find, [GoldConversation("c1", "dev", (ORVIK, meaningless))])
    assert (result.status, result.scores) == ("error", {"right": 0, "refusal": 0})
    assert (result.alone_status, result.alone_scores) == ("declined", {"right": 1, "refusal": 1})


def test_a_failing_reader_does_not_spoil_the_standalone_question() -> None:
    class Failing(Reader):
        def understand(self, message: str, history: Sequence[Exchange]) -> Understood:
            raise InputError(f"{message} after {len(history)}", code="bad_question")

    (result,) = converse(Documents(FACTS), Failing({}), find, [GoldConversation("c1", "dev", (ORVIK,))])
    assert (result.status, result.scores["right"]) == ("error", 0)
    assert (result.alone_status, result.alone_scores["right"]) == ("answered", 1)


def reply(answer: str | None, *citations: Citation) -> Reply:
    return Reply("declined" if answer is None else "answered", answer, citations, ())


@pytest.mark.parametrize(
    ("got", "right", "answer", "citation"),
    [
        (reply("31 March", cite("31 March")), 1, 1, 1),
        (reply("it fell on 31 March.", cite("Selje fell")), 1, 1, 1),
        (reply("31 March", cite("Bread was dear."), cite("31 March")), 1, 1, 0),
        (reply("31 March", cite("Bread was dear.")), 0, 1, 0),
        (reply("30 March", cite("Selje fell on 31 March.")), 0, 0, 1),
        (reply("31 March", make_citation(LEAFLET, Span(0, 23), section=())), 0, 1, 0),
        (reply("31", cite("31")), 0, 0, 1),
        (reply(None), 0, 0, 0),
        (Reply("asked_back", None, (), ()), 0, 0, 0),
    ],
)
def test_an_answerable_turn_needs_the_answer_and_its_place(
    got: Reply, right: float, answer: float, citation: float
) -> None:
    assert reply_scores(SELJE, got) == {"right": right, "answer": answer, "citation": citation}


@pytest.mark.parametrize(
    ("got", "right"),
    [
        (reply(None), 1),
        (reply("Orvik", cite("Orvik fell")), 0),
        (Reply("asked_back", None, (), ()), 0),
        (Reply("error", None, (), ()), 0),
    ],
)
def test_an_unanswerable_turn_needs_a_refusal(got: Reply, right: float) -> None:
    assert reply_scores(TAKER, got) == {"right": right, "refusal": right}


def result(part: Part, *, conversation: str = "c1", **changes: Any) -> TurnResult:
    right, alone = changes.pop("right", 1.0), changes.pop("alone", 1.0)
    made = TurnResult(
        conversation=conversation,
        turn=1,
        split="dev",
        part=part,
        kind="pronoun",
        message="When?",
        standalone="When did Selje fall?",
        understood="When did Selje fall?",
        candidates=(),
        status="answered",
        answer="31 March",
        alone_status="answered",
        alone_answer="31 March",
        scores={"right": right, "answer": right, "citation": right},
        alone_scores={"right": alone, "answer": alone, "citation": alone},
        agreement=1.0,
        typed_agreement=0.25,
        readings=None,
        wanted=("31 March",),
        citations=(),
        quotes=(),
        evidence=(),
        violations=(),
    )
    return replace(made, **changes)


def test_figures_by_hand() -> None:
    unclear: dict[str, Any] = {"scores": {}, "alone_scores": {}}
    figures = summarise_conversations(
        [
            result("opening", understood="When?"),
            result("follow_up", right=0.0, agreement=0.5),
            result("follow_up", conversation="c2", alone=0.0, kind="ellipsis"),
            result("follow_up", conversation="c2"),
            result("follow_up", scores={"right": 1, "refusal": 1}, alone_scores={"right": 0, "refusal": 0}),
            result("follow_up", candidates=("Who?", "When?"), right=0.0),
            result("self_contained", understood="When?", kind="topic_switch"),
            result("self_contained", understood="When did Selje?", right=0.0, kind="topic_switch", agreement=0.75),
            result("ambiguous", candidates=("Who?", "When?"), readings=0.8, kind="ambiguous", **unclear),
            result("ambiguous", readings=0.0, kind="ambiguous", **unclear),
        ]
    )
    assert figures.conversations == 2
    assert figures.turns == {"opening": 1, "follow_up": 5, "self_contained": 2, "ambiguous": 2}
    follow = figures.parts["follow_up"]
    assert (follow["right"].turns, follow["right"].conversation, follow["right"].alone) == (5, 0.6, 0.6)
    assert (follow["right"].lost, follow["right"].gained, follow["right"].difference) == (2, 2, 0)
    assert (follow["answer"].turns, follow["answer"].conversation, follow["answer"].alone) == (4, 0.5, 0.75)
    assert (follow["answer"].lost, follow["answer"].gained, follow["answer"].difference) == (2, 1, -0.25)
    assert (follow["refusal"].turns, follow["refusal"].difference) == (1, 1)
    assert figures.parts["self_contained"]["right"].difference == -0.5
    assert "ambiguous" not in figures.parts
    assert "refusal" not in figures.parts["opening"]
    assert figures.reading.rewriting == 0.9  # (0.5 + 4) / 5
    assert figures.reading.as_typed == 0.25
    assert figures.reading.untouched == round(2 / 3, 4)
    assert figures.reading.asked_back == 0.5
    assert figures.reading.readings == 0.4
    assert figures.reading.needlessly == 0.125
    assert set(figures.by_kind) == {"pronoun", "ellipsis", "topic_switch"}
    ellipsis, switch = figures.by_kind["ellipsis"], figures.by_kind["topic_switch"]
    assert (ellipsis.turns, ellipsis.right, ellipsis.alone, ellipsis.rewriting) == (1, 1, 0, 1)
    assert (switch.turns, switch.right, switch.alone, switch.rewriting) == (2, 0.5, 1, 0.875)


def test_a_run_without_some_parts_has_no_figures_for_them() -> None:
    figures = summarise_conversations([result("opening", understood="When?")])
    assert set(figures.parts) == {"opening"}
    reading = figures.reading
    assert (reading.rewriting, reading.as_typed, reading.asked_back, reading.readings) == (None, None, None, None)
    assert (reading.untouched, reading.needlessly) == (1, 0)


def test_the_readings_offered_are_held_against_those_expected() -> None:
    offered = Understood("how big is it", "how big is it", READINGS, None)
    talk = GoldConversation("c1", "dev", (ORVIK, UNCLEAR))
    (_, asked_back) = converse(Documents(FACTS), Reader({"how big is it": offered}), find, [talk])
    assert asked_back.readings == pytest.approx((1 + 0.75) / 2)  # "How big was Selje" shares three words of four
    (_, guessed) = converse(Documents(FACTS), Reader({}), find, [talk])
    assert guessed.readings == 0
    assert guessed.scores == {}


scores = st.lists(
    st.tuples(st.sampled_from(["c1", "c2", "c3"]), st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])),
    min_size=1,
    max_size=20,
)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(scores, st.randoms(use_true_random=False))
def test_the_comparison_adds_up_whatever_the_order(triples: list[tuple[str, float, float]], shuffler: Any) -> None:
    made = paired(triples)
    assert made.turns == len(triples)
    assert made.difference == pytest.approx((made.gained - made.lost) / made.turns, abs=1e-4)
    assert made.low - 1e-4 <= made.difference <= made.high + 1e-4 or len({name for name, _, _ in triples}) > 1
    assert -1 <= made.low <= made.high <= 1
    swapped = paired([(name, other, score) for name, score, other in triples])
    assert (swapped.lost, swapped.gained, swapped.difference) == (made.gained, made.lost, -made.difference)
    shuffler.shuffle(triples)
    assert paired(triples) == made


def test_the_interval_widens_where_conversations_disagree() -> None:
    alike = paired([(f"c{number}", 0.0, 1.0) for number in range(8)])
    assert (alike.low, alike.high) == (-1, -1)
    mixed = paired([(f"c{number}", float(number % 2), 1.0) for number in range(8)])
    assert mixed.low < mixed.difference == -0.5 < mixed.high
    # Turns of one conversation go wrong together: eight turns of two conversations tell less than of eight.
    few = paired([(f"c{number % 2}", float(number % 2), 1.0) for number in range(8)])
    assert (few.low, few.high) == (-1, 0)


def test_the_terminal_shows_the_comparison() -> None:
    console = Console(width=200, record=True)
    console.print(conversations_terminal(summarise_conversations([result("follow_up", right=0.0)])))
    shown = console.export_text()
    assert "Conversations: 1; turns: 1 follow-up, 0 self-contained" in shown
    assert "-1.000 [-1.000, -1.000]" in shown
    assert "rewriting" in shown


def test_the_product_answers_and_is_held_to_its_conversation(pipeline: Pipeline) -> None:
    question = "When did the MNLA give up its claim that Azawad was independent?"
    opening = replace(ORVIK, message=question, standalone=question)
    follow = replace(SELJE, message="when?", standalone=question)
    reader = Reader({"when?": Understood("when?", question, (), None)})
    first, second = converse(
        pipeline, reader, partial(read_document, pipeline.library), [GoldConversation("c1", "dev", (opening, follow))]
    )
    assert first.answer is not None
    assert (second.answer, second.agreement) == (first.answer, 1)
    ((exchange,),) = reader.shown[1:]
    assert exchange.answer == first.answer
    assert exchange.evidence
    texts = [path.read_bytes().decode("utf-8") for path in SEEDS.glob("0*.txt")]
    assert all(any(quote in text for text in texts) for quote in exchange.evidence)


def test_the_command_holds_conversations_and_keeps_test_turns_to_itself(tmp_path: Path) -> None:
    town = {"document_id": "towns", "quote": "Orvik fell on 30 March."}
    talk = {
        "id": "t1",
        "split": "dev",
        "turns": [
            {
                "message": "When did Orvik fall?",
                "standalone": "When did Orvik fall?",
                "kind": "opening",
                "answers": ["30 March"],
                "evidence": [town],
                "unanswerable": False,
                "candidates": [],
            }
        ],
    }
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        "".join(json.dumps({**talk, "id": f"t{n}", "split": s}) + "\n" for n, s in enumerate(["dev", "test"]))
    )
    (tmp_path / "towns.txt").write_text(TOWNS.text)
    command = [sys.executable, "-m", "eval.cli", "eval", "conversations", "--json", "--gold", str(gold)]
    ran = subprocess.run(
        [*command, "--documents", str(tmp_path / "towns.txt")], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    made = json.loads(ran.stdout)
    assert made["figures"]["turns"]["opening"] == 2
    assert made["figures"]["reading"]["untouched"] == 1
    assert [item["conversation"] for item in made["items"]] == ["t0"]


def test_a_turn_is_asked_alone_only_where_that_is_wanted() -> None:
    documents = Documents(FACTS)
    results = converse(documents, Reader({}), find, [TALK], alone=False)
    assert documents.asked == [turn.message for turn in TALK.turns]
    assert [one.alone_scores for one in results] == [one.scores for one in results]
