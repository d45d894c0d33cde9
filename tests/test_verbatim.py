"""Thousands of generated questions and lookups: every quote that leaves is a slice of its file, or refused."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import SEEDS
from index.errors import InputError
from service.pipeline import Pipeline
from service.quotes import Citation

# A lookup takes a millisecond, a question a good tenth of a second: SOAK_QUESTIONS=5000 asks as many questions.
LOOKUPS = 5000
QUESTIONS = int(os.environ.get("SOAK_QUESTIONS", "300"))
ODD = [
    "é",
    "Ménaka",
    "🎯",
    "👩‍🚀",
    "مرحبا",
    "\u202eabc",
    "e\u0301",
    "\u200b",
    "\u00a0",
    "“",
    "|",
    "<b>",
    "{{7*7}}",
    "…",
    "\n",
    "\x00",
    "İ",
    "ß",
]


class Files:
    """The seeds read independently of the product."""

    def __init__(self) -> None:
        self.texts = {path.stem: path.read_bytes().decode("utf-8") for path in SEEDS.glob("0*.txt")}
        self.words = [word for text in self.texts.values() for word in re.findall(r"\S+", text)]

    def check(self, citation: Citation) -> None:
        text = self.texts[citation.document_id]
        assert text[citation.start : citation.end] == citation.text
        assert citation.text
        assert text[max(0, citation.start - 64) : citation.start] == citation.prefix
        assert text[citation.end : citation.end + 64] == citation.suffix
        assert citation.id.startswith(f"c1:{citation.document_id}@{citation.version}:{citation.start}-{citation.end}")
        if citation.highlight is not None:
            assert citation.start <= citation.highlight.start < citation.highlight.end <= citation.end


def some_words(files: Files, chance: random.Random) -> str:
    words = chance.choices(files.words, k=chance.randint(1, 15))
    if chance.random() < 0.3:
        words[chance.randrange(len(words))] = chance.choice(ODD)
    if chance.random() < 0.2:
        words = [word.upper() for word in words]
    return " ".join(words)


def some_slice(files: Files, chance: random.Random) -> str:
    text = chance.choice(list(files.texts.values()))
    start = chance.randrange(len(text))
    piece = text[start : start + chance.choice([3, 20, 80, 300, 1500])]
    change = chance.random()
    if change < 0.2:
        piece = piece.upper()
    elif change < 0.4:
        words = piece.split(" ")
        words[chance.randrange(len(words))] = chance.choice(["not", "", *ODD])
        piece = " ".join(words)
    return piece


def requests(files: Files, chance: random.Random) -> Iterator[tuple[str, str]]:
    for number in range(LOOKUPS + QUESTIONS):
        yield (
            ("lookup" if number < LOOKUPS else "ask"),
            (some_words if chance.random() < 0.5 else some_slice)(files, chance),
        )
    for kind in ("ask", "lookup"):
        for word in ("a ", "Mali ", "🎯", "\u202e", "é", "| ", "\n"):
            yield kind, word * (100_000 // len(word))


def citations_of(pipeline: Pipeline, kind: str, text: str) -> list[Citation]:
    if kind == "lookup":
        result = pipeline.look_up(text)
        assert (result.match == "absent") == (not result.results)
        return [found.citation for found in result.results]
    answer = pipeline.ask(text)
    if answer.status == "declined":
        assert answer.answer is None
        return list(answer.nearest)
    for given in answer.alternatives or (answer,):
        quoted = " ".join(citation.text for citation in given.citations)
        assert given.answer in ("Yes", "No") or all(member in quoted for member in given.answer.split("; "))
    return [*answer.citations, *(citation for rival in answer.alternatives for citation in rival.citations)]


def test_every_quote_is_verbatim(pipeline: Pipeline, seeded_folder: Path) -> None:
    files, chance = Files(), random.Random(20261121)
    quotes = refused = 0
    for kind, text in requests(files, chance):
        try:
            citations = citations_of(pipeline, kind, text)
        except InputError:
            refused += 1
            continue
        for citation in citations:
            files.check(citation)
            quotes += 1
    assert quotes > LOOKUPS / 2
    assert 10 <= refused < LOOKUPS / 4


@pytest.mark.parametrize("length", [1, 2])
def test_a_slice_of_the_text_is_found_where_it_stands(pipeline: Pipeline, length: int) -> None:
    files, chance = Files(), random.Random(length)
    for _ in range(100):
        name, text = chance.choice(list(files.texts.items()))
        sentence = chance.choice([line for line in text.split("\n") if len(line) > 60])[: 60 * length]
        sentence = sentence.rsplit(" ", 1)[0].strip()
        result = pipeline.look_up(sentence)
        assert result.match == "exact"
        assert name in [found.citation.document_id for found in result.results]
