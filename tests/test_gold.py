"""The gold loader: verbatim anchoring, refusals that help, and the shipped gold set held to the seeds."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.goldset import GOLD_FILE, load_gold, occurrences, select
from eval.metrics import normalize_answer
from index.documents import Document, Span, content_sha256
from index.errors import InputError, NotFound

SEEDS = Path(__file__).parent.parent / "seeds"
TEXT = "Kidal fell on 30 March. Gao fell on 31 March. Ménaka “fell” earlier. Gao is a town."


def document(identity: str, text: str) -> Document:
    return Document(identity, identity, text, content_sha256(text), f"{identity}.txt")


def find_in(*documents: Document) -> Any:
    known = {made.id: made for made in documents}

    def find(identity: str) -> Document:
        if identity not in known:
            raise NotFound(f"no {identity}", code="unknown_document")
        return known[identity]

    return find


def item(**changes: Any) -> dict[str, Any]:
    made = {
        "id": "q1",
        "question": "When did Kidal fall?",
        "type": "date",
        "style": "plain",
        "split": "dev",
        "answerable": True,
        "answers": ["30 March"],
        "evidence": [{"document_id": "towns", "quote": "Kidal fell on 30 March."}],
    }
    return {key: value for key, value in {**made, **changes}.items() if value is not ...}


def write(folder: Path, *items: Any) -> Path:
    path = folder / "gold.jsonl"
    lines = (made if isinstance(made, str) else json.dumps(made, ensure_ascii=False) for made in items)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def load(folder: Path, *items: Any) -> Any:
    return load_gold(write(folder, *items), find_in(document("towns", TEXT)))


def test_resolves_quotes_to_spans(tmp_path: Path) -> None:
    quote = "Ménaka “fell” earlier."
    (loaded,) = load(tmp_path, item(evidence=[{"document_id": "towns", "quote": quote}]))
    evidence = loaded.evidence[0]
    assert evidence.document_id == "towns"
    assert TEXT[evidence.span.start : evidence.span.end] == quote
    assert loaded.answers == ("30 March",)


def test_reads_an_unanswerable_item_a_byte_order_mark_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    text = json.dumps(item(answerable=False, answers=[], evidence=[]))
    path.write_bytes(b"\xef\xbb\xbf\n" + text.encode() + b"\r\n\r\n")
    assert load_gold(path, find_in())[0].evidence == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": "x"}, r"line 2: answer: unknown key; remove it, the keys are id, question"),
        (
            {"evidence": [{"document_id": "towns", "quote": "Gao is a town.", "page": 1}]},
            r"evidence\.0\.page: unknown key",
        ),
        ({"split": ...}, r"split: this key is missing; add it"),
        ({"split": "train"}, r"split: .*'dev' or 'test'"),
        ({"answerable": "yes"}, r"answerable: .*valid boolean"),
        ({"question": "  "}, r"question: .*at least 1 character"),
        ({"answers": []}, r"needs at least one answer and one evidence quote"),
        ({"answerable": False}, r"needs neither answers nor evidence"),
        ({"id": "first"}, r"the id 'first' was used on line 1; give this item its own"),
        ({"evidence": [{"document_id": "rivers", "quote": "x"}]}, r"no document 'rivers'; index it or correct"),
        ({"evidence": [{"document_id": "towns", "quote": "Gao"}]}, r"stands 2 times in towns \(at 24, 69\); lengthen"),
    ],
)
def test_refuses_with_line_number_and_remedy(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load(tmp_path, item(id="first"), item(**changes))
    assert "line 2" in caught.value.message
    assert caught.value.details["line"] == 2


@pytest.mark.parametrize("line", ["{", "[]", '"x"', "{} {}"])
def test_refuses_what_is_no_object(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match="line 1"):
        load(tmp_path, line)


def test_says_where_a_quote_probably_moved(tmp_path: Path) -> None:
    changed = item(evidence=[{"document_id": "towns", "quote": 'Menaka "fell" earlier.'}])
    with pytest.raises(InputError, match=r"is probably now '.*naka “fell” earlier.*' at 4\d-\d\d; copy it from there"):
        load(tmp_path, changed)


def test_says_when_nothing_is_like_a_quote(tmp_path: Path) -> None:
    absent = item(evidence=[{"document_id": "towns", "quote": "Photosynthesis needs chlorophyll and water."}])
    with pytest.raises(InputError, match="nothing like it is; check document_id"):
        load(tmp_path, absent)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_refuses_an_empty_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "gold.jsonl").write_bytes(content)
    with pytest.raises(InputError, match="holds no gold items"):
        load_gold(tmp_path / "gold.jsonl", find_in())


def test_refuses_a_missing_and_a_foreign_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_gold(tmp_path / "none.jsonl", find_in())
    (tmp_path / "latin.jsonl").write_bytes("é".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        load_gold(tmp_path / "latin.jsonl", find_in())


def test_occurrences_count_overlapping_ones() -> None:
    assert occurrences("aa", "aaaa") == (0, 1, 2)
    assert occurrences("b", "aaaa") == ()


def shipped() -> Any:
    texts = {path.stem: path.read_bytes().decode("utf-8").replace("\r\n", "\n") for path in SEEDS.glob("*.txt")}
    return load_gold(GOLD_FILE, find_in(*(document(identity, text) for identity, text in texts.items())))


def test_the_shipped_gold_holds_at_least_sixty_items_of_every_kind() -> None:
    gold = shipped()
    types = Counter(made.type for made in gold)
    assert len(gold) >= 60
    assert {"date", "person", "number", "place", "why", "how", "table", "unanswerable"} <= set(types)
    assert {made.style for made in gold} >= {"plain", "paraphrased", "chatty", "misspelt"}
    assert all((made.type == "unanswerable") == (not made.answerable) for made in gold)
    assert set(select(gold, "dev")) | set(select(gold, "test")) == set(select(gold, "all")) == set(gold)


def test_every_shipped_item_has_an_answer_that_its_evidence_states() -> None:
    for made in shipped():
        stated = " ".join(normalize_answer(part.quote) for part in made.evidence)
        assert not made.answerable or any(normalize_answer(answer) in stated for answer in made.answers), made.id


def test_no_shipped_question_is_asked_twice() -> None:
    asked = Counter(normalize_answer(made.question) for made in shipped())
    assert [question for question, count in asked.items() if count > 1] == []


def test_spans_of_shipped_evidence_are_their_quotes() -> None:
    texts = {path.stem: path.read_bytes().decode("utf-8") for path in SEEDS.glob("*.txt")}
    for made in shipped():
        for part in made.evidence:
            assert texts[part.document_id][part.span.start : part.span.end] == part.quote
            assert isinstance(part.span, Span)


def test_the_development_questions_are_anchored_too_and_none_is_a_test_item() -> None:
    texts = {path.stem: path.read_bytes().decode("utf-8") for path in SEEDS.glob("0*.txt")}
    known = find_in(*(document(identity, text) for identity, text in texts.items()))
    items = load_gold(GOLD_FILE.with_name("development.jsonl"), known)
    assert len(items) == 124
    assert {one.split for one in items} == {"dev"}
