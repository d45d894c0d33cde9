"""Fits what parts a misquotation from a sentence on the same topic: `python -m benchmarks.lookup_threshold FILE`."""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sentencex import segment

from index.documents import Document, content_sha256
from index.normalize import normalize
from service.alignment import align, candidates, similarity
from service.prepared import PreparedDocument, prepare, tokenize

PER_ARTICLE = 40
EDIT_SHARES = (0.05, 0.1, 0.2, 0.3, 0.4)
MIN_WORDS = 5


def articles(path: Path) -> dict[str, list[str]]:
    """Read the distinct paragraphs of every article."""
    found: dict[str, dict[str, None]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            found.setdefault(item["title"], {})[item["context"]] = None
    return {title: list(paragraphs) for title, paragraphs in found.items()}


def prepared(paragraphs: list[str]) -> PreparedDocument:
    """Make one document of some paragraphs."""
    text = "\n".join(paragraphs)
    return prepare(Document("article", "article", text, content_sha256(text), ""))


def edited(quote: str, share: float, vocabulary: list[str], rng: random.Random) -> str:
    """Replace, drop or put in words at random."""
    words = quote.split()
    for _ in range(max(1, round(share * len(words)))):
        place = rng.randrange(len(words))
        match rng.choice(("replace", "drop", "insert")):
            case "replace":
                words[place] = rng.choice(vocabulary)
            case "drop" if len(words) > MIN_WORDS:
                del words[place]
            case _:
                words.insert(place, rng.choice(vocabulary))
    return " ".join(words)


def closest(quote: str, document: PreparedDocument) -> tuple[int, float]:
    """Return the quote's length in tokens and how nearly the document says it."""
    ids = document.numbered(tokenize(normalize(quote).text.strip()).words)
    best = 0.0
    for window in candidates(ids, document):
        found = align(ids, document.ids[window.first : window.stop])
        best = max(best, similarity(found.edits, len(ids), found.stop - found.first))
    return len(ids), best


def sentences(paragraph: str, rng: random.Random) -> Iterator[str]:
    """Yield runs of one to three sentences, and clauses of five to twelve words."""
    cut = [s.strip() for s in segment("en", paragraph) if len(s.split()) >= MIN_WORDS]
    for at in range(len(cut)):
        yield " ".join(cut[at : at + rng.randint(1, 3)])
        words = cut[at].split()
        length = rng.randint(MIN_WORDS, 12)
        begin = rng.randrange(max(1, len(words) - length))
        yield " ".join(words[begin : begin + length])


def scores(path: Path, seed: int) -> tuple[list[tuple[int, float]], dict[float, list[tuple[int, float]]]]:
    """Return (tokens, similarity) of sentences that are not in the documents, and of misquotations by edit share."""
    rng = random.Random(seed)
    strangers: list[tuple[int, float]] = []
    misquoted: dict[float, list[tuple[int, float]]] = {share: [] for share in EDIT_SHARES}
    for paragraphs in articles(path).values():
        if len(paragraphs) < 4:
            continue
        whole = prepared(paragraphs)
        vocabulary = " ".join(paragraphs).split()
        for at in rng.sample(range(len(paragraphs)), min(8, len(paragraphs))):
            rest = prepared(paragraphs[:at] + paragraphs[at + 1 :])
            for quote in list(sentences(paragraphs[at], rng))[:PER_ARTICLE]:
                strangers.append(closest(quote, rest))
                share = rng.choice(EDIT_SHARES)
                wrong = edited(quote, share, vocabulary, rng)
                misquoted[share].append(closest(wrong, whole))
    return strangers, misquoted


def report(strangers: list[tuple[int, float]], misquoted: dict[float, list[tuple[int, float]]]) -> None:
    """Print, per rule `similarity >= base + short / tokens`, how many strangers pass and how many misquotations do."""
    print(f"{len(strangers)} strangers, {sum(map(len, misquoted.values()))} misquotations")
    print(
        "base short  strangers of 5-7 tokens  8-12   13+    all   found with "
        + "  ".join(f"{s:.0%}" for s in misquoted)
    )
    for base, short in itertools.product((0.35, 0.4, 0.45, 0.5, 0.55, 0.6), (0.0, 0.5, 0.85, 1.2)):
        passed = [(n, s >= base + short / n - 1e-9) for n, s in strangers]
        by_length = "  ".join(
            f"{np.mean([ok for n, ok in passed if low <= n <= high]):.4f}"
            for low, high in ((1, 7), (8, 12), (13, 10_000), (1, 10_000))
        )
        found = "  ".join(
            f"{np.mean([s >= base + short / n - 1e-9 for n, s in pairs]):.3f}" for pairs in misquoted.values()
        )
        print(f"{base:.2f} {short:.2f}  {by_length}   {found}")


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path, help="squad_v2_dev.jsonl.gz")
    parser.add_argument("--seed", type=int, default=20260101)
    arguments = parser.parse_args()
    report(*scores(arguments.squad, arguments.seed))


if __name__ == "__main__":
    main()
