"""The gold conversations: refusals that help, and the shipped file held to the seeds and to its own rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.conversationset import CONVERSATIONS_FILE, GoldConversation, GoldTurn, load_conversations
from eval.metrics import contains_answer
from index.documents import Document, content_sha256
from index.errors import InputError, NotFound

SEEDS = Path(__file__).parent.parent / "seeds"
TEXTS = {path.stem: path.read_bytes().decode("utf-8") for path in sorted(SEEDS.glob("0*.txt"))}
TEXT = "Kidal fell on 30 March. Gao fell on 31 March. Gao is a town, Kidal too."
KIDAL = {"document_id": "towns", "quote": "Kidal fell on 30 March."}
GAO = {"document_id": "towns", "quote": "Gao fell on 31 March."}

STANDING_ALONE = {"opening", "self_contained", "topic_switch"}
LEANING = {
    "clarification", "correction", "definite", "demonstrative", "ellipsis", "possessive", "pronoun", "source",
    "temporal", "the_other", "verification", "why",
}  # fmt: skip


def finder(texts: dict[str, str]) -> Callable[[str], Document]:
    def find(identity: str) -> Document:
        if identity not in texts:
            raise NotFound(f"no {identity}", code="unknown_document")
        text = texts[identity]
        return Document(identity, identity, text, content_sha256(text), f"{identity}.txt")

    return find


def turn(**changes: Any) -> dict[str, Any]:
    made = {
        "message": "and Gao?",
        "standalone": "When did Gao fall?",
        "kind": "ellipsis",
        "answers": ["31 March"],
        "evidence": [GAO],
        "unanswerable": False,
        "candidates": [],
    }
    return {key: value for key, value in {**made, **changes}.items() if value is not ...}


OPENING = turn(
    message="When did Kidal fall?",
    standalone="When did Kidal fall?",
    kind="opening",
    answers=["30 March"],
    evidence=[KIDAL],
)
NOTHING: dict[str, Any] = {"answers": [], "evidence": []}
UNCLEAR = turn(
    message="how big is it",
    standalone="how big is it",
    kind="ambiguous",
    candidates=["How big is Gao?", "How big is Kidal?"],
    **NOTHING,
)


def conversation(*turns: Any, **changes: Any) -> dict[str, Any]:
    return {"id": "c1", "split": "dev", "turns": [OPENING, *turns], **changes}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_resolves_quotes_and_tells_the_parts_apart(tmp_path: Path) -> None:
    alone = turn(message="When did Gao fall?", kind="topic_switch")
    unknown = turn(message="who took it", standalone="Who took Gao?", unanswerable=True, **NOTHING)
    (loaded,) = load_conversations(
        write(tmp_path, conversation(turn(), alone, UNCLEAR, unknown)), finder({"towns": TEXT})
    )
    assert [one.part for one in loaded.turns] == ["opening", "follow_up", "self_contained", "ambiguous", "follow_up"]
    (place,) = loaded.turns[1].evidence
    assert TEXT[place.span.start : place.span.end] == place.quote == GAO["quote"]
    assert loaded.turns[3].candidates == ("How big is Gao?", "How big is Kidal?")
    assert [one.unanswerable for one in loaded.turns] == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"why": "x"}, r"turns\.1\.why: unknown key; .*id, split, turns \(turns: message, .*; evidence: document_id"),
        ({"candidates": ...}, r"turns\.1\.candidates: this key is missing; add it"),
        ({"message": " "}, r"turns\.1\.message: .*at least 1 character"),
        ({"unanswerable": "no"}, r"turns\.1\.unanswerable: input should be a valid boolean"),
        ({"answers": []}, r"turn 2 of 'c1' has unanswerable=False and so needs at least one answer and one evidence"),
        ({"evidence": []}, r"turn 2 of 'c1' has unanswerable=False and so needs at least one answer and one evidence"),
        ({"unanswerable": True}, r"turn 2 of 'c1' has unanswerable=True and so needs neither answers nor evidence"),
        ({"candidates": ["How?", "Who?"]}, r"turn 2 of 'c1' is ambiguous and so needs .* no answers, evidence"),
        ({"candidates": ["How?"], **NOTHING}, r"turn 2 of 'c1' is ambiguous and so needs two candidates or more"),
        ({"candidates": ["How?", "Who?"], **NOTHING}, r"turn 2 of 'c1' is ambiguous and so has no one meaning"),
        (
            {"candidates": ["How?", "Who?"], "unanswerable": True, **NOTHING},
            r"turn 2 of 'c1' is ambiguous and so needs .* no answers, evidence or unanswerable",
        ),
        ({"evidence": [{**GAO, "document_id": "rivers"}]}, r"no document 'rivers'; index it or correct document_id"),
        ({"evidence": [{**GAO, "quote": "Gao"}]}, r"the quote 'Gao' stands 2 times in towns .*; lengthen it"),
        ({"evidence": [{**GAO, "quote": "Gao fell at 31 March."}]}, r"probably now 'Gao fell on 31 March\.' at 24-45"),
        ({"evidence": [{**GAO, "quote": "It rained for weeks."}]}, r"nothing like it is; check document_id"),
    ],
)
def test_refuses_a_bad_turn_with_line_number_and_remedy(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = write(tmp_path, conversation(id="first"), conversation(turn(**changes)))
    with pytest.raises(InputError, match=message) as caught:
        load_conversations(path, finder({"towns": TEXT}))
    assert caught.value.details["line"] == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "c1", "split": "dev", "turns": []}, r"conversation 'c1' has no turns; list at least one"),
        ({"id": "c1", "split": "dev", "turns": [turn()]}, r"turn 1 of 'c1' has nothing before it to lean on"),
        ({"id": "c1", "split": "dev", "turns": [UNCLEAR]}, r"turn 1 of 'c1' has nothing before it to lean on"),
        (conversation(split="train"), r"split: .*'dev' or 'test'"),
    ],
)
def test_refuses_a_bad_conversation(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_conversations(write(tmp_path, row), finder({"towns": TEXT}))


def test_refuses_an_id_used_twice_and_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the id 'c1' was used on line 1"):
        load_conversations(write(tmp_path, conversation(), conversation()), finder({"towns": TEXT}))
    with pytest.raises(InputError, match="holds no gold conversations; write one JSON object a line"):
        load_conversations(write(tmp_path), finder({}))


@pytest.fixture(scope="module")
def shipped() -> tuple[GoldConversation, ...]:
    return load_conversations(CONVERSATIONS_FILE, finder(TEXTS))


def turns(gold: tuple[GoldConversation, ...]) -> list[tuple[str, GoldTurn]]:
    return [(f"{one.id}, {said.message}", said) for one in gold for said in one.turns]


def test_the_shipped_conversations_are_many_and_of_every_kind(shipped: tuple[GoldConversation, ...]) -> None:
    assert Counter(one.split for one in shipped) == {"dev": 20, "test": 20}
    for split in ("dev", "test"):
        held = [said for _, said in turns(tuple(one for one in shipped if one.split == split))]
        assert len(held) >= 100
        parts = Counter(said.part for said in held)
        assert parts["follow_up"] >= 75
        assert parts["self_contained"] >= 10
        assert parts["ambiguous"] >= 4
        assert sum(said.unanswerable for said in held) >= 8
        assert {said.kind for said in held} >= (STANDING_ALONE | LEANING) - {"verification"}


def test_the_kind_of_a_shipped_turn_says_whether_it_leans_on_others(shipped: tuple[GoldConversation, ...]) -> None:
    for name, said in turns(shipped):
        expected = (
            {"ambiguous"} if said.part == "ambiguous" else LEANING if said.part == "follow_up" else STANDING_ALONE
        )
        assert said.kind in expected, name
        assert (said.kind == "opening") == (said.part == "opening"), name


def test_shipped_quotes_are_verbatim_stand_once_and_are_listed_once(shipped: tuple[GoldConversation, ...]) -> None:
    for name, said in turns(shipped):
        for place, part in enumerate(said.evidence):
            text = TEXTS[part.document_id]
            assert text.count(part.quote) == 1
            assert text[part.span.start : part.span.end] == part.quote
            for other in said.evidence[:place]:
                assert part.document_id != other.document_id or not part.span.overlaps(other.span), name


def test_shipped_answers_stand_in_their_evidence(shipped: tuple[GoldConversation, ...]) -> None:
    for name, said in turns(shipped):
        # The name of a document is no part of its text.
        if said.answers and said.kind != "source":
            assert any(contains_answer(part.quote, said.answers) for part in said.evidence), name


def test_no_shipped_conversation_asks_the_same_twice(shipped: tuple[GoldConversation, ...]) -> None:
    for one in shipped:
        meant = [said.standalone for said in one.turns]
        assert len(meant) == len(set(meant)), one.id
    openings = [one.turns[0].message for one in shipped]
    assert len(openings) == len(set(openings))
