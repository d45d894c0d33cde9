"""Each gold set's results as the items that are compared: what was asked, wanted and said, and what counts."""

from __future__ import annotations

from typing import Any

from eval.claim_scoring import ClaimResult
from eval.conversation_scoring import TurnResult
from eval.flatten import scored_claim, scored_lookup, scored_question, scored_turn
from eval.lookup_scoring import LookupResult
from eval.lookupset import Changed
from eval.results import ItemResult
from eval.scored import Quoted


def question(**changes: Any) -> ItemResult:
    made: dict[str, Any] = {
        "id": "q1",
        "question": "When did Orvik burn?",
        "type": "date",
        "style": "plain",
        "split": "dev",
        "answerable": True,
        "wanted": ("1911", "in 1911"),
        "status": "answered",
        "answer": "1911",
        "reason": None,
        "confidence": 0.9,
        "citations": ("c1:towns@0123456789ab:0-5",),
        "quotes": (Quoted("towns", "1911."),),
        "evidence": (),
        "nearest": (),
        "hits": (),
        "evidence_ranks": (1,),
        "scores": {"right": 1.0},
        "violations": (),
        "latency_ms": 12.5,
    }
    return ItemResult(**{**made, **changes})


def test_a_question() -> None:
    item = scored_question(question())
    assert (item.gold_set, item.group, item.asked, item.wanted, item.said) == (
        "questions",
        "date",
        "When did Orvik burn?",
        "1911 / in 1911",
        "1911",
    )
    assert item.quotes == (Quoted("towns", "1911."),)
    assert (item.scores, item.citations, item.latency_ms) == ({"right": 1.0}, ("c1:towns@0123456789ab:0-5",), 12.5)


def test_a_refused_question_says_why_and_what_was_wanted() -> None:
    item = scored_question(question(wanted=(), answer=None, reason="not_in_documents"))
    assert (item.wanted, item.said) == ("(the documents do not say)", "(not_in_documents)")


def test_a_claim() -> None:
    item = scored_claim(
        ClaimResult(
            "c1",
            "Orvik burned.",
            "date",
            "plain",
            "test",
            "refuted",
            "supported",
            0.5,
            None,
            (),
            (),
            (),
            {"right": 0.0},
            ("x",),
        )
    )
    assert (item.gold_set, item.split, item.group) == ("claims", "test", "refuted, date")
    assert (item.asked, item.wanted, item.said) == ("Orvik burned.", "refuted", "supported")
    assert (item.violations, item.latency_ms) == (("x",), None)


def turn(**changes: Any) -> TurnResult:
    made: dict[str, Any] = {
        "conversation": "c7",
        "turn": 2,
        "split": "dev",
        "part": "follow_up",
        "kind": "pronoun",
        "message": "and Selje?",
        "standalone": "When did Selje burn?",
        "understood": "When did Selje burn?",
        "candidates": (),
        "status": "answered",
        "answer": "1921",
        "alone_status": "answered",
        "alone_answer": "1921",
        "scores": {"right": 1.0, "answer": 1.0},
        "alone_scores": {"right": 1.0, "answer": 1.0},
        "agreement": 0.75,
        "typed_agreement": 0.25,
        "readings": None,
        "wanted": ("1921",),
        "citations": (),
        "quotes": (),
        "evidence": (),
        "violations": (),
    }
    return TurnResult(**{**made, **changes})


def test_a_turn_tells_how_it_was_understood() -> None:
    item = scored_turn(turn())
    assert (item.id, item.gold_set, item.group) == ("c7.2", "conversations", "pronoun")
    assert item.asked == "and Selje? (When did Selje burn?)"
    assert item.said == "1921 (understood: When did Selje burn?)"
    assert item.scores == {"rewriting": 0.75, "right": 1.0, "answer": 1.0}
    plain = scored_turn(turn(message="When?", standalone="When?", understood="When?", answer=None))
    assert (plain.asked, plain.said) == ("When?", "(declined)")


def test_an_ambiguous_turn_is_right_when_it_is_asked_back() -> None:
    unclear: dict[str, Any] = {"wanted": ("a?", "b?"), "scores": {}, "answer": None}
    asked = scored_turn(turn(status="asked_back", candidates=("a?", "c?"), readings=0.5, **unclear))
    assert (asked.scores["right"], asked.wanted) == (1.0, "a? / b?")
    assert asked.said == "a? / c? (understood: When did Selje burn?)"
    guessed = scored_turn(turn(status="declined", readings=0.0, **unclear))
    assert guessed.scores["right"] == 0.0


def test_a_lookup_tells_what_was_changed() -> None:
    result = LookupResult(
        "l1",
        "dev",
        "date",
        "burned in 1921",
        "altered",
        "altered",
        0.9,
        (),
        (),
        (),
        (Changed("1921", "1911"), Changed("", "the")),
        {"right": 1.0},
        (),
    )
    item = scored_lookup(result)
    assert (item.asked, item.wanted, item.said) == ("burned in 1921", "altered", "altered: 1921 / 1911;  / the")
    assert (item.confidence, item.group, item.gold_set) == (0.9, "date", "lookups")
