"""Fits the similarity that parts a misquotation from a sentence that merely shares its topic (service.lookup)."""

from __future__ import annotations

import argparse
import gzip
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


def best_similarity(quote: str, document: PreparedDocument) -> float:
    """Return how nearly the document says the quote."""
    ids = document.numbered(tokenize(normalize(quote).text.strip()).words)
    best = 0.0
    for window in candidates(ids, document):
        found = align(ids, document.ids[window.first : window.stop])
        best = max(best, similarity(found.edits, len(ids), found.stop - found.first))
    return best


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
    """Return (words, similarity) of sentences that are not in the documents, and of misquotations by edit share."""
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
                strangers.append((len(quote.split()), best_similarity(quote, rest)))
                share = rng.choice(EDIT_SHARES)
                wrong = edited(quote, share, vocabulary, rng)
                misquoted[share].append((len(quote.split()), best_similarity(wrong, whole)))
    return strangers, misquoted


def report(strangers: list[tuple[int, float]], misquoted: dict[float, list[tuple[int, float]]]) -> None:
    """Print, per threshold, how many strangers pass and how many misquotations are found."""
    print(f"{len(strangers)} strangers, {sum(map(len, misquoted.values()))} misquotations")
    short = np.array([s for n, s in strangers if n <= 12])
    long = np.array([s for n, s in strangers if n > 12])
    print("threshold  strangers<=12  >12 words   found at " + "  ".join(f"{share:.0%}" for share in misquoted))
    for threshold in np.arange(0.3, 0.81, 0.05).round(2):
        found = "  ".join(f"{np.mean([s >= threshold for _, s in pairs]):.3f}" for pairs in misquoted.values())
        print(f"{threshold:9.2f}  {np.mean(short >= threshold):13.4f}  {np.mean(long >= threshold):9.4f}   {found}")


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path, help="squad_v2_dev.jsonl.gz")
    parser.add_argument("--seed", type=int, default=20260101)
    arguments = parser.parse_args()
    report(*scores(arguments.squad, arguments.seed))


if __name__ == "__main__":
    main()
