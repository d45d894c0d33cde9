"""The gold lookups: refusals that help, and the shipped file held to the seeds and to its own rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import make_document
from eval.lookupset import LOOKUPS_FILE, Changed, GoldLookup, holds_words, load_lookups, same_typography_apart, words_of
from index.documents import Document
from index.errors import InputError, NotFound
from index.normalize import normalize

SEEDS = Path(__file__).parent.parent / "seeds"
TEXTS = {path.stem: path.read_bytes().decode("utf-8") for path in sorted(SEEDS.glob("0*.txt"))}
TEXT = "Gao “fell” on 31 March. Ménaka fell in January. Others say that it fell on 1 April."
PLACE = {"document_id": "towns", "quote": "Gao “fell” on 31 March."}


def finder(texts: dict[str, str]) -> Callable[[str], Document]:
    def find(identity: str) -> Document:
        if identity not in texts:
            raise NotFound(f"no {identity}", code="unknown_document")
        return make_document(texts[identity], identity)

    return find


def row(**changes: Any) -> dict[str, Any]:
    made = {
        "id": "l1",
        "split": "dev",
        "kind": "altered_date",
        "quote": "Gao fell on 30 March.",
        "match": "altered",
        "evidence": [PLACE],
        "differences": [{"quote": "30", "source": "31"}],
    }
    return {key: value for key, value in {**made, **changes}.items() if value is not ...}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), encoding="utf-8")
    return path


def test_reads_every_match_and_anchors_its_places(tmp_path: Path) -> None:
    loaded = load_lookups(
        write(
            tmp_path,
            row(),
            row(id="l2", quote='GAO "fell" on 31\nMarch', match="normalized", differences=[]),
            row(id="l3", quote=" Gao “fell” on ", match="exact", differences=[]),
            row(id="l4", quote="Timbuktu was never taken.", match="absent", evidence=[], differences=[]),
        ),
        finder({"towns": TEXT}),
    )
    assert [one.match for one in loaded] == ["altered", "normalized", "exact", "absent"]
    assert loaded[0].differences == (Changed("30", "31"),)
    assert [TEXT[part.span.start : part.span.end] for part in loaded[0].evidence] == [PLACE["quote"]]
    assert loaded[2].quote == " Gao “fell” on "


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"why": "x"}, r"why: unknown key; remove it, the keys are id, split, kind, .*differences: quote, source\)"),
        ({"match": "nearly"}, r"match: input should be 'exact', 'normalized', 'altered' or 'absent'"),
        ({"kind": ...}, r"kind: this key is missing; add it"),
        ({"split": "train"}, r"split: .*'dev' or 'test'"),
        ({"id": "first"}, r"the id 'first' was used on line 1"),
        ({"quote": "a b c"}, r"quote: the quote has 3 letters and digits; give at least 6"),
        ({"quote": "word " * 5000}, r"quote: the quote has 25000 characters; look up at most 20000 at a time"),
        ({"differences": []}, r"'altered' and so needs at least one evidence quote and one difference"),
        ({"evidence": []}, r"'altered' and so needs at least one evidence quote and one difference"),
        ({"match": "absent"}, r"'absent' and so needs neither evidence nor differences"),
        ({"match": "exact"}, r"'exact' and so needs at least one evidence quote and no differences"),
        ({"match": "normalized", "differences": []}, r"the evidence 'Gao “fell” on 31 March\.' is no normalized match"),
        ({"match": "exact", "differences": []}, r"is no exact match of the quote; correct either"),
        (
            {"match": "normalized", "differences": [], "quote": "Gao “fell” on 31 March."},
            r"is no normalized match of the quote; correct either",
        ),
        ({"differences": [{"quote": "29", "source": "31"}]}, r"the words '29' are not in the quote; copy them from"),
        ({"differences": [{"quote": "30", "source": "1"}]}, r"the words '1' are in no evidence; copy them from there"),
        (
            {"differences": [{"quote": "Gao", "source": "gao,"}]},
            r"'Gao' for 'gao,' is none; give the words that differ",
        ),
        ({"differences": [{"quote": "", "source": "…"}]}, r"'' for '…' is none"),
        ({"differences": [{"quote": "30"}]}, r"differences\.0\.source: this key is missing"),
        ({"evidence": [{**PLACE, "document_id": "rivers"}]}, r"no document 'rivers'; index it or correct document_id"),
        ({"evidence": [{**PLACE, "quote": "Gao was “fell” on 31 March."}]}, r"is probably now .*; copy it from there"),
    ],
)
def test_refuses_a_bad_line_with_its_number_and_remedy(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = write(tmp_path, row(id="first"), row(**changes))
    with pytest.raises(InputError, match=message) as caught:
        load_lookups(path, finder({"towns": TEXT}))
    assert caught.value.details["line"] == 2


def test_refuses_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no gold lookups; write one JSON object a line"):
        load_lookups(write(tmp_path), finder({}))


def test_words_are_compared_without_typography() -> None:
    assert words_of("“Ménaka’s” 2,354 tons—") == words_of("menaka's 2,354 TONS") == ["menaka", "s", "2", "354", "tons"]
    assert same_typography_apart("«Gao fell»", "So gao\nfell again.")
    assert not same_typography_apart("Gao fell", "Gao never fell.")
    assert holds_words(["a", "b", "c"], ["b", "c"])
    assert holds_words([], [])
    assert not holds_words(["a", "b", "c"], ["a", "c"])
    assert not holds_words(["a"], ["a", "b"])


@pytest.fixture(scope="module")
def lookups() -> tuple[GoldLookup, ...]:
    return load_lookups(LOOKUPS_FILE, finder(TEXTS))


def test_the_shipped_lookups_are_many_of_every_match_and_in_both_splits(lookups: tuple[GoldLookup, ...]) -> None:
    assert len(lookups) >= 80
    for split in ("dev", "test"):
        held = [one for one in lookups if one.split == split]
        assert len(held) == len(lookups) / 2
        matches = Counter(one.match for one in held)
        assert min(matches[match] for match in ("exact", "normalized", "altered", "absent")) >= 4
        assert {one.kind for one in held} == {one.kind for one in lookups}


def test_no_shipped_quotation_is_looked_up_twice(lookups: tuple[GoldLookup, ...]) -> None:
    made = Counter(normalize(one.quote).text for one in lookups)
    assert [text for text, count in made.items() if count > 1] == []


def test_every_exact_place_in_the_seeds_is_listed_and_nothing_else_is_exact(lookups: tuple[GoldLookup, ...]) -> None:
    cut = {"air", "12"}
    for one in lookups:
        places = sum(text.count(one.quote.strip()) for text in TEXTS.values())
        if one.match == "exact":
            assert places == len(one.evidence), one.id
        else:
            # A quotation cut inside a word stands in the text, but not as words.
            assert places == 0 or {changed.quote for changed in one.differences} <= cut, one.id


def test_every_normalized_place_in_the_seeds_is_listed(lookups: tuple[GoldLookup, ...]) -> None:
    for one in lookups:
        folded = normalize(one.quote).text.strip(" '\"")
        places = sum(normalize(text).text.count(folded) for text in TEXTS.values())
        if one.match == "normalized":
            assert places == len(one.evidence), one.id
        if one.match == "absent":
            assert places == 0, one.id
